//! A breakpoint from its asking to its end: who decides, when it expires, what is over.

use BreakpointState as S;

use super::*;
use crate::access::BuildId;
use crate::access::build::Outcome;
use crate::access::lifecycle::{Cause, Facts};

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn person(sub: &str) -> Person {
    Person { sub: sub.to_owned(), name: format!("{}{}", sub[..1].to_uppercase(), &sub[1..]) }
}

fn stop(number: u64) -> Stop {
    Stop { number, step: 3, timeout_s: 1200 }
}

/// Runs since 0 for at most 60 minutes, with a machine that answered.
fn running() -> BuildRecord {
    let mut record = BuildRecord::example(BuildId::try_from("b1".to_owned()).unwrap());
    let policy = record.policy.clone();
    record.facts = Facts { started_at: Some(at(0)), max_duration_s: 3600, ..Facts::default() };
    record.facts.enable(&policy, at(0)).unwrap();
    record.facts.probe_ready(&policy, at(1)).unwrap();
    record
}

/// The same, and waits since 10 until 30.
fn waiting() -> BuildRecord {
    let mut record = running();
    record.stop(stop(1), at(10)).unwrap();
    record
}

fn seen(record: &BuildRecord, now: i64) -> Option<(S, i64)> {
    let minute = |at: Timestamp| at.as_second() / 60;
    record.breakpoint_over(at(now)).map(|over| (over.state, minute(over.at)))
}

#[test]
fn a_build_waits_until_somebody_decides_or_the_time_is_up() {
    let mut build = waiting();
    assert_eq!((seen(&build, 29), build.waits_until(at(29))), (None, Some(at(30))));
    assert_eq!((seen(&build, 30), build.waits_until(at(30))), (Some((S::Expired, 30)), None));
    build.decide(1, Decision::Continue, &person("dana"), at(20)).unwrap();
    assert_eq!(seen(&build, 99), Some((S::Continued, 20)));
    let mut other = waiting();
    other.decide(1, Decision::Abort, &person("dana"), at(29)).unwrap();
    assert_eq!(seen(&other, 29), Some((S::Aborted, 29)));
}

#[test]
fn the_first_decision_counts_and_the_second_learns_whose_it_was() {
    let mut build = waiting();
    build.decide(1, Decision::Continue, &person("dana"), at(20)).unwrap();
    let late = build.decide(1, Decision::Abort, &person("ravi"), at(21)).unwrap_err();
    assert_eq!(
        (late.problem(), late.to_string()),
        (Problem::Conflict, "Dana has let the build go on already.".into())
    );
    assert!(build.decide(1, Decision::Abort, &person("dana"), at(21)).is_err());
    build.decide(1, Decision::Continue, &person("dana"), at(22)).unwrap();
    assert_eq!(seen(&build, 22), Some((S::Continued, 20)), "a repeated request changes nothing");
    assert!(build.decide(1, Decision::Continue, &person("ravi"), at(22)).is_err());
    assert_eq!(running().decide(1, Decision::Abort, &person("dana"), at(5)), Err(BreakpointRefusal::Nowhere));
    let mut expired = waiting();
    let late = expired.decide(1, Decision::Continue, &person("dana"), at(30)).unwrap_err();
    assert_eq!(late.to_string(), "The time to decide is over.");
}

#[test]
fn the_end_of_the_build_or_of_access_ends_it_and_so_does_the_deadline() {
    let policy = waiting().policy;
    let mut finished = waiting();
    finished.facts.finish(&policy, at(15), at(15), Outcome::Failed);
    assert_eq!(seen(&finished, 15), Some((S::Over, 15)));
    assert_eq!(seen(&finished, 40), Some((S::Over, 15)));
    let mut ended = waiting();
    ended.facts.end(&policy, at(12), Cause::EndedByUser).unwrap();
    assert_eq!(seen(&ended, 12), Some((S::Over, 12)));
    let mut late = running();
    late.stop(stop(1), at(50)).unwrap();
    assert_eq!((seen(&late, 59), late.waits_until(at(59))), (None, Some(at(60))));
    assert_eq!(seen(&late, 60), Some((S::Over, 60)));
    late.facts.schedule(&policy, at(55), None, 52 * 60);
    assert_eq!(seen(&late, 55), Some((S::Over, 52)), "a shorter limit counts");
}

#[test]
fn what_was_over_before_the_finish_stays_so() {
    let mut build = waiting();
    let policy = build.policy.clone();
    build.facts.finish(&policy, at(35), at(35), Outcome::Failed);
    assert_eq!(seen(&build, 35), Some((S::Expired, 30)));
    let mut told_late = waiting();
    told_late.facts.finish(&policy, at(35), at(5), Outcome::Failed);
    assert_eq!(seen(&told_late, 35), Some((S::Over, 10)), "it had finished before it waited");
}

#[test]
fn what_is_recorded_outlives_a_clock_that_is_set_back_and_a_restart() {
    let mut build = waiting();
    build.settle_breakpoint(at(29));
    assert_eq!(build, waiting());
    build.settle_breakpoint(at(31));
    let stored = serde_json::to_string(&build).unwrap();
    let build: BuildRecord = serde_json::from_str(&stored).unwrap();
    assert_eq!(seen(&build, 11), Some((S::Expired, 30)));
}

#[test]
fn a_breakpoint_is_asked_for_once_and_one_after_the_other() {
    let mut build = waiting();
    build.stop(Stop { timeout_s: 9, step: 9, ..stop(1) }, at(12)).unwrap();
    assert_eq!(build, waiting(), "the same number again changes nothing");
    assert_eq!(build.stop(stop(2), at(12)), Err(BreakpointRefusal::Waits));
    build.decide(1, Decision::Continue, &person("dana"), at(13)).unwrap();
    build.stop(stop(5), at(14)).unwrap();
    assert_eq!(build.stop(stop(1), at(15)), Err(BreakpointRefusal::Older));
    assert_eq!(build.decide(1, Decision::Abort, &person("dana"), at(15)), Err(BreakpointRefusal::Waits));
    assert_eq!(build.waits_until(at(15)), Some(at(34)));
}

#[test]
fn a_build_waits_only_where_somebody_could_decide() {
    let refused = |record: &BuildRecord, now| record.clone().stop(stop(1), at(now)).unwrap_err().problem();
    let mut off = running();
    off.facts = Facts { enabled_at: None, probe: crate::access::lifecycle::Probe::Waiting, ..off.facts };
    assert_eq!(refused(&off, 5), Problem::AccessOff);
    assert_eq!(refused(&running(), 60), Problem::Deadline);
    let (mut finished, policy) = (running(), running().policy);
    finished.facts.finish(&policy, at(20), at(20), Outcome::Failed);
    assert_eq!(refused(&finished, 21), Problem::AccessEnded);
    let mut failed = running();
    failed.facts.probe = crate::access::lifecycle::Probe::Failed { at: at(2), why: "no route".to_owned() };
    assert_eq!(refused(&failed, 5), Problem::MachineUnreachable);
}
