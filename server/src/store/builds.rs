//! Builds: one document each, changed by compare-and-swap.

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::deliveries::queue;
use super::search::{progress, searched, started};
use super::{Store, StoreError, attended};
use crate::access::BuildId;
use crate::access::build::BuildRecord;
use crate::access::event::Event;
use crate::access::minutes::{Turn, turn};

/// A record with the number by which a change of it is noticed.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// Goes up with every write, from 1.
    pub revision: i64,
    /// The record.
    pub record: T,
}

/// Why a build was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// There is no such build.
    #[error("no such build")]
    Unknown,
    /// The change itself said no.
    #[error(transparent)]
    Refused(E),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How often a change is tried before it gives way to others.
const TRIES: usize = 32;

impl Store {
    /// The record of a build.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn build(&self, id: &BuildId) -> Result<Option<Stored<BuildRecord>>, StoreError> {
        let query = sqlx::query("SELECT revision, doc FROM builds WHERE id = $1").bind(id.as_str());
        query.fetch_optional(&self.pool).await?.as_ref().map(read).transpose()
    }

    /// Adds a build together with its first `secrets` (name and value): both or neither.
    ///
    /// # Errors
    ///
    /// [`StoreError::Exists`] where there is one of that id, which keeps its record and its secrets.
    pub async fn insert_build(
        &self,
        record: &BuildRecord,
        secrets: &[(&str, &[u8])],
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let query = sqlx::query(
            "INSERT INTO builds (id, ordinal, revision, closed, doc, project, progress, search, started_at) \
             VALUES ($1, (SELECT COALESCE(MAX(ordinal), 0) + 1 FROM builds), 1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (id) DO NOTHING",
        );
        let query = query.bind(record.id.as_str()).bind(closed(record)).bind(write(record)?);
        let query = query.bind(&record.about.project).bind(progress(record)).bind(searched(record));
        let query = query.bind(started(record));
        if query.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Err(StoreError::Exists(record.id.clone()));
        }
        for (name, plain) in secrets {
            self.write_secret(&mut transaction, &record.id, name, plain).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Puts `record` in the place of the one with `revision`. `false` where that is not the current
    /// one (any more), and then nothing changes.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn replace_build(&self, revision: i64, record: &BuildRecord) -> Result<bool, StoreError> {
        self.replace_build_telling(revision, record, &[], None).await
    }

    /// The same, queues `news` of it, and writes down who is there: all or nothing.
    async fn replace_build_telling(
        &self,
        revision: i64,
        record: &BuildRecord,
        news: &[Event],
        turn: Option<Turn>,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let query = sqlx::query(
            "UPDATE builds SET revision = revision + 1, closed = $1, doc = $2, project = $5, progress = $6, \
             search = $7, started_at = $8 WHERE id = $3 AND revision = $4",
        );
        let query = query.bind(closed(record)).bind(write(record)?).bind(record.id.as_str()).bind(revision);
        let query = query.bind(&record.about.project).bind(progress(record)).bind(searched(record));
        let query = query.bind(started(record));
        let replaced = query.execute(&mut *transaction).await?.rows_affected() == 1;
        if replaced {
            queue(&mut transaction, news).await?;
            if let Some(turn) = turn {
                attended::note(&mut transaction, &record.id, &record.about.project, &turn).await?;
            }
            transaction.commit().await?;
        }
        Ok(replaced)
    }

    /// Changes a build: loads it, applies `change`, writes it unless somebody else wrote in between,
    /// and in that case starts again. `change` may run more than once and must not act elsewhere. A
    /// record that it leaves as it was is not written.
    ///
    /// # Errors
    ///
    /// [`UpdateError`]; nothing was written then.
    pub async fn update_build<T, E>(
        &self,
        id: &BuildId,
        change: impl FnMut(&mut BuildRecord) -> Result<T, E>,
    ) -> Result<(T, BuildRecord), UpdateError<E>> {
        self.update_build_telling(id, change, |_, _| Vec::new()).await
    }

    /// The same, and queues what `news` says of the record before and after: both or neither.
    ///
    /// # Errors
    ///
    /// As [`Store::update_build`].
    pub async fn update_build_telling<T, E>(
        &self,
        id: &BuildId,
        mut change: impl FnMut(&mut BuildRecord) -> Result<T, E>,
        mut news: impl FnMut(&BuildRecord, &BuildRecord) -> Vec<Event>,
    ) -> Result<(T, BuildRecord), UpdateError<E>> {
        for _ in 0..TRIES {
            let Stored { revision, record: before } = self.build(id).await?.ok_or(UpdateError::Unknown)?;
            let mut record = before.clone();
            let answer = change(&mut record).map_err(UpdateError::Refused)?;
            if record == before {
                return Ok((answer, record));
            }
            let news = news(&before, &record);
            let turn = turn(&before.facts, &record.facts);
            if self.replace_build_telling(revision, &record, &news, turn).await? {
                record.revision = revision + 1;
                return Ok((answer, record));
            }
        }
        Err(StoreError::Contended(id.clone()).into())
    }

    /// The builds whose access is not over, oldest first: what a starting server takes up again.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn open_builds(&self) -> Result<Vec<Stored<BuildRecord>>, StoreError> {
        let query = sqlx::query("SELECT revision, doc FROM builds WHERE closed = 0 ORDER BY ordinal, id");
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// The builds that were added last, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn recent_builds(&self, limit: u32) -> Result<Vec<Stored<BuildRecord>>, StoreError> {
        let query = sqlx::query("SELECT revision, doc FROM builds ORDER BY ordinal DESC, id DESC LIMIT $1");
        query.bind(i64::from(limit)).fetch_all(&self.pool).await?.iter().map(read).collect()
    }
}

fn closed(record: &BuildRecord) -> i64 {
    record.is_over().into()
}

fn write(record: &BuildRecord) -> Result<String, StoreError> {
    serde_json::to_string(record)
        .map_err(|error| StoreError::Corrupt(format!("build {}: {error}", record.id)))
}

pub(super) fn read(row: &AnyRow) -> Result<Stored<BuildRecord>, StoreError> {
    let doc: &str = row.try_get("doc")?;
    let mut record: BuildRecord =
        serde_json::from_str(doc).map_err(|error| StoreError::Corrupt(format!("a build: {error}")))?;
    record.revision = row.try_get("revision")?;
    Ok(Stored { revision: record.revision, record })
}
