//! `/shares/{id}/redeem`: a guest swaps a link's secret for a token of their own.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::share_id;
use super::view::InvitationView;
use crate::access::{Capabilities, Capability, Person};
use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::Json;
use crate::api::error::{ApiError, ProblemBody};
use crate::door::{Actor, Key, Redeemed};

/// What a guest shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareRedeemRequest {
    /// The secret from the link's fragment.
    pub secret: String,
    /// The passcode, where the link asks for one.
    #[serde(default)]
    pub passcode: Option<String>,
    /// The name that others are to see: 1 to 128 bytes. They also see that it is a guest's.
    pub name: String,
    /// A secret of 256 bits that the page made, in base64url: 43 characters. With it the page renews its
    /// token, and asks again where it has to wait.
    pub renewal: String,
}

/// A guest who is in: they renew their token as any page does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct GuestView {
    /// The access token.
    pub token: String,
    /// When it expires.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The build that it is for.
    pub build: String,
    /// What it allows now. It may become less, and the link's at most again.
    #[ts(as = "Vec<Capability>")]
    pub capabilities: Capabilities,
    /// Who the guest is from now on.
    pub me: Person,
    /// What they were invited to.
    pub share: InvitationView,
}

/// A guest who has to wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct GuestWaits {
    /// Always `waiting`: somebody has to let them in. The same request again, with the same `renewal`, asks
    /// for the answer.
    pub state: String,
}

/// Swaps a link's secret for a token. A link that is unknown, revoked, over or used up, and a wrong secret, are
/// refused alike; attempts that fail make their address wait.
#[utoipa::path(post, path = "/api/v1/shares/{id}/redeem", tag = "shares", params(("id" = String, Path)),
    request_body = ShareRedeemRequest, security(()),
    responses((status = 200, body = GuestView), (status = 202, body = GuestWaits),
        (status = "default", body = ProblemBody)))]
pub async fn redeem(
    State(app): State<App>,
    proof: Proof,
    id: Result<Path<String>, PathRejection>,
    Json(request): Json<ShareRedeemRequest>,
) -> Result<Response, ApiError> {
    let actor = Actor::Unknown { address: proof.address };
    let ShareRedeemRequest { secret, passcode, name, renewal } = request;
    let key = Key { secret, passcode, name, renewal };
    Ok(match app.door.redeem_share(&share_id(id), key, &actor).await? {
        Redeemed::In(joined) => axum::Json(GuestView {
            token: joined.token.token,
            expires_at: joined.token.expires_at,
            build: joined.token.build.into(),
            capabilities: joined.token.capabilities,
            me: joined.guest,
            share: (&joined.share).into(),
        })
        .into_response(),
        Redeemed::Waiting => {
            (StatusCode::ACCEPTED, axum::Json(GuestWaits { state: "waiting".to_owned() })).into_response()
        }
    })
}
