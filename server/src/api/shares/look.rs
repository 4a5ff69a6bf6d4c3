//! `/shares/{id}/look`: what a link invites to, for whoever holds its secret.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::share_id;
use super::view::InvitationView;
use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::Json;
use crate::api::error::{ApiError, ProblemBody};
use crate::door::Actor;

/// What whoever looks shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareLookRequest {
    /// The secret from the link's fragment.
    pub secret: String,
}

/// A link as whoever holds its secret sees it before they come in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct LookView {
    /// What it invites to.
    pub share: InvitationView,
    /// Whether it asks for a passcode.
    pub passcode: bool,
    /// Whether somebody lets each guest in.
    pub approval: bool,
    /// The build's number as people say it.
    pub number: Option<String>,
    /// What the build is called.
    pub title: String,
    /// The project it belongs to.
    pub project: String,
    /// The server's clock.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
}

/// Says what a link invites to; nothing of it is used up. A link that is unknown, revoked, over or used up, and a
/// wrong secret, are refused alike, as where it is redeemed; attempts that fail make their address wait.
#[utoipa::path(post, path = "/api/v1/shares/{id}/look", tag = "shares", params(("id" = String, Path)),
    request_body = ShareLookRequest, security(()),
    responses((status = 200, body = LookView), (status = "default", body = ProblemBody)))]
pub async fn look(
    State(app): State<App>,
    proof: Proof,
    id: Result<Path<String>, PathRejection>,
    Json(request): Json<ShareLookRequest>,
) -> Result<axum::Json<LookView>, ApiError> {
    let actor = Actor::Unknown { address: proof.address };
    let (share, entry) = app.door.look_share(&share_id(id), &request.secret, &actor).await?;
    let about = entry.record().about.clone();
    Ok(axum::Json(LookView {
        share: (&share).into(),
        passcode: share.has_passcode,
        approval: share.offer.approval,
        number: about.number,
        title: about.title,
        project: about.project,
        now: app.door.now(),
    }))
}
