//! Deliveries: queued with their fact, claimed once and in order, kept until they are old.

use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::access::event::{Event, EventKind};
use crate::store::testing::*;
use crate::store::{Claimed, DeliveryFilter, DeliveryState, HookOrigin, HookRow, Outcome, Store};

const LEASE: SignedDuration = SignedDuration::from_secs(30);

fn hook(id: &str, events: &[EventKind]) -> HookRow {
    HookRow {
        id: id.to_owned(),
        origin: HookOrigin::Config,
        url: format!("https://{id}.example/"),
        events: events.to_vec(),
        made_at: at(0),
        disabled_at: None,
    }
}

fn event(id: &str, build: &str, kind: EventKind, second: i64) -> Event {
    let (id, build) = (id.to_owned(), crate::store::testing::id(build));
    Event { id, kind, build, at: at(second), data: serde_json::json!({ "n": second }) }
}

fn came(state: DeliveryState, next: i64) -> Outcome {
    Outcome { state, next_at: at(next), status: Some(500), error: "no".to_owned() }
}

async fn with_build(bench: &Bench, hooks: &[HookRow]) -> Store {
    let store = bench.store().await;
    store.configure_hooks(hooks).await.unwrap();
    for name in ["a", "b"] {
        store.insert_build(&record(name), &[]).await.unwrap();
    }
    store
}

async fn claim(store: &Store, hook: &str, lease: &str, second: i64) -> Vec<Claimed> {
    let mut claimed = store.claim_deliveries(hook, lease, at(second), LEASE, 8).await.unwrap();
    claimed.sort_by(|a, b| a.event.cmp(&b.event));
    claimed
}

fn names(claimed: &[Claimed]) -> Vec<&str> {
    claimed.iter().map(|one| one.event.as_str()).collect()
}

async fn states(store: &Store, hook: &str) -> Vec<(String, i64, DeliveryState)> {
    let filter = DeliveryFilter { hook: Some(hook.to_owned()), limit: 100, ..DeliveryFilter::default() };
    let rows = store.deliveries(&filter).await.unwrap();
    rows.into_iter().rev().map(|row| (row.event, row.ordinal, row.state)).collect()
}

