//! Guests whom somebody has removed.

use jiff::Timestamp;
use sqlx::Row as _;

use super::renewals::read_grant;
use super::{Store, StoreError};
use crate::access::BuildId;

impl Store {
    /// Records that the guest `sub` was removed from a build, and revokes the chains that give them new tokens.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing has changed then.
    pub async fn remove_guest(
        &self,
        build: &BuildId,
        sub: &str,
        by: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let removal = sqlx::query(
            "INSERT INTO removals (build, sub, by_name, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        );
        let removal = removal.bind(build.as_str()).bind(sub).bind(by).bind(at.as_millisecond());
        removal.execute(&mut *transaction).await?;
        let chains = sqlx::query("SELECT id, grant_doc FROM chains WHERE build = $1 AND revoked = 0");
        for row in chains.bind(build.as_str()).fetch_all(&mut *transaction).await? {
            if read_grant(row.try_get("grant_doc")?)?.person.sub != sub {
                continue;
            }
            let id: String = row.try_get("id")?;
            let revoked = sqlx::query("UPDATE chains SET revoked = 1 WHERE id = $1").bind(id);
            revoked.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The guests who were removed from a build, and who has removed them.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn removed_guests(&self, build: &BuildId) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query("SELECT sub, by_name FROM removals WHERE build = $1").bind(build.as_str());
        let rows = rows.fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.try_get("sub")?, row.try_get("by_name")?))).collect()
    }
}
