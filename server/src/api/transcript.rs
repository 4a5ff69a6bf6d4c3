//! `/sessions/{id}/transcript`: what a terminal printed, as text or asciicast.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use futures_util::stream;
use serde::Deserialize;
use transom_protocol::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::Proof;
use super::body::SessionId;
use super::error::{ApiError, ProblemBody};
use crate::access::{Capability, Grant};
use crate::config::Right;
use crate::door::{Actor, Door, Entry, Handed};
use crate::recording::Format;
use crate::recording::cast::Version;

/// What form a transcript has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Plain text, as a person would have read it.
    #[default]
    Text,
    /// asciicast, to be played.
    Asciicast,
}

/// How the transcript is to look.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TranscriptQuery {
    /// `text` or `asciicast`.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub format: Form,
    /// Version of asciicast: 3 or 2.
    #[serde(default)]
    pub version: Option<u8>,
}

impl TranscriptQuery {
    fn format(&self) -> Option<Format> {
        match (self.format, self.version) {
            (Form::Text, None) => Some(Format::Text),
            (Form::Asciicast, None | Some(3)) => Some(Format::Cast(Version::Three)),
            (Form::Asciicast, Some(2)) => Some(Format::Cast(Version::Two)),
            _ => None,
        }
    }
}

/// The transcript of a terminal: whole, or up to now while it is open. The CI reads it with a service
/// key as long as it is kept; a person with an access token while access lasts.
#[utoipa::path(get, path = "/api/v1/sessions/{id}/transcript", tag = "sessions",
    params(("id" = String, Path), TranscriptQuery),
    security(("service_key" = ["recordings"]), ("access_token" = ["terminal.view"])),
    responses(
        (status = 200, description = "The transcript, streamed",
            content((String = "text/plain"), (String = "application/x-asciicast"))),
        (status = "default", body = ProblemBody)))]
pub async fn get(
    State(app): State<App>,
    proof: Proof,
    SessionId(id): SessionId,
    query: Result<Query<TranscriptQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<(HeaderMap, Body), ApiError> {
    let (caller, format) = match proof.is_service() {
        true => (Err(proof.service(&app, Right::Recordings).await?), read(query)?),
        false => (Ok(proof.person(&app).await?), read(query)?),
    };
    match caller {
        Err(actor) => {
            let handed = app.door.transcript(&id, format, &actor).await?;
            Ok(reply(handed, format, None))
        }
        Ok((grant, entry)) => {
            let actor = Actor::of(&grant, proof.address);
            let handed = app.door.transcript_for(&grant, &id, format, &actor).await?;
            Ok(reply(handed, format, Some((app.door.clone(), entry, grant))))
        }
    }
}

fn read(
    query: Result<Query<TranscriptQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Format, ApiError> {
    let format = query.ok().and_then(|Query(query)| query.format());
    format.ok_or_else(|| Problem::Malformed.into())
}

/// The body is read as fast as it is taken, and no further than access lasts for whoever needs it.
fn reply(handed: Handed, format: Format, until: Option<(Door, Arc<Entry>, Grant)>) -> (HeaderMap, Body) {
    let build = String::from(handed.build).replace([':', '.'], "-");
    let name = format!("transom-{build}-{}.{}", handed.began.strftime("%Y%m%d-%H%M%S"), format.extension());
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(disposition) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    let pieces = stream::unfold(Some(handed.transcript), move |transcript| {
        let until = until.clone();
        async move {
            if let Some((door, entry, grant)) = until
                && let Err(refused) = door.still_allows(&entry, &grant, Capability::TerminalView)
            {
                return transcript.map(|_| (Err(refused), None));
            }
            transcript?.next().await.map(|(piece, rest)| (Ok(piece), Some(rest)))
        }
    });
    (headers, Body::from_stream(pieces))
}
