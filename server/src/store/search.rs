//! Searching builds.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::builds::read;
use super::{Store, StoreError};
use crate::access::build::{BuildRecord, Progress};

/// Which builds, newest first. What is not said excludes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildFilter {
    /// Words that all stand somewhere in id, number, title, project, branch or the name of who started it.
    pub words: Vec<String>,
    /// Of this project.
    pub project: Option<String>,
    /// Started at this moment or later.
    pub since: Option<Timestamp>,
    /// Started before this moment.
    pub until: Option<Timestamp>,
    /// Where the build is.
    pub progress: Option<Progress>,
    /// Whether access to it may still change.
    pub open: Option<bool>,
    /// Those that come after this [`FoundBuild::place`].
    pub before: Option<BuildPlace>,
    /// So many at most.
    pub limit: u32,
}

/// Where a build stands among all: ordinal and id. Builds that are written at one moment may share an ordinal.
pub type BuildPlace = (i64, String);

/// A build that was looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundBuild {
    /// Its place among all.
    pub place: BuildPlace,
    /// The build.
    pub record: BuildRecord,
}

/// Rows that are filled in at once.
const BATCH: i64 = 200;

impl Store {
    /// Builds, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn find_builds(&self, filter: &BuildFilter) -> Result<Vec<FoundBuild>, StoreError> {
        let mut sql =
            "SELECT ordinal, id, revision, doc FROM builds WHERE (ordinal, id) < ($1, $2)".to_owned();
        let mut texts = Vec::new();
        if filter.since.is_some() || filter.until.is_some() {
            sql.push_str(" AND started_at >= $4 AND started_at < $5 AND started_at > 0");
        } else {
            // The same places, whatever is asked for.
            sql.push_str(" AND started_at >= $4 AND started_at <= $5");
        }
        match filter.open {
            Some(true) => sql.push_str(" AND closed = 0"),
            Some(false) => sql.push_str(" AND closed = 1"),
            None => {}
        }
        if let Some(progress) = filter.progress {
            texts.push(name(progress).to_owned());
            sql.push_str(&format!(" AND progress = ${}", texts.len() + 5));
        }
        if let Some(project) = &filter.project {
            texts.push(project.clone());
            sql.push_str(&format!(" AND project = ${}", texts.len() + 5));
        }
        for word in &filter.words {
            let word = word.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            texts.push(format!("%{word}%"));
            sql.push_str(&format!(" AND search LIKE ${} ESCAPE '\\'", texts.len() + 5));
        }
        sql.push_str(" ORDER BY ordinal DESC, id DESC LIMIT $3");
        // Only what stands above is in it; whatever was asked for is bound.
        let (ordinal, id) = filter.before.clone().unwrap_or((i64::MAX, String::new()));
        let query = sqlx::query(AssertSqlSafe(sql)).bind(ordinal).bind(id).bind(i64::from(filter.limit));
        let moment = |at: Option<Timestamp>, otherwise| at.map_or(otherwise, Timestamp::as_millisecond);
        let mut query = query.bind(moment(filter.since, i64::MIN)).bind(moment(filter.until, i64::MAX));
        for text in texts {
            query = query.bind(text);
        }
        query.fetch_all(&self.pool).await?.iter().map(found).collect()
    }

    /// Fills in what builds are searched by, in rows that an older server wrote.
    pub(super) async fn make_searchable(&self) -> Result<(), StoreError> {
        loop {
            let rows = sqlx::query("SELECT id, revision, doc FROM builds WHERE search = '' LIMIT $1");
            let rows = rows.bind(BATCH).fetch_all(&self.pool).await?;
            if rows.is_empty() {
                return Ok(());
            }
            // A commit is what takes long.
            let mut transaction = self.begin().await?;
            for row in &rows {
                let record = read(row)?.record;
                let update = "UPDATE builds SET project = $1, progress = $2, search = $3, started_at = $5 WHERE id = $4 AND search = ''";
                let update = sqlx::query(update).bind(&record.about.project).bind(progress(&record));
                let update = update.bind(searched(&record)).bind(record.id.as_str()).bind(started(&record));
                update.execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        }
    }
}

fn found(row: &AnyRow) -> Result<FoundBuild, StoreError> {
    Ok(FoundBuild { place: (row.try_get("ordinal")?, row.try_get("id")?), record: read(row)?.record })
}

/// What a build is searched by.
pub(super) fn searched(record: &BuildRecord) -> String {
    let about = &record.about;
    let by = about.started_by.as_ref();
    let lines = [
        Some(record.id.as_str()),
        about.number.as_deref(),
        Some(&about.title),
        Some(&about.project),
        about.branch.as_deref(),
        by.map(|by| by.name.as_str()),
        by.map(|by| by.sub.as_str()),
    ];
    // PostgreSQL's TEXT has no NUL.
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n").to_lowercase().replace('\0', "")
}

/// When a build started, in milliseconds since 1970; 0 where it has not.
pub(super) fn started(record: &BuildRecord) -> i64 {
    record.facts.started_at.map_or(0, Timestamp::as_millisecond)
}

pub(super) fn progress(record: &BuildRecord) -> &'static str {
    name(record.progress())
}

const fn name(progress: Progress) -> &'static str {
    match progress {
        Progress::Queued => "queued",
        Progress::Running => "running",
        Progress::Finished => "finished",
    }
}
