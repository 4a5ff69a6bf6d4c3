//! Deliveries of events to hooks: queued with the fact that they tell of, claimed by one server at a
//! time, in order for each build.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};
use crate::access::BuildId;
use crate::access::event::Event;

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be sent, or to be sent again.
    Pending,
    /// The receiver has it.
    Delivered,
    /// Given up; can be sent again by hand.
    Failed,
}

impl DeliveryState {
    const ALL: [Self; 3] = [Self::Pending, Self::Delivered, Self::Failed];

    /// Its name in the store.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }
}

/// One event on its way to one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// The event.
    pub event: String,
    /// Where it goes.
    pub hook: String,
    /// The build that it is about.
    pub build: BuildId,
    /// Its place among those of the build to the hook, from 1.
    pub ordinal: i64,
    /// Kind of the event.
    pub kind: String,
    /// What is sent.
    pub body: String,
    /// When the event happened.
    pub made_at: Timestamp,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: i64,
    /// When it is to be sent next, while it is pending.
    pub next_at: Timestamp,
    /// When it was sent last.
    pub last_at: Option<Timestamp>,
    /// What the receiver answered last, if it did.
    pub last_status: Option<u16>,
    /// What was wrong the last time, in words.
    pub last_error: Option<String>,
}

/// A delivery that is ours to send until the lease is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The event.
    pub event: String,
    /// The build that it is about.
    pub build: String,
    /// What is sent.
    pub body: String,
    /// How often it was sent since it was queued last.
    pub tries: u32,
    /// Proves that it is ours.
    pub lease: String,
}

/// What came of sending one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How far it is now.
    pub state: DeliveryState,
    /// When to send it again, where it is pending.
    pub next_at: Timestamp,
    /// What the receiver answered.
    pub status: Option<u16>,
    /// What was wrong, in words.
    pub error: String,
}

/// Where a delivery stands among all: time of the event, ordinal, event and hook.
pub type Place = (Timestamp, i64, String, String);

/// Which deliveries, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// To this hook.
    pub hook: Option<String>,
    /// Of this build.
    pub build: Option<BuildId>,
    /// In this state.
    pub state: Option<DeliveryState>,
    /// Older than this one.
    pub before: Option<Place>,
    /// So many at most.
    pub limit: u32,
}

/// Those that go first of their build: nothing before them waits.
const HEADS: &str = "FROM deliveries d WHERE d.hook = $1 AND d.state = 'pending' AND NOT EXISTS \
    (SELECT 1 FROM deliveries e WHERE e.hook = d.hook AND e.build = d.build AND e.state = 'pending' \
    AND e.ordinal < d.ordinal)";

