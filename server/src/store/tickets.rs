//! Tickets to a file of a machine: single use, short-lived.

use jiff::Timestamp;
use sqlx::Row as _;

use super::renewals::{read_grant, write_grant};
use super::{Store, StoreError};
use crate::access::Grant;
use crate::keys::SecretHash;

impl Store {
    /// Keeps a ticket to the file at `path` until `expires_at`.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn put_ticket(
        &self,
        ticket: &SecretHash,
        grant: &Grant,
        path: &str,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO tickets (hash, build, grant_doc, path, expires_at) VALUES ($1, $2, $3, $4, $5)",
        );
        let query = query.bind(ticket.as_str()).bind(grant.build.as_str()).bind(write_grant(grant)?);
        query.bind(path).bind(expires_at.as_millisecond()).execute(&self.writing).await?;
        Ok(())
    }

    /// Takes a ticket: of all who try, on however many servers, one gets it. `None` where there is no
    /// such ticket, any more or at all.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; the ticket is as good as before then.
    pub async fn take_ticket(
        &self,
        ticket: &SecretHash,
        now: Timestamp,
    ) -> Result<Option<(Grant, String)>, StoreError> {
        let row = sqlx::query("DELETE FROM tickets WHERE hash = $1 RETURNING grant_doc, path, expires_at");
        let Some(row) = row.bind(ticket.as_str()).fetch_optional(&self.writing).await? else {
            return Ok(None);
        };
        if row.try_get::<i64, _>("expires_at")? <= now.as_millisecond() {
            return Ok(None);
        }
        let document: String = row.try_get("grant_doc")?;
        Ok(Some((read_grant(&document)?, row.try_get("path")?)))
    }
}
