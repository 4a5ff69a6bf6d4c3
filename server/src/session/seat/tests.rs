//! Who drives, who sets the pace, and who comes back to which seat.

use super::*;
use crate::clock::tick;

fn may(control: Role) -> Standing {
    Standing { may_control: control == Role::Controller, ..Standing::default() }
}

fn arrival(id: &str, sub: &str, role: Role) -> Arrival {
    Arrival {
        id: id.into(),
        back_to: None,
        person: Person { sub: sub.into(), name: sub.into() },
        standing: may(role),
        size: Size { cols: 80, rows: 24 },
        at: Timestamp::UNIX_EPOCH,
        knock: 1,
    }
}

fn back(id: &str, to: &str, sub: &str) -> Arrival {
    Arrival { back_to: Some(to.into()), ..arrival(id, sub, Role::Controller) }
}

#[test]
fn a_seat_is_given_back_to_its_own_person_only() {
    let (mut seats, now) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("a", "dana", Role::Controller), 8, now).unwrap();
    seats.mine("a", 1).unwrap().applied = 7;
    seats.leave("a", 1, Parting::Dropped, now);
    let stranger = seats.take(back("b", "a", "ravi"), 8, now).unwrap();
    assert_eq!((stranger.id.as_str(), stranger.applied), ("b", 0));
    let dana = seats.take(back("c", "a", "dana"), 8, now).unwrap();
    assert_eq!((dana.id.as_str(), dana.applied, dana.generation), ("a", 7, 2));
}

#[test]
fn the_newest_connection_of_a_seat_wins() {
    let (mut seats, now) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("a", "dana", Role::Controller), 8, now).unwrap();
    seats.take(back("b", "a", "dana"), 8, now).unwrap();
    assert!(seats.mine("a", 1).is_none());
    seats.leave("a", 1, Parting::ForGood, now);
    assert!(seats.mine("a", 2).is_some());
}

#[test]
fn a_connection_that_dropped_does_not_take_the_seat_from_the_one_that_followed() {
    let (mut seats, now) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("a", "dana", Role::Controller), 8, now).unwrap();
    let (dropped, followed) = (back("b", "a", "dana"), back("c", "a", "dana"));
    seats.take(Arrival { knock: 3, ..followed }, 8, now).unwrap();
    let late = seats.take(Arrival { knock: 2, ..dropped }, 8, now);
    assert_eq!(late.unwrap_err(), Problem::TakenOver);
    assert!(seats.mine("a", 2).is_some());
}

#[test]
fn the_fastest_answering_controller_sets_the_pace() {
    let (mut seats, start) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("fast", "dana", Role::Controller), 8, start).unwrap();
    seats.take(arrival("slow", "dana", Role::Controller), 8, start).unwrap();
    let far = PACE_BYTES * 2;
    seats.produced(far, start);
    seats.sent("slow", 1, far, false, start);
    seats.sent("fast", 1, far, false, start);
    assert!(seats.must_wait(start).is_some());
    assert!(seats.acked("fast", 1, far, start));
    assert_eq!(seats.must_wait(start), None);
    assert!(!seats.acked("fast", 1, far + 1, start), "acknowledged what was never sent");
}

#[test]
fn a_silent_viewer_and_one_who_only_looks_never_hold_the_program() {
    let (mut seats, start) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("looks", "kim", Role::Viewer), 8, start).unwrap();
    seats.produced(PACE_BYTES * 2, start);
    assert_eq!(seats.must_wait(start), None);
    seats.take(arrival("types", "dana", Role::Controller), 8, start).unwrap();
    assert!(seats.must_wait(start).is_some());
    assert_eq!(seats.must_wait(start + SILENT_AFTER), None);
}

#[test]
fn output_that_was_not_even_sent_yet_makes_the_machine_wait() {
    let (mut seats, start) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("a", "dana", Role::Controller), 8, start).unwrap();
    let flood = start + SILENT_AFTER * 60;
    seats.produced(PACE_BYTES - 1, flood);
    assert_eq!(seats.must_wait(flood), None);
    seats.produced(PACE_BYTES, flood);
    assert!(seats.must_wait(flood).is_some());
    seats.sent("a", 1, PACE_BYTES, false, flood);
    assert!(seats.acked("a", 1, PACE_BYTES, flood));
    assert_eq!(seats.must_wait(flood), None);
}

#[test]
fn who_skips_a_backlog_holds_nobody_back_until_the_fresh_start() {
    let (mut seats, now) = (Seats::new(1 << 20), tick().into_std());
    seats.take(arrival("a", "dana", Role::Controller), 8, now).unwrap();
    seats.produced(PACE_BYTES * 2, now);
    assert!(seats.must_wait(now).is_some());
    seats.flushes("a", 1);
    assert_eq!(seats.must_wait(now), None);
    seats.sent("a", 1, PACE_BYTES * 2, true, now);
    seats.produced(PACE_BYTES * 3, now);
    assert!(seats.must_wait(now).is_some());
}

#[test]
fn a_small_log_has_a_small_pace() {
    let (mut seats, now) = (Seats::new(64 * 1024), tick().into_std());
    seats.take(arrival("a", "dana", Role::Controller), 8, now).unwrap();
    seats.produced(32 * 1024, now);
    assert!(seats.must_wait(now).is_some());
}

#[test]
fn only_so_many_seats_are_kept_for_those_who_left() {
    let (mut seats, now) = (Seats::new(1 << 20), tick().into_std());
    for i in 0..200 {
        let id = format!("v{i}");
        seats.take(arrival(&id, "dana", Role::Controller), 8, now).unwrap();
        seats.leave(&id, 1, Parting::Dropped, now);
    }
    assert_eq!(seats.seats.len(), EMPTY_SEATS);
}
