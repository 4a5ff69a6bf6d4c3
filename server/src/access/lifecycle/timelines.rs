//! Whole lives, told in minutes since the start of the build.

mod ends;
mod extended;
mod laws;

use jiff::{SignedDuration, Timestamp};

use super::{Cause, Facts, Hold, Life, Refusal, Release, State, life};
use crate::access::Policy;
use crate::access::build::Outcome;

/// Something that happens to a build.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event {
    Enable,
    MachineUp,
    MachineGone,
    Answer,
    NoAnswer,
    /// Finished now.
    Finish(Outcome),
    /// Finished at that minute, and told only now.
    Told(i64, Outcome),
    Attach,
    Leave,
    End,
    /// Somebody asks for so many minutes more.
    Extend(u32),
    Restart,
    /// The CI says when it started and how long it may last, in minutes.
    Schedule(Option<i64>, u64),
}

use Event::{
    Answer, Attach, Enable, End, Extend, Leave, MachineGone, MachineUp, NoAnswer, Restart, Schedule, Told,
};

/// What happens, and at which minute.
type Story<'a> = &'a [(i64, Event)];

const DONE: Event = Event::Finish(Outcome::Succeeded);
const CANCEL: Event = Event::Finish(Outcome::Cancelled);
const TIMEOUT: Event = Event::Finish(Outcome::TimedOut);

pub(super) fn minute(minute: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + minute * 60).unwrap()
}

/// A build that started at 0 and may last 60 minutes; access is off.
fn queued() -> Facts {
    Facts { max_duration_s: 3600, ..Facts::default() }
}

pub(super) fn happen(facts: &mut Facts, policy: &Policy, at: Timestamp, event: Event) -> Result<(), Refusal> {
    match event {
        Enable => facts.enable(policy, at)?,
        MachineUp => facts.machine_up(policy, at),
        MachineGone => facts.machine_gone(policy, at),
        Answer => facts.probe_ready(policy, at)?,
        NoAnswer => facts.probe_failed(policy, at, "no route".to_owned())?,
        Event::Finish(outcome) => facts.finish(policy, at, at, outcome),
        Told(finished, outcome) => facts.finish(policy, at, minute(finished), outcome),
        Attach => facts.attach(policy, at)?,
        Leave => facts.leave(policy, at),
        End => facts.end(policy, at, Cause::EndedByUser)?,
        Extend(minutes) => _ = facts.extend(policy, at, Some(minutes * 60))?,
        Restart => facts.restart(policy, at),
        Schedule(start, minutes) => {
            facts.schedule(policy, at, start.map(minute), minutes * 60);
        }
    }
    Ok(())
}

/// Plays `events` on a build in the queue, and tells what was refused. A driven life is settled
/// whenever it asks to be looked at, another one only by what happens to it.
fn play(events: &[(i64, Event)], driven: bool) -> (Facts, Vec<(i64, Refusal)>) {
    let policy = Policy::default();
    let mut facts = queued();
    let mut refused = Vec::new();
    let mut now = minute(0);
    for &(at, event) in events {
        while driven
            && let Some(next) = life(&facts, &policy, now).next
            && next < minute(at)
        {
            now = next;
            facts.settle(&policy, now);
        }
        now = minute(at);
        if let Err(refusal) = happen(&mut facts, &policy, now, event) {
            refused.push((at, refusal));
        }
    }
    (facts, refused)
}

/// Started at 0, turned on at 1, answered at 2, and then `events`.
fn ready(events: &[(i64, Event)]) -> Vec<(i64, Event)> {
    let before = [(0, Schedule(Some(0), 60)), (0, MachineUp), (1, Enable), (2, Answer)];
    before.into_iter().chain(events.iter().copied()).collect()
}

fn look(events: &[(i64, Event)], at: i64) -> Life {
    life(&play(events, true).0, &Policy::default(), minute(at))
}

/// Access ends at that minute and for that reason, whether anybody looks meanwhile or not.
fn ends_at(name: &str, events: &[(i64, Event)], ends: i64, cause: Cause) {
    for driven in [true, false] {
        let (facts, _) = play(events, driven);
        let life = life(&facts, &Policy::default(), minute(1_000_000));
        let seen = (life.state, life.ends_at, life.cause);
        assert_eq!(seen, (State::Ended, Some(minute(ends)), Some(cause)), "{name}, driven: {driven}");
    }
}

#[test]
fn access_ends_when_and_why_the_timelines_say() {
    for (name, events, ends, cause) in ends::ENDS {
        ends_at(name, &ready(events), *ends, *cause);
    }
}

#[test]
fn who_came_too_late_revives_nothing() {
    let (mut facts, _) = play(&ready(&[(20, DONE)]), false);
    facts.attached_since = Some(minute(31));
    let late = life(&facts, &Policy::default(), minute(32));
    assert_eq!((late.state, late.ends_at), (State::Ended, Some(minute(30))));
    facts.last_left = Some(minute(25));
    assert_eq!(life(&facts, &Policy::default(), minute(32)).state, State::Held);
}

