//! The same tests on each database: `store_tests!` runs each on SQLite, and on PostgreSQL where
//! `TRANSOM_TEST_POSTGRES_URL` names a server (`server/with-postgres.sh` starts one).

use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt as _;
use jiff::Timestamp;
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection as _};

use super::Store;
use crate::access::build::BuildRecord;
use crate::access::{BuildId, Capabilities, Grant, Person};
use crate::config::StoreConfig;
use crate::keys::{SealKey, Secret, SecretHash};
use crate::seal::Sealer;

/// A database of its own for one test.
pub(super) struct Bench {
    pub(super) config: StoreConfig,
    pub(super) sealer: Sealer,
    pub(super) directory: tempfile::TempDir,
}

impl Bench {
    fn with_url(url: impl FnOnce(&std::path::Path) -> String) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = StoreConfig { url: url(directory.path()), password: None, connections: 8 };
        let sealer = Sealer::new(&[SealKey::generate().unwrap()]).unwrap();
        Self { config, sealer, directory }
    }

    pub(super) fn sqlite() -> Self {
        Self::with_url(|directory| format!("sqlite:{}/transom.db", directory.display()))
    }

    /// One more process, as it were, on the same database.
    pub(super) async fn store(&self) -> Store {
        Store::open(&self.config, self.sealer.clone()).await.unwrap()
    }
}

pub(super) async fn on_sqlite(test: impl AsyncFnOnce(&Bench)) {
    test(&Bench::sqlite()).await;
}

pub(super) async fn on_postgres(test: impl AsyncFnOnce(&Bench)) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    #[expect(clippy::disallowed_methods, reason = "says whether PostgreSQL is there to be tested")]
    let Ok(server) = std::env::var("TRANSOM_TEST_POSTGRES_URL") else {
        eprintln!("not run: TRANSOM_TEST_POSTGRES_URL is not set");
        return;
    };
    sqlx::any::install_default_drivers();
    let name = format!("transom_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut admin = AnyConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut admin).await.unwrap();

    let mut url = reqwest::Url::parse(&server).unwrap();
    url.set_path(&name);
    let password = url.password().map(|password| Secret::new(password.to_owned()));
    let mut bench = Bench::with_url(|_| url.into());
    bench.config.password = password;
    let outcome = std::panic::AssertUnwindSafe(test(&bench)).catch_unwind().await;

    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    sqlx::query(AssertSqlSafe(drop)).execute(&mut admin).await.unwrap();
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// Each test twice, under the name of its database.
macro_rules! store_tests {
    ($(async fn $name:ident($bench:ident: &Bench) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn test($bench: &Bench) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                $crate::store::testing::on_sqlite(test).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                $crate::store::testing::on_postgres(test).await;
            }
        }
    )*};
}
pub(super) use store_tests;

pub(super) fn pool(store: &Store) -> &AnyPool {
    &store.writing
}

pub(super) fn id(text: &str) -> BuildId {
    BuildId::try_from(text.to_owned()).unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(super) fn hash(text: &str) -> SecretHash {
    SecretHash::of(text)
}

pub(super) fn grant(build: &str) -> Grant {
    let person = Person { sub: "7".to_owned(), name: "A person".to_owned() };
    Grant {
        build: id(build),
        person,
        capabilities: Capabilities::all(),
        epoch: 3,
        expires_at: at(3600),
        share: None,
        admin: None,
        said_at: None,
    }
}

pub(super) fn record(build: &str) -> BuildRecord {
    BuildRecord { revision: 1, ..BuildRecord::example(id(build)) }
}
