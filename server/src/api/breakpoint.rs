//! `/builds/{id}/breakpoint`: a build waits until somebody says how it goes on.

use std::time::Duration;

use axum::extract::{Query, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::{Caller, Proof};
use super::body::{Build, Json};
use super::error::{ApiError, ProblemBody};
use crate::access::breakpoint::{BreakpointState, Decision, Stop};
use crate::access::build::BuildRecord;
use crate::access::{Grant, Person};
use crate::config::Right;
use crate::door::{Actor, may_decide};

/// Longest that a question waits for its answer, in seconds.
const WAIT_S: u64 = 30;

/// Where a build waits, or waited last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct BreakpointView {
    /// Counts the build's breakpoints.
    #[ts(type = "number")]
    pub number: u64,
    /// At which step; the first is 1.
    pub step: u32,
    /// Whether the build waits, and what came of it where it does not.
    pub state: BreakpointState,
    /// Since when.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub asked_at: Timestamp,
    /// Until when it waits at most.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// When it was decided or over.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
    /// Who decided.
    pub by: Option<Person>,
    /// Why the asking person may not decide, as a sentence.
    pub reason: Option<String>,
}

/// Where the build waits.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StopRequest {
    /// Counts the build's breakpoints. The same again changes nothing; a lower one is refused.
    pub number: u64,
    /// The step that it waits at; the first is 1.
    #[schema(minimum = 1, maximum = 500)]
    pub step: u32,
    /// How long it waits, in seconds; at most until the build's time limit.
    #[schema(minimum = 1)]
    pub timeout_s: u32,
}

/// How the build goes on.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideRequest {
    /// The breakpoint that is decided.
    pub number: u64,
    /// `continue` or `abort`.
    pub decision: Decision,
}

/// How long a question may wait.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct WaitQuery {
    /// For so many seconds, at most 30, the answer waits for a decision.
    #[serde(default)]
    pub wait_s: u64,
}

/// A build's breakpoint for whoever holds `grant`, or for the CI.
pub fn breakpoint_view(
    record: &BuildRecord,
    now: Timestamp,
    grant: Option<&Grant>,
) -> Option<BreakpointView> {
    let breakpoint = record.breakpoint.as_ref()?;
    let over = record.breakpoint_over(now);
    let refused = grant.map(may_decide).and_then(Result::err);
    Some(BreakpointView {
        number: breakpoint.number,
        step: breakpoint.step,
        state: over.as_ref().map_or(BreakpointState::Waiting, |over| over.state),
        asked_at: breakpoint.asked_at,
        until: record.breakpoint_until().unwrap_or(breakpoint.until),
        at: over.as_ref().map(|over| over.at),
        by: over.and_then(|over| over.by),
        reason: refused.map(|refused| refused.detail),
    })
}

/// The build waits at a step until somebody decides how it goes on, or the time is up.
#[utoipa::path(put, path = "/api/v1/builds/{id}/breakpoint", tag = "breakpoint", params(("id" = String, Path)),
    request_body = StopRequest, security(("service_key" = ["builds"])),
    responses((status = 200, body = BreakpointView), (status = "default", body = ProblemBody)))]
pub async fn put(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(request): Json<StopRequest>,
) -> Result<axum::Json<BreakpointView>, ApiError> {
    let actor = proof.service(&app, Right::Builds).await?;
    let StopRequest { number, step, timeout_s } = request;
    let entry = app.door.stop_at(&id, Stop { number, step, timeout_s }, &actor).await?;
    reply(&app, &entry.record(), None)
}

/// Whether the build waits. With `wait_s` the answer comes once it does not, or after so many seconds.
#[utoipa::path(get, path = "/api/v1/builds/{id}/breakpoint", tag = "breakpoint",
    params(("id" = String, Path), WaitQuery),
    security(("service_key" = ["builds"]), ("access_token" = [])),
    responses((status = 200, body = BreakpointView), (status = "default", body = ProblemBody)))]
pub async fn get(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    query: Result<Query<WaitQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::Json<BreakpointView>, ApiError> {
    let grant = match proof.either(&app, Right::Builds, &id).await? {
        Caller::Service(_) => None,
        Caller::Person(grant, _) => Some(grant),
    };
    let Ok(Query(WaitQuery { wait_s })) = query else { return Err(Problem::Malformed.into()) };
    if wait_s > WAIT_S {
        return Err(Problem::Malformed.into());
    }
    let record = app.door.once_decided(&id, Duration::from_secs(wait_s)).await?;
    if grant.is_some() {
        // What they were allowed may have ended while they waited.
        proof.person_of(&app, &id).await?;
    }
    reply(&app, &record, grant.as_ref())
}

/// Decides how the build goes on. The first decision counts; whoever comes second learns who was first. Guests may
/// not.
#[utoipa::path(post, path = "/api/v1/builds/{id}/breakpoint/decide", tag = "breakpoint",
    params(("id" = String, Path)), request_body = DecideRequest,
    security(("access_token" = ["terminal.control"]), ("access_token" = ["desktop.control"])),
    responses((status = 200, body = BreakpointView), (status = "default", body = ProblemBody)))]
pub async fn decide(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
    Json(request): Json<DecideRequest>,
) -> Result<axum::Json<BreakpointView>, ApiError> {
    let (grant, _) = proof.person_of(&app, &id).await?;
    let actor = Actor::of(&grant, proof.address);
    let entry = app.door.decide(&grant, request.number, request.decision, &actor).await?;
    reply(&app, &entry.record(), Some(&grant))
}

fn reply(
    app: &App,
    record: &BuildRecord,
    grant: Option<&Grant>,
) -> Result<axum::Json<BreakpointView>, ApiError> {
    let view = breakpoint_view(record, app.door.now(), grant).ok_or(Problem::NotFound)?;
    Ok(axum::Json(view))
}
