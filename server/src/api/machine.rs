//! `/builds/{id}/machine`: the machine is up, or gone.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::Proof;
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use crate::access::lifecycle::Cause;
use crate::config::Right;
use crate::door::{Install, MachineUpdate};

/// A machine that was registered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MachineRegistered {
    /// What has to be put on it.
    pub install: Install,
}

/// Registers the machine of a build.
#[utoipa::path(put, path = "/api/v1/builds/{id}/machine", tag = "builds", params(("id" = String, Path)),
    request_body = MachineUpdate, security(("service_key" = ["builds"])),
    responses((status = 200, body = MachineRegistered), (status = "default", body = ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(update): Json<MachineUpdate>,
) -> Result<axum::Json<MachineRegistered>, ApiError> {
    let actor = proof.service(&app, Right::Builds).await?;
    let install = app.door.register_machine(&id, &update, &actor).await?;
    Ok(axum::Json(MachineRegistered { install }))
}

/// The machine is gone: access ends.
#[utoipa::path(delete, path = "/api/v1/builds/{id}/machine", tag = "builds", params(("id" = String, Path)),
    security(("service_key" = ["builds"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn delete(State(app): State<App>, proof: Proof, Build(id): Build) -> Result<StatusCode, ApiError> {
    let actor = proof.service(&app, Right::Builds).await?;
    app.door.end(&id, Cause::MachineGone, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
