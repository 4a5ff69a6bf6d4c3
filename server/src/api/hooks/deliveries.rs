//! Deliveries of events: what was sent to a hook, what came of it, and sending it again.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use crate::access::event::EventKind;
use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::{Build, HookId};
use crate::api::error::{ApiError, ProblemBody};
use crate::api::paging;
use crate::config::Right;
use crate::door::{DeliveryFilter, DeliveryRow, DeliveryState, Place};

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only those in this state.
    #[serde(default)]
    pub state: Option<DeliveryState>,
    /// Only those older than the last of the page before: its `next`.
    #[serde(default)]
    pub before: Option<String>,
    /// How many at most, 1 to 1000.
    #[serde(default = "paging::usual")]
    pub limit: u32,
}

/// One event on its way to one hook.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryView {
    /// Id of the event: the header `webhook-id`.
    pub event: String,
    /// The hook.
    pub hook: String,
    /// The build that it is about.
    pub build: String,
    /// Its place among those of the build to the hook, from 1.
    pub ordinal: i64,
    /// Kind of the event.
    #[schema(value_type = EventKind)]
    pub kind: String,
    /// What is sent.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    /// When the event happened.
    #[schema(value_type = String, format = DateTime)]
    pub made_at: Timestamp,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: i64,
    /// When it is to be sent next.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
    /// When it was sent last.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// The HTTP status of the last answer.
    pub last_status: Option<u16>,
    /// What was wrong the last time, in words.
    pub last_error: Option<String>,
}

impl From<DeliveryRow> for DeliveryView {
    fn from(row: DeliveryRow) -> Self {
        Self {
            event: row.event,
            hook: row.hook,
            build: row.build.into(),
            ordinal: row.ordinal,
            kind: row.kind,
            body: serde_json::from_str(&row.body).unwrap_or_default(),
            made_at: row.made_at,
            state: row.state,
            attempts: row.attempts,
            next_at: Some(row.next_at).filter(|_| row.state == DeliveryState::Pending),
            last_at: row.last_at,
            last_status: row.last_status,
            last_error: row.last_error,
        }
    }
}

/// A page of deliveries.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPage {
    /// The deliveries, newest first.
    pub deliveries: Vec<DeliveryView>,
    /// What to ask for as `before` next; absent at the end.
    pub next: Option<String>,
}

/// Deliveries to a hook, newest first. They are kept for 30 days.
#[utoipa::path(get, path = "/api/v1/hooks/{hook}/deliveries", tag = "hooks",
    params(("hook" = String, Path), DeliveryQuery), security(("service_key" = ["hooks"])),
    responses((status = 200, body = DeliveryPage), (status = "default", body = ProblemBody)))]
pub async fn to_hook(
    State(app): State<App>,
    proof: Proof,
    HookId(hook): HookId,
    query: Result<Query<DeliveryQuery>, QueryRejection>,
) -> Result<axum::Json<DeliveryPage>, ApiError> {
    proof.service(&app, Right::Hooks).await?;
    let filter = DeliveryFilter { hook: Some(hook), ..filter(query)? };
    page_of(&app, &filter).await
}

/// Deliveries about a build, newest first. They are kept for 30 days.
#[utoipa::path(get, path = "/api/v1/builds/{id}/deliveries", tag = "hooks",
    params(("id" = String, Path), DeliveryQuery), security(("service_key" = ["hooks"])),
    responses((status = 200, body = DeliveryPage), (status = "default", body = ProblemBody)))]
pub async fn of_build(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    query: Result<Query<DeliveryQuery>, QueryRejection>,
) -> Result<axum::Json<DeliveryPage>, ApiError> {
    proof.service(&app, Right::Hooks).await?;
    app.door.entry(&id).await?;
    let filter = DeliveryFilter { build: Some(id), ..filter(query)? };
    page_of(&app, &filter).await
}

/// Sends an event to a hook again, whatever came of it before, with the same id.
#[utoipa::path(post, path = "/api/v1/hooks/{hook}/deliveries/{event}/redeliver", tag = "hooks",
    params(("hook" = String, Path), ("event" = String, Path)), security(("service_key" = ["hooks"])),
    responses((status = 202), (status = "default", body = ProblemBody)))]
pub async fn redeliver(
    State(app): State<App>,
    proof: Proof,
    path: Result<Path<(String, String)>, axum::extract::rejection::PathRejection>,
) -> Result<StatusCode, ApiError> {
    let actor = proof.service(&app, Right::Hooks).await?;
    let Ok(Path((hook, event))) = path else { return Err(Problem::NotFound.into()) };
    app.door.redeliver(&hook, &event, &actor).await?;
    Ok(StatusCode::ACCEPTED)
}

fn filter(query: Result<Query<DeliveryQuery>, QueryRejection>) -> Result<DeliveryFilter, ApiError> {
    let query = paging::read(query, |query| query.limit)?;
    let before = query.before.map(|text| place(&text).ok_or(Problem::Malformed)).transpose()?;
    Ok(DeliveryFilter { hook: None, build: None, state: query.state, before, limit: query.limit })
}

/// Where a page ends.
fn place(text: &str) -> Option<Place> {
    let mut parts = text.splitn(4, '.');
    let mut part = || parts.next();
    let (at, ordinal) = (part()?.parse().ok()?, part()?.parse().ok()?);
    Some((Timestamp::from_millisecond(at).ok()?, ordinal, part()?.to_owned(), part()?.to_owned()))
}

async fn page_of(app: &App, filter: &DeliveryFilter) -> Result<axum::Json<DeliveryPage>, ApiError> {
    let rows = app.door.deliveries(filter).await?;
    let full = rows.len() == filter.limit as usize;
    let last = rows.last().filter(|_| full);
    let next = last
        .map(|row| format!("{}.{}.{}.{}", row.made_at.as_millisecond(), row.ordinal, row.event, row.hook));
    Ok(axum::Json(DeliveryPage { next, deliveries: rows.into_iter().map(Into::into).collect() }))
}
