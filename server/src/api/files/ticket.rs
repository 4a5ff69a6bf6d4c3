//! Tickets: what a page gets for its token, so that the browser itself can fetch a file.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::content::send;
use super::{FileView, PathView, asked};
use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::{Build, Json};
use crate::api::error::{ApiError, ProblemBody};
use crate::door::{Actor, Part};

/// Which file.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketRequest {
    /// Its path in the exact form: percent-encoded.
    pub path: String,
}

/// A ticket to one file.
#[derive(Debug, Clone, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct TicketView {
    /// Where the browser fetches it, once.
    pub url: String,
    /// Until when that has to begin.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// The file as it is now.
    pub file: FileView,
}

/// Gives out a ticket to a file: an address that is good once, for a minute at most, and no longer than the
/// token.
#[utoipa::path(post, path = "/api/v1/builds/{id}/files/tickets", tag = "files", params(("id" = String, Path)),
    request_body = TicketRequest, security(("access_token" = ["files.read"])),
    responses((status = 201, body = TicketView), (status = "default", body = ProblemBody)))]
pub async fn issue(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(request): Json<TicketRequest>,
) -> Result<(StatusCode, axum::Json<TicketView>), ApiError> {
    let (grant, entry) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let ticket = app.door.issue_ticket(&grant, &entry, &asked::read(&request.path)?, &actor).await?;
    let view = TicketView {
        url: format!("{}/api/v1/downloads/{}", app.config.public_url.as_str(), ticket.secret),
        expires_at: ticket.expires_at,
        file: FileView::new(PathView::of(&ticket.path), ticket.attributes, false),
    };
    Ok((StatusCode::CREATED, axum::Json(view)))
}

/// Fetches the file of a ticket, whole. The ticket is used up, whatever comes of it.
#[utoipa::path(get, path = "/api/v1/downloads/{id}", tag = "files", params(("id" = String, Path)), security(()),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = "default", body = ProblemBody)))]
pub async fn redeem(
    State(app): State<App>,
    proof: Proof,
    ticket: Result<Path<String>, axum::extract::rejection::PathRejection>,
) -> Result<Response, ApiError> {
    // One that is no text is as wrong as any other.
    let secret = ticket.map(|Path(secret)| secret).unwrap_or_default();
    let unknown = Actor::Unknown { address: proof.address };
    let (grant, entry, asked) = app.door.redeem_ticket(&secret, &unknown).await?;
    let actor = Actor::of(&grant, proof.address);
    let download = app.door.download(&grant, &entry, &asked, |_| Part::Whole, &actor).await?;
    Ok(send(&app, download))
}
