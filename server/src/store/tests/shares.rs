//! Share links: no more guests than may be, whoever tries at once.

use futures_util::future::join_all;

use crate::access::share::{Offer, Share, ShareOver, ShareRole, Shared};
use crate::access::{BuildId, Capabilities, Capability, Grant, Person};
use crate::keys::SecretHash;
use crate::store::testing::*;
use crate::store::{Answer, RenewOutcome, Request, ShareOutcome, Store, StoredShare};

fn share(name: &str, uses: Option<u32>) -> StoredShare {
    let offer = Offer {
        label: "QA".to_owned(),
        what: Shared::Both,
        role: ShareRole::Control,
        expires_at: at(600),
        max_viewers: Some(3),
        max_uses: uses,
        approval: true,
    };
    let share = Share {
        id: name.to_owned(),
        build: id("a"),
        maker: Person { sub: "dana".to_owned(), name: "Dana".to_owned() },
        epoch: 3,
        made_at: at(0),
        offer,
        has_passcode: true,
        maker_may: Capabilities::all(),
        used: 0,
        ended: None,
    };
    StoredShare { share, hash: hash(name), passcode: "slow".to_owned() }
}

async fn put(store: &Store, stored: &StoredShare) -> bool {
    store.put_share(stored, at(0), 64, at(0)).await.unwrap()
}

/// As many as may be.
fn judge(share: &Share) -> Result<Grant, ShareOver> {
    match share.offer.max_uses {
        _ if share.ended.is_some() => Err(ShareOver::Revoked),
        Some(most) if share.used >= most => Err(ShareOver::UsedUp),
        _ => Ok(Grant { share: Some(share.id.clone()), ..grant("a") }),
    }
}

async fn take(store: &Store, link: &str, renewal: &str) -> ShareOutcome {
    store.take_share(link, &hash(renewal), judge).await.unwrap()
}

async fn only(store: &Store) -> Share {
    let shares = store.shares_of(&id("a")).await.unwrap();
    assert_eq!(shares.len(), 1);
    shares[0].clone()
}

fn request(name: &str) -> Request {
    Request {
        share: "l".to_owned(),
        number: 0,
        guest: Person { sub: format!("g-{name}"), name: name.to_owned() },
        address: Some("192.0.2.1".to_owned()),
        asked_at: at(1),
        answer: Answer::Waiting,
    }
}

