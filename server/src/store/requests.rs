//! Guests who wait at a share link until somebody lets them in.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::shares::time;
use super::{Store, StoreError};
use crate::access::{BuildId, Person};
use crate::keys::SecretHash;

/// What somebody said to a guest who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Nothing yet.
    Waiting,
    /// Come in.
    Approved,
    /// No.
    Denied,
}

impl Answer {
    fn text(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Denied => "denied",
        }
    }
}

/// A guest who asked to be let in.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The link.
    pub share: String,
    /// Counts those of one link, from 1.
    pub number: u32,
    /// Who asks, by the name that they gave.
    pub guest: Person,
    /// Where from.
    pub address: Option<String>,
    /// When.
    pub asked_at: Timestamp,
    /// What somebody said.
    pub answer: Answer,
}

impl Store {
    /// The request that `renewal` belongs to.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn request(&self, share: &str, renewal: &SecretHash) -> Result<Option<Request>, StoreError> {
        let query = sqlx::query("SELECT * FROM share_requests WHERE share = $1 AND renewal = $2");
        let row = query.bind(share).bind(renewal.as_str()).fetch_optional(&self.pool).await?;
        row.as_ref().map(read).transpose()
    }

    /// Somebody asks to be let in, unless `most` wait there already. `request` says who; its number is
    /// counted here. Says whether they wait now.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_request(
        &self,
        request: &Request,
        renewal: &SecretHash,
        most: u32,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        // Changes nothing, but locks the link: numbers follow one another.
        let locked = sqlx::query("UPDATE shares SET used = used WHERE id = $1").bind(&request.share);
        if locked.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let waiting =
            sqlx::query("SELECT number FROM share_requests WHERE share = $1 AND answer = 'waiting'");
        let waiting = waiting.bind(&request.share).fetch_all(&mut *transaction).await?.len();
        if waiting >= most as usize {
            return Ok(false);
        }
        let query = sqlx::query(
            "INSERT INTO share_requests (share, number, renewal, guest, name, address, asked_at, answer) \
             VALUES ($1, (SELECT COALESCE(MAX(number), 0) + 1 FROM share_requests WHERE share = $1), \
             $2, $3, $4, $5, $6, 'waiting') ON CONFLICT (renewal) DO NOTHING",
        );
        let query = query.bind(&request.share).bind(renewal.as_str());
        let query = query.bind(&request.guest.sub).bind(&request.guest.name);
        let query = query.bind(request.address.as_deref().unwrap_or_default());
        query.bind(request.asked_at.as_millisecond()).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Answers a guest who waits. The first answer counts: `None` where there was one already, or nobody
    /// waits under that number.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn answer_request(
        &self,
        share: &str,
        number: u32,
        answer: Answer,
    ) -> Result<Option<Request>, StoreError> {
        let query = sqlx::query(
            "UPDATE share_requests SET answer = $1 WHERE share = $2 AND number = $3 AND answer = 'waiting' \
             RETURNING *",
        );
        let query = query.bind(answer.text()).bind(share).bind(i64::from(number));
        query.fetch_optional(&self.writing).await?.as_ref().map(read).transpose()
    }

    /// Everybody who waits at a link of a build, in the order in which they came.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn waiting_at(&self, build: &BuildId) -> Result<Vec<Request>, StoreError> {
        let query = sqlx::query(
            "SELECT r.* FROM share_requests r JOIN shares s ON s.id = r.share \
             WHERE s.build = $1 AND s.revoked = 0 AND r.answer = 'waiting' ORDER BY r.asked_at, r.number",
        );
        query.bind(build.as_str()).fetch_all(&self.pool).await?.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Request, StoreError> {
    let answer: String = row.try_get("answer")?;
    let known = [Answer::Waiting, Answer::Approved, Answer::Denied];
    let corrupt = |what: &str| StoreError::Corrupt(format!("a share's request: {what}"));
    Ok(Request {
        share: row.try_get("share")?,
        number: u32::try_from(row.try_get::<i64, _>("number")?).map_err(|_| corrupt("number"))?,
        guest: Person { sub: row.try_get("guest")?, name: row.try_get("name")? },
        address: Some(row.try_get::<String, _>("address")?).filter(|address| !address.is_empty()),
        asked_at: time(row.try_get("asked_at")?)?,
        answer: known.into_iter().find(|a| a.text() == answer).ok_or_else(|| corrupt("answer"))?,
    })
}
