//! `/audit`: who did what, when, from where. In pages, or all that matches as one file.

pub mod export;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use transom_protocol::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::Proof;
use super::error::{ApiError, ProblemBody};
use super::paging;
use crate::access::BuildId;
use crate::config::Right;
use crate::door::Refused;
use crate::store::{AuditFilter, AuditOutcome, AuditRow};

/// Longest text to filter by, in bytes.
const TEXT_BYTES: usize = 256;

/// Which rows. What is not said excludes nothing.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Of this build.
    #[param(value_type = Option<String>)]
    pub build: Option<BuildId>,
    /// Of builds of this project.
    pub project: Option<String>,
    /// By this actor: `service:ci`, `transom`, or somebody's `sub` alone.
    pub actor: Option<String>,
    /// This action, or all that begin with it and a dot: `share` has `share.create` and `share.redeem`.
    pub action: Option<String>,
    /// `allowed`, `denied` or `ended`.
    #[param(value_type = Option<String>)]
    pub outcome: Option<AuditOutcome>,
    /// At this moment or later (RFC 3339).
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    /// Before this moment (RFC 3339).
    #[param(value_type = Option<String>)]
    pub until: Option<Timestamp>,
    /// From this address.
    pub address: Option<String>,
    /// Those behind this one; 0 for the first.
    #[serde(default)]
    pub after: i64,
    /// Those before this one.
    pub before: Option<i64>,
    /// `oldest` or `newest` first.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub order: Order,
    /// How many at most, 1 to 1000. A file has all.
    #[serde(default = "paging::usual")]
    pub limit: u32,
    /// `json` for a page, `ndjson` for a file; otherwise the header `Accept` says.
    #[param(value_type = Option<String>)]
    pub format: Option<Format>,
}

/// Which row comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The oldest.
    #[default]
    Oldest,
    /// The newest.
    Newest,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One document, a page.
    Json,
    /// One row a line, all of them.
    Ndjson,
}

impl AuditQuery {
    /// What is asked for, by the names of the parameters.
    fn wanted(&self) -> Value {
        let mut wanted = json!({
            "build": self.build, "project": self.project, "actor": self.actor, "action": self.action,
            "outcome": self.outcome, "since": self.since, "until": self.until, "address": self.address,
        });
        if let Some(wanted) = wanted.as_object_mut() {
            wanted.retain(|_, value| !value.is_null());
        }
        wanted
    }

    /// # Errors
    /// [`Problem::Malformed`], with what cannot be.
    pub fn filter(&self) -> Result<AuditFilter, Refused> {
        let texts = [
            ("project", &self.project),
            ("actor", &self.actor),
            ("action", &self.action),
            ("address", &self.address),
        ];
        for (name, text) in texts {
            let text = text.as_deref().unwrap_or("-");
            if text.is_empty() || text.len() > TEXT_BYTES || text.chars().any(char::is_control) {
                return Err(Refused::because(
                    Problem::Malformed,
                    format!("The parameter {name} is not valid."),
                ));
            }
        }
        if let (Some(since), Some(until)) = (self.since, self.until)
            && since >= until
        {
            return Err(Refused::because(Problem::Malformed, "The parameter since has to be before until."));
        }
        Ok(AuditFilter {
            build: self.build.clone(),
            project: self.project.clone(),
            actor: self.actor.clone(),
            action: self.action.clone(),
            outcome: self.outcome,
            since: self.since,
            until: self.until,
            address: self.address.clone(),
            after: self.after,
            before: self.before,
            newest_first: self.order == Order::Newest,
            limit: self.limit,
        })
    }
}

/// A page of rows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The rows.
    pub rows: Vec<AuditRow>,
    /// What to ask for next, as `after` or, newest first, as `before`; absent at the end.
    pub next: Option<i64>,
}

/// Rows of the audit. With `Accept: application/x-ndjson` or `format=ndjson` all that match as they are now,
/// oldest first, one a line: `transom audit verify --file` checks such a file.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery),
    security(("service_key" = ["audit"]), ("admin_token" = [])),
    responses((status = 200, content(
        (AuditPage = "application/json"), (AuditRow = "application/x-ndjson"))),
        (status = "default", body = ProblemBody)))]
pub async fn rows(
    State(app): State<App>,
    proof: Proof,
    headers: HeaderMap,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Result<Response, ApiError> {
    let actor = proof.service_or_admin(&app, Right::Audit).await?;
    let query = paging::read(query, |query| query.limit)?;
    let filter = query.filter()?;
    let accepted = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let wants_lines = accepted.split(',').any(|kind| kind.trim().starts_with(export::CONTENT_TYPE));
    if query.format.map_or(wants_lines, |format| format == Format::Ndjson) {
        let response = export::send(&app, filter).await?;
        app.door.note_export(&actor, query.wanted()).await?;
        return Ok(response);
    }
    let rows = app.door.store().audit(&filter).await?;
    let full = rows.len() == filter.limit as usize;
    Ok(axum::Json(AuditPage { next: rows.last().filter(|_| full).map(|r| r.seq), rows }).into_response())
}
