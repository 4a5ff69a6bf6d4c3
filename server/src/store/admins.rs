//! Administrators: one row each, which holds the code that begins it, the secret that renews it, and its end.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row as _, Transaction};

use super::{Store, StoreError};
use crate::access::Person;
use crate::access::admin::AdminGrant;
use crate::keys::SecretHash;

/// What came of renewing an administrator's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminRenewal {
    /// It was good; from now on the next secret is.
    Renewed(AdminGrant),
    /// The secret was used before with another next one: somebody has a copy, and the grant is revoked by now.
    Replayed(AdminGrant),
    /// No grant that holds has such a secret.
    Unknown,
}

impl Store {
    /// Keeps a grant that begins when somebody redeems `code` before `until`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_admin(
        &self,
        grant: &AdminGrant,
        code: &SecretHash,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO admins (id, sub, name, expires_at, revoked, code, code_until, current, previous) \
             VALUES ($1, $2, $3, $4, 0, $5, $6, '', '')",
        );
        let query = query.bind(&grant.id).bind(&grant.person.sub).bind(&grant.person.name);
        let query = query.bind(grant.expires_at.as_millisecond()).bind(code.as_str());
        query.bind(until.as_millisecond()).execute(&self.writing).await?;
        Ok(())
    }

    /// Redeems a code, once; `renewal` is the secret from then on. The same pair again is the same redemption,
    /// its reply having been lost, as long as the code would be good.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the code is as good as before then.
    pub async fn take_admin_code(
        &self,
        code: &SecretHash,
        renewal: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<AdminGrant>, StoreError> {
        // The row is locked: of all who try, on however many servers, one succeeds.
        let query = sqlx::query(
            "UPDATE admins SET current = $1 WHERE code = $2 AND code_until > $3 AND revoked = 0 \
             AND expires_at > $3 AND previous = '' AND current IN ('', $1) RETURNING id, sub, name, expires_at",
        );
        let query = query.bind(renewal.as_str()).bind(code.as_str()).bind(now.as_millisecond());
        let mut transaction = self.begin().await?;
        let Some(row) = query.fetch_optional(&mut *transaction).await? else { return Ok(None) };
        let grant = read(&row)?;
        remember(&mut transaction, renewal, &grant).await?;
        transaction.commit().await?;
        Ok(Some(grant))
    }

    /// Swaps the secret `current` for `next`.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing has changed then.
    pub async fn renew_admin(
        &self,
        current: &SecretHash,
        next: &SecretHash,
        now: Timestamp,
    ) -> Result<AdminRenewal, StoreError> {
        let renewed = sqlx::query(
            "UPDATE admins SET previous = $1, current = $2 WHERE revoked = 0 AND expires_at > $3 \
             AND $1 <> $2 AND (current = $1 OR (previous = $1 AND current = $2)) \
             RETURNING id, sub, name, expires_at",
        );
        let renewed = renewed.bind(current.as_str()).bind(next.as_str()).bind(now.as_millisecond());
        let mut transaction = self.begin().await?;
        if let Some(row) = renewed.fetch_optional(&mut *transaction).await? {
            let grant = read(&row)?;
            remember(&mut transaction, next, &grant).await?;
            transaction.commit().await?;
            return Ok(AdminRenewal::Renewed(grant));
        }
        let replayed = sqlx::query(
            "UPDATE admins SET revoked = 1 WHERE revoked = 0 AND expires_at > $2 \
             AND id = (SELECT admin FROM admin_renewals WHERE hash = $1) RETURNING id, sub, name, expires_at",
        );
        let replayed = replayed.bind(current.as_str()).bind(now.as_millisecond());
        let replayed = replayed.fetch_optional(&mut *transaction).await?;
        transaction.commit().await?;
        match replayed {
            Some(row) => Ok(AdminRenewal::Replayed(read(&row)?)),
            None => Ok(AdminRenewal::Unknown),
        }
    }

    /// Whether a grant holds.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn admin_holds(&self, id: &str, now: Timestamp) -> Result<bool, StoreError> {
        let query = sqlx::query("SELECT id FROM admins WHERE id = $1 AND revoked = 0 AND expires_at > $2");
        let query = query.bind(id).bind(now.as_millisecond());
        Ok(query.fetch_optional(&self.pool).await?.is_some())
    }

    /// Revokes all grants and codes of a person; says which.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn revoke_admin(&self, sub: &str) -> Result<Vec<AdminGrant>, StoreError> {
        let query = sqlx::query(
            "UPDATE admins SET revoked = 1 WHERE sub = $1 AND revoked = 0 RETURNING id, sub, name, expires_at",
        );
        query.bind(sub).fetch_all(&self.writing).await?.iter().map(read).collect()
    }
}

/// Every secret that a grant has ever had is kept, so that a replayed one is known.
async fn remember(
    transaction: &mut Transaction<'static, Any>,
    renewal: &SecretHash,
    grant: &AdminGrant,
) -> Result<(), StoreError> {
    let query = "INSERT INTO admin_renewals (hash, admin) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING";
    sqlx::query(query).bind(renewal.as_str()).bind(&grant.id).execute(&mut **transaction).await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<AdminGrant, StoreError> {
    let expires_at = Timestamp::from_millisecond(row.try_get("expires_at")?)
        .map_err(|error| StoreError::Corrupt(format!("an administrator: {error}")))?;
    let person = Person { sub: row.try_get("sub")?, name: row.try_get("name")? };
    Ok(AdminGrant { id: row.try_get("id")?, person, expires_at })
}
