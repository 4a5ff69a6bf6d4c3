//! `/sessions/{id}/viewers/{viewer}`: hand control over, remove.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use transom_protocol::wire::Role;
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::Proof;
use super::body::Json;
use super::error::{ApiError, ProblemBody};
use super::sessions::wanted;
use super::socket::role_of;
use crate::access::Grant;
use crate::config::Right;
use crate::door::Refused;

/// What a viewer is to be given.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewerChange {
    /// `true`: control, from whoever has it.
    pub control: bool,
}

/// What else a removal is to do.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RemovalOptions {
    /// Whether the link that a guest came by is revoked as well. Without that, whoever has it comes in again as
    /// another guest, as far as its uses and approval go.
    #[serde(default)]
    pub revoke_link: bool,
}

/// What a removal did.
#[derive(Debug, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct RemovedView {
    /// How many connections it cuts, at this server.
    pub disconnected: usize,
    /// The link that a guest came by, where it was not revoked as well.
    pub share: Option<String>,
}

/// Hands control of a session to one of its viewers. Whoever controls it may; one of the CI's people may where a guest
/// does, or where somebody is away or has done nothing for half a minute.
#[utoipa::path(patch, path = "/api/v1/sessions/{id}/viewers/{viewer}", tag = "sessions",
    params(("id" = String, Path), ("viewer" = String, Path)), request_body = ViewerChange,
    security(("service_key" = ["access"]), ("access_token" = ["terminal.control", "desktop.control"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn change(
    State(app): State<App>,
    proof: Proof,
    place: Result<Path<(String, String)>, PathRejection>,
    Json(change): Json<ViewerChange>,
) -> Result<StatusCode, ApiError> {
    let (id, viewer) = place.map_or((None, String::new()), |Path((id, viewer))| (Some(id), viewer));
    let (session, grant, actor) = wanted(&app, &proof, Right::Access, id.as_deref()).await?;
    if !change.control {
        let why = "Control is taken by giving it to somebody else.";
        return Err(Refused::because(Problem::Malformed, why).into());
    }
    let may_control =
        |grant: &Grant| role_of(session.family(), &grant.capabilities) == Some(Role::Controller);
    let by = grant.as_ref().map(|grant| (grant, may_control(grant)));
    app.door.hand_control(&session, &viewer, by, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes whoever looks at a session as this viewer from all sessions of the build. A guest has no way back with what
/// they were given.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}/viewers/{viewer}", tag = "sessions",
    params(("id" = String, Path), ("viewer" = String, Path), RemovalOptions),
    security(("service_key" = ["access"]), ("access_token" = ["access.end"]), ("access_token" = [])),
    responses((status = 200, body = RemovedView), (status = "default", body = ProblemBody)))]
pub async fn remove(
    State(app): State<App>,
    proof: Proof,
    place: Result<Path<(String, String)>, PathRejection>,
    options: Result<Query<RemovalOptions>, QueryRejection>,
) -> Result<axum::Json<RemovedView>, ApiError> {
    let Ok(Query(options)) = options else { return Err(Problem::Malformed.into()) };
    let (id, viewer) = place.map_or((None, String::new()), |Path((id, viewer))| (Some(id), viewer));
    let (session, grant, actor) = wanted(&app, &proof, Right::Access, id.as_deref()).await?;
    let removed = app.door.remove_viewer(&session, &viewer, grant.as_ref(), &actor).await?;
    let share = match removed.share {
        Some(share) if options.revoke_link => {
            match app.door.revoke_share(&share, grant.as_ref(), &actor).await {
                Ok(_) => None,
                // They are out all the same, and the reply says that the link is still there.
                Err(refused) if refused.problem == Problem::Forbidden => Some(share),
                Err(refused) => return Err(refused.into()),
            }
        }
        share => share,
    };
    Ok(axum::Json(RemovedView { disconnected: removed.disconnected, share }))
}
