//! Page codes: single use, swapped for a chain of renewals.

use jiff::Timestamp;
use sqlx::Row as _;

use super::renewals::{begin_chain, read_grant, write_grant};
use super::{Store, StoreError};
use crate::access::Grant;
use crate::keys::SecretHash;

/// What came of redeeming a code.
#[derive(Debug, Clone, PartialEq)]
pub enum CodeOutcome {
    /// It was good, and a chain of renewals has begun with the given one.
    Taken(Grant),
    /// The very same redemption again, its reply having been lost.
    Repeated(Grant),
    /// Somebody has redeemed it, with another renewal or longer ago.
    Used,
    /// Nobody redeemed it in time.
    Expired,
    /// There is no such code (any more).
    Unknown,
}

impl Store {
    /// Keeps a code until `expires_at`. What it gives access to ends with the grant.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_code(
        &self,
        code: &SecretHash,
        grant: &Grant,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO codes (hash, build, grant_doc, expires_at, chain) VALUES ($1, $2, $3, $4, '')",
        );
        let query = query.bind(code.as_str()).bind(grant.build.as_str()).bind(write_grant(grant)?);
        query.bind(expires_at.as_millisecond()).execute(&self.writing).await?;
        Ok(())
    }

    /// Redeems a code and begins a chain with `renewal`. Of all who try, on however many servers, one
    /// succeeds; only that one may repeat it, while the code would still be valid and the renewal
    /// has not been used.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the code is as good as before then.
    pub async fn take_code(
        &self,
        code: &SecretHash,
        renewal: &SecretHash,
        now: Timestamp,
    ) -> Result<CodeOutcome, StoreError> {
        let mut transaction = self.begin().await?;
        // Changes nothing, but locks the row: whoever comes second waits here.
        let row = sqlx::query(
            "UPDATE codes SET chain = chain WHERE hash = $1 RETURNING grant_doc, expires_at, chain",
        );
        let row = row.bind(code.as_str()).fetch_optional(&mut *transaction).await?;
        let Some(row) = row else { return Ok(CodeOutcome::Unknown) };
        let document: String = row.try_get("grant_doc")?;
        let grant = read_grant(&document)?;
        let chain: String = row.try_get("chain")?;
        let in_time = row.try_get::<i64, _>("expires_at")? > now.as_millisecond();
        if chain.is_empty() && !in_time {
            return Ok(CodeOutcome::Expired);
        }
        if !chain.is_empty() {
            let alive = sqlx::query("SELECT id FROM chains WHERE id = $1 AND current = $2 AND revoked = 0");
            let alive = alive.bind(&chain).bind(renewal.as_str()).fetch_optional(&mut *transaction).await?;
            let same = chain == renewal.as_str() && in_time && alive.is_some();
            return Ok(if same { CodeOutcome::Repeated(grant) } else { CodeOutcome::Used });
        }
        // Dropping the transaction undoes all.
        if !begin_chain(&mut transaction, renewal, &grant).await? {
            return Ok(CodeOutcome::Used);
        }
        let taken = sqlx::query("UPDATE codes SET chain = $1 WHERE hash = $2");
        taken.bind(renewal.as_str()).bind(code.as_str()).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(CodeOutcome::Taken(grant))
    }
}
