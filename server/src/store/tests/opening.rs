//! Opening a store: new, known, too new, full.

use futures_util::future::{join, join_all};
use std::os::unix::fs::PermissionsExt as _;

use crate::config::StoreConfig;
use crate::store::testing::*;
use crate::store::{Store, StoreError};

store_tests! {
    async fn two_servers_may_start_on_an_empty_store_at_once(bench: &Bench) {
        let (one, other) = join(bench.store(), bench.store()).await;
        one.healthy().await.unwrap();
        one.insert_build(&record("a"), &[]).await.unwrap();
        assert!(other.build(&id("a")).await.unwrap().is_some());
    }

    async fn what_was_written_is_there_after_a_restart(bench: &Bench) {
        let store = bench.store().await;
        store.insert_build(&record("a"), &[]).await.unwrap();
        store.put_secret(&id("a"), "ssh_key", b"hunter2").await.unwrap();
        store.close().await;
        assert!(matches!(store.healthy().await, Err(StoreError::Unavailable(_))));
        let store = bench.store().await;
        assert_eq!(store.open_builds().await.unwrap().len(), 1);
        assert_eq!(*store.secret(&id("a"), "ssh_key").await.unwrap().unwrap(), b"hunter2");
    }

    async fn tables_of_a_newer_version_are_left_alone(bench: &Bench) {
        let store = bench.store().await;
        let newest = "UPDATE _sqlx_migrations SET version = 9999 \
                      WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)";
        sqlx::query(newest).execute(pool(&store)).await.unwrap();
        let newer = Store::open(&bench.config, bench.sealer.clone()).await;
        assert!(matches!(newer, Err(StoreError::Migration(_))));
    }

    async fn an_unreadable_record_is_told_apart_from_a_missing_one(bench: &Bench) {
        let store = bench.store().await;
        store.insert_build(&record("a"), &[]).await.unwrap();
        sqlx::query("UPDATE builds SET doc = '{'").execute(pool(&store)).await.unwrap();
        assert!(matches!(store.build(&id("a")).await, Err(StoreError::Corrupt(_))));
    }
}

#[tokio::test]
async fn files_of_the_store_can_be_read_by_their_owner_only() {
    let bench = Bench::sqlite();
    let store = bench.store().await;
    store.insert_build(&record("a"), &[]).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(bench.directory.path()).unwrap().map(Result::unwrap).collect();
    assert!(files.len() >= 2, "the file itself and the write-ahead log");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.path().display());
    }
}

#[tokio::test]
async fn whoever_reads_does_not_wait_behind_those_who_write() {
    let bench = Bench::sqlite();
    let store = bench.store().await;
    store.insert_build(&record("a"), &[]).await.unwrap();
    let first = store.begin().await.unwrap();
    // More than there are connections.
    let names: Vec<_> = (0..20).map(|n| format!("s{n}")).collect();
    let build = id("a");
    let writers = join_all(names.iter().map(|name| store.put_secret(&build, name, b"x")));
    let reader = async {
        assert!(store.build(&build).await.unwrap().is_some());
        first.rollback().await.unwrap();
    };
    let (written, ()) = join(writers, reader).await;
    assert!(written.iter().all(Result::is_ok), "{written:?}");
    let by_a_reader = sqlx::query("DELETE FROM builds").execute(&store.pool).await;
    assert!(by_a_reader.unwrap_err().to_string().contains("readonly"));
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_the_store_goes_on_when_there_is_room() {
    let bench = Bench::sqlite();
    let pages = "PRAGMA max_page_count = 128";
    let store = Store::open_with(&bench.config, bench.sealer.clone(), pages).await.unwrap();
    store.insert_build(&record("first"), &[]).await.unwrap();
    let mut big = record("big");
    big.about.title = "x".repeat(1 << 20);
    for _ in 0..3 {
        let full = store.insert_build(&big, &[]).await;
        assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
    }
    assert!(store.build(&id("big")).await.unwrap().is_none());
    store.insert_build(&record("small"), &[]).await.unwrap();
    assert_eq!(store.open_builds().await.unwrap().len(), 2);
}

#[tokio::test]
async fn in_a_full_store_nothing_is_half_done() {
    let bench = Bench::sqlite();
    bench.store().await.put_code(&hash("code"), &grant("a"), at(60)).await.unwrap();
    let store =
        Store::open_with(&bench.config, bench.sealer.clone(), "PRAGMA max_page_count = 1").await.unwrap();
    let mut appended = 0;
    let event = crate::store::AuditEvent {
        at: at(0),
        build: None,
        actor: "transom".to_owned(),
        action: "test".to_owned(),
        outcome: crate::store::AuditOutcome::Ended,
        detail: serde_json::json!({"filler": "x".repeat(400)}),
        address: None,
    };
    let full = loop {
        match store.append_audit(&event).await {
            Ok(_) if appended < 10_000 => appended += 1,
            other => break other,
        }
    };
    assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
    let again = store.append_audit(&event).await;
    assert!(matches!(again, Err(StoreError::Full(_))), "{again:?}");
    assert_eq!(store.verify_audit().await.unwrap(), appended);
    store.healthy().await.unwrap();
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_or_is_none_is_told_apart() {
    let bench = Bench::sqlite();
    let open = async |url: String| {
        let config = StoreConfig { url, password: None, connections: 1 };
        Store::open(&config, bench.sealer.clone()).await.map(drop)
    };
    let nowhere = open("sqlite:/proc/none/transom.db".to_owned()).await;
    assert!(matches!(nowhere, Err(StoreError::Unavailable(_))), "{nowhere:?}");
    let file = bench.directory.path().join("text.db");
    std::fs::write(&file, "not a database, ".repeat(100)).unwrap();
    let text = open(format!("sqlite:{}", file.display())).await;
    assert!(matches!(text, Err(StoreError::Corrupt(_))), "{text:?}");
    let scheme = open("mysql://localhost/x".to_owned()).await;
    assert!(matches!(scheme, Err(StoreError::Address(_))), "{scheme:?}");
}

#[tokio::test]
async fn a_store_in_memory_lives_as_long_as_its_handle() {
    let config = StoreConfig { url: "sqlite::memory:".to_owned(), password: None, connections: 1 };
    let bench = Bench::sqlite();
    let store = Store::open(&config, bench.sealer.clone()).await.unwrap();
    store.insert_build(&record("a"), &[]).await.unwrap();
    assert!(store.build(&id("a")).await.unwrap().is_some());
    let other = Store::open(&config, bench.sealer.clone()).await.unwrap();
    assert!(other.build(&id("a")).await.unwrap().is_none());
}
