//! Secrets of builds, sealed for their build and name.

use sqlx::{AnyConnection, Row as _};
use zeroize::Zeroizing;

use super::{Store, StoreError};
use crate::access::BuildId;

impl Store {
    /// Keeps a secret of a build under `name` (`ssh_key`, `login:ssh`), in the place of an older one.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_secret(&self, build: &BuildId, name: &str, plain: &[u8]) -> Result<(), StoreError> {
        self.write_secret(&mut *self.writing.acquire().await?, build, name, plain).await
    }

    pub(super) async fn write_secret(
        &self,
        connection: &mut AnyConnection,
        build: &BuildId,
        name: &str,
        plain: &[u8],
    ) -> Result<(), StoreError> {
        let sealed = self.sealer.seal(&place(build, name), plain)?;
        let query = sqlx::query(
            "INSERT INTO secrets (build, name, sealed) VALUES ($1, $2, $3) \
             ON CONFLICT (build, name) DO UPDATE SET sealed = excluded.sealed",
        );
        query.bind(build.as_str()).bind(name).bind(sealed).execute(connection).await?;
        Ok(())
    }

    /// The secret of a build under `name`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Sealed`] where it was changed, moved, or sealed with a key that is gone.
    pub async fn secret(
        &self,
        build: &BuildId,
        name: &str,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let query = sqlx::query("SELECT sealed FROM secrets WHERE build = $1 AND name = $2");
        let row = query.bind(build.as_str()).bind(name).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(self.sealer.open(&place(build, name), row.try_get("sealed")?)?))
    }

    /// Forgets all secrets of a build.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn delete_secrets(&self, build: &BuildId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM secrets WHERE build = $1")
            .bind(build.as_str())
            .execute(&self.writing)
            .await?;
        Ok(())
    }
}

fn place<'a>(build: &'a BuildId, name: &'a str) -> [&'a str; 3] {
    ["build secret", build.as_str(), name]
}
