//! The audit: rows follow one another, and a missing or changed one shows.

use futures_util::future::join_all;
use serde_json::json;

use crate::store::testing::*;
use crate::store::{AuditBreak, AuditEvent, AuditFilter, AuditOutcome, Store};

fn event(n: i64) -> AuditEvent {
    AuditEvent {
        at: at(n),
        build: (n % 2 == 0).then(|| id("a")),
        actor: "person:7".to_owned(),
        action: "session.open".to_owned(),
        outcome: AuditOutcome::Allowed,
        detail: json!({"z": n, "a": {"y": 1, "b": "ü"}}),
        address: Some("192.0.2.1".to_owned()),
    }
}

async fn written(bench: &Bench, count: i64) -> Store {
    let store = bench.store().await;
    for n in 1..=count {
        assert_eq!(store.append_audit(&event(n)).await.unwrap(), n);
    }
    assert_eq!(store.verify_audit().await.unwrap(), count.unsigned_abs());
    store
}

async fn sql(store: &Store, statement: &'static str) {
    sqlx::query(statement).execute(pool(store)).await.unwrap();
}

store_tests! {
    async fn rows_come_back_as_they_were_given_and_bound_to_each_other(bench: &Bench) {
        let store = written(bench, 3).await;
        let rows = store.audit(&AuditFilter { limit: 100, ..AuditFilter::default() }).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(rows.iter().zip(1..).all(|(row, n)| row.event == event(n)));
        assert_eq!((rows[0].prev.as_str(), &rows[1].prev, &rows[2].prev), ("", &rows[0].hash, &rows[1].hash));
    }

    async fn a_hash_can_be_computed_by_anybody_from_the_row(bench: &Bench) {
        let store = written(bench, 1).await;
        let row = store.audit(&AuditFilter { limit: 1, ..AuditFilter::default() }).await.unwrap().remove(0);
        let array = r#"["",1,"2023-11-14T22:13:21Z","","person:7","session.open","allowed",{"a":{"b":"ü","y":1},"z":1},"192.0.2.1"]"#;
        assert_eq!(row.hash, hash(array).as_str());
    }

    async fn rows_are_found_by_build_and_page_by_page(bench: &Bench) {
        let store = written(bench, 7).await;
        let find = async |build: Option<&str>, after, limit| {
            let filter = AuditFilter { build: build.map(id), after, limit, ..AuditFilter::default() };
            store.audit(&filter).await.unwrap().into_iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        assert_eq!(find(Some("a"), 0, 2).await, [2, 4]);
        assert_eq!(find(Some("a"), 4, 2).await, [6]);
        assert_eq!(find(None, 5, 10).await, [6, 7]);
        assert!(find(Some("b"), 0, 10).await.is_empty());
    }

    async fn rows_of_two_servers_at_once_make_one_chain(bench: &Bench) {
        let stores = [bench.store().await, bench.store().await];
        let events: Vec<_> = (0..40).map(event).collect();
        let appends = events.iter().enumerate().map(|(n, event)| stores[n % 2].append_audit(event));
        let mut numbers: Vec<_> = join_all(appends).await.into_iter().map(Result::unwrap).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
        assert_eq!(stores[0].verify_audit().await.unwrap(), 40);
    }

    async fn a_removed_row_is_found_wherever_it_stood(bench: &Bench) {
        let store = written(bench, 4).await;
        sql(&store, "DELETE FROM audit WHERE seq = 4").await;
        assert!(matches!(store.verify_audit().await, Err(AuditBreak::Missing(4))));
        sql(&store, "DELETE FROM audit WHERE seq = 2").await;
        assert!(matches!(store.verify_audit().await, Err(AuditBreak::Missing(2))));
        sql(&store, "DELETE FROM audit WHERE seq = 1").await;
        assert!(matches!(store.verify_audit().await, Err(AuditBreak::Missing(1))));
    }

    async fn a_changed_row_is_found_in_whichever_column(bench: &Bench) {
        let store = written(bench, 3).await;
        for (change, back) in [
            ("UPDATE audit SET actor = 'x' WHERE seq = 2", "UPDATE audit SET actor = 'person:7' WHERE seq = 2"),
            ("UPDATE audit SET build = 'b' WHERE seq = 2", "UPDATE audit SET build = 'a' WHERE seq = 2"),
            ("UPDATE audit SET outcome = 'denied' WHERE seq = 2", "UPDATE audit SET outcome = 'allowed' WHERE seq = 2"),
            ("UPDATE audit SET address = '' WHERE seq = 2", "UPDATE audit SET address = '192.0.2.1' WHERE seq = 2"),
        ] {
            sql(&store, change).await;
            assert!(matches!(store.verify_audit().await, Err(AuditBreak::Changed(2))), "{change}");
            sql(&store, back).await;
            assert_eq!(store.verify_audit().await.unwrap(), 3);
        }
        sql(&store, "UPDATE audit SET detail = '{}' WHERE seq = 3").await;
        assert!(matches!(store.verify_audit().await, Err(AuditBreak::Changed(3))));
    }

    async fn a_shortened_chain_and_a_row_put_behind_it_are_found(bench: &Bench) {
        let store = written(bench, 3).await;
        sql(&store, "UPDATE audit_head SET seq = 2").await;
        assert!(matches!(store.verify_audit().await, Err(AuditBreak::Unlinked(2))));
        sql(&store, "UPDATE audit_head SET seq = 3").await;
        sql(&store, "INSERT INTO audit SELECT 4, at, build, actor, action, outcome, detail, address, prev, hash FROM audit WHERE seq = 3").await;
        assert!(matches!(store.verify_audit().await, Err(AuditBreak::Unlinked(4))));
    }

    async fn text_that_a_database_cannot_hold_does_not_stop_the_audit(bench: &Bench) {
        let store = bench.store().await;
        let odd = AuditEvent { actor: "person:\0\u{1f600}\"".to_owned(), detail: json!({"k\0": "\0"}), address: None, ..event(1) };
        store.append_audit(&odd).await.unwrap();
        assert_eq!(store.verify_audit().await.unwrap(), 1);
        let row = store.audit(&AuditFilter { limit: 1, ..AuditFilter::default() }).await.unwrap().remove(0);
        assert_eq!((row.event.actor.as_str(), row.event.detail), ("person:\u{fffd}\u{1f600}\"", odd.detail));
    }

    async fn a_long_audit_is_walked_to_its_end(bench: &Bench) {
        let store = bench.store().await;
        let events: Vec<_> = (0..520).map(event).collect();
        for events in events.chunks(8) {
            for appended in join_all(events.iter().map(|event| store.append_audit(event))).await {
                appended.unwrap();
            }
        }
        assert_eq!(store.verify_audit().await.unwrap(), 520);
    }
}
