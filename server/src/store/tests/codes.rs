//! Page codes: single use, whoever tries at once.

use futures_util::future::join_all;

use crate::store::testing::*;
use crate::store::{CodeOutcome, RenewOutcome};

store_tests! {
    async fn of_64_who_redeem_a_code_on_two_servers_exactly_one_succeeds(bench: &Bench) {
        let stores = [bench.store().await, bench.store().await];
        stores[0].put_code(&hash("code"), &grant("a"), at(60)).await.unwrap();
        let (code, renewals) = (hash("code"), (0..64).map(|n| hash(&format!("r{n}"))).collect::<Vec<_>>());
        let attempts = renewals.iter().enumerate().map(|(n, renewal)| stores[n % 2].take_code(&code, renewal, at(1)));
        let outcomes: Vec<_> = join_all(attempts).await.into_iter().map(Result::unwrap).collect();
        let taken = outcomes.iter().filter(|outcome| **outcome == CodeOutcome::Taken(grant("a"))).count();
        let used = outcomes.iter().filter(|outcome| **outcome == CodeOutcome::Used).count();
        assert_eq!((taken, used), (1, 63));
    }

    async fn the_same_redemption_may_be_repeated_until_the_code_ends(bench: &Bench) {
        let store = bench.store().await;
        store.put_code(&hash("code"), &grant("a"), at(60)).await.unwrap();
        let take = async |renewal: &str, second| store.take_code(&hash("code"), &hash(renewal), at(second)).await.unwrap();
        assert_eq!(take("mine", 1).await, CodeOutcome::Taken(grant("a")));
        assert_eq!(take("mine", 59).await, CodeOutcome::Repeated(grant("a")));
        assert_eq!(take("theirs", 59).await, CodeOutcome::Used);
        assert_eq!(take("mine", 60).await, CodeOutcome::Used);
    }

    async fn a_redemption_is_not_repeated_once_its_renewal_was_used_or_revoked(bench: &Bench) {
        let store = bench.store().await;
        for (code, renewal) in [("c1", "r1"), ("c2", "r2")] {
            store.put_code(&hash(code), &grant(code), at(60)).await.unwrap();
            store.take_code(&hash(code), &hash(renewal), at(1)).await.unwrap();
        }
        store.rotate_renewal(&hash("r1"), &hash("n1"), at(2)).await.unwrap();
        sqlx::query("UPDATE chains SET revoked = 1 WHERE build = 'c2'").execute(pool(&store)).await.unwrap();
        for (code, renewal) in [("c1", "r1"), ("c2", "r2")] {
            assert_eq!(store.take_code(&hash(code), &hash(renewal), at(3)).await.unwrap(), CodeOutcome::Used);
        }
    }

    async fn a_late_or_invented_code_opens_nothing(bench: &Bench) {
        let store = bench.store().await;
        store.put_code(&hash("code"), &grant("a"), at(60)).await.unwrap();
        assert_eq!(store.take_code(&hash("code"), &hash("r"), at(60)).await.unwrap(), CodeOutcome::Expired);
        assert_eq!(store.take_code(&hash("guess"), &hash("r"), at(1)).await.unwrap(), CodeOutcome::Unknown);
        assert_eq!(store.rotate_renewal(&hash("r"), &hash("n"), at(1)).await.unwrap(), RenewOutcome::Unknown);
    }

    async fn a_renewal_that_has_served_cannot_begin_another_chain(bench: &Bench) {
        let store = bench.store().await;
        for code in ["c1", "c2"] {
            store.put_code(&hash(code), &grant(code), at(60)).await.unwrap();
        }
        store.take_code(&hash("c1"), &hash("r"), at(1)).await.unwrap();
        store.rotate_renewal(&hash("r"), &hash("n"), at(2)).await.unwrap();
        for renewal in ["r", "n"] {
            assert_eq!(store.take_code(&hash("c2"), &hash(renewal), at(3)).await.unwrap(), CodeOutcome::Used);
        }
        let fresh = store.take_code(&hash("c2"), &hash("fresh"), at(3)).await.unwrap();
        assert_eq!(fresh, CodeOutcome::Taken(grant("c2")));
    }

    async fn what_is_over_is_swept_away_and_what_is_not_stays(bench: &Bench) {
        let store = bench.store().await;
        store.put_code(&hash("c1"), &grant("a"), at(60)).await.unwrap();
        store.put_code(&hash("c2"), &grant("a"), at(600)).await.unwrap();
        store.take_code(&hash("c1"), &hash("r1"), at(1)).await.unwrap();
        assert_eq!(store.sweep(at(120)).await.unwrap(), 0);
        assert_eq!(store.sweep(at(121)).await.unwrap(), 1);
        assert_eq!(store.take_code(&hash("c1"), &hash("r1"), at(1)).await.unwrap(), CodeOutcome::Unknown);
        assert!(matches!(store.rotate_renewal(&hash("r1"), &hash("n1"), at(130)).await.unwrap(), RenewOutcome::Rotated(_)));
        assert_eq!(store.sweep(at(3700)).await.unwrap(), 2, "the other code and the chain");
        assert_eq!(store.rotate_renewal(&hash("n1"), &hash("n2"), at(140)).await.unwrap(), RenewOutcome::Unknown);
        let left = sqlx::query("SELECT hash FROM renewals").fetch_all(pool(&store)).await.unwrap();
        assert!(left.is_empty());
    }
}