#[test]
fn the_state_at_a_minute_is_what_people_expect() {
    let grace = Some(Hold::Grace);
    let back = Some(Hold::Reattach);
    let held = Some(Hold::Attached);
    let stay = ready(&[(5, Attach), (20, DONE), (22, Leave), (30, Attach)]);
    let finish = ready(&[(20, DONE)]);
    let slow: &[_] = &[(0, Schedule(Some(0), 60)), (19, Enable), (20, DONE)];
    let waiting: &[_] = &[(0, Enable)];
    type Seen = (State, Option<Hold>, Option<i64>);
    let table: &[(&str, Story, i64, Seen)] = &[
        ("in the queue", &[], 5, (State::Off, None, None)),
        ("runs, off", &[(0, Schedule(Some(0), 60))], 5, (State::Off, None, None)),
        ("off, past its time", &[(0, Schedule(Some(0), 60))], 99, (State::Off, None, None)),
        ("off, cancelled", &[(3, CANCEL)], 5, (State::Off, None, None)),
        ("turned on in the queue", waiting, 500, (State::Pending, None, None)),
        ("ready, runs", &ready(&[]), 10, (State::Ready, None, Some(60))),
        ("ready, somebody there", &ready(&[(5, Attach)]), 10, (State::Ready, None, Some(60))),
        ("just finished", &finish, 20, (State::Grace, grace, Some(30))),
        ("grace, last minute", &finish, 29, (State::Grace, grace, Some(30))),
        ("grace is over", &finish, 30, (State::Ended, None, Some(30))),
        ("came in grace", &ready(&[(20, DONE), (25, Attach)]), 25, (State::Held, held, Some(60))),
        ("came back", &stay, 31, (State::Held, held, Some(60))),
        ("the last has left", &stay[..7], 22, (State::Grace, back, Some(32))),
        ("finished while pending", slow, 20, (State::Pending, grace, Some(30))),
        ("gave up after that", slow, 21, (State::Failed, None, None)),
        ("a failure is not grace", slow, 59, (State::Failed, None, None)),
        ("until the deadline", slow, 60, (State::Ended, None, Some(60))),
    ];
    for (name, events, at, (state, hold, ends)) in table {
        let life = look(events, *at);
        assert_eq!((life.state, life.hold, life.ends_at), (*state, *hold, ends.map(minute)), "{name}");
    }
}

#[test]
fn a_machine_that_does_not_answer_fails_and_may_be_tried_again() {
    let start = [(0, Schedule(Some(0), 60)), (5, Enable)];
    assert_eq!(look(&start, 5).next, Some(minute(7)));
    assert_eq!(look(&start, 6).state, State::Pending);
    let failed = look(&start, 7);
    assert_eq!(failed.state, State::Failed);
    assert_eq!(failed.failure.as_deref(), Some("it did not answer in time"));
    assert_eq!(failed.next, Some(minute(60)));

    let again = [&start[..], &[(8, Enable), (9, Answer)]].concat();
    assert_eq!(look(&again, 8).state, State::Ready);
    let refused = [&start[..], &[(6, NoAnswer), (6, Answer)]].concat();
    assert_eq!(look(&refused, 6).failure.as_deref(), Some("no route"));
    assert_eq!(play(&refused, true).1, [(6, Refusal::Failed)]);
    assert_eq!(look(&start, 60).state, State::Ended);
}

#[test]
fn the_time_for_an_answer_counts_from_when_there_is_a_machine() {
    let late = [(0, Enable), (30, Schedule(Some(30), 60)), (31, MachineUp)];
    assert_eq!(look(&late[..2], 31).state, State::Pending);
    assert_eq!(look(&late, 32).state, State::Pending);
    assert_eq!(look(&late, 33).state, State::Failed);

    let later = [&late[..2], &[(40, MachineUp)]].concat();
    assert_eq!(look(&later[..2], 32).state, State::Failed);
    assert_eq!(look(&later, 41).state, State::Pending);
    assert_eq!(look(&later, 42).state, State::Failed);
}

#[test]
fn a_machine_without_a_start_still_has_a_deadline() {
    let events = [(0, Enable), (3, MachineUp), (4, Answer), (5, Attach)];
    assert_eq!(look(&events[..1], 1).deadline, None);
    assert_eq!(look(&events, 5).deadline, Some(minute(64)));
    assert_eq!(look(&[(9, DONE)], 10).deadline, Some(minute(69)));
}

#[test]
fn people_are_let_in_only_while_access_is_open() {
    let off = [(0, Schedule(Some(0), 60)), (1, Attach), (2, End)];
    assert_eq!(play(&off, true).1, [(1, Refusal::Off), (2, Refusal::Off)]);
    let early = [(0, Schedule(Some(0), 60)), (1, Enable), (1, Attach)];
    assert_eq!(play(&early, true).1, [(1, Refusal::Pending)]);
    let failed = [&early[..2], &[(4, Attach)]].concat();
    assert_eq!(play(&failed, true).1, [(4, Refusal::Failed)]);
    let late = ready(&[(20, DONE), (31, Attach), (61, Attach), (62, Enable)]);
    let over = Refusal::Ended(Cause::Grace);
    assert_eq!(play(&late, true).1, [(31, over), (61, over), (62, over)]);
    let twice = ready(&[(5, Enable), (6, Answer), (7, NoAnswer)]);
    assert_eq!(play(&twice, true).1, [(7, Refusal::Answered)]);
}

