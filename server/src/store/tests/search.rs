//! Finding builds, and rows of the audit.

use serde_json::json;

use crate::access::Person;
use crate::access::build::{BuildRecord, Outcome, Progress};
use crate::store::testing::*;
use crate::store::{AuditEvent, AuditFilter, AuditOutcome, BuildFilter, Store};

fn build(name: &str, change: impl FnOnce(&mut BuildRecord)) -> BuildRecord {
    let mut record = record(name);
    change(&mut record);
    record
}

async fn found(store: &Store, filter: BuildFilter) -> Vec<String> {
    let found = store.find_builds(&BuildFilter { limit: 100, ..filter }).await.unwrap();
    found.into_iter().map(|found| found.record.id.to_string()).collect()
}

fn words(text: &str) -> BuildFilter {
    BuildFilter { words: text.split(' ').map(str::to_owned).collect(), ..BuildFilter::default() }
}

fn event(n: i64, actor: &str, action: &str, outcome: AuditOutcome) -> AuditEvent {
    let build = Some(id(if n % 2 == 0 { "even" } else { "odd" }));
    let address = Some(format!("192.0.2.{n}"));
    AuditEvent {
        at: at(n),
        build,
        actor: actor.into(),
        action: action.into(),
        outcome,
        detail: json!({}),
        address,
    }
}

