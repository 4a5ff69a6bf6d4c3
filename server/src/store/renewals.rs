//! Chains of renewals: each secret is good once, and a replayed one ends its chain.

use jiff::Timestamp;
use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};
use crate::access::{BuildId, Grant};
use crate::keys::SecretHash;

/// What came of a renewal.
#[derive(Debug, Clone, PartialEq)]
pub enum RenewOutcome {
    /// It was good; from now on the next one is.
    Rotated(Grant),
    /// The very same renewal again, its reply having been lost.
    Repeated(Grant),
    /// It was used before with another next one, or the next one was used before: somebody has a
    /// copy. The whole chain is revoked by now.
    Replayed(Grant),
    /// Its chain is revoked.
    Revoked(Grant),
    /// Its grant has ended.
    Expired(Grant),
    /// There is no such renewal (any more).
    Unknown,
}

impl Store {
    /// Swaps the renewal `current` for `next`.
    ///
    /// All servers that share the store agree on the outcome, since a chain changes in one row only.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing has changed then.
    pub async fn rotate_renewal(
        &self,
        current: &SecretHash,
        next: &SecretHash,
        now: Timestamp,
    ) -> Result<RenewOutcome, StoreError> {
        let mut transaction = self.begin().await?;
        let found = sqlx::query("SELECT chain FROM renewals WHERE hash = $1").bind(current.as_str());
        let Some(found) = found.fetch_optional(&mut *transaction).await? else {
            return Ok(RenewOutcome::Unknown);
        };
        let chain: String = found.try_get("chain")?;
        // Changes nothing, but locks the row: whoever comes second waits here.
        let row = sqlx::query(
            "UPDATE chains SET revoked = revoked WHERE id = $1 \
             RETURNING grant_doc, expires_at, revoked, current, previous",
        );
        let row = row.bind(&chain).fetch_optional(&mut *transaction).await?;
        let Some(row) = row else { return Ok(RenewOutcome::Unknown) };
        let grant = read_grant(row.try_get("grant_doc")?)?;
        if row.try_get::<i64, _>("revoked")? != 0 {
            return Ok(RenewOutcome::Revoked(grant));
        }
        if row.try_get::<i64, _>("expires_at")? <= now.as_millisecond() {
            return Ok(RenewOutcome::Expired(grant));
        }
        let is =
            |column: &str, hash: &SecretHash| row.try_get::<String, _>(column).map(|is| is == hash.as_str());
        if is("previous", current)? && is("current", next)? {
            return Ok(RenewOutcome::Repeated(grant));
        }
        if is("current", current)? && insert_renewal(&mut transaction, next, &chain).await? {
            let rotated = sqlx::query("UPDATE chains SET current = $1, previous = $2 WHERE id = $3");
            let rotated = rotated.bind(next.as_str()).bind(current.as_str()).bind(&chain);
            rotated.execute(&mut *transaction).await?;
            transaction.commit().await?;
            return Ok(RenewOutcome::Rotated(grant));
        }
        let revoked = sqlx::query("UPDATE chains SET revoked = 1 WHERE id = $1").bind(&chain);
        revoked.execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(RenewOutcome::Replayed(grant))
    }

    /// Revokes all that gives new tokens for a build: codes not yet redeemed, and every chain.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_renewals(&self, build: &BuildId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        // Codes go first: this waits for a redemption under way, whose chain is then there to be revoked.
        for statement in [
            "DELETE FROM codes WHERE build = $1",
            "UPDATE chains SET revoked = 1 WHERE build = $1 AND revoked = 0",
        ] {
            sqlx::query(statement).bind(build.as_str()).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Begins a chain, which is named for its first renewal; `false` where that has served before, and the
/// transaction is then to be dropped.
pub(super) async fn begin_chain(
    transaction: &mut Transaction<'static, Any>,
    renewal: &SecretHash,
    grant: &Grant,
) -> Result<bool, StoreError> {
    let begun = sqlx::query(
        "INSERT INTO chains (id, build, grant_doc, expires_at, revoked, current, previous) \
         VALUES ($1, $2, $3, $4, 0, $1, '') ON CONFLICT (id) DO NOTHING",
    );
    let begun = begun.bind(renewal.as_str()).bind(grant.build.as_str()).bind(write_grant(grant)?);
    let begun = begun.bind(grant.expires_at.as_millisecond()).execute(&mut **transaction).await?;
    Ok(begun.rows_affected() == 1 && insert_renewal(transaction, renewal, renewal.as_str()).await?)
}

/// Notes that `renewal` belongs to `chain`; `false` where it has served before.
async fn insert_renewal(
    transaction: &mut Transaction<'static, Any>,
    renewal: &SecretHash,
    chain: &str,
) -> Result<bool, StoreError> {
    let query =
        sqlx::query("INSERT INTO renewals (hash, chain) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING");
    let inserted = query.bind(renewal.as_str()).bind(chain).execute(&mut **transaction).await?;
    Ok(inserted.rows_affected() == 1)
}

pub(super) fn write_grant(grant: &Grant) -> Result<String, StoreError> {
    serde_json::to_string(grant).map_err(|error| StoreError::Corrupt(format!("a grant: {error}")))
}

pub(super) fn read_grant(document: &str) -> Result<Grant, StoreError> {
    serde_json::from_str(document).map_err(|error| StoreError::Corrupt(format!("a grant: {error}")))
}
