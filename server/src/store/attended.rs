//! How long somebody was at the machines of a project, by day.

use jiff::Timestamp;
use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};
use crate::access::BuildId;
use crate::access::minutes::{DAY_MS, Turn, by_day};

/// Writes down that somebody came or the last one went, in the transaction that changes the build.
pub(super) async fn note(
    transaction: &mut Transaction<'static, Any>,
    build: &BuildId,
    project: &str,
    turn: &Turn,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM attending WHERE build = $1")
        .bind(build.as_str())
        .execute(&mut **transaction)
        .await?;
    for (day, ms) in turn.over.into_iter().flat_map(|(from, to)| by_day(from, to)) {
        let query = sqlx::query(
            "INSERT INTO attended (project, day, ms) VALUES ($1, $2, $3) \
             ON CONFLICT (project, day) DO UPDATE SET ms = attended.ms + excluded.ms",
        );
        query.bind(project).bind(day).bind(ms).execute(&mut **transaction).await?;
    }
    if let Some(since) = turn.since {
        let query = sqlx::query("INSERT INTO attending (build, project, since) VALUES ($1, $2, $3)");
        let query = query.bind(build.as_str()).bind(project).bind(since.as_millisecond());
        query.execute(&mut **transaction).await?;
    }
    Ok(())
}

impl Store {
    /// How many milliseconds of the day of `now` somebody was at the machines of a project, those who are
    /// there included.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn attended_today(&self, project: &str, now: Timestamp) -> Result<i64, StoreError> {
        let now = now.as_millisecond();
        let day = now.div_euclid(DAY_MS);
        let query = sqlx::query("SELECT ms FROM attended WHERE project = $1 AND day = $2");
        let row = query.bind(project).bind(day).fetch_optional(&self.pool).await?;
        let mut ms: i64 = row.map(|row| row.try_get("ms")).transpose()?.unwrap_or_default();
        let query = sqlx::query("SELECT since FROM attending WHERE project = $1").bind(project);
        for row in query.fetch_all(&self.pool).await? {
            let since: i64 = row.try_get("since")?;
            ms = ms.saturating_add((now - since.max(day * DAY_MS)).max(0));
        }
        Ok(ms)
    }
}