store_tests! {
    async fn a_change_and_what_is_told_of_it_are_written_both_or_neither(bench: &Bench) {
        let store = with_build(bench, &[hook("ci", &[])]).await;
        let told = |_: &crate::access::build::BuildRecord, _: &crate::access::build::BuildRecord| {
            vec![event("e1", "a", EventKind::AccessEnabled, 1), event("e2", "a", EventKind::AccessReady, 1)]
        };
        let refused = store.update_build_telling(&id("a"), |_| Err::<(), _>("no"), told).await;
        assert!(refused.is_err());
        let same = store.update_build_telling(&id("a"), |_| Ok::<_, ()>(()), told).await;
        assert!(same.is_ok());
        assert!(states(&store, "ci").await.is_empty());
        let change = |record: &mut crate::access::build::BuildRecord| { record.epoch += 1; Ok::<_, ()>(()) };
        store.update_build_telling(&id("a"), change, told).await.unwrap();
        let pending = DeliveryState::Pending;
        assert_eq!(states(&store, "ci").await, [("e1".to_owned(), 1, pending), ("e2".to_owned(), 2, pending)]);
        // The same event once more: nothing of that write stays.
        let again = store.update_build_telling(&id("a"), change, told).await;
        assert!(again.is_err());
        assert_eq!(store.build(&id("a")).await.unwrap().unwrap().record.epoch, 1);
    }

    async fn a_hook_gets_the_kinds_that_it_wants_and_nothing_while_it_is_disabled(bench: &Bench) {
        let some = [EventKind::SessionOpened, EventKind::AccessReady];
        let store = with_build(bench, &[hook("all", &[]), hook("some", &some)]).await;
        store.tell(&event("e1", "a", EventKind::AccessReady, 1)).await.unwrap();
        store.tell(&event("e2", "a", EventKind::AccessEnded, 2)).await.unwrap();
        store.disable_hook("all", Some(at(3))).await.unwrap();
        store.tell(&event("e3", "a", EventKind::SessionOpened, 3)).await.unwrap();
        let events = |rows: Vec<(String, i64, DeliveryState)>| {
            rows.into_iter().map(|(event, ordinal, _)| format!("{event} {ordinal}")).collect::<Vec<_>>()
        };
        assert_eq!(events(states(&store, "all").await), ["e1 1", "e2 2"]);
        assert_eq!(events(states(&store, "some").await), ["e1 1", "e3 2"]);
        // As in the configuration: the same address stays disabled, another one starts anew.
        store.configure_hooks(&[hook("all", &[])]).await.unwrap();
        assert_eq!(store.hook("all").await.unwrap().unwrap().disabled_at, Some(at(3)));
        assert_eq!(store.hook("some").await.unwrap(), None);
        assert!(states(&store, "some").await.iter().all(|(_, _, state)| *state == DeliveryState::Failed));
        let moved = HookRow { url: "https://new.example/".to_owned(), ..hook("all", &[]) };
        store.configure_hooks(std::slice::from_ref(&moved)).await.unwrap();
        assert_eq!(store.hooks().await.unwrap(), [moved]);
    }

    async fn of_each_build_only_the_first_is_given_out(bench: &Bench) {
        let store = with_build(bench, &[hook("ci", &[])]).await;
        for (n, (name, build)) in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("b2", "b")].into_iter().enumerate() {
            let second = i64::try_from(n).unwrap();
            store.tell(&event(name, build, EventKind::ViewerJoined, second)).await.unwrap();
        }
        let first = claim(&store, "ci", "one", 10).await;
        assert_eq!(names(&first), ["a1", "b1"]);
        assert!(claim(&store, "ci", "one", 10).await.is_empty());
        // One fails and holds back its own build only.
        let failed = came(DeliveryState::Pending, 15);
        assert!(store.finish_delivery("ci", &first[0], at(11), &failed).await.unwrap());
        let done = came(DeliveryState::Delivered, 11);
        assert!(store.finish_delivery("ci", &first[1], at(11), &done).await.unwrap());
        assert_eq!(names(&claim(&store, "ci", "one", 12).await), ["b2"]);
        assert_eq!(store.next_delivery("ci").await.unwrap(), Some(at(15)));
        let again = claim(&store, "ci", "one", 15).await;
        assert_eq!((names(&again), again[0].tries), (vec!["a1"], 1));
        assert!(store.finish_delivery("ci", &again[0], at(16), &came(DeliveryState::Failed, 16)).await.unwrap());
        assert_eq!(names(&claim(&store, "ci", "one", 16).await), ["a2"]);
        // What was given up can be sent again, from the beginning of its pauses.
        assert!(store.redeliver("ci", "a1", at(17)).await.unwrap());
        assert!(!store.redeliver("ci", "none", at(17)).await.unwrap());
        let again = claim(&store, "ci", "one", 17).await;
        assert_eq!((names(&again), again[0].tries), (vec!["a1"], 0));
    }

    async fn two_servers_never_have_the_same_delivery_until_a_lease_is_over(bench: &Bench) {
        let store = with_build(bench, &[hook("ci", &[])]).await;
        let stores = [store, bench.store().await];
        for n in 0..20 {
            let name = format!("x{n:02}");
            stores[0].insert_build(&record(&name), &[]).await.unwrap();
            stores[n % 2].tell(&event(&format!("e{n:02}"), &name, EventKind::AccessReady, 1)).await.unwrap();
        }
        let claims = (0..8).map(|n: usize| {
            let store = &stores[n % 2];
            async move { claim(store, "ci", &format!("l{n}"), 5).await }
        });
        let mut all: Vec<_> = join_all(claims).await.into_iter().flatten().map(|one| one.event).collect();
        all.extend(claim(&stores[0], "ci", "l9", 5).await.into_iter().map(|one| one.event));
        all.extend(claim(&stores[0], "ci", "l9", 5).await.into_iter().map(|one| one.event));
        all.extend(claim(&stores[0], "ci", "l9", 5).await.into_iter().map(|one| one.event));
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!((count, all.len()), (20, 20));
        // One server is gone: the other takes over, and what the first still says counts no more.
        let mine = Claimed {
            event: "e00".to_owned(), build: "x00".to_owned(), body: String::new(), tries: 0, lease: "gone".to_owned(),
        };
        assert!(!stores[0].finish_delivery("ci", &mine, at(6), &came(DeliveryState::Delivered, 6)).await.unwrap());
        assert_eq!(claim(&stores[1], "ci", "other", 35).await.len(), 8);
    }

    async fn what_two_servers_queue_at_once_has_one_order(bench: &Bench) {
        let stores = [with_build(bench, &[hook("ci", &[])]).await, bench.store().await];
        let tells = (0..16).map(|n: usize| {
            let told = event(&format!("e{n:02}"), "a", EventKind::ViewerJoined, 1);
            let store = &stores[n % 2];
            async move { store.tell(&told).await.unwrap() }
        });
        join_all(tells).await;
        let mut ordinals: Vec<_> = states(&stores[0], "ci").await.into_iter().map(|(_, n, _)| n).collect();
        ordinals.sort_unstable();
        assert_eq!(ordinals, (1..=16).collect::<Vec<_>>());
    }

    async fn deliveries_are_listed_in_pages_and_forgotten_when_they_are_old(bench: &Bench) {
        let store = with_build(bench, &[hook("ci", &[]), hook("log", &[])]).await;
        for n in 0..5 {
            store.tell(&event(&format!("e{n}"), "a", EventKind::ViewerJoined, n / 2)).await.unwrap();
        }
        let mut filter = DeliveryFilter { build: Some(id("a")), limit: 3, ..DeliveryFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = store.deliveries(&filter).await.unwrap();
            let Some(last) = page.last() else { break };
            filter.before = Some((last.made_at, last.ordinal, last.event.clone(), last.hook.clone()));
            seen.extend(page.into_iter().map(|row| format!("{} {}", row.event, row.hook)));
        }
        let wanted = (0..5).rev().flat_map(|n| [format!("e{n} log"), format!("e{n} ci")]);
        assert_eq!(seen, wanted.collect::<Vec<_>>());
        assert_eq!(store.forget_deliveries(at(2)).await.unwrap(), 8);
        assert_eq!(states(&store, "ci").await.len(), 1);
    }

    async fn secrets_of_a_hook_are_sealed_and_its_own(bench: &Bench) {
        let store = bench.store().await;
        let made = HookRow { origin: HookOrigin::Api, ..hook("h_1", &[EventKind::AccessEnded]) };
        store.insert_hook(&made, "whsec_one").await.unwrap();
        assert_eq!(store.hooks().await.unwrap(), [made]);
        let row = sqlx::query_scalar::<_, String>("SELECT sealed FROM hooks");
        let sealed = row.fetch_one(pool(&store)).await.unwrap();
        assert!(sealed.starts_with("v1.") && !sealed.contains("whsec"));
        store.put_hook_secrets("h_1", "whsec_two whsec_one").await.unwrap();
        assert_eq!(*store.hook_secrets("h_1").await.unwrap().unwrap(), "whsec_two whsec_one");
        // A configuration that names no hooks leaves those that somebody made.
        store.configure_hooks(&[]).await.unwrap();
        assert!(store.delete_hook("h_1").await.unwrap());
        assert!(!store.delete_hook("h_1").await.unwrap());
        assert_eq!(store.hook_secrets("h_1").await.unwrap(), None);
    }
}
