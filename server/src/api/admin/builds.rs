//! Finding builds, and ending access to one.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use ts_rs::TS;
use utoipa::{IntoParams, ToSchema};

use crate::access::BuildId;
use crate::access::build::{Outcome, Progress};
use crate::access::lifecycle::{Cause, State as Life, sentence};
use crate::api::App;
use crate::api::auth::Proof;
use crate::api::body::Build;
use crate::api::error::{ApiError, ProblemBody};
use crate::api::paging;
use crate::store::{BuildFilter, BuildPlace, FoundBuild};

/// Longest text to search for, in bytes.
const TEXT_BYTES: usize = 256;
/// Words to search for at once.
const WORDS: usize = 8;

/// Which builds. What is not said excludes nothing.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BuildQuery {
    /// Words that all stand in id, number, title, project, branch or who started it.
    #[serde(default)]
    pub q: String,
    /// Of exactly this project.
    pub project: Option<String>,
    /// `queued`, `running` or `finished`.
    pub state: Option<Progress>,
    /// Whether access to it can still change.
    pub open: Option<bool>,
    /// Started at this moment or later (RFC 3339).
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Started before this moment (RFC 3339).
    #[param(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// Only those older than the last of the page before: its `next`.
    pub before: Option<String>,
    /// How many at most, 1 to 1000.
    #[serde(default = "paging::usual")]
    pub limit: u32,
}

/// A build that was found.
#[derive(Debug, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FoundBuildView {
    /// The CI's own id.
    pub id: String,
    /// The build's number as people say it.
    pub number: Option<String>,
    /// What the build is called.
    pub title: String,
    /// The project that it belongs to.
    pub project: String,
    /// Branch or tag.
    pub branch: Option<String>,
    /// Where the build is.
    pub state: Progress,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it started.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// The state of access.
    pub access: Life,
    /// The same as a sentence.
    pub sentence: String,
}

/// A page of builds.
#[derive(Debug, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct FoundBuildPage {
    /// The builds, newest first.
    pub builds: Vec<FoundBuildView>,
    /// What to ask for as `before` next; absent at the end.
    pub next: Option<String>,
}

/// Builds of the whole store, newest first.
#[utoipa::path(get, path = "/api/v1/admin/builds", tag = "admin", params(BuildQuery),
    security(("admin_token" = [])),
    responses((status = 200, body = FoundBuildPage), (status = "default", body = ProblemBody)))]
pub async fn search(
    State(app): State<App>,
    proof: Proof,
    query: Result<Query<BuildQuery>, QueryRejection>,
) -> Result<axum::Json<FoundBuildPage>, ApiError> {
    proof.admin(&app).await?;
    let query = paging::read(query, |query| query.limit)?;
    let words: Vec<_> = query.q.split_whitespace().map(str::to_owned).collect();
    let is_text = |text: &str| text.len() <= TEXT_BYTES && !text.contains('\0');
    if words.len() > WORDS || !is_text(&query.q) || !query.project.as_deref().is_none_or(is_text) {
        return Err(Problem::Malformed.into());
    }
    let filter = BuildFilter {
        words,
        project: query.project,
        progress: query.state,
        open: query.open,
        since: query.since,
        until: query.until,
        before: query.before.map(|text| place(&text).ok_or(Problem::Malformed)).transpose()?,
        limit: query.limit,
    };
    let found = app.door.store().find_builds(&filter).await?;
    let full = found.len() == filter.limit as usize;
    let next = found.last().filter(|_| full).map(|last| format!("{}.{}", last.place.0, last.place.1));
    let builds = found.into_iter().map(|build| view(&app, build)).collect();
    Ok(axum::Json(FoundBuildPage { builds, next }))
}

/// Where a page ends.
fn place(text: &str) -> Option<BuildPlace> {
    let (ordinal, id) = text.split_once('.')?;
    Some((ordinal.parse().ok()?, BuildId::try_from(id.to_owned()).ok()?.into()))
}

fn view(app: &App, found: FoundBuild) -> FoundBuildView {
    let record = found.record;
    let life = app.door.life(&record);
    FoundBuildView {
        id: record.id.to_string(),
        state: record.progress(),
        outcome: record.facts.finished.map(|(_, outcome)| outcome),
        started_at: record.facts.started_at,
        number: record.about.number,
        title: record.about.title,
        project: record.about.project,
        branch: record.about.branch,
        access: life.state,
        sentence: sentence(&life),
    }
}

/// Ends access to a build, for everybody and for good.
#[utoipa::path(delete, path = "/api/v1/admin/builds/{id}/access", tag = "admin", params(("id" = String, Path)),
    security(("admin_token" = [])),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub async fn end_access(
    State(app): State<App>,
    proof: Proof,
    Build(id): Build,
) -> Result<StatusCode, ApiError> {
    let (_, actor) = proof.admin(&app).await?;
    app.door.end(&id, Cause::EndedByUser, &actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
