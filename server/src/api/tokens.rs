//! Tokens: issued to a CI for a person, swapped by a page for its code or its renewal secret.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::Proof;
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use crate::access::{Capabilities, Person};
use crate::config::Right;
use crate::door::{Actor, Renewed};

/// For whom a token is, and what it is to allow.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The CI's id of the person.
    pub sub: String,
    /// The name that others see.
    pub name: String,
    /// What it is to allow; what the policy does not allow is left out. It is also the newest word on what the
    /// person may do to this build: guests of links that they made may do no more than that from now on.
    pub capabilities: Capabilities,
}

/// A token, and a code for a page.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenReply {
    /// The access token, for the person's browser.
    pub token: String,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// What it allows.
    pub capabilities: Capabilities,
    /// Single use, for the page below.
    pub code: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub code_expires_at: Timestamp,
    /// The access page with the code in its fragment: where to send the person's browser.
    pub url: String,
}

/// A page's code and the secret that it made for itself.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedeemRequest {
    /// The code from the page's fragment.
    pub code: String,
    /// A secret of 256 bits that the page made, in base64url: 43 characters.
    pub renewal: String,
}

/// A page's secret and the one that is to follow it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewRequest {
    /// The secret that is good now.
    pub renewal: String,
    /// The one that the page made to follow it.
    pub next: String,
}

/// A new token for a page.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RenewReply {
    /// The access token.
    pub token: String,
    /// When it expires.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The build that it is for.
    pub build: String,
    /// What it allows.
    pub capabilities: Capabilities,
}

impl From<Renewed> for RenewReply {
    fn from(renewed: Renewed) -> Self {
        Self {
            token: renewed.token,
            expires_at: renewed.expires_at,
            build: renewed.build.into(),
            capabilities: renewed.capabilities,
        }
    }
}

/// Issues an access token and a page code.
#[utoipa::path(post, path = "/api/v1/builds/{id}/tokens", tag = "tokens", params(("id" = String, Path)),
    request_body = TokenRequest, security(("service_key" = ["tokens"])),
    responses((status = 200, body = TokenReply), (status = "default", body = ProblemBody)))]
pub async fn issue(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(request): Json<TokenRequest>,
) -> Result<axum::Json<TokenReply>, ApiError> {
    let actor = proof.service(&app, Right::Tokens).await?;
    let person = Person { sub: request.sub, name: request.name };
    let issued = app.door.issue(&id, &person, &request.capabilities, &actor).await?;
    let url = format!("{}/b/{id}#{}", app.config.public_url.as_str(), issued.code);
    Ok(axum::Json(TokenReply {
        token: issued.token,
        expires_at: issued.expires_at,
        capabilities: issued.capabilities,
        code: issued.code,
        code_expires_at: issued.code_expires_at,
        url,
    }))
}

/// Swaps a page's code for a token.
#[utoipa::path(post, path = "/api/v1/codes/redeem", tag = "tokens", request_body = RedeemRequest, security(()),
    responses((status = 200, body = RenewReply), (status = "default", body = ProblemBody)))]
pub async fn redeem(
    State(app): State<App>,
    proof: Proof,
    Json(request): Json<RedeemRequest>,
) -> Result<axum::Json<RenewReply>, ApiError> {
    let actor = Actor::Unknown { address: proof.address };
    Ok(axum::Json(app.door.redeem(&request.code, &request.renewal, &actor).await?.into()))
}

/// Swaps a page's secret for a token.
#[utoipa::path(post, path = "/api/v1/tokens/renew", tag = "tokens", request_body = RenewRequest, security(()),
    responses((status = 200, body = RenewReply), (status = "default", body = ProblemBody)))]
pub async fn renew(
    State(app): State<App>,
    proof: Proof,
    Json(request): Json<RenewRequest>,
) -> Result<axum::Json<RenewReply>, ApiError> {
    let actor = Actor::Unknown { address: proof.address };
    Ok(axum::Json(app.door.renew(&request.renewal, &request.next, &actor).await?.into()))
}
