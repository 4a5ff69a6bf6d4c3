//! Opening the store: connections, their settings, and tables brought up to date.

use std::fs::OpenOptions;
use std::future::ready;
use std::os::unix::fs::OpenOptionsExt as _;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::migrate::Migrator;
use sqlx::{AnyConnection, Connection as _, Executor as _};

use super::{Dialect, Store, StoreError};
use crate::config::StoreConfig;
use crate::seal::Sealer;

static MIGRATOR: Migrator = sqlx::migrate!();

/// How often SQLite is asked again where it refuses to wait for another process, and how long after.
const BUSY_TRIES: u32 = 500;
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Settings of every SQLite connection.
///
/// WAL lets readers go on while one writes. `synchronous=FULL`: a redeemed code, a revocation and an
/// audit row must not come undone when the power fails, and writes are few. The timeout is how long
/// a writer waits for another one. The cache is half a MiB for each connection, a quarter of what it
/// would be: rows are looked up by their keys.
const SQLITE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA cache_size = -512;";

impl Store {
    /// Opens the store, makes its tables or brings them up to date.
    ///
    /// A SQLite file that isn't there is made, readable by its owner alone.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: a wrong address, no way to reach it, tables of a newer version.
    pub async fn open(config: &StoreConfig, sealer: Sealer) -> Result<Self, StoreError> {
        Self::open_with(config, sealer, "").await
    }

    /// Like [`Store::open`], with more settings for SQLite's connections.
    pub(super) async fn open_with(
        config: &StoreConfig,
        sealer: Sealer,
        more: &'static str,
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let mut options = AnyConnectOptions::from_str(&config.url)?;
        let (dialect, connections) = match config.url.strip_prefix("sqlite:") {
            // Every connection would have a memory of its own.
            Some(":memory:") => (Dialect::Sqlite, 1),
            Some(path) => {
                make(path)?;
                (Dialect::Sqlite, config.connections)
            }
            None => (Dialect::Postgres, config.connections),
        };
        if let Some(password) = &config.password {
            let set = options.database_url.set_password(Some(password.expose()));
            set.map_err(|()| StoreError::Address("a password needs a host".to_owned()))?;
        }
        // A pool says nothing but that it waited in vain; this says why.
        let mut first = AnyConnection::connect_with(&options).await?;
        let mut tries = 0;
        while let Err(error) = dialect.set_up(&mut first, more).await {
            tries += 1;
            if !is_busy(&error) || tries == BUSY_TRIES {
                return Err(error.into());
            }
            tokio::time::sleep(BUSY_PAUSE).await;
        }
        first.close().await?;
        let pool = |connections, more| {
            let pool = AnyPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(Duration::from_secs(15))
                // Where SQLite itself rolled back (a full disk), sqlx believes that the transaction is still
                // open, and nothing could ever be written over that connection again: it goes.
                .before_acquire(|connection, _| Box::pin(ready(Ok(!connection.is_in_transaction()))))
                .after_connect(move |connection, _| Box::pin(dialect.set_up(connection, more)));
            match dialect {
                // A connection in memory must live as long as the store. One to a file is a thread with a cache:
                // to end it and start another some minutes later gains nothing, and not all memory comes back.
                Dialect::Sqlite => pool.min_connections(1).idle_timeout(None).max_lifetime(None),
                Dialect::Postgres => pool,
            }
        };
        let (pool, writing) = if dialect == Dialect::Sqlite && connections > 1 {
            let reading = pool(connections - 1, "PRAGMA query_only = ON;").connect_with(options.clone());
            (reading.await?, pool(1, more).connect_with(options).await?)
        } else {
            let pool = pool(connections, more).connect_with(options).await?;
            (pool.clone(), pool)
        };
        let store = Self { pool, writing, sealer, dialect };
        store.migrate().await?;
        store.make_searchable().await?;
        Ok(store)
    }

    /// PostgreSQL's migrations take a lock of their own. SQLite's don't, so a transaction around them
    /// keeps a second process waiting.
    async fn migrate(&self) -> Result<(), StoreError> {
        match self.dialect {
            Dialect::Postgres => MIGRATOR.run(&self.pool).await?,
            Dialect::Sqlite => {
                let mut transaction = self.begin().await?;
                MIGRATOR.run_direct(None, &mut *transaction, false).await?;
                transaction.commit().await?;
            }
        }
        Ok(())
    }
}

impl Dialect {
    async fn set_up(self, connection: &mut AnyConnection, more: &'static str) -> Result<(), sqlx::Error> {
        if self == Self::Sqlite {
            connection.execute(SQLITE).await?;
            connection.execute(more).await?;
        }
        Ok(())
    }
}

/// Whether SQLite refused to wait, as it does where two switch a new file to WAL at once.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

/// Makes the file with mode 0600; SQLite gives the files beside it the same.
fn make(path: &str) -> Result<(), StoreError> {
    let made = OpenOptions::new().append(true).create(true).mode(0o600).open(path);
    made.map(drop).map_err(|cause| StoreError::Unavailable(sqlx::Error::Io(cause)))
}
