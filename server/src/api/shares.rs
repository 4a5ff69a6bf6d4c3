//! `/builds/{id}/shares` and `/shares/{id}`: links for guests, made, listed, revoked, redeemed.

pub mod look;
pub mod redeem;
mod view;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Proof};
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use crate::access::Grant;
use crate::access::share::may_list;
use crate::config::Right;
use crate::door::{Actor, NewShare, Refused};
pub use view::{InvitationView, MadeView, ShareView};

/// What a revocation did.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RevokedView {
    /// How many viewers it disconnects, at this server.
    pub disconnected: usize,
}

/// What to say to a guest who waits.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    /// Whether to let them in.
    pub approve: bool,
}

/// Makes a link. Its secret is shown once, in the address that guests are sent to. A link never lets a guest do
/// more than its maker may do at that moment.
#[utoipa::path(post, path = "/api/v1/builds/{id}/shares", tag = "shares", params(("id" = String, Path)),
    request_body = NewShare, security(("access_token" = ["share.view", "share.control"])),
    responses((status = 201, body = MadeView), (status = "default", body = ProblemBody)))]
pub async fn make(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(wanted): Json<NewShare>,
) -> Result<(StatusCode, axum::Json<MadeView>), ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let made = app.door.make_share(&grant, &entry, &wanted, &actor).await?;
    let url = format!("{}/s/{}#{}", app.config.public_url.as_str(), made.listed.share.id, made.secret);
    Ok((StatusCode::CREATED, axum::Json(MadeView { share: made.listed.into(), url })))
}

/// Links of a build, oldest first, with who is in and who waits. Those that are over stay for a day.
#[utoipa::path(get, path = "/api/v1/builds/{id}/shares", tag = "shares", params(("id" = String, Path)),
    security(("service_key" = ["read"]), ("access_token" = ["share.view", "share.control"])),
    responses((status = 200, body = Vec<ShareView>), (status = "default", body = ProblemBody)))]
pub async fn list(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
) -> Result<axum::Json<Vec<ShareView>>, ApiError> {
    let entry = match proof.either(&app, Right::Read, &id).await? {
        Caller::Service(_) => app.door.entry(&id).await?,
        Caller::Person(grant, _) if !may_list(&grant) => {
            return Err(Refused::because(Problem::Forbidden, "You may not see who shares what.").into());
        }
        Caller::Person(_, entry) => entry,
    };
    let shares = app.door.shares(&entry).await?;
    Ok(axum::Json(shares.into_iter().map(Into::into).collect()))
}

/// Revokes a link, for its maker and for whoever could have made it. Whoever is in by it is disconnected.
#[utoipa::path(delete, path = "/api/v1/shares/{id}", tag = "shares", params(("id" = String, Path)),
    security(("service_key" = ["access"]), ("access_token" = ["share.view", "share.control"])),
    responses((status = 200, body = RevokedView), (status = "default", body = ProblemBody)))]
pub async fn revoke(
    State(app): State<App>,
    proof: Proof,
    id: Result<Path<String>, PathRejection>,
) -> Result<axum::Json<RevokedView>, ApiError> {
    let (grant, actor) = who(&app, &proof).await?;
    let disconnected = app.door.revoke_share(&share_id(id), grant.as_ref(), &actor).await?;
    Ok(axum::Json(RevokedView { disconnected }))
}

/// Lets a guest in who waits at a link, or sends them away. The first answer counts.
#[utoipa::path(post, path = "/api/v1/shares/{id}/requests/{n}", tag = "shares",
    params(("id" = String, Path), ("n" = u32, Path)), request_body = AnswerRequest,
    security(("service_key" = ["access"]), ("access_token" = ["share.view", "share.control"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn answer(
    State(app): State<App>,
    proof: Proof,
    place: Result<Path<(String, u32)>, PathRejection>,
    Json(request): Json<AnswerRequest>,
) -> Result<StatusCode, ApiError> {
    let (grant, actor) = who(&app, &proof).await?;
    let Ok(Path((id, number))) = place else { return Err(Problem::NotFound.into()) };
    app.door.answer_guest(&id, number, request.approve, grant.as_ref(), &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A CI with the right to end access, or a person with a token.
async fn who(app: &App, proof: &Proof) -> Result<(Option<Grant>, Actor), ApiError> {
    if proof.is_service() {
        return Ok((None, proof.service(app, Right::Access).await?));
    }
    let (grant, _) = proof.person(app).await?;
    let actor = Actor::of(&grant, proof.address);
    Ok((Some(grant), actor))
}

/// An id that is no text is one that is not known.
fn share_id(id: Result<Path<String>, PathRejection>) -> String {
    id.map(|Path(id)| id).unwrap_or_default()
}
