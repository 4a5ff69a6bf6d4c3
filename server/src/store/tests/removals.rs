//! Removed guests: remembered by build, and renewed no more.

use crate::access::{Grant, Person};
use crate::store::testing::*;
use crate::store::{CodeOutcome, RenewOutcome, Store};

fn of(sub: &str) -> Grant {
    Grant { person: Person { sub: sub.into(), name: sub.into() }, ..grant("a") }
}

async fn begin(store: &Store, code: &str, renewal: &str, sub: &str) {
    store.put_code(&hash(code), &of(sub), at(60)).await.unwrap();
    let taken = store.take_code(&hash(code), &hash(renewal), at(1)).await.unwrap();
    assert_eq!(taken, CodeOutcome::Taken(of(sub)));
}

store_tests! {
    async fn a_removed_guest_is_known_by_who_removed_them_first_and_renews_nothing(bench: &Bench) {
        let store = bench.store().await;
        begin(&store, "code k", "k0", "kim").await;
        begin(&store, "code l", "l0", "lee").await;
        for by in ["Dana", "Ravi"] {
            store.remove_guest(&id("a"), "kim", by, at(2)).await.unwrap();
        }
        assert_eq!(store.removed_guests(&id("a")).await.unwrap(), [("kim".to_owned(), "Dana".to_owned())]);
        assert_eq!(store.removed_guests(&id("b")).await.unwrap(), []);
        let renew = |current: &'static str| {
            let store = &store;
            async move { store.rotate_renewal(&hash(current), &hash("next"), at(3)).await.unwrap() }
        };
        assert_eq!(renew("k0").await, RenewOutcome::Revoked(of("kim")));
        assert_eq!(renew("l0").await, RenewOutcome::Rotated(of("lee")));
    }
}
