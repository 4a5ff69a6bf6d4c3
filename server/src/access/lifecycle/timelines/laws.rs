//! What holds for every life, whatever happens to it.

use jiff::Timestamp;
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::{Event, happen, minute};
use crate::access::Policy;
use crate::access::build::Outcome;
use crate::access::lifecycle::{Cause, Extension, Facts, Hold, Probe, Release, State, due, life, sentence};

/// Any moment there is, most of them close to each other so that they meet.
fn moment() -> impl Strategy<Value = Timestamp> {
    let edges = [Timestamp::MIN, Timestamp::MAX, Timestamp::UNIX_EPOCH];
    prop_oneof![
        8 => (0i64..90).prop_map(minute),
        1 => (Timestamp::MIN.as_second()..Timestamp::MAX.as_second())
            .prop_map(|second| Timestamp::from_second(second).unwrap()),
        1 => prop::sample::select(edges.to_vec()),
    ]
}

fn outcome() -> impl Strategy<Value = Outcome> {
    prop::sample::select(vec![Outcome::Succeeded, Outcome::Failed, Outcome::Cancelled, Outcome::TimedOut])
}

fn cause() -> impl Strategy<Value = Cause> {
    prop::sample::select(vec![Cause::EndedByUser, Cause::MachineGone, Cause::Grace])
}

fn probe() -> impl Strategy<Value = Probe> {
    prop_oneof![
        1 => Just(Probe::Waiting),
        3 => moment().prop_map(Probe::Ready),
        1 => moment().prop_map(|at| Probe::Failed { at, why: "no route".to_owned() }),
    ]
}

fn duration() -> impl Strategy<Value = u64> {
    let edges = [0, 3_456_000, u64::from(u32::MAX), i64::MAX as u64, u64::MAX];
    prop_oneof![3 => 0u64..7200, 1 => prop::sample::select(edges.to_vec())]
}

prop_compose! {
    fn facts()(
        started_at in of(moment()),
        max_duration_s in duration(),
        finished in of((moment(), outcome())),
        enabled_at in prop_oneof![3 => moment().prop_map(Some), 1 => Just(None)],
        machine_at in of(moment()),
        probe in probe(),
        ended in prop_oneof![3 => Just(None), 1 => (moment(), cause()).prop_map(Some)],
        attached_since in of(moment()),
        last_left in of(moment()),
        extended in of((moment(), moment())),
        extends_last in any::<bool>(),
    ) -> Facts {
        let extended = extended.map(|(began, until)| Extension {
            began: last_left.filter(|_| extends_last).unwrap_or(began),
            until,
        });
        Facts {
            started_at,
            max_duration_s,
            finished,
            enabled_at,
            machine_at,
            probe,
            ended,
            attached_since,
            last_left,
            extended,
        }
    }
}

