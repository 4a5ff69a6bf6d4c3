//! More time: who asks for it gets it while a window runs, and never beyond the deadline.

use super::{
    Attach, Cause, DONE, End, Event, Extend, Facts, Leave, Policy, Refusal, State, Story, Told, ends_at,
    life, look, minute, play, ready,
};
use crate::access::lifecycle::{Step, step};

#[test]
fn a_window_ends_later_by_what_was_asked_for() {
    let late = ready(&[(45, DONE), (46, Extend(10))]);
    let table: &[(&str, Story, i64, Cause)] = &[
        ("once", &ready(&[(20, DONE), (25, Extend(10))]), 40, Cause::Grace),
        ("less than a step", &ready(&[(20, DONE), (25, Extend(3))]), 33, Cause::Grace),
        ("more than a step", &ready(&[(20, DONE), (25, Extend(50))]), 40, Cause::Grace),
        ("again and again", &ready(&[(20, DONE), (25, Extend(10)), (26, Extend(5))]), 45, Cause::Grace),
        ("up to the deadline", &late, 60, Cause::Deadline),
        (
            "to come back",
            &ready(&[(5, Attach), (20, DONE), (22, Leave), (30, Extend(10))]),
            42,
            Cause::Reattach,
        ),
        (
            "came in the time that was added",
            &ready(&[(20, DONE), (29, Extend(10)), (35, Attach), (38, Leave)]),
            48,
            Cause::Reattach,
        ),
        (
            "a longer window is not carried over to the next",
            &ready(&[(20, DONE), (21, Extend(10)), (22, Extend(10)), (23, Attach), (24, Leave)]),
            34,
            Cause::Reattach,
        ),
        ("ended by hand", &ready(&[(20, DONE), (25, Extend(10)), (35, End)]), 35, Cause::EndedByUser),
        (
            "a shorter limit counts",
            &ready(&[(20, DONE), (25, Extend(10)), (26, Event::Schedule(Some(0), 33))]),
            33,
            Cause::Deadline,
        ),
    ];
    for (name, events, ends, cause) in table {
        assert_eq!(play(events, true).1, [], "{name}");
        assert_eq!(play(events, false).1, [], "{name}");
        ends_at(name, events, *ends, *cause);
    }
}

#[test]
fn there_is_no_more_time_where_none_runs_out() {
    let table: &[(&str, Story, Refusal)] = &[
        ("while the build runs", &ready(&[(5, Extend(10))]), Refusal::NoWindow),
        ("while somebody is there", &ready(&[(5, Attach), (20, DONE), (21, Extend(10))]), Refusal::NoWindow),
        ("when it is over", &ready(&[(20, DONE), (30, Extend(10))]), Refusal::Ended(Cause::Grace)),
        ("long after", &ready(&[(20, DONE), (99, Extend(10))]), Refusal::Ended(Cause::Grace)),
        ("at the deadline", &ready(&[(55, DONE), (56, Extend(10))]), Refusal::AtDeadline),
        (
            "after the last step",
            &ready(&[(42, DONE), (43, Extend(10)), (44, Extend(10))]),
            Refusal::AtDeadline,
        ),
    ];
    for (name, events, refusal) in table {
        for driven in [true, false] {
            let told: Vec<_> = play(events, driven).1.into_iter().map(|(_, refusal)| refusal).collect();
            assert_eq!(told, [*refusal], "{name}, driven: {driven}");
        }
    }
    let (mut facts, _) = play(&ready(&[(20, DONE)]), true);
    let strict = Policy { extend_s: 0, ..Policy::default() };
    assert_eq!(facts.extend(&strict, minute(21), None), Err(Refusal::NotExtended));
}

#[test]
fn a_step_says_what_it_would_bring() {
    let at = |events: Story, now| step(&play(events, true).0, &Policy::default(), minute(now), None);
    let bring = |until, is_last| Ok(Step { until: minute(until), is_last });
    assert_eq!(at(&ready(&[(20, DONE)]), 21), bring(40, false));
    assert_eq!(at(&ready(&[(40, DONE)]), 41), bring(60, true));
    assert_eq!(at(&ready(&[(45, DONE)]), 46), bring(60, true));
    assert_eq!(at(&ready(&[]), 21), Err(Refusal::NoWindow));
}

#[test]
fn a_clock_that_jumps_makes_no_more_of_it() {
    let policy = Policy::default();
    let (mut facts, _) = play(&ready(&[(20, DONE), (28, Extend(10))]), true);
    // Set back: the step counts from where the window ends.
    facts.extend(&policy, minute(21), None).unwrap();
    assert_eq!(life(&facts, &policy, minute(21)).ends_at, Some(minute(50)));
    // Set ahead over the end: what is over is not made longer, also not when the clock is right again.
    assert_eq!(facts.extend(&policy, minute(51), None), Err(Refusal::Ended(Cause::Grace)));
    assert_eq!(facts.extend(&policy, minute(29), None), Err(Refusal::Ended(Cause::Grace)));
    assert_eq!(life(&facts, &policy, minute(29)).state, State::Ended);
}

#[test]
fn warnings_come_again_before_the_new_end() {
    let (facts, _) = play(&ready(&[(20, DONE), (29, Extend(10))]), true);
    assert_eq!(look(&ready(&[(20, DONE)]), 29).next, Some(minute(30)));
    assert_eq!(life(&facts, &Policy::default(), minute(29)).next, Some(minute(30)), "ten minutes before");
    assert_eq!(life(&facts, &Policy::default(), minute(30)).next, Some(minute(35)));
}

#[test]
fn a_finish_that_is_told_late_is_no_more_time() {
    let (mut facts, _): (Facts, _) = play(&ready(&[(26, Told(20, super::Outcome::Failed))]), true);
    let step = facts.extend(&Policy::default(), minute(27), None).unwrap();
    assert_eq!(step.until, minute(40));
}