store_tests! {
    async fn a_link_is_read_as_it_was_written(bench: &Bench) {
        let store = bench.store().await;
        let stored = share("l", Some(2));
        assert!(put(&store, &stored).await);
        assert_eq!(store.share("l").await.unwrap(), Some(stored.clone()));
        assert_eq!(store.shares_of(&id("a")).await.unwrap(), [stored.share]);
        assert_eq!((store.share("other").await.unwrap(), store.shares_of(&id("b")).await.unwrap()), (None, vec![]));
    }

    async fn of_64_who_redeem_a_link_on_two_servers_as_many_succeed_as_may(bench: &Bench) {
        let stores = [bench.store().await, bench.store().await];
        for uses in [1, 7] {
            let link = format!("l{uses}");
            put(&stores[0], &share(&link, Some(uses))).await;
            let renewals: Vec<_> = (0..64).map(|n| format!("r{uses}-{n}")).collect();
            let tries = renewals.iter().enumerate().map(|(n, renewal)| take(&stores[n % 2], &link, renewal));
            let outcomes = join_all(tries).await;
            let taken = outcomes.iter().filter(|o| matches!(o, ShareOutcome::Taken(_))).count();
            let over = outcomes.iter().filter(|o| **o == ShareOutcome::Over(ShareOver::UsedUp)).count();
            assert_eq!((taken, over), (uses as usize, 64 - uses as usize));
            assert_eq!(stores[1].share(&link).await.unwrap().unwrap().share.used, uses);
        }
    }

    async fn a_redemption_that_is_repeated_uses_nothing_more(bench: &Bench) {
        let store = bench.store().await;
        put(&store, &share("l", Some(2))).await;
        put(&store, &share("other", None)).await;
        let guest = Grant { share: Some("l".to_owned()), ..grant("a") };
        assert_eq!(take(&store, "l", "r").await, ShareOutcome::Taken(guest.clone()));
        assert_eq!(take(&store, "l", "r").await, ShareOutcome::Repeated(guest.clone()));
        assert_eq!(take(&store, "other", "r").await, ShareOutcome::Used);
        assert!(store.is_chain_of("l", &hash("r")).await.unwrap());
        assert!(!store.is_chain_of("other", &hash("r")).await.unwrap());
        assert_eq!(store.rotate_renewal(&hash("r"), &hash("n"), at(1)).await.unwrap(), RenewOutcome::Rotated(guest));
        assert_eq!(take(&store, "l", "r").await, ShareOutcome::Used, "its renewal was used");
        assert_eq!(take(&store, "l", "n").await, ShareOutcome::Used);
        assert_eq!(take(&store, "none", "x").await, ShareOutcome::Unknown);
        assert_eq!(store.share("l").await.unwrap().unwrap().share.used, 1);
    }

    async fn what_was_recorded_of_a_links_end_stays(bench: &Bench) {
        let store = bench.store().await;
        put(&store, &share("l", None)).await;
        assert!(store.revoke_share("l").await.unwrap() && !store.revoke_share("l").await.unwrap());
        store.lapse_shares(at(600)).await.unwrap();
        assert_eq!(only(&store).await.ended, Some(ShareOver::Revoked));
        assert_eq!(take(&store, "l", "r").await, ShareOutcome::Over(ShareOver::Revoked));
        put(&store, &StoredShare { share: Share { build: id("b"), ..share("m", None).share }, ..share("m", None) }).await;
        store.lapse_shares(at(599)).await.unwrap();
        assert_eq!(store.share("m").await.unwrap().unwrap().share.ended, None);
        store.lapse_shares(at(600)).await.unwrap();
        assert_eq!(store.share("m").await.unwrap().unwrap().share.ended, Some(ShareOver::Expired));
        assert!(!store.revoke_share("m").await.unwrap());
    }

    async fn the_newest_word_of_the_ci_on_a_maker_counts(bench: &Bench) {
        let store = bench.store().await;
        put(&store, &share("l", None)).await;
        let less: Capabilities = [Capability::TerminalView].into_iter().collect();
        let said = async |build: BuildId, maker: &str, may: &Capabilities, second| {
            store.maker_may(&build, maker, may, at(second)).await.unwrap()
        };
        assert_eq!(said(id("a"), "dana", &less, 10).await, 1);
        assert_eq!(said(id("a"), "dana", &less, 11).await, 0, "no news");
        assert_eq!(said(id("a"), "dana", &Capabilities::all(), 9).await, 0, "an older word");
        assert_eq!(said(id("a"), "ravi", &Capabilities::all(), 12).await, 0);
        assert_eq!(said(id("b"), "dana", &Capabilities::all(), 12).await, 0);
        assert_eq!(only(&store).await.maker_may, less);
        assert_eq!(said(id("a"), "dana", &Capabilities::all(), 12).await, 1);
        assert_eq!(only(&store).await.maker_may, Capabilities::all());
    }

    async fn who_makes_links_at_two_servers_at_once_makes_no_more_than_may_be(bench: &Bench) {
        let stores = [bench.store().await, bench.store().await];
        // By the second build all connections are there.
        for build in ["a", "b", "c", "d", "e"] {
            stores[0].insert_build(&record(build), &[]).await.unwrap();
            let link = |n| {
                let stored = share(&format!("{build}{n}"), None);
                StoredShare { share: Share { build: id(build), ..stored.share }, ..stored }
            };
            let links: Vec<_> = (0..32).map(link).collect();
            let puts = links.iter().enumerate().map(|(n, link)| stores[n % 2].put_share(link, at(0), 4, at(1)));
            let made = join_all(puts).await.into_iter().filter(|made| *made.as_ref().unwrap()).count();
            assert_eq!((made, stores[0].shares_of(&id(build)).await.unwrap().len()), (4, 4), "{build}");
        }
    }

    async fn a_build_has_so_many_links_that_are_good(bench: &Bench) {
        let store = bench.store().await;
        let kept = async |name: &str, second| {
            store.put_share(&share(name, None), at(0), 2, at(second)).await.unwrap()
        };
        assert!(kept("one", 1).await && kept("two", 1).await);
        assert!(!kept("three", 1).await);
        assert_eq!(store.share("three").await.unwrap(), None);
        store.revoke_share("one").await.unwrap();
        assert!(kept("three", 1).await);
        assert!(kept("four", 600).await, "the others are over by then");
    }

    async fn passcodes_are_tried_one_after_another_and_ever_slower(bench: &Bench) {
        let stores = [bench.store().await, bench.store().await];
        put(&stores[0], &share("l", None)).await;
        // The sixth costs a second, during which nobody tries.
        let tries = join_all((0..40).map(|n| stores[n % 2].try_passcode("l", at(0)))).await;
        let waits: Vec<_> = tries.into_iter().map(Result::unwrap).collect();
        assert_eq!(waits.iter().filter(|wait| wait.is_none()).count(), 6);
        assert!(waits.iter().flatten().all(|until| *until == at(1)));
        let store = &stores[1];
        let attempt = async |second| store.try_passcode("l", at(second)).await.unwrap();
        assert_eq!((attempt(1).await, attempt(2).await, attempt(3).await), (None, Some(at(3)), None));
        assert_eq!(attempt(4).await, Some(at(7)));
        store.passcode_right("l").await.unwrap();
        assert_eq!((attempt(4).await, attempt(5).await), (None, Some(at(8))), "a right one was no miss");
        assert_eq!(store.try_passcode("none", at(0)).await.unwrap(), None);
    }

    async fn guests_who_wait_are_numbered_and_answered_once(bench: &Bench) {
        let store = bench.store().await;
        put(&store, &share("l", None)).await;
        let ask = async |name: &str| store.put_request(&request(name), &hash(name), 2).await.unwrap();
        assert!(ask("kim").await && ask("lee").await && !ask("max").await, "two at most");
        let waiting = store.waiting_at(&id("a")).await.unwrap();
        assert_eq!(waiting, [Request { number: 1, ..request("kim") }, Request { number: 2, ..request("lee") }]);
        let answer = async |number, answer| store.answer_request("l", number, answer).await.unwrap().map(|r| r.guest.name);
        assert_eq!(answer(1, Answer::Approved).await.as_deref(), Some("kim"));
        assert_eq!((answer(1, Answer::Denied).await, answer(9, Answer::Approved).await), (None, None));
        let asked = async |renewal: &str| store.request("l", &hash(renewal)).await.unwrap().map(|r| r.answer);
        assert_eq!((asked("kim").await, asked("lee").await), (Some(Answer::Approved), Some(Answer::Waiting)));
        assert_eq!((asked("max").await, store.request("m", &hash("kim")).await.unwrap()), (None, None));
        assert!(ask("max").await);
        store.revoke_share("l").await.unwrap();
        assert_eq!(store.waiting_at(&id("a")).await.unwrap(), []);
        let nowhere = Request { share: "none".to_owned(), ..request("x") };
        assert!(!store.put_request(&nowhere, &hash("x"), 2).await.unwrap());
    }

    async fn links_that_are_over_are_forgotten_with_their_guests(bench: &Bench) {
        let store = bench.store().await;
        put(&store, &share("l", None)).await;
        store.put_request(&request("kim"), &hash("kim"), 2).await.unwrap();
        assert_eq!(store.sweep(at(660)).await.unwrap(), 0);
        assert_eq!(store.sweep(at(661)).await.unwrap(), 1);
        assert_eq!(store.request("l", &hash("kim")).await.unwrap(), None);
    }
}

#[test]
fn a_stored_link_does_not_hold_its_secret() {
    let stored = StoredShare { hash: SecretHash::of("the-secret"), ..share("l", None) };
    assert!(!format!("{stored:?}").contains("the-secret"));
}