store_tests! {
    async fn builds_are_found_by_words_project_progress_and_whether_access_is_open(bench: &Bench) {
        let store = bench.store().await;
        let records = [
            build("b-1", |r| {
                (r.about.title, r.about.project) = ("Nightly 100%".into(), "Kernel".into());
                r.facts.started_at = Some(at(20));
                r.about.started_by = Some(Person { sub: "u-7".into(), name: "Zoë".into() });
            }),
            build("b-2", |r| {
                (r.about.title, r.about.project) = ("Nightly 100x".into(), "docs".into());
                r.facts.started_at = Some(at(10));
                r.facts.finished = Some((at(5), Outcome::Failed));
            }),
            build("b_3", |r| {
                r.about.branch = Some("feature/\\x".into());
                r.facts.started_at = None;
            }),
        ];
        for record in &records {
            store.insert_build(record, &[]).await.unwrap();
        }
        assert_eq!(found(&store, BuildFilter::default()).await, ["b_3", "b-2", "b-1"], "newest first");
        assert_eq!(found(&store, words("nightly")).await, ["b-2", "b-1"]);
        assert_eq!(found(&store, words("NIGHTLY kernel")).await, ["b-1"]);
        assert_eq!(found(&store, words("ZoË")).await, ["b-1"]);
        assert_eq!(found(&store, words("100%")).await, ["b-1"], "no wildcard");
        assert_eq!(found(&store, words("b_3")).await, ["b_3"], "no wildcard");
        assert_eq!(found(&store, words("feature/\\x")).await, ["b_3"]);
        assert!(found(&store, words("nightly nothing")).await.is_empty());
        let finished = BuildFilter { progress: Some(Progress::Finished), ..words("nightly") };
        assert_eq!(found(&store, finished).await, ["b-2"]);
        let docs = BuildFilter { project: Some("docs".into()), ..BuildFilter::default() };
        assert_eq!(found(&store, docs).await, ["b-2"]);
        let started = BuildFilter { since: Some(at(10)), until: Some(at(20)), ..BuildFilter::default() };
        assert_eq!(found(&store, started).await, ["b-2"]);
        // Nobody turned access on before it finished, so it is over.
        let open = |open| BuildFilter { open: Some(open), ..BuildFilter::default() };
        assert_eq!(found(&store, open(false)).await, ["b-2"]);
        assert_eq!(found(&store, open(true)).await, ["b_3", "b-1"]);
    }

    async fn a_search_goes_on_where_its_page_ended(bench: &Bench) {
        let store = bench.store().await;
        for n in 0..5 {
            store.insert_build(&record(&format!("b{n}")), &[]).await.unwrap();
        }
        // As two servers may write them, on PostgreSQL.
        sqlx::query("UPDATE builds SET ordinal = 3 WHERE id IN ('b1', 'b2', 'b3')").execute(pool(&store)).await.unwrap();
        let (mut before, mut seen) = (None, Vec::new());
        loop {
            let page = store.find_builds(&BuildFilter { before: before.take(), limit: 2, ..words("b") }).await.unwrap();
            let Some(last) = page.last() else { break };
            before = Some(last.place.clone());
            seen.extend(page.into_iter().map(|found| found.record.id.to_string()));
        }
        assert_eq!(seen, ["b4", "b3", "b2", "b1", "b0"]);
    }

    async fn a_change_and_an_older_servers_row_are_found(bench: &Bench) {
        let store = bench.store().await;
        store.insert_build(&record("b1"), &[]).await.unwrap();
        let change = |r: &mut BuildRecord| {
            r.about.title = "Renamed".into();
            Ok::<_, std::convert::Infallible>(())
        };
        store.update_build(&id("b1"), change).await.unwrap();
        assert_eq!(found(&store, words("renamed")).await, ["b1"]);
        sqlx::query("UPDATE builds SET search = '', project = '', progress = ''").execute(pool(&store)).await.unwrap();
        assert!(found(&store, words("renamed")).await.is_empty());
        assert_eq!(found(&bench.store().await, words("renamed")).await, ["b1"]);
    }

    async fn rows_of_the_audit_are_found_by_whatever_stands_in_them(bench: &Bench) {
        use AuditOutcome::{Allowed, Denied, Ended};
        let store = bench.store().await;
        let even = build("even", |r| r.about.project = "kernel".into());
        store.insert_build(&even, &[]).await.unwrap();
        for (n, (actor, action, outcome)) in (1..).zip([
            ("service:ci", "token.issue", Allowed),
            ("person:u-7", "share.create", Allowed),
            ("guest:g-1", "share.redeem", Denied),
            ("person:u-7", "shares", Ended),
            ("admin:u-7", "session.end", Ended),
        ]) {
            store.append_audit(&event(n, actor, action, outcome)).await.unwrap();
        }
        let find = async |filter: AuditFilter| {
            let rows = store.audit(&AuditFilter { limit: 10, ..filter }).await.unwrap();
            rows.into_iter().map(|row| row.seq).collect::<Vec<_>>()
        };
        let all = AuditFilter::default;
        assert_eq!(find(AuditFilter { actor: Some("u-7".into()), ..all() }).await, [2, 4, 5]);
        assert_eq!(find(AuditFilter { actor: Some("person:u-7".into()), ..all() }).await, [2, 4]);
        assert_eq!(find(AuditFilter { action: Some("share".into()), ..all() }).await, [2, 3]);
        assert_eq!(find(AuditFilter { action: Some("share.create".into()), ..all() }).await, [2]);
        assert!(find(AuditFilter { action: Some("share%".into()), ..all() }).await.is_empty());
        assert_eq!(find(AuditFilter { outcome: Some(Ended), ..all() }).await, [4, 5]);
        assert_eq!(find(AuditFilter { project: Some("kernel".into()), ..all() }).await, [2, 4]);
        assert_eq!(find(AuditFilter { address: Some("192.0.2.3".into()), ..all() }).await, [3]);
        assert_eq!(find(AuditFilter { since: Some(at(2)), until: Some(at(4)), ..all() }).await, [2, 3]);
        assert_eq!(find(AuditFilter { before: Some(5), newest_first: true, ..all() }).await, [4, 3, 2, 1]);
        let both = AuditFilter { actor: Some("u-7".into()), outcome: Some(Ended), after: 4, ..all() };
        assert_eq!(find(both).await, [5]);
    }

    async fn moments_with_and_without_a_fraction_are_in_order(bench: &Bench) {
        let store = bench.store().await;
        let moment = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        for text in ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:01Z"] {
            let event = AuditEvent { at: moment(text), ..event(1, "transom", "access", AuditOutcome::Ended) };
            store.append_audit(&event).await.unwrap();
        }
        let since = AuditFilter { since: Some(moment("2026-01-01T00:00:00.25Z")), limit: 9, ..AuditFilter::default() };
        let rows = store.audit(&since).await.unwrap();
        assert_eq!(rows.into_iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 3]);
        let until = AuditFilter { since: None, until: Some(moment("2026-01-01T00:00:00.5Z")), ..since };
        assert_eq!(store.audit(&until).await.unwrap().len(), 1);
    }
}
