//! Why the store didn't do what was asked.

use sqlx::migrate::MigrateError;

use crate::access::BuildId;
use crate::seal::SealError;

/// A failure of the store, by cause. None of them leaves a write half done.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is busy, or the disk fails: may work later.
    #[error("the store is unavailable: {0}")]
    Unavailable(sqlx::Error),
    /// The disk, or what the store may take of it, is full.
    #[error("the store is full: {0}")]
    Full(sqlx::Error),
    /// Many change the same build at once, and others were faster every time: may work later.
    #[error("build {0} is being changed by many at once")]
    Contended(BuildId),
    /// There is a build of that id already.
    #[error("build {0} is there already")]
    Exists(BuildId),
    /// What it holds cannot be read.
    #[error("the store holds something unreadable: {0}")]
    Corrupt(String),
    /// A secret cannot be sealed or opened.
    #[error("a secret in the store: {0}")]
    Sealed(SealError),
    /// Its tables cannot be brought up to date, or are newer than this program.
    #[error("the store's tables cannot be brought up to date: {0}")]
    Migration(Box<MigrateError>),
    /// Its address is wrong.
    #[error("the store's address: {0}")]
    Address(String),
    /// A statement was refused: a mistake of this program, or of whoever set up the database.
    #[error("the store refused a statement: {0}")]
    Refused(sqlx::Error),
}

impl From<SealError> for StoreError {
    fn from(error: SealError) -> Self {
        Self::Sealed(error)
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(database) => match kind(database.code().as_deref().unwrap_or_default()) {
                Kind::Full => Self::Full(error),
                Kind::Corrupt => Self::Corrupt(error.to_string()),
                Kind::Unavailable => Self::Unavailable(error),
                Kind::Refused => Self::Refused(error),
            },
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed => {
                Self::Unavailable(error)
            }
            E::ColumnDecode { .. } | E::Decode(_) => Self::Corrupt(error.to_string()),
            E::Configuration(_) => Self::Address(error.to_string()),
            _ => Self::Refused(error),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) => Self::from(error),
            other => Self::Migration(Box::new(other)),
        }
    }
}

enum Kind {
    Full,
    Corrupt,
    Unavailable,
    Refused,
}

/// SQLite gives its extended result code in decimal, the primary one in the low byte; PostgreSQL
/// gives five characters, the class in the first two.
fn kind(code: &str) -> Kind {
    if code.len() == 5 {
        return match code {
            "53100" => Kind::Full,
            "40001" | "40P01" => Kind::Unavailable,
            _ => match &code.get(..2) {
                Some("08" | "53" | "55" | "57" | "58") => Kind::Unavailable,
                Some("XX") => Kind::Corrupt,
                _ => Kind::Refused,
            },
        };
    }
    match code.parse::<u32>().unwrap_or_default() & 0xff {
        13 => Kind::Full,
        11 | 26 => Kind::Corrupt,
        // Busy, locked, out of memory, read-only, I/O error, cannot open, locking protocol.
        5 | 6 | 7 | 8 | 10 | 14 | 15 => Kind::Unavailable,
        _ => Kind::Refused,
    }
}
