//! `/builds/{id}/access`: turn access on, end it.

use axum::extract::State;
use axum::http::StatusCode;

use super::App;
use super::auth::{Caller, Proof};
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use super::view::AccessView;
use super::viewing::access_view;
use crate::access::Capability;
use crate::access::lifecycle::Cause;
use crate::config::Right;
use crate::door::{Actor, Enable, require};

/// Turns access on for one build.
#[utoipa::path(put, path = "/api/v1/builds/{id}/access", tag = "access", params(("id" = String, Path)),
    request_body = Enable, security(("service_key" = ["access"])),
    responses((status = 200, body = AccessView), (status = "default", body = ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(enable): Json<Enable>,
) -> Result<axum::Json<AccessView>, ApiError> {
    let actor = proof.service(&app, Right::Access).await?;
    let entry = app.door.enable(&id, &enable, &actor).await?;
    Ok(axum::Json(access_view(&app, &entry)))
}

/// Ends access for everybody, for good.
#[utoipa::path(delete, path = "/api/v1/builds/{id}/access", tag = "access", params(("id" = String, Path)),
    security(("service_key" = ["access"]), ("access_token" = ["access.end"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn delete(State(app): State<App>, proof: Proof, Build(id): Build) -> Result<StatusCode, ApiError> {
    let actor = match proof.either(&app, Right::Access, &id).await? {
        Caller::Service(key) => proof.actor_of(&key),
        Caller::Person(grant, _) => {
            let actor = Actor::of(&grant, proof.address);
            let may = require(&grant, Capability::AccessEnd);
            app.door.denied(Some(&id), &actor, "access.end", may).await?;
            actor
        }
    };
    app.door.end(&id, Cause::EndedByUser, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
