//! Administrators' grants: begun once, renewed one after the other, revoked by a copy or by the CI.

use futures_util::future::join_all;

use crate::access::Person;
use crate::access::admin::AdminGrant;
use crate::store::testing::*;
use crate::store::{AdminRenewal, Store};

fn admin(id: &str) -> AdminGrant {
    AdminGrant {
        id: id.into(),
        person: Person { sub: "u-ada".into(), name: "Ada".into() },
        expires_at: at(3600),
    }
}

/// A store with a grant whose secret is `r0`.
async fn inside(bench: &Bench) -> Store {
    let store = bench.store().await;
    store.put_admin(&admin("a"), &hash("code"), at(60)).await.unwrap();
    assert_eq!(store.take_admin_code(&hash("code"), &hash("r0"), at(1)).await.unwrap(), Some(admin("a")));
    store
}

async fn renew(store: &Store, current: &str, next: &str) -> AdminRenewal {
    store.renew_admin(&hash(current), &hash(next), at(100)).await.unwrap()
}

store_tests! {
    async fn of_many_who_redeem_an_administrators_code_one_succeeds(bench: &Bench) {
        let store = bench.store().await;
        store.put_admin(&admin("a"), &hash("code"), at(60)).await.unwrap();
        let (code, renewals): (_, Vec<_>) = (hash("code"), (0..16).map(|n| hash(&format!("r{n}"))).collect());
        let tries = renewals.iter().map(|renewal| store.take_admin_code(&code, renewal, at(1)));
        let taken = join_all(tries).await.into_iter().filter(|taken| taken.as_ref().unwrap().is_some()).count();
        assert_eq!(taken, 1);
    }

    async fn an_administrators_code_ends_and_the_same_redemption_may_be_repeated(bench: &Bench) {
        let store = inside(bench).await;
        let take = |renewal: &'static str, now| {
            let store = &store;
            async move { store.take_admin_code(&hash("code"), &hash(renewal), at(now)).await.unwrap() }
        };
        assert_eq!(take("r0", 59).await, Some(admin("a")));
        assert_eq!((take("other", 2).await, take("r0", 60).await), (None, None));
        assert!(store.admin_holds("a", at(3599)).await.unwrap());
        assert!(!store.admin_holds("a", at(3600)).await.unwrap() && !store.admin_holds("b", at(1)).await.unwrap());
    }

    async fn a_replayed_secret_of_an_administrator_ends_the_grant(bench: &Bench) {
        let store = inside(bench).await;
        assert_eq!(renew(&store, "r0", "r1").await, AdminRenewal::Renewed(admin("a")));
        assert_eq!(renew(&store, "r0", "r1").await, AdminRenewal::Renewed(admin("a")), "the reply was lost");
        assert_eq!(renew(&store, "nobody's", "r2").await, AdminRenewal::Unknown);
        assert_eq!(renew(&store, "r1", "r2").await, AdminRenewal::Renewed(admin("a")));
        assert_eq!(renew(&store, "r0", "thief").await, AdminRenewal::Replayed(admin("a")));
        assert_eq!(renew(&store, "r2", "r3").await, AdminRenewal::Unknown);
        assert!(!store.admin_holds("a", at(100)).await.unwrap());
    }

    async fn all_grants_of_an_administrator_are_revoked_at_once_also_unused_ones(bench: &Bench) {
        let store = inside(bench).await;
        store.put_admin(&admin("b"), &hash("unused"), at(60)).await.unwrap();
        assert_eq!(store.revoke_admin("u-kim").await.unwrap(), []);
        let mut revoked = store.revoke_admin("u-ada").await.unwrap();
        revoked.sort_by(|one, other| one.id.cmp(&other.id));
        assert_eq!(revoked, [admin("a"), admin("b")]);
        assert_eq!(store.revoke_admin("u-ada").await.unwrap(), []);
        assert_eq!(store.take_admin_code(&hash("unused"), &hash("s0"), at(1)).await.unwrap(), None);
        assert_eq!(renew(&store, "r0", "r1").await, AdminRenewal::Unknown);
    }
}
