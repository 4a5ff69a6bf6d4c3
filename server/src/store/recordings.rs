//! The index of recordings. The recordings themselves are files.

use jiff::Timestamp;
use sqlx::Row as _;

use super::deliveries::queue;
use super::{Store, StoreError};
use crate::access::BuildId;
use crate::access::event::Event;

/// A recording in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingRow {
    /// The session that it is of.
    pub session: String,
    /// The build whose machine that was on.
    pub build: BuildId,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; `None` while it is being written, or where the server went down meanwhile.
    pub ended_at: Option<Timestamp>,
    /// Length of its file, once it has ended.
    pub bytes: u64,
}

impl Store {
    /// Notes that a recording begins.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn begin_recording(
        &self,
        session: &str,
        build: &BuildId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO recordings (session, build, began_at, ended_at, bytes) VALUES ($1, $2, $3, 0, 0)",
        );
        let query = query.bind(session).bind(build.as_str()).bind(at.as_millisecond());
        query.execute(&self.writing).await?;
        Ok(())
    }

    /// Notes that a recording has ended, and how long its file is, and queues `news` of it.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn end_recording(
        &self,
        session: &str,
        at: Timestamp,
        bytes: u64,
        news: &[Event],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let query = sqlx::query("UPDATE recordings SET ended_at = $1, bytes = $2 WHERE session = $3");
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        query.bind(at.as_millisecond()).bind(bytes).bind(session).execute(&mut *transaction).await?;
        queue(&mut transaction, news).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The recording of a session.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn recording(&self, session: &str) -> Result<Option<RecordingRow>, StoreError> {
        let query = sqlx::query(
            "SELECT session, build, began_at, ended_at, bytes FROM recordings WHERE session = $1",
        );
        let row = query.bind(session).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// The oldest recordings that began before `before`, a hundred at most.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn recordings_before(&self, before: Timestamp) -> Result<Vec<RecordingRow>, StoreError> {
        let query = sqlx::query(
            "SELECT session, build, began_at, ended_at, bytes FROM recordings WHERE began_at < $1 \
             ORDER BY began_at LIMIT 100",
        );
        let rows = query.bind(before.as_millisecond()).fetch_all(&self.pool).await?;
        rows.iter().map(read).collect()
    }

    /// Forgets a recording, whose file is gone.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn forget_recording(&self, session: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM recordings WHERE session = $1").bind(session).execute(&self.writing).await?;
        Ok(())
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<RecordingRow, StoreError> {
    let time = |name| -> Result<Timestamp, StoreError> {
        let time = Timestamp::from_millisecond(row.try_get(name)?);
        time.map_err(|_| StoreError::Corrupt("the time of a recording".to_owned()))
    };
    let build = BuildId::try_from(row.try_get::<String, _>("build")?);
    let (ended_at, bytes): (i64, i64) = (row.try_get("ended_at")?, row.try_get("bytes")?);
    Ok(RecordingRow {
        session: row.try_get("session")?,
        build: build.map_err(|_| StoreError::Corrupt("the build of a recording".to_owned()))?,
        began_at: time("began_at")?,
        ended_at: (ended_at != 0).then(|| time("ended_at")).transpose()?,
        bytes: u64::try_from(bytes).unwrap_or(0),
    })
}
