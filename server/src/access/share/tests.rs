//! The rules of share links as tables.

use super::*;
use crate::access::lifecycle::Cause;

const NOW: i64 = 1_700_000_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NOW + second).unwrap()
}

/// Capabilities in short: `tv tc dv dc` of terminals and desktops, `sv sc` to share, `fr` files.
fn caps(short: &str) -> Capabilities {
    let one = |word: &str| match word {
        "tv" => Capability::TerminalView,
        "tc" => Capability::TerminalControl,
        "dv" => Capability::DesktopView,
        "dc" => Capability::DesktopControl,
        "sv" => Capability::ShareView,
        "sc" => Capability::ShareControl,
        "fr" => Capability::FilesRead,
        other => panic!("{other}"),
    };
    short.split_whitespace().map(one).collect()
}

fn build() -> BuildId {
    BuildId::try_from("b-1".to_owned()).unwrap()
}

fn grant(sub: &str, capabilities: Capabilities) -> Grant {
    Grant {
        build: build(),
        person: Person { sub: sub.to_owned(), name: sub.to_owned() },
        capabilities,
        epoch: 3,
        expires_at: at(300),
        share: None,
        admin: None,
        said_at: None,
    }
}

fn share(what: Shared, role: ShareRole, maker: &str) -> Share {
    let offer = Offer {
        label: String::new(),
        what,
        role,
        expires_at: at(3600),
        max_viewers: None,
        max_uses: None,
        approval: false,
    };
    Share {
        id: "l_1".to_owned(),
        build: build(),
        maker: Person { sub: "dana".to_owned(), name: "Dana".to_owned() },
        epoch: 3,
        made_at: at(0),
        offer,
        has_passcode: false,
        maker_may: caps(maker),
        used: 0,
        ended: None,
    }
}

fn record() -> BuildRecord {
    BuildRecord { revision: 1, epoch: 3, ..BuildRecord::example(build()) }
}

#[test]
fn only_who_may_do_it_and_share_it_makes_a_link_for_it() {
    use ShareRole::{Control, View};
    use Shared::{Both, Desktop, Terminal};
    let table = [
        // what the maker may do, the link, what they lack
        ("tv sv", Terminal, View, None),
        ("tc sv", Terminal, View, None),
        ("tv sc", Terminal, View, None),
        ("tv", Terminal, View, Some("share.view")),
        ("sv", Terminal, View, Some("terminal.view")),
        ("tv tc sv", Terminal, Control, Some("share.control")),
        ("tv sc", Terminal, Control, Some("terminal.control")),
        ("tc sc", Terminal, Control, None),
        ("tv tc sv sc", Desktop, View, Some("desktop.view")),
        ("dv sv", Desktop, View, None),
        ("tv sv", Both, View, Some("desktop.view")),
        ("tc dv sc", Both, Control, Some("desktop.control")),
        ("tc dc sc", Both, Control, None),
        ("", Both, Control, Some("share.control")),
    ];
    for (maker, what, role, missing) in table {
        let made = may_make(&grant("dana", caps(maker)), what, role).err().map(Capability::name);
        assert_eq!(made, missing, "{maker}: {what:?} {role:?}");
    }
}

#[test]
fn a_guest_may_do_what_the_link_the_policy_and_the_maker_allow_together() {
    use ShareRole::{Control, View};
    use Shared::{Both, Desktop, Terminal};
    let all = "tv tc dv dc sv sc fr";
    let table = [
        // the link, what the maker may, the policy, what a guest may
        (Terminal, View, all, all, "tv"),
        (Terminal, Control, all, all, "tv tc"),
        (Desktop, Control, all, all, "dv dc"),
        (Both, View, all, all, "tv dv"),
        (Both, Control, all, all, "tv tc dv dc"),
        (Both, Control, "tv tc sv sc", all, "tv tc"),
        (Both, Control, all, "tv dv dc sv sc", "tv dv dc"),
        (Both, Control, all, "tv tc dv dc sv", "tv dv"),
        (Terminal, Control, "tv tc sv", all, "tv"),
        (Terminal, Control, "tc sc", all, "tv tc"),
        (Terminal, Control, "tv tc", all, ""),
        (Terminal, Control, "dv dc sc", all, ""),
        (Terminal, Control, all, "tv tc", ""),
        (Terminal, Control, "", all, ""),
        (Terminal, View, all, "", ""),
    ];
    for (what, role, maker, policy, guest) in table {
        let mut record = record();
        record.policy.capabilities = caps(policy);
        let allowed = share(what, role, maker).allows(&record, at(0));
        let wanted = if guest.is_empty() { Err(ShareOver::Withdrawn) } else { Ok(caps(guest)) };
        assert_eq!(allowed, wanted, "{what:?} {role:?}: {maker} within {policy}");
    }
}

