//! Share links: made, redeemed as often as they may be, revoked.

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::renewals::{begin_chain, read_grant};
use super::{Store, StoreError};
use crate::access::brake::delay;
use crate::access::share::{Share, ShareOver};
use crate::access::{BuildId, Capabilities, Grant, Person};
use crate::keys::SecretHash;

/// Wrong passcodes of one link that cost nothing.
const FREE_MISSES: u32 = 5;
/// What stands in `revoked` of a link whose time is over.
const LAPSED: u32 = 2;

/// A link with what proves that somebody holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredShare {
    /// The link.
    pub share: Share,
    /// Hash of its secret.
    pub hash: SecretHash,
    /// Slow hash of its passcode, or empty.
    pub passcode: String,
}

/// What came of redeeming a link.
#[derive(Debug, Clone, PartialEq)]
pub enum ShareOutcome {
    /// One more guest is in, and a chain of renewals has begun with the given one.
    Taken(Grant),
    /// The very same redemption again, its reply having been lost.
    Repeated(Grant),
    /// Nobody comes in any more.
    Over(ShareOver),
    /// The renewal has served before.
    Used,
    /// There is no such link (any more).
    Unknown,
}

impl Store {
    /// Keeps a new link, unless its build has `most` already that are neither revoked nor over at `now`.
    /// `said_at` is when the CI said what the maker may do. Says whether it was kept.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_share(
        &self,
        stored: &StoredShare,
        said_at: Timestamp,
        most: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let share = &stored.share;
        let mut transaction = self.begin().await?;
        // Changes nothing, but locks the build: those who make links at once are counted one after another.
        let locked =
            sqlx::query("UPDATE builds SET closed = closed WHERE id = $1").bind(share.build.as_str());
        locked.execute(&mut *transaction).await?;
        let open = sqlx::query(
            "SELECT id FROM shares WHERE build = $1 AND revoked = 0 AND expires_at > $2 LIMIT $3",
        );
        let open = open.bind(share.build.as_str()).bind(now.as_millisecond()).bind(i64::from(most));
        if open.fetch_all(&mut *transaction).await?.len() >= most as usize {
            return Ok(false);
        }
        let query = sqlx::query(
            "INSERT INTO shares (id, build, hash, passcode, maker, maker_name, epoch, made_at, offer, expires_at, \
             maker_may, maker_said_at, used, revoked, misses, braked_until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0)",
        );
        let query = query.bind(&share.id).bind(share.build.as_str()).bind(stored.hash.as_str());
        let query = query.bind(&stored.passcode).bind(&share.maker.sub).bind(&share.maker.name);
        let query = query.bind(number(share.epoch)?).bind(share.made_at.as_millisecond());
        let query = query.bind(write(&share.offer)?).bind(share.offer.expires_at.as_millisecond());
        let query = query.bind(write(&share.maker_may)?).bind(said_at.as_millisecond());
        query.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The link of this id.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn share(&self, id: &str) -> Result<Option<StoredShare>, StoreError> {
        let query = sqlx::query("SELECT * FROM shares WHERE id = $1").bind(id);
        query.fetch_optional(&self.pool).await?.as_ref().map(read).transpose()
    }

