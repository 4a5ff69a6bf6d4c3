//! Builds: added once, changed by compare and swap, found again.

use futures_util::future::join_all;

use crate::access::build::BuildRecord;
use crate::access::lifecycle::Cause;
use crate::store::testing::*;
use crate::store::{StoreError, Stored, UpdateError};

store_tests! {
    async fn a_build_is_added_once_with_its_secrets_and_found_again(bench: &Bench) {
        let store = bench.store().await;
        let build = record("a");
        store.insert_build(&build, &[("ssh_key", b"first")]).await.unwrap();
        let mut other = build.clone();
        other.version = 9;
        let again = store.insert_build(&other, &[("ssh_key", b"second")]).await;
        assert!(matches!(again, Err(StoreError::Exists(_))));
        assert_eq!(*store.secret(&id("a"), "ssh_key").await.unwrap().unwrap(), b"first");
        assert_eq!(store.build(&id("a")).await.unwrap(), Some(Stored { revision: 1, record: BuildRecord { revision: 1, ..build } }));
        assert_eq!(store.build(&id("b")).await.unwrap(), None);
    }

    async fn a_change_of_an_outdated_revision_is_refused(bench: &Bench) {
        let store = bench.store().await;
        let mut build = record("a");
        store.insert_build(&build, &[]).await.unwrap();
        build.epoch = 1;
        assert!(store.replace_build(1, &build).await.unwrap());
        build.epoch = 2;
        assert!(!store.replace_build(1, &build).await.unwrap());
        assert!(!store.replace_build(2, &record("b")).await.unwrap());
        let stored = store.build(&id("a")).await.unwrap().unwrap();
        assert_eq!((stored.revision, stored.record.epoch), (2, 1));
    }

    async fn changes_of_many_at_once_on_two_servers_all_count(bench: &Bench) {
        let stores = [bench.store().await, bench.store().await];
        stores[0].insert_build(&record("a"), &[]).await.unwrap();
        let build = id("a");
        let changes = (0..24).map(|n: usize| {
            let (store, build) = (&stores[n % 2], &build);
            async move {
                store.update_build(build, |record| { record.epoch += 1; Ok::<_, ()>(record.epoch) }).await
            }
        });
        let mut seen: Vec<_> = join_all(changes).await.into_iter().map(|change| change.unwrap().0).collect();
        seen.sort_unstable();
        assert_eq!(seen, (1..=24).collect::<Vec<_>>());
    }

    async fn a_refused_or_empty_change_writes_nothing(bench: &Bench) {
        let store = bench.store().await;
        let unknown = store.update_build(&id("a"), |_| Ok::<_, ()>(())).await;
        assert!(matches!(unknown, Err(UpdateError::Unknown)));
        store.insert_build(&record("a"), &[]).await.unwrap();
        let refused = store.update_build(&id("a"), |record| { record.epoch = 9; Err::<(), _>("no") }).await;
        assert!(matches!(refused, Err(UpdateError::Refused("no"))));
        let (answer, same) = store.update_build(&id("a"), |_| Ok::<_, ()>(7)).await.unwrap();
        assert_eq!((answer, same), (7, BuildRecord { revision: 1, ..record("a") }));
        assert_eq!(store.build(&id("a")).await.unwrap().unwrap().revision, 1);
    }

    async fn a_build_is_open_until_its_access_has_ended(bench: &Bench) {
        let store = bench.store().await;
        for name in ["b", "a", "c"] {
            store.insert_build(&record(name), &[]).await.unwrap();
        }
        let end = |record: &mut BuildRecord| {
            record.facts.ended = Some((at(9), Cause::Deadline));
            Ok::<_, ()>(())
        };
        store.update_build(&id("a"), end).await.unwrap();
        let names = |builds: Vec<Stored<crate::access::build::BuildRecord>>| {
            builds.into_iter().map(|build| build.record.id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(names(store.open_builds().await.unwrap()), ["b", "c"]);
        assert_eq!(names(store.recent_builds(2).await.unwrap()), ["c", "a"]);
    }
}