/// Queues `news` for every hook that wants them.
///
/// The build's row is locked first: what two servers queue at once has an order, and neither takes
/// the other's place in it.
pub(super) async fn queue(
    transaction: &mut Transaction<'static, Any>,
    news: &[Event],
) -> Result<(), StoreError> {
    if news.is_empty() || !hooked(transaction).await? {
        return Ok(());
    }
    for event in news {
        let lock = sqlx::query("UPDATE builds SET revision = revision WHERE id = $1");
        lock.bind(event.build.as_str()).execute(&mut **transaction).await?;
        let query = sqlx::query(
            "INSERT INTO deliveries (event, hook, build, ordinal, kind, body, made_at, state, tries, attempts, \
             next_at, lease, leased_until, last_at, last_status, last_error) \
             SELECT $1, h.id, $2, \
             (SELECT COALESCE(MAX(d.ordinal), 0) + 1 FROM deliveries d WHERE d.hook = h.id AND d.build = $2), \
             $3, $4, $5, 'pending', 0, 0, $5, '', 0, 0, 0, '' \
             FROM hooks h WHERE h.disabled_at = 0 AND (h.events = '' OR h.events LIKE $6)",
        );
        query
            .bind(&event.id)
            .bind(event.build.as_str())
            .bind(event.kind.name())
            .bind(event.body())
            .bind(event.at.as_millisecond())
            .bind(format!("%,{},%", event.kind.name()))
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}

/// Whether there is any hook: most servers have none, and write nothing then.
async fn hooked(transaction: &mut Transaction<'static, Any>) -> Result<bool, StoreError> {
    let query = sqlx::query("SELECT id FROM hooks LIMIT 1");
    Ok(query.fetch_optional(&mut **transaction).await?.is_some())
}

impl Store {
    /// Queues an event that nothing else is written with.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn tell(&self, event: &Event) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        queue(&mut transaction, std::slice::from_ref(event)).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes deliveries to a hook that are due, the first of each build and `most` at most. Of all
    /// servers one gets each; it keeps it for `length`, which must be longer than it takes to send.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn claim_deliveries(
        &self,
        hook: &str,
        lease: &str,
        now: Timestamp,
        length: SignedDuration,
        most: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let due = format!(
            "SELECT d.event, d.build, d.body, d.tries {HEADS} AND d.next_at <= $2 AND d.leased_until <= $2 \
             ORDER BY d.next_at, d.event LIMIT $3"
        );
        let now = now.as_millisecond();
        let due = sqlx::query(sqlx::AssertSqlSafe(due));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let due = due.bind(hook).bind(now).bind(most).fetch_all(&self.pool).await?;
        let mut claimed = Vec::new();
        for row in due {
            let event: String = row.try_get("event")?;
            let query = sqlx::query(
                "UPDATE deliveries SET lease = $1, leased_until = $2 \
                 WHERE event = $3 AND hook = $4 AND state = 'pending' AND leased_until <= $5",
            );
            let until = now.saturating_add(i64::try_from(length.as_millis()).unwrap_or(i64::MAX));
            let query = query.bind(lease).bind(until).bind(&event).bind(hook).bind(now);
            if query.execute(&self.writing).await?.rows_affected() == 1 {
                claimed.push(Claimed {
                    event,
                    build: row.try_get("build")?,
                    body: row.try_get("body")?,
                    tries: u32::try_from(row.try_get::<i64, _>("tries")?).unwrap_or(u32::MAX),
                    lease: lease.to_owned(),
                });
            }
        }
        Ok(claimed)
    }

    /// When the next delivery to a hook is due, or the lease of another server is over.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn next_delivery(&self, hook: &str) -> Result<Option<Timestamp>, StoreError> {
        let query = format!(
            "SELECT MIN(CASE WHEN d.leased_until > d.next_at THEN d.leased_until ELSE d.next_at END) AS due {HEADS}"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(query)).bind(hook).fetch_one(&self.pool).await?;
        row.try_get::<Option<i64>, _>("due")?.map(time).transpose()
    }

    /// Notes what came of a delivery that was claimed. `false` where the lease was over and another
    /// server has taken it: then that one's outcome counts.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn finish_delivery(
        &self,
        hook: &str,
        claimed: &Claimed,
        at: Timestamp,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE deliveries SET state = $1, tries = tries + 1, attempts = attempts + 1, next_at = $2, \
             lease = '', leased_until = 0, last_at = $3, last_status = $4, last_error = $5 \
             WHERE event = $6 AND hook = $7 AND lease = $8",
        );
        let done = query
            .bind(outcome.state.name())
            .bind(outcome.next_at.as_millisecond())
            .bind(at.as_millisecond())
            .bind(i64::from(outcome.status.unwrap_or(0)))
            .bind(&outcome.error)
            .bind(&claimed.event)
            .bind(hook)
            .bind(&claimed.lease)
            .execute(&self.writing)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives up a lease: others may send what it held, at once.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn release_deliveries(&self, lease: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE deliveries SET lease = '', leased_until = 0 WHERE lease = $1");
        query.bind(lease).execute(&self.writing).await?;
        Ok(())
    }

    /// Puts a delivery into the queue again, whatever came of it. `false` where there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn redeliver(&self, hook: &str, event: &str, now: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "UPDATE deliveries SET state = 'pending', tries = 0, next_at = $1 WHERE event = $2 AND hook = $3",
        );
        let query = query.bind(now.as_millisecond()).bind(event).bind(hook);
        Ok(query.execute(&self.writing).await?.rows_affected() == 1)
    }

    /// Deliveries, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn deliveries(&self, filter: &DeliveryFilter) -> Result<Vec<DeliveryRow>, StoreError> {
        let first = || (Timestamp::MAX, 0, String::new(), String::new());
        let (at, ordinal, event, hook) = filter.before.clone().unwrap_or_else(first);
        // What is not asked for is compared with nothing.
        let query = sqlx::query(
            "SELECT * FROM deliveries WHERE ($1 = '' OR hook = $1) AND ($2 = '' OR build = $2) \
             AND ($3 = '' OR state = $3) AND (made_at, ordinal, event, hook) < ($4, $5, $6, $7) \
             ORDER BY made_at DESC, ordinal DESC, event DESC, hook DESC LIMIT $8",
        );
        let query = query
            .bind(filter.hook.as_deref().unwrap_or_default())
            .bind(filter.build.as_ref().map(BuildId::as_str).unwrap_or_default())
            .bind(filter.state.map(DeliveryState::name).unwrap_or_default())
            .bind(at.as_millisecond())
            .bind(ordinal)
            .bind(event)
            .bind(hook)
            .bind(i64::from(filter.limit));
        query.fetch_all(&self.pool).await?.iter().map(read).collect()
    }

    /// Forgets deliveries of events before `before`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn forget_deliveries(&self, before: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM deliveries WHERE made_at < $1").bind(before.as_millisecond());
        Ok(query.execute(&self.writing).await?.rows_affected())
    }
}

pub(super) fn time(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|_| StoreError::Corrupt("the time of a delivery".to_owned()))
}

fn read(row: &AnyRow) -> Result<DeliveryRow, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("the {what} of a delivery"));
    let state: String = row.try_get("state")?;
    let last: i64 = row.try_get("last_at")?;
    let status = u16::try_from(row.try_get::<i64, _>("last_status")?).unwrap_or(0);
    let build = BuildId::try_from(row.try_get::<String, _>("build")?);
    Ok(DeliveryRow {
        event: row.try_get("event")?,
        hook: row.try_get("hook")?,
        build: build.map_err(|_| corrupt("build"))?,
        ordinal: row.try_get("ordinal")?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
        made_at: time(row.try_get("made_at")?)?,
        state: DeliveryState::ALL
            .into_iter()
            .find(|known| known.name() == state)
            .ok_or_else(|| corrupt("state"))?,
        attempts: row.try_get("attempts")?,
        next_at: time(row.try_get("next_at")?)?,
        last_at: (last != 0).then(|| time(last)).transpose()?,
        last_status: Some(status).filter(|status| *status != 0),
        last_error: Some(row.try_get::<String, _>("last_error")?).filter(|error| !error.is_empty()),
    })
}