    /// The links of a build, oldest first.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn shares_of(&self, build: &BuildId) -> Result<Vec<Share>, StoreError> {
        let query = sqlx::query("SELECT * FROM shares WHERE build = $1 ORDER BY made_at, id");
        let rows = query.bind(build.as_str()).fetch_all(&self.pool).await?;
        rows.iter().map(|row| read(row).map(|stored| stored.share)).collect()
    }

    /// Redeems a link and begins a chain with `renewal`, where `judge` gives a grant for it. However many try
    /// at once, on however many servers, no more succeed than `judge` lets: each sees what the one before
    /// has used. Only the very same guest may repeat it, until their renewal is used.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the link is as good as before then.
    pub async fn take_share(
        &self,
        id: &str,
        renewal: &SecretHash,
        judge: impl FnOnce(&Share) -> Result<Grant, ShareOver> + Send,
    ) -> Result<ShareOutcome, StoreError> {
        let mut transaction = self.begin().await?;
        // Changes nothing, but locks the row: whoever comes second waits here.
        let row = sqlx::query("UPDATE shares SET used = used WHERE id = $1 RETURNING *").bind(id);
        let Some(row) = row.fetch_optional(&mut *transaction).await? else {
            return Ok(ShareOutcome::Unknown);
        };
        let share = read(&row)?.share;
        let chain =
            sqlx::query("SELECT grant_doc FROM chains WHERE id = $1 AND current = $1 AND revoked = 0");
        let chain = chain.bind(renewal.as_str()).fetch_optional(&mut *transaction).await?;
        if let Some(chain) = chain {
            let grant = read_grant(chain.try_get("grant_doc")?)?;
            let same = grant.share.as_deref() == Some(id);
            return Ok(if same { ShareOutcome::Repeated(grant) } else { ShareOutcome::Used });
        }
        let grant = match judge(&share) {
            Ok(grant) => grant,
            Err(over) => return Ok(ShareOutcome::Over(over)),
        };
        // Dropping the transaction undoes all.
        if !begin_chain(&mut transaction, renewal, &grant).await? {
            return Ok(ShareOutcome::Used);
        }
        let used = sqlx::query("UPDATE shares SET used = used + 1 WHERE id = $1").bind(id);
        used.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(ShareOutcome::Taken(grant))
    }

    /// Whether a chain has begun with `renewal` by this link, that has not been used since.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn is_chain_of(&self, id: &str, renewal: &SecretHash) -> Result<bool, StoreError> {
        let chain =
            sqlx::query("SELECT grant_doc FROM chains WHERE id = $1 AND current = $1 AND revoked = 0");
        let Some(chain) = chain.bind(renewal.as_str()).fetch_optional(&self.pool).await? else {
            return Ok(false);
        };
        Ok(read_grant(chain.try_get("grant_doc")?)?.share.as_deref() == Some(id))
    }

    /// Revokes a link. Says whether it was good until now.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_share(&self, id: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE shares SET revoked = 1 WHERE id = $1 AND revoked = 0").bind(id);
        Ok(query.execute(&self.writing).await?.rows_affected() == 1)
    }

    /// Records that the time of links is over at `now`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn lapse_shares(&self, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE shares SET revoked = $1 WHERE revoked = 0 AND expires_at <= $2");
        query.bind(i64::from(LAPSED)).bind(now.as_millisecond()).execute(&self.writing).await?;
        Ok(())
    }

    /// The CI said at `said_at` what the person `maker` may do to a build: their links hand on no more than
    /// that, unless it has said something since. Says how many links that is news for.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn maker_may(
        &self,
        build: &BuildId,
        maker: &str,
        may: &Capabilities,
        said_at: Timestamp,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE shares SET maker_may = $1, maker_said_at = $2 \
             WHERE build = $3 AND maker = $4 AND maker_said_at <= $2 AND maker_may <> $1",
        );
        let query = query.bind(write(may)?).bind(said_at.as_millisecond());
        Ok(query.bind(build.as_str()).bind(maker).execute(&self.writing).await?.rows_affected())
    }

    /// Somebody who holds a link wants to try a passcode: counts as a miss until [`Store::passcode_right`],
    /// so that many at once try no more than one after another. `None` where they may try, else until
    /// when nobody may.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn try_passcode(&self, id: &str, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut transaction = self.begin().await?;
        let row =
            sqlx::query("UPDATE shares SET misses = misses + 1 WHERE id = $1 RETURNING misses, braked_until");
        let Some(row) = row.bind(id).fetch_optional(&mut *transaction).await? else { return Ok(None) };
        let until = row.try_get::<i64, _>("braked_until")?;
        if until > now.as_millisecond() {
            // Whoever comes too early is not counted: the transaction is dropped.
            return Ok(Some(time(until)?));
        }
        let misses = u32::try_from(row.try_get::<i64, _>("misses")?).unwrap_or(u32::MAX);
        let wait = delay(misses, FREE_MISSES);
        let until = now.saturating_add(wait).unwrap_or(now);
        let braked = sqlx::query("UPDATE shares SET braked_until = $1 WHERE id = $2");
        braked.bind(until.as_millisecond()).bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(None)
    }

    /// The passcode was right: it was no miss.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn passcode_right(&self, id: &str) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE shares SET misses = misses - 1, braked_until = 0 WHERE id = $1 AND misses > 0",
        );
        query.bind(id).execute(&self.writing).await?;
        Ok(())
    }
}

fn read(row: &AnyRow) -> Result<StoredShare, StoreError> {
    let corrupt = |what: &str| StoreError::Corrupt(format!("a share: {what}"));
    let count = |column: &str| -> Result<u32, StoreError> {
        u32::try_from(row.try_get::<i64, _>(column)?).map_err(|_| corrupt(column))
    };
    let build: String = row.try_get("build")?;
    let hash: String = row.try_get("hash")?;
    let passcode: String = row.try_get("passcode")?;
    let share = Share {
        id: row.try_get("id")?,
        build: BuildId::try_from(build).map_err(corrupt)?,
        maker: Person { sub: row.try_get("maker")?, name: row.try_get("maker_name")? },
        epoch: u64::try_from(row.try_get::<i64, _>("epoch")?).map_err(|_| corrupt("epoch"))?,
        made_at: time(row.try_get("made_at")?)?,
        offer: parse(row.try_get("offer")?)?,
        has_passcode: !passcode.is_empty(),
        maker_may: parse(row.try_get("maker_may")?)?,
        used: count("used")?,
        ended: match count("revoked")? {
            0 => None,
            LAPSED => Some(ShareOver::Expired),
            _ => Some(ShareOver::Revoked),
        },
    };
    Ok(StoredShare { share, hash: SecretHash::parse(&hash).map_err(corrupt)?, passcode })
}

fn write(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt(format!("a share: {error}")))
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Corrupt(format!("a share: {error}")))
}

fn number(value: u64) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Corrupt("a share: a number that is too large".to_owned()))
}

pub(super) fn time(milliseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(milliseconds)
        .map_err(|error| StoreError::Corrupt(format!("a share: {error}")))
}