#[test]
fn the_machine_is_free_once_nothing_holds_it() {
    let start = (0, Schedule(Some(0), 60));
    let until = |at| Release::Hold { until: Some(minute(at)) };
    let runs = Release::Hold { until: None };
    let table: &[(&str, Story, i64, Release)] = &[
        ("off, runs", &[start], 5, runs),
        ("off, finished", &[start, (20, DONE)], 20, Release::Now),
        ("ready, runs", &ready(&[]), 5, runs),
        ("grace", &ready(&[(20, DONE)]), 20, until(30)),
        ("grace over", &ready(&[(20, DONE)]), 30, Release::Now),
        ("held", &ready(&[(5, Attach), (20, DONE)]), 20, until(60)),
        ("left", &ready(&[(5, Attach), (20, DONE), (22, Leave)]), 22, until(32)),
        ("cancelled", &ready(&[(5, Attach), (12, CANCEL)]), 12, Release::Now),
        ("ended while it runs", &ready(&[(5, End)]), 6, runs),
        ("ended, then finished", &ready(&[(5, End), (20, DONE)]), 20, Release::Now),
        ("pending at the finish", &[start, (19, Enable), (20, DONE)], 20, until(30)),
        ("failed", &[start, (1, Enable), (2, NoAnswer), (20, DONE)], 20, Release::Now),
        ("never finished", &ready(&[]), 99, runs),
    ];
    for (name, events, at, release) in table {
        assert_eq!(look(events, *at).release, *release, "{name}");
    }
}

#[test]
fn what_was_free_to_go_is_not_opened_again() {
    let start = (0, Schedule(Some(0), 60));
    let off = [start, (20, DONE), (21, Enable)];
    assert_eq!(play(&off, true).1, [(21, Refusal::Finished)]);
    let failed = [start, (1, Enable), (20, DONE), (21, MachineUp), (22, Answer), (23, Enable)];
    for driven in [true, false] {
        let (facts, refused) = play(&failed, driven);
        assert_eq!(refused, [(22, Refusal::Failed), (23, Refusal::Finished)]);
        let life = life(&facts, &Policy::default(), minute(23));
        assert_eq!((life.state, life.release), (State::Failed, Release::Now));
    }
    let overdue = [start, (61, Enable)];
    assert_eq!(play(&overdue, true).1, [(61, Refusal::Ended(Cause::Deadline))]);
}

#[test]
fn a_machine_that_goes_while_access_is_off_ends_nothing() {
    let events = [
        (0, Schedule(Some(0), 60)),
        (0, MachineUp),
        (2, MachineGone),
        (5, MachineUp),
        (6, Enable),
        (7, Answer),
    ];
    let (facts, refused) = play(&events, true);
    assert_eq!((facts.machine_at, refused), (Some(minute(5)), vec![]));
    assert_eq!(look(&events, 8).state, State::Ready);
}

#[test]
fn the_timer_comes_at_each_warning_and_at_the_end() {
    let (facts, _) = play(&ready(&[(5, Attach), (20, DONE)]), true);
    let mut now = minute(20);
    let mut seen = Vec::new();
    while let Some(next) = life(&facts, &Policy::default(), now).next {
        let minutes = (next - SignedDuration::from_secs(1_700_000_000)).as_second() / 60;
        let warning = super::due(&life(&facts, &Policy::default(), next), now, next);
        seen.push((minutes, warning.map(|warning| warning.minutes)));
        now = next;
    }
    assert_eq!(seen, [(50, Some(10)), (55, Some(5)), (59, Some(1)), (60, None)]);
}

#[test]
fn the_end_is_recorded_once_and_as_it_was() {
    let (mut facts, _) = play(&ready(&[(20, DONE)]), false);
    let policy = Policy::default();
    assert!(!facts.settle(&policy, minute(29)));
    assert!(facts.settle(&policy, minute(34)));
    assert_eq!(facts.ended, Some((minute(30), Cause::Grace)));
    assert!(!facts.settle(&policy, minute(35)));
}

#[test]
fn facts_survive_being_stored() {
    let (facts, _) = play(&ready(&[(5, Attach), (20, DONE), (22, Leave)]), true);
    let stored = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<Facts>(&stored).unwrap(), facts);
    let old = r#"{"started_at":null,"max_duration_s":3600,"finished":null,"enabled_at":null,
        "probe":"Waiting","ended":null,"attached_since":null,"last_left":null}"#;
    assert_eq!(serde_json::from_str::<Facts>(old).unwrap(), queued());
}
