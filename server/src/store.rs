//! What must outlive the process: builds, their secrets, page codes, renewals, share links and the audit.
//!
//! SQLite by default, PostgreSQL where several servers share one store. No SQL stands elsewhere.
//! The clock is an argument of whatever depends on the time.

mod admins;
mod attended;
mod audit;
mod builds;
mod codes;
mod deliveries;
mod error;
mod hooks;
mod open;
mod recordings;
mod removals;
mod renewals;
mod requests;
mod search;
mod secrets;
mod shares;
mod tickets;
mod verify;

pub use admins::AdminRenewal;
pub use audit::{AuditEvent, AuditFilter, AuditOutcome, AuditRow, Export, ExportBreak, Verified};
pub use builds::{Stored, UpdateError};
pub use codes::CodeOutcome;
pub use deliveries::{Claimed, DeliveryFilter, DeliveryRow, DeliveryState, Outcome, Place};
pub use error::StoreError;
pub use hooks::{HookOrigin, HookRow};
pub use recordings::RecordingRow;
pub use renewals::RenewOutcome;
pub use requests::{Answer, Request};
pub use search::{BuildFilter, BuildPlace, FoundBuild};
pub use shares::{ShareOutcome, StoredShare};
pub use verify::AuditBreak;

use jiff::Timestamp;
use sqlx::{Any, AnyPool, Transaction};

use crate::access::minutes::DAY_MS;
use crate::seal::Sealer;

/// How many days of attendance are kept.
const ATTENDED_DAYS: i64 = 40;

/// The store. Cheap to clone; all clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    pool: AnyPool,
    /// For all that writes. With SQLite one connection, as one may write at a time: who writes waits in a queue
    /// here instead of by asking again and again over there, and those who only read never wait for them.
    writing: AnyPool,
    sealer: Sealer,
    dialect: Dialect,
}

/// Which database it is, for the two things in which they differ: how a transaction that writes
/// begins, and how migrations are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
}

impl Store {
    /// Whether the store answers, for readiness.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] and the like, where it doesn't.
    pub async fn healthy(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT seq FROM audit_head WHERE id = 1").fetch_one(&self.pool).await?;
        Ok(())
    }

    /// Forgets codes, renewals, tickets and share links whose time is over. Returns how many rows went.
    ///
    /// A minute is added, so that a late repetition is still recognised.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn sweep(&self, now: Timestamp) -> Result<u64, StoreError> {
        let before = now.as_millisecond() - 60_000;
        let mut gone = 0;
        for statement in [
            "DELETE FROM codes WHERE expires_at < $1",
            "DELETE FROM chains WHERE expires_at < $1",
            "DELETE FROM tickets WHERE expires_at < $1",
            "DELETE FROM shares WHERE expires_at < $1",
            "DELETE FROM admins WHERE expires_at < $1",
        ] {
            gone += sqlx::query(statement).bind(before).execute(&self.writing).await?.rows_affected();
        }
        let day = before.div_euclid(DAY_MS) - ATTENDED_DAYS;
        let query = sqlx::query("DELETE FROM attended WHERE day < $1").bind(day);
        gone += query.execute(&self.writing).await?.rows_affected();
        // Nothing that a guest was given lasts longer.
        let removals = sqlx::query("DELETE FROM removals WHERE at < $1");
        let removals = removals.bind(before - 41 * 24 * 3_600_000).execute(&self.writing).await?;
        Ok(gone + removals.rows_affected())
    }

    /// Closes the connections; statements under way end first.
    pub async fn close(&self) {
        self.pool.close().await;
        self.writing.close().await;
    }

    /// A transaction that writes. SQLite takes its write lock at once: a transaction that reads first
    /// and writes later fails instead of waiting when somebody else wrote in between.
    async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(match self.dialect {
            Dialect::Sqlite => self.writing.begin_with("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.writing.begin().await?,
        })
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
