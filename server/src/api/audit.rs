//! `/audit`: who did what, when, from where.

use axum::extract::{Query, State};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::problem::Problem;
use utoipa::{IntoParams, ToSchema};

use super::App;
use super::auth::Proof;
use super::error::{ApiError, ProblemBody};
use crate::access::BuildId;
use crate::config::Right;
use crate::store::{AuditFilter, AuditOutcome, AuditRow};

const PAGE_ROWS: u32 = 1000;

/// Which rows.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Of this build only.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    pub build: Option<BuildId>,
    /// Those behind this one; 0 for the first.
    #[serde(default)]
    pub after: i64,
    /// How many at most, 1 to 1000.
    #[serde(default = "page")]
    pub limit: u32,
}

fn page() -> u32 {
    100
}

/// One row. Rows are chained: `hash` covers the row and `prev`, the hash of the row before.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditRowView {
    /// Its place in the chain, from 1, without gaps.
    pub seq: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Which build it is about.
    pub build: Option<String>,
    /// Who: `transom`, `service:<name>`, `person:<sub>` or `unknown`.
    pub actor: String,
    /// What, for example `session.open`.
    pub action: String,
    /// `allowed`, `denied` or `ended`.
    #[schema(value_type = String, example = "allowed")]
    pub outcome: AuditOutcome,
    /// More about it.
    pub detail: serde_json::Value,
    /// Where it came from.
    pub address: Option<String>,
    /// Hash of the row before.
    pub prev: String,
    /// Hash of this row.
    pub hash: String,
}

impl From<AuditRow> for AuditRowView {
    fn from(row: AuditRow) -> Self {
        let event = row.event;
        Self {
            seq: row.seq,
            at: event.at,
            build: event.build.map(Into::into),
            actor: event.actor,
            action: event.action,
            outcome: event.outcome,
            detail: event.detail,
            address: event.address,
            prev: row.prev,
            hash: row.hash,
        }
    }
}

/// A page of rows.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The rows, oldest first.
    pub rows: Vec<AuditRowView>,
    /// What to ask for as `after` next; absent at the end.
    pub next: Option<i64>,
}

/// Rows of the audit.
#[utoipa::path(get, path = "/api/v1/audit", tag = "audit", params(AuditQuery), security(("service_key" = ["audit"])),
    responses((status = 200, body = AuditPage), (status = "default", body = ProblemBody)))]
pub async fn rows(
    State(app): State<App>,
    proof: Proof,
    query: Result<Query<AuditQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<axum::Json<AuditPage>, ApiError> {
    proof.service(&app, Right::Audit)?;
    let Ok(Query(query)) = query else { return Err(Problem::Malformed.into()) };
    if !(1..=PAGE_ROWS).contains(&query.limit) {
        return Err(Problem::Malformed.into());
    }
    let filter = AuditFilter { build: query.build, after: query.after, limit: query.limit };
    let rows: Vec<AuditRowView> =
        app.door.store().audit(&filter).await?.into_iter().map(Into::into).collect();
    let full = rows.len() == query.limit as usize;
    Ok(axum::Json(AuditPage { next: rows.last().filter(|_| full).map(|r| r.seq), rows }))
}
