//! Sessions: open, list, look, close.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Family, Size};
use utoipa::ToSchema;

use super::App;
use super::auth::{Caller, Proof};
use super::body::{Build, Json, SessionId};
use super::error::{ApiError, ProblemBody};
use super::socket::capabilities_of;
use super::view::SessionView;
use super::viewing::{may_know, session_view};
use crate::access::Grant;
use crate::config::Right;
use crate::door::{Actor, Refused, require};
use crate::session::Session;

/// A session that somebody wants.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenRequest {
    /// `terminal` or `desktop`.
    #[schema(value_type = String, example = "terminal")]
    pub family: Family,
    /// A terminal's size: `{"cols": 80, "rows": 24}`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub size: Size,
}

/// Opens a session; replies when it is live.
#[utoipa::path(post, path = "/api/v1/builds/{id}/sessions", tag = "sessions", params(("id" = String, Path)),
    request_body = OpenRequest, security(("access_token" = ["terminal.control"])),
    responses((status = 201, body = SessionView), (status = "default", body = ProblemBody)))]
pub async fn open(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(request): Json<OpenRequest>,
) -> Result<(StatusCode, axum::Json<SessionView>), ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    if !request.size.is_valid() {
        return Err(Problem::Malformed.into());
    }
    let actor = Actor::of(&grant, proof.address);
    let session = app.door.open_session(&grant, &entry, request.family, request.size, &actor).await?;
    Ok((StatusCode::CREATED, axum::Json(session_view(&session))))
}

/// Sessions of a build, oldest first.
#[utoipa::path(get, path = "/api/v1/builds/{id}/sessions", tag = "sessions", params(("id" = String, Path)),
    security(("service_key" = ["read"]), ("access_token" = [])),
    responses((status = 200, body = Vec<SessionView>), (status = "default", body = ProblemBody)))]
pub async fn list(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
) -> Result<axum::Json<Vec<SessionView>>, ApiError> {
    let grant = match proof.either(&app, Right::Read, &id).await? {
        Caller::Service(_) => {
            app.door.entry(&id).await?;
            None
        }
        Caller::Person(grant, _) => Some(grant),
    };
    let mut sessions = app.door.registry().all_of(&id);
    sessions.retain(|session| grant.as_ref().is_none_or(|grant| may_know(grant, session)));
    Ok(axum::Json(sessions.iter().map(|s| session_view(s)).collect()))
}

/// One session.
#[utoipa::path(get, path = "/api/v1/sessions/{id}", tag = "sessions", params(("id" = String, Path)),
    security(("service_key" = ["read"]), ("access_token" = [])),
    responses((status = 200, body = SessionView), (status = "default", body = ProblemBody)))]
pub async fn get(
    State(app): State<App>,
    proof: Proof,
    SessionId(id): SessionId,
) -> Result<axum::Json<SessionView>, ApiError> {
    let (session, ..) = wanted(&app, &proof, Right::Read, Some(&id)).await?;
    Ok(axum::Json(session_view(&session)))
}

/// Closes a session: disconnects from the machine and ends its program. Guests close what they have opened.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "sessions", params(("id" = String, Path)),
    security(("service_key" = ["access"]), ("access_token" = ["terminal.control"]), ("access_token" = ["desktop.control"])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn delete(
    State(app): State<App>,
    proof: Proof,
    SessionId(id): SessionId,
) -> Result<StatusCode, ApiError> {
    let (session, grant, actor) = wanted(&app, &proof, Right::Access, Some(&id)).await?;
    if let Some(grant) = grant {
        let may = may_close(&grant, &session);
        app.door.denied(Some(&session.build), &actor, "session.close", may).await?;
    }
    session.close(Problem::SessionUnknown);
    app.door.note_closed(&session.build, &actor, &id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// A session, for whoever may know of it: with a service key that has `right`, or of its build. One of another build is
/// as unknown as none. `id` is `None` where the path holds none.
pub(super) async fn wanted(
    app: &App,
    proof: &Proof,
    right: Right,
    id: Option<&str>,
) -> Result<(Arc<Session>, Option<Grant>, Actor), ApiError> {
    let registry = app.door.registry();
    if proof.is_service() {
        let actor = proof.service(app, right).await?;
        let session = id.and_then(|id| registry.get(id)).ok_or(Problem::SessionUnknown)?;
        return Ok((session, None, actor));
    }
    let (grant, _) = proof.person(app).await?;
    let actor = Actor::of(&grant, proof.address);
    let session = id.and_then(|id| registry.of_build(&grant.build, id));
    let session = session.filter(|session| may_know(&grant, session)).ok_or(Problem::SessionUnknown)?;
    Ok((session, Some(grant), actor))
}

/// Whoever may control sessions of that family; a guest only one that they have opened.
fn may_close(grant: &Grant, session: &Session) -> Result<(), Refused> {
    let (control, _) = capabilities_of(session.family());
    require(grant, control)?;
    if grant.share.is_some() && session.opened_by.sub != grant.person.sub {
        return Err(Refused::because(Problem::Forbidden, "Guests close only what they have opened."));
    }
    Ok(())
}