#[test]
fn a_link_is_over_for_one_of_these_reasons() {
    let good = share(Shared::Terminal, ShareRole::View, "tv sv");
    let limited = Share { offer: Offer { max_uses: Some(2), ..good.offer.clone() }, ..good.clone() };
    let ended = {
        let mut record = record();
        record.facts.ended = Some((at(1), Cause::Cancelled));
        record
    };
    let table = [
        (good.clone(), record(), 3599, None),
        (good.clone(), record(), 3600, Some(ShareOver::Expired)),
        (good.clone(), record(), 40 * 24 * 3600, Some(ShareOver::Expired)),
        (Share { ended: Some(ShareOver::Revoked), ..good.clone() }, record(), 0, Some(ShareOver::Revoked)),
        (Share { ended: Some(ShareOver::Revoked), ..good.clone() }, record(), 9999, Some(ShareOver::Revoked)),
        // A clock that was set back revives nothing.
        (Share { ended: Some(ShareOver::Expired), ..good.clone() }, record(), 0, Some(ShareOver::Expired)),
        (good.clone(), BuildRecord { epoch: 4, ..record() }, 0, Some(ShareOver::Ended)),
        (good.clone(), BuildRecord { epoch: 2, ..record() }, 0, Some(ShareOver::Ended)),
        (good, ended, 0, Some(ShareOver::Ended)),
        (Share { used: 1, ..limited.clone() }, record(), 0, None),
        (Share { used: 2, ..limited.clone() }, record(), 0, Some(ShareOver::UsedUp)),
        (Share { used: 3, ..limited }, record(), 0, Some(ShareOver::UsedUp)),
    ];
    for (n, (share, record, second, over)) in table.into_iter().enumerate() {
        assert_eq!(share.admits(&record, at(second)).err(), over, "row {n}");
    }
}

#[test]
fn whoever_is_in_stays_when_a_link_is_used_up() {
    let mut share = share(Shared::Terminal, ShareRole::View, "tv sv");
    share.offer.max_uses = Some(1);
    let guest = Person { sub: "g".to_owned(), name: "Kim".to_owned() };
    let grant = share.grant(guest.clone(), &record(), at(0)).unwrap();
    share.used = 1;
    assert_eq!(share.narrow(grant.clone(), &record(), at(1)), Ok(grant));
    assert_eq!(share.grant(guest, &record(), at(1)), Err(ShareOver::UsedUp));
}

#[test]
fn a_guest_loses_and_regains_what_the_maker_does_and_never_gains_more() {
    let mut share = share(Shared::Terminal, ShareRole::Control, "tv tc sv sc");
    let guest = Person { sub: "g".to_owned(), name: "Kim".to_owned() };
    let grant = share.grant(guest, &record(), at(0)).unwrap();
    assert_eq!(grant.share.as_deref(), Some("l_1"));
    for (maker, guest) in [("tv sv", "tv"), ("tv tc dv dc fr sv sc", "tv tc"), ("tv tc sv", "tv")] {
        share.maker_may = caps(maker);
        let narrowed = share.narrow(grant.clone(), &record(), at(0)).unwrap();
        assert_eq!(narrowed.capabilities, caps(guest), "{maker}");
        assert_eq!((narrowed.epoch, narrowed.expires_at), (3, at(3600)));
    }
    // A token that says less stays less.
    let less = Grant { capabilities: caps("tv"), expires_at: at(60), ..grant };
    share.maker_may = caps("tv tc sc");
    assert_eq!(share.narrow(less.clone(), &record(), at(0)), Ok(less));
}

#[test]
fn links_are_managed_by_their_maker_and_by_who_could_make_them() {
    use ShareRole::{Control, View};
    let table = [
        ("dana", "", View, true),
        ("dana", "", Control, true),
        ("ravi", "tv tc", View, false),
        ("ravi", "sv", View, true),
        ("ravi", "sv", Control, false),
        ("ravi", "sc", View, true),
        ("ravi", "sc", Control, true),
    ];
    for (sub, capabilities, role, may) in table {
        let who = grant(sub, caps(capabilities));
        assert_eq!(may_manage(&who, &share(Shared::Both, role, "")), may, "{sub} {capabilities} {role:?}");
    }
}

#[test]
fn guests_neither_make_nor_see_nor_manage_links_whatever_their_token_says() {
    let guest = Grant { share: Some("l_1".to_owned()), ..grant("dana", Capabilities::all()) };
    assert_eq!(may_make(&guest, Shared::Terminal, ShareRole::View), Err(Capability::ShareView));
    assert!(
        !may_list(&guest) && may_list(&grant("dana", caps("sv"))) && !may_list(&grant("dana", caps("tv")))
    );
    assert!(!may_manage(&guest, &share(Shared::Terminal, ShareRole::View, "")));
    let elsewhere =
        Grant { build: BuildId::try_from("b-2".to_owned()).unwrap(), ..grant("dana", caps("sc")) };
    assert!(!may_manage(&elsewhere, &share(Shared::Terminal, ShareRole::View, "")));
}

#[test]
fn a_link_ends_at_the_deadline_at_the_latest_and_after_40_days() {
    let day = 24 * 3600;
    let table = [
        (3600, None, 3600),
        (3600, Some(at(7200)), 3600),
        (3600, Some(at(600)), 600),
        (3600, Some(at(-5)), -5),
        (u32::MAX, Some(Timestamp::MAX), 40 * day),
        (40 * 24 * 3600, None, 40 * day),
    ];
    for (seconds, deadline, ends) in table {
        assert_eq!(expiry(seconds, deadline, at(0)), at(ends), "{seconds} {deadline:?}");
    }
    let fraction = at(0) + SignedDuration::from_millis(900);
    assert_eq!(expiry(10, None, fraction), at(10), "tokens count whole seconds");
    assert!(expiry(10, None, Timestamp::MAX) <= Timestamp::MAX);
}
