//! Renewals: one after the other, and a copy kills the chain.

use futures_util::future::join_all;

use crate::access::Grant;
use crate::store::testing::*;
use crate::store::{CodeOutcome, RenewOutcome, Store};

/// A store with a chain of build `a` that begins with `r0`.
async fn chain(bench: &Bench) -> Store {
    let store = bench.store().await;
    store.put_code(&hash("code"), &grant("a"), at(60)).await.unwrap();
    assert_eq!(
        store.take_code(&hash("code"), &hash("r0"), at(1)).await.unwrap(),
        CodeOutcome::Taken(grant("a"))
    );
    store
}

async fn rotate(store: &Store, current: &str, next: &str) -> RenewOutcome {
    store.rotate_renewal(&hash(current), &hash(next), at(100)).await.unwrap()
}

fn same() -> Grant {
    grant("a")
}

store_tests! {
    async fn a_chain_goes_on_as_long_as_its_grant(bench: &Bench) {
        let store = chain(bench).await;
        for n in 0..5 {
            assert_eq!(rotate(&store, &format!("r{n}"), &format!("r{}", n + 1)).await, RenewOutcome::Rotated(same()));
        }
        let late = store.rotate_renewal(&hash("r5"), &hash("r6"), at(3600)).await.unwrap();
        assert_eq!(late, RenewOutcome::Expired(grant("a")));
    }

    async fn the_same_renewal_may_be_repeated_after_a_lost_reply(bench: &Bench) {
        let store = chain(bench).await;
        assert_eq!(rotate(&store, "r0", "r1").await, RenewOutcome::Rotated(same()));
        assert_eq!(rotate(&store, "r0", "r1").await, RenewOutcome::Repeated(same()));
        assert_eq!(rotate(&store, "r1", "r2").await, RenewOutcome::Rotated(same()));
    }

    async fn a_replayed_renewal_ends_its_chain_and_no_other(bench: &Bench) {
        let store = chain(bench).await;
        store.put_code(&hash("code 2"), &grant("a"), at(60)).await.unwrap();
        store.take_code(&hash("code 2"), &hash("s0"), at(1)).await.unwrap();
        rotate(&store, "r0", "r1").await;
        assert_eq!(rotate(&store, "r0", "thief").await, RenewOutcome::Replayed(same()));
        assert_eq!(rotate(&store, "r1", "r2").await, RenewOutcome::Revoked(same()));
        assert_eq!(rotate(&store, "thief", "r2").await, RenewOutcome::Unknown);
        assert_eq!(rotate(&store, "s0", "s1").await, RenewOutcome::Rotated(same()));
    }

    async fn an_old_renewal_is_a_replay_even_with_the_old_next_one(bench: &Bench) {
        let store = chain(bench).await;
        rotate(&store, "r0", "r1").await;
        rotate(&store, "r1", "r2").await;
        assert_eq!(rotate(&store, "r0", "r1").await, RenewOutcome::Replayed(same()));
        assert_eq!(rotate(&store, "r2", "r3").await, RenewOutcome::Revoked(same()));
    }

    async fn a_next_one_that_has_served_before_is_no_next_one(bench: &Bench) {
        for next in ["r0", "r1"] {
            let store = chain(bench).await;
            rotate(&store, "r0", "r1").await;
            assert_eq!(rotate(&store, "r1", next).await, RenewOutcome::Replayed(same()));
            for table in ["DELETE FROM codes", "DELETE FROM chains"] {
                sqlx::query(table).execute(pool(&store)).await.unwrap();
            }
        }
    }

    async fn of_many_who_renew_at_once_one_rotates_and_the_chain_ends(bench: &Bench) {
        let stores = [chain(bench).await, bench.store().await];
        let nexts: Vec<_> = (0..16).map(|n| hash(&format!("n{n}"))).collect();
        let current = hash("r0");
        let attempts = nexts.iter().enumerate().map(|(n, next)| stores[n % 2].rotate_renewal(&current, next, at(100)));
        let outcomes: Vec<_> = join_all(attempts).await.into_iter().map(Result::unwrap).collect();
        let count = |is: RenewOutcome| outcomes.iter().filter(|outcome| **outcome == is).count();
        assert_eq!(count(RenewOutcome::Rotated(same())), 1);
        assert_eq!(count(RenewOutcome::Replayed(same())), 1);
        assert_eq!(count(RenewOutcome::Revoked(same())), 14);
    }

    async fn of_many_same_renewals_at_once_one_rotates_and_all_get_the_grant(bench: &Bench) {
        let stores = [chain(bench).await, bench.store().await];
        let (current, next) = (hash("r0"), hash("r1"));
        let attempts = (0..16).map(|n: usize| stores[n % 2].rotate_renewal(&current, &next, at(100)));
        let outcomes: Vec<_> = join_all(attempts).await.into_iter().map(Result::unwrap).collect();
        let count = |is: RenewOutcome| outcomes.iter().filter(|outcome| **outcome == is).count();
        assert_eq!((count(RenewOutcome::Rotated(same())), count(RenewOutcome::Repeated(same()))), (1, 15));
    }

    async fn revoking_a_build_ends_its_codes_and_chains_and_no_other_build(bench: &Bench) {
        let store = chain(bench).await;
        store.put_code(&hash("open"), &grant("a"), at(60)).await.unwrap();
        store.put_code(&hash("other"), &grant("b"), at(60)).await.unwrap();
        store.revoke_renewals(&id("a")).await.unwrap();
        assert_eq!(rotate(&store, "r0", "r1").await, RenewOutcome::Revoked(same()));
        assert_eq!(store.take_code(&hash("open"), &hash("x"), at(2)).await.unwrap(), CodeOutcome::Unknown);
        assert_eq!(store.take_code(&hash("other"), &hash("y"), at(2)).await.unwrap(), CodeOutcome::Taken(grant("b")));
    }

    async fn no_chain_outlives_a_revocation_at_the_same_moment(bench: &Bench) {
        let store = bench.store().await;
        let codes: Vec<_> = (0..16).map(|n| (hash(&format!("c{n}")), hash(&format!("r{n}")))).collect();
        for (code, _) in &codes {
            store.put_code(code, &grant("a"), at(60)).await.unwrap();
        }
        let build = id("a");
        let takes = join_all(codes.iter().map(|(code, renewal)| store.take_code(code, renewal, at(1))));
        let (_, revoked) = futures_util::future::join(takes, store.revoke_renewals(&build)).await;
        revoked.unwrap();
        let alive = sqlx::query("SELECT id FROM chains WHERE revoked = 0").fetch_all(pool(&store)).await.unwrap();
        assert!(alive.is_empty(), "{} chains live on", alive.len());
    }
}
