//! `/builds/{id}`: register, look, finish.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Proof};
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use super::view::BuildView;
use super::viewing::view;
use crate::access::Capability;
use crate::access::build::Outcome;
use crate::config::Right;
use crate::door::{BuildUpdate, Finished, Install};

/// A build that was registered.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// The build.
    pub build: BuildView,
    /// What its machine needs.
    pub install: Install,
}

/// How and when a build ended.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishRequest {
    /// How.
    pub outcome: Outcome,
    /// When; now, where it is left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// Registers a build or updates it.
#[utoipa::path(put, path = "/api/v1/builds/{id}", tag = "builds", params(("id" = String, Path)),
    request_body = BuildUpdate, security(("service_key" = ["builds"])),
    responses((status = 200, body = Registered), (status = "default", body = ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(update): Json<BuildUpdate>,
) -> Result<axum::Json<Registered>, ApiError> {
    let actor = proof.service(&app, Right::Builds).await?;
    let entry = app.door.register(&id, &update, &actor).await?;
    let install = Install::of(&entry.record());
    Ok(axum::Json(Registered { build: view(&app, &entry, None), install }))
}

/// Everything that the access page shows.
#[utoipa::path(get, path = "/api/v1/builds/{id}", tag = "builds", params(("id" = String, Path)),
    security(("service_key" = ["read"]), ("access_token" = [])),
    responses((status = 200, body = BuildView), (status = "default", body = ProblemBody)))]
pub async fn get(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
) -> Result<axum::Json<BuildView>, ApiError> {
    Ok(axum::Json(match proof.either(&app, Right::Read, &id).await? {
        Caller::Service(_) => view(&app, &*app.door.entry(&id).await?, None),
        Caller::Person(grant, entry) => {
            if grant.capabilities.contains(Capability::TerminalControl) {
                app.door.expect_session(&entry);
            }
            view(&app, &entry, Some(&grant))
        }
    }))
}

/// The build finished. Says whether its machine can go; ask again to learn when.
#[utoipa::path(post, path = "/api/v1/builds/{id}/finish", tag = "builds", params(("id" = String, Path)),
    request_body = FinishRequest, security(("service_key" = ["builds"])),
    responses((status = 200, body = Finished), (status = "default", body = ProblemBody)))]
pub async fn finish(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(request): Json<FinishRequest>,
) -> Result<axum::Json<Finished>, ApiError> {
    let actor = proof.service(&app, Right::Builds).await?;
    Ok(axum::Json(app.door.finish(&id, request.outcome, request.at, &actor).await?))
}
