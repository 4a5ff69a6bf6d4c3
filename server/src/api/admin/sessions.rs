//! What is live on all builds' machines: who is in, how much passes; watching, and ending it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use ts_rs::TS;
use utoipa::ToSchema;

use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::SessionId;
use crate::api::error::{ApiError, ProblemBody};
use crate::api::view::{SessionState, SessionView, ViewerView};
use crate::api::viewing::{session_view, viewers};
use crate::session::Session;

/// A live session, as administrators see it.
#[derive(Debug, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct AdminSessionView {
    /// The session.
    pub session: SessionView,
    /// What the build is called.
    pub title: String,
    /// The project that it belongs to.
    pub project: String,
    /// Who is in.
    pub viewers: Vec<ViewerView>,
    /// Bytes that came from viewers so far.
    #[ts(type = "number")]
    pub bytes_in: u64,
    /// Bytes that went to viewers so far.
    #[ts(type = "number")]
    pub bytes_out: u64,
}

/// A token that lets an administrator look at a session, and do nothing else.
#[derive(Debug, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct WatchReply {
    /// The token, for the first message on the WebSocket.
    pub token: String,
    /// When it expires; ask for another before.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The session.
    pub session: SessionView,
}

/// All live sessions of this server, oldest first.
#[utoipa::path(get, path = "/api/v1/admin/sessions", tag = "admin", security(("admin_token" = [])),
    responses((status = 200, body = Vec<AdminSessionView>), (status = "default", body = ProblemBody)))]
pub async fn list(
    State(app): State<App>,
    proof: Proof,
) -> Result<axum::Json<Vec<AdminSessionView>>, ApiError> {
    proof.admin(&app).await?;
    let mut sessions = app.door.registry().all();
    sessions.sort_by(|a, b| (a.opened_at, &a.id).cmp(&(b.opened_at, &b.id)));
    let mut views = Vec::new();
    for session in sessions {
        views.extend(view(&app, &session).await?);
    }
    Ok(axum::Json(views))
}

/// `None` of one that is over.
async fn view(app: &App, session: &Arc<Session>) -> Result<Option<AdminSessionView>, ApiError> {
    let shown = session_view(session);
    if shown.state == SessionState::Ended {
        return Ok(None);
    }
    let entry = app.door.entry(&session.build).await?;
    let about = entry.record().about.clone();
    let (bytes_in, bytes_out) = session.traffic.so_far();
    let mut viewers = viewers(app, &entry, std::slice::from_ref(session), None);
    for viewer in &mut viewers {
        // Administrators end sessions; who is inside is not theirs to say.
        (viewer.removable, viewer.may_hand) = (false, false);
    }
    let (title, project) = (about.title, about.project);
    Ok(Some(AdminSessionView { session: shown, title, project, viewers, bytes_in, bytes_out }))
}

/// A token to look at a session. Those inside see who looks, and that it is an administrator.
#[utoipa::path(post, path = "/api/v1/admin/sessions/{id}/watch", tag = "admin", params(("id" = String, Path)),
    security(("admin_token" = [])),
    responses((status = 200, body = WatchReply), (status = "default", body = ProblemBody)))]
pub async fn watch(
    State(app): State<App>,
    proof: Proof,
    SessionId(id): SessionId,
) -> Result<axum::Json<WatchReply>, ApiError> {
    let (admin, actor) = proof.admin(&app).await?;
    let session = app.door.registry().get(&id).ok_or(Problem::SessionUnknown)?;
    let watch = app.door.watch(&admin, &session, &actor).await?;
    let (token, expires_at) = (watch.token, watch.expires_at);
    Ok(axum::Json(WatchReply { token, expires_at, session: session_view(&session) }))
}

/// Closes a session: disconnects from the machine and ends its program.
#[utoipa::path(delete, path = "/api/v1/admin/sessions/{id}", tag = "admin", params(("id" = String, Path)),
    security(("admin_token" = [])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn end(
    State(app): State<App>,
    proof: Proof,
    SessionId(id): SessionId,
) -> Result<StatusCode, ApiError> {
    let (_, actor) = proof.admin(&app).await?;
    let session = app.door.registry().get(&id).ok_or(Problem::SessionUnknown)?;
    session.close(Problem::EndedByAdmin);
    app.door.note_closed(&session.build, &actor, &id).await;
    Ok(StatusCode::NO_CONTENT)
}
