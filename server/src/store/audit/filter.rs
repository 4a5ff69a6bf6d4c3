//! Finding rows of the audit.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::{AuditOutcome, AuditRow, Text};
use crate::access::BuildId;
use crate::store::{Store, StoreError};

/// Which rows of the audit. What is not said excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Of this build.
    pub build: Option<BuildId>,
    /// Of builds of this project, as the CI names it now.
    pub project: Option<String>,
    /// By this actor: `service:ci`, or somebody's `sub` alone.
    pub actor: Option<String>,
    /// This action, or all that begin with it and a dot: `share` has `share.create`.
    pub action: Option<String>,
    /// With this outcome.
    pub outcome: Option<AuditOutcome>,
    /// At this moment or later.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// From this address.
    pub address: Option<String>,
    /// Those with a greater number than this.
    pub after: i64,
    /// Those with a smaller number than this.
    pub before: Option<i64>,
    /// The newest first, otherwise the oldest.
    pub newest_first: bool,
    /// So many at most.
    pub limit: u32,
}

impl Store {
    /// Rows of the audit.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let mut sql = "SELECT * FROM audit WHERE seq > $1 AND seq < $2".to_owned();
        let mut texts = Vec::new();
        let mut also = |condition: &str, value: Option<String>| {
            if let Some(value) = value {
                texts.push(value);
                // After the three numbers.
                let place = format!("${}", texts.len() + 3);
                sql.push_str(" AND ");
                sql.push_str(&condition.replace('?', &place));
            }
        };
        also("build = ?", filter.build.as_ref().map(ToString::to_string));
        also("build IN (SELECT id FROM builds WHERE project = ?)", filter.project.clone());
        let actor = "actor IN (?, 'person:' || ?, 'guest:' || ?, 'service:' || ?, 'admin:' || ?)";
        also(actor, filter.actor.clone());
        match filter.action.as_deref() {
            // No wildcard is left that means something to LIKE.
            Some(action) if action.chars().all(|c| c.is_ascii_lowercase() || c == '.') => {
                also("(action = ? OR action LIKE ? || '.%')", Some(action.to_owned()));
            }
            other => also("action = ?", other.map(str::to_owned)),
        }
        also("outcome = ?", filter.outcome.map(|outcome| outcome.name().to_owned()));
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string().replace('Z', ""));
        also("REPLACE(at, 'Z', '') >= ?", time(filter.since));
        also("REPLACE(at, 'Z', '') < ?", time(filter.until));
        also("address = ?", filter.address.clone());
        sql.push_str(if filter.newest_first {
            " ORDER BY seq DESC LIMIT $3"
        } else {
            " ORDER BY seq LIMIT $3"
        });
        // Only what stands above is in it; whatever was asked for is bound.
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(filter.after)
            .bind(filter.before.unwrap_or(i64::MAX))
            .bind(i64::from(filter.limit));
        for text in texts {
            query = query.bind(text);
        }
        query.fetch_all(&self.pool).await?.iter().map(|row| Text::read(row)?.row()).collect()
    }

    /// The number of the newest row; 0 where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn audit_end(&self) -> Result<i64, StoreError> {
        use sqlx::Row as _;
        let head = sqlx::query("SELECT seq FROM audit_head WHERE id = 1").fetch_one(&self.pool).await?;
        Ok(head.try_get("seq")?)
    }

    pub(in crate::store) async fn audit_page(
        &self,
        after: i64,
        limit: i64,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let query = sqlx::query("SELECT * FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2");
        Ok(query.bind(after).bind(limit).fetch_all(&self.pool).await?)
    }
}
