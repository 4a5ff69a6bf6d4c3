//! `/builds/{id}/access`: turn access on, end it.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Proof};
use super::body::{Build, Json, MaybeJson};
use super::error::{ApiError, ProblemBody};
use super::view::AccessView;
use super::viewing::access_view;
use crate::access::Capability;
use crate::access::lifecycle::Cause;
use crate::config::Right;
use crate::door::{Actor, Enable, may_extend, require};

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

/// How much more time somebody asks for.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtendRequest {
    /// How many minutes; as many as the policy allows at once, where it is left out or more.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub minutes: Option<u16>,
}

/// Puts off the end of access to a finished build while nobody is there, at most to the build's time limit. May be
/// asked for again and again, and counts from the end as it was. Guests may not.
#[utoipa::path(post, path = "/api/v1/builds/{id}/access/extend", tag = "access", params(("id" = String, Path)),
    request_body = Option<ExtendRequest>,
    security(("service_key" = ["access"]), ("access_token" = ["terminal.control"]), ("access_token" = ["desktop.control"]), ("access_token" = ["access.end"])),
    responses((status = 200, body = AccessView), (status = "default", body = ProblemBody)))]
pub async fn extend(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    MaybeJson(request): MaybeJson<ExtendRequest>,
) -> Result<axum::Json<AccessView>, ApiError> {
    let actor = match proof.either(&app, Right::Access, &id).await? {
        Caller::Service(key) => proof.actor_of(&key),
        Caller::Person(grant, _) => {
            let actor = Actor::of(&grant, proof.address);
            app.door.denied(Some(&id), &actor, "access.extended", may_extend(&grant)).await?;
            actor
        }
    };
    if request.minutes == Some(0) {
        return Err(Problem::Malformed.into());
    }
    let seconds = request.minutes.map(|minutes| u32::from(minutes) * 60);
    let entry = app.door.extend(&id, seconds, &actor).await?;
    Ok(axum::Json(access_view(&app, &entry)))
}
