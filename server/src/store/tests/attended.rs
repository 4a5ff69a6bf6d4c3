//! How long somebody was there, by project and day.

use crate::access::Policy;
use crate::access::build::BuildRecord;
use crate::access::lifecycle::Cause;
use crate::store::testing::*;

const DAY: i64 = 24 * 3600;

/// Seconds since 1970: days begin where they do.
fn at(second: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_second(second).unwrap()
}

async fn change(store: &crate::store::Store, build: &str, change: impl Fn(&mut BuildRecord, &Policy)) {
    let (policy, build) = (Policy::default(), id(build));
    let changed = store.update_build(&build, |record| {
        change(record, &policy);
        Ok::<_, std::convert::Infallible>(())
    });
    changed.await.unwrap();
}

async fn ready(store: &crate::store::Store, build: &str) {
    store.insert_build(&record(build), &[]).await.unwrap();
    change(store, build, |record, policy| {
        record.facts.started_at = Some(at(DAY));
        record.facts.max_duration_s = 10 * 24 * 3600;
        record.facts.enable(policy, at(DAY)).unwrap();
        record.facts.probe_ready(policy, at(DAY)).unwrap();
    })
    .await;
}

store_tests! {
    async fn the_time_of_all_builds_of_a_project_is_one_sum_on_all_servers(bench: &Bench) {
        let (store, other) = (bench.store().await, bench.store().await);
        ready(&store, "a").await;
        ready(&store, "b").await;
        let noon = DAY + DAY / 2;
        change(&store, "a", |r, p| r.facts.attach(p, at(noon)).unwrap()).await;
        change(&other, "b", |r, p| r.facts.attach(p, at(noon + 60)).unwrap()).await;
        // Who is there counts while they are.
        assert_eq!(other.attended_today("demo", at(noon + 100)).await.unwrap(), (100 + 40) * 1000);
        change(&other, "a", |r, p| r.facts.leave(p, at(noon + 100))).await;
        change(&store, "b", |r, p| r.facts.end(p, at(noon + 120), Cause::EndedByUser).unwrap()).await;
        let used = |store: &crate::store::Store, second: i64| {
            let store = store.clone();
            async move { store.attended_today("demo", at(second)).await.unwrap() }
        };
        assert_eq!(used(&store, noon + 500).await, (100 + 60) * 1000);
        assert_eq!(used(&bench.store().await, noon + 500).await, (100 + 60) * 1000);
        assert_eq!(used(&store, 2 * DAY).await, 0, "another day");
        assert_eq!(store.attended_today("other", at(noon + 500)).await.unwrap(), 0);
    }

    async fn a_stay_over_midnight_counts_on_each_day_what_it_lasted(bench: &Bench) {
        let store = bench.store().await;
        ready(&store, "a").await;
        change(&store, "a", |r, p| r.facts.attach(p, at(2 * DAY - 50)).unwrap()).await;
        assert_eq!(store.attended_today("demo", at(2 * DAY + 30)).await.unwrap(), 30_000);
        change(&store, "a", |r, p| r.facts.leave(p, at(2 * DAY + 70))).await;
        assert_eq!(store.attended_today("demo", at(2 * DAY - 1)).await.unwrap(), 50_000);
        assert_eq!(store.attended_today("demo", at(2 * DAY + 90)).await.unwrap(), 70_000);
        store.sweep(at(50 * DAY)).await.unwrap();
        assert_eq!(store.attended_today("demo", at(2 * DAY + 90)).await.unwrap(), 0, "forgotten");
    }
}