prop_compose! {
    fn policy()(
        grace_s in prop_oneof![0u32..1200, Just(u32::MAX)],
        reattach_s in prop_oneof![0u32..1200, Just(u32::MAX)],
        probe_s in prop_oneof![0u32..1800, Just(u32::MAX)],
    ) -> Policy {
        Policy { grace_s, reattach_s, probe_s, ..Policy::default() }
    }
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        2 => Just(Event::Enable),
        1 => Just(Event::MachineUp),
        1 => Just(Event::MachineGone),
        3 => Just(Event::Answer),
        1 => Just(Event::NoAnswer),
        2 => outcome().prop_map(Event::Finish),
        1 => (0i64..90, outcome()).prop_map(|(at, outcome)| Event::Told(at, outcome)),
        4 => Just(Event::Attach),
        4 => Just(Event::Leave),
        1 => Just(Event::End),
        2 => (1u32..30).prop_map(Event::Extend),
        1 => Just(Event::Restart),
        2 => (of(0i64..90), 0u64..120).prop_map(|(at, minutes)| Event::Schedule(at, minutes)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn once_ended_it_stays_ended(facts in facts(), policy in policy(), a in moment(), b in moment()) {
        let (early, late) = (a.min(b), a.max(b));
        let before = life(&facts, &policy, early);
        if before.state == State::Ended {
            let after = life(&facts, &policy, late);
            prop_assert_eq!(after.state, State::Ended);
            prop_assert_eq!(after.ends_at, before.ends_at);
            prop_assert_eq!(after.cause, before.cause);
        }
    }

    #[test]
    fn nothing_lasts_beyond_the_deadline(facts in facts(), policy in policy(), now in moment()) {
        let life = life(&facts, &policy, now);
        if let Some(deadline) = life.deadline {
            let on = facts.enabled_at.is_some();
            prop_assert!(!(life.admits && now >= deadline));
            // A recorded end stays as it was, whatever is said of the build's times after it.
            let open = on && facts.ended.is_none();
            prop_assert!(!open || life.ends_at.is_none_or(|at| at <= deadline));
            prop_assert!(!on || now < deadline || life.state == State::Ended);
        }
        // Whoever may be inside has a wall in front of them.
        prop_assert!(!life.admits || life.ends_at.is_some());
    }

    #[test]
    fn nothing_changes_before_the_next_look(
        facts in facts(), policy in policy(), now in moment(), then in moment(),
    ) {
        let first = life(&facts, &policy, now);
        prop_assert!(first.next.is_none_or(|next| next > now));
        if then >= now && first.next.is_none_or(|next| then < next) {
            let second = life(&facts, &policy, then);
            prop_assert_eq!(due(&second, now, then), None);
            prop_assert_eq!(second, first);
        }
    }

    #[test]
    fn the_parts_of_a_life_agree(facts in facts(), policy in policy(), now in moment()) {
        let life = life(&facts, &policy, now);
        let finished = facts.finished.is_some();
        let over = matches!(life.state, State::Off | State::Ended | State::Failed);
        prop_assert_eq!(life.release == Release::Now, finished && over);
        prop_assert_eq!(life.hold.is_some(), finished && !over);
        prop_assert_eq!(life.ends_at.is_some(), life.cause.is_some());
        prop_assert_eq!(life.failure.is_some(), life.state == State::Failed);
        prop_assert_eq!(life.admits, matches!(life.state, State::Ready | State::Grace | State::Held));
        match life.state {
            State::Ready => prop_assert!(!finished),
            State::Held => prop_assert_eq!(life.hold, Some(Hold::Attached)),
            State::Grace => prop_assert_ne!(life.hold, Some(Hold::Attached)),
            State::Ended if facts.ended.is_some() => prop_assert_eq!(life.ends_at.zip(life.cause), facts.ended),
            State::Ended => prop_assert!(life.ends_at.is_some_and(|at| at <= now)),
            State::Off | State::Failed => prop_assert_eq!(life.ends_at, None),
            State::Pending => {}
        }
        if let Release::Hold { until } = life.release {
            prop_assert!(until.is_none_or(|until| until > now));
        }
        prop_assert!(sentence(&life).ends_with('.'));
    }

    #[test]
    fn a_clock_set_back_revives_nothing(
        mut facts in facts(), policy in policy(), a in moment(), b in moment(),
    ) {
        let (early, late) = (a.min(b), a.max(b));
        facts.settle(&policy, late);
        if facts.ended.is_some() {
            prop_assert_eq!(life(&facts, &policy, early), life(&facts, &policy, late));
        }
    }

    #[test]
    fn settling_changes_the_record_and_not_the_life(
        facts in facts(), policy in policy(), now in moment(),
    ) {
        let before = life(&facts, &policy, now);
        let mut settled = facts.clone();
        let changed = settled.settle(&policy, now);
        prop_assert_eq!(changed, settled != facts);
        prop_assert_eq!(life(&settled, &policy, now), before);
        prop_assert!(!settled.settle(&policy, now));
    }

    #[test]
    fn what_is_over_or_released_stays_so_whatever_happens(
        story in vec((0i64..15, event()), 1..40), policy in policy(),
    ) {
        let mut facts = Facts { max_duration_s: 3600, ..Facts::default() };
        let mut at = 0;
        let mut ended = None;
        let mut released = false;
        for (pause, event) in story {
            at += pause;
            let now = minute(at);
            let before = facts.clone();
            let refused = happen(&mut facts, &policy, now, event).is_err();
            if refused {
                let mut settled = before;
                settled.settle(&policy, now);
                prop_assert_eq!(&facts, &settled, "refused {:?}, and yet recorded", event);
            }
            let life = life(&facts, &policy, now);
            prop_assert!(ended.is_none() || ended == facts.ended);
            prop_assert!(ended.is_none() || life.state == State::Ended);
            prop_assert!(!released || life.release == Release::Now);
            released = life.release == Release::Now;
            facts.settle(&policy, now);
            ended = facts.ended;
        }
    }

    #[test]
    fn recording_never_panics(
        mut facts in facts(), policy in policy(), now in moment(), events in vec(event(), 0..6),
    ) {
        for event in events {
            let _ = happen(&mut facts, &policy, now, event);
        }
        let _ = life(&facts, &policy, now);
    }
}
