//! `/admin`: how administrators come in and are sent away. What they may do there stands in the files beside.

pub mod builds;
pub mod sessions;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::App;
use super::auth::Proof;
use super::body::Json;
use super::error::{ApiError, ProblemBody};
use super::tokens::{RedeemRequest, RenewRequest};
use crate::access::Person;
use crate::config::Right;
use crate::door::{Actor, AdminToken};

/// A code for the administrators' page.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AdminCodeReply {
    /// Single use, for the page below.
    pub code: String,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub code_expires_at: Timestamp,
    /// When what the code begins ends.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The page with the code in its fragment: where to send the person's browser.
    pub url: String,
}

/// A token for the administrators' page.
#[derive(Debug, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct AdminTokenReply {
    /// The token.
    pub token: String,
    /// When it expires.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// When no more can be had, and the CI has to send the person again.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// Whose it is.
    pub person: Person,
}

/// Who is no administrator any more.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminRevokeRequest {
    /// The CI's id of the person.
    pub sub: String,
}

/// What was revoked.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AdminRevokeReply {
    /// How many grants.
    pub revoked: u64,
}

impl From<AdminToken> for AdminTokenReply {
    fn from(given: AdminToken) -> Self {
        let AdminToken { token, expires_at, grant } = given;
        Self { token, expires_at, ends_at: grant.expires_at, person: grant.person }
    }
}

/// Makes a code that opens the administrators' page for somebody.
#[utoipa::path(post, path = "/api/v1/admin/codes", tag = "admin", request_body = Person,
    security(("service_key" = ["admin"])),
    responses((status = 200, body = AdminCodeReply), (status = "default", body = ProblemBody)))]
pub async fn code(
    State(app): State<App>,
    proof: Proof,
    Json(person): Json<Person>,
) -> Result<axum::Json<AdminCodeReply>, ApiError> {
    let actor = proof.service(&app, Right::Admin).await?;
    let made = app.door.make_admin_code(&person, &actor).await?;
    let url = format!("{}/admin#{}", app.config.public_url.as_str(), made.code);
    let (code_expires_at, expires_at) = (made.code_expires_at, made.expires_at);
    Ok(axum::Json(AdminCodeReply { code: made.code, code_expires_at, expires_at, url }))
}

/// Swaps the page's code for a token.
#[utoipa::path(post, path = "/api/v1/admin/codes/redeem", tag = "admin", request_body = RedeemRequest, security(()),
    responses((status = 200, body = AdminTokenReply), (status = "default", body = ProblemBody)))]
pub async fn redeem(
    State(app): State<App>,
    proof: Proof,
    Json(request): Json<RedeemRequest>,
) -> Result<axum::Json<AdminTokenReply>, ApiError> {
    let actor = Actor::Unknown { address: proof.address };
    Ok(axum::Json(app.door.redeem_admin(&request.code, &request.renewal, &actor).await?.into()))
}

/// Swaps the page's secret for a token.
#[utoipa::path(post, path = "/api/v1/admin/tokens/renew", tag = "admin", request_body = RenewRequest, security(()),
    responses((status = 200, body = AdminTokenReply), (status = "default", body = ProblemBody)))]
pub async fn renew(
    State(app): State<App>,
    proof: Proof,
    Json(request): Json<RenewRequest>,
) -> Result<axum::Json<AdminTokenReply>, ApiError> {
    let actor = Actor::Unknown { address: proof.address };
    Ok(axum::Json(app.door.renew_admin(&request.renewal, &request.next, &actor).await?.into()))
}

/// Somebody is no administrator any more: their codes, tokens and secrets open nothing from now on.
#[utoipa::path(post, path = "/api/v1/admin/revoke", tag = "admin", request_body = AdminRevokeRequest,
    security(("service_key" = ["admin"])),
    responses((status = 200, body = AdminRevokeReply), (status = "default", body = ProblemBody)))]
pub async fn revoke(
    State(app): State<App>,
    proof: Proof,
    Json(request): Json<AdminRevokeRequest>,
) -> Result<(StatusCode, axum::Json<AdminRevokeReply>), ApiError> {
    let actor = proof.service(&app, Right::Admin).await?;
    let revoked = app.door.revoke_admin(&request.sub, &actor).await?;
    Ok((StatusCode::OK, axum::Json(AdminRevokeReply { revoked })))
}
