//! Who controls after what, as a table; what is told of it; what is dropped.

use transom_protocol::wire::Size;

use super::super::{Arrival, Host, Parting};
use super::*;
use crate::clock::tick;
use Do::{Ask, Back, Come, Drop, Give, Leave, Lose, Refuse, Remove, Take, Type, Unload, Wait};

/// What somebody does, by the seat: the person's name, and a number where it is another tab. Names with `g` are
/// guests of ada's, those with `v` may look only.
#[derive(Debug, Clone, Copy)]
enum Do {
    Come(&'static str),
    Drop(&'static str),
    Back(&'static str),
    Leave(&'static str),
    Unload(&'static str),
    Ask(&'static str),
    Take(&'static str),
    Give(&'static str, &'static str),
    Refuse(&'static str, &'static str),
    Type(&'static str),
    Lose(&'static str),
    Remove(&'static str),
    Wait(u64),
}

fn person(seat: &str) -> Person {
    let name = seat.trim_end_matches(char::is_numeric);
    Person { sub: name.into(), name: name.into() }
}

fn standing(seat: &str) -> Standing {
    Standing {
        may_control: !seat.starts_with('v'),
        may_remove: seat.starts_with("ada"),
        host: seat.starts_with('g').then(|| Host { share: "l".into(), maker: "ada".into() }),
    }
}

struct Room {
    seats: Seats,
    now: Instant,
    generations: std::collections::BTreeMap<&'static str, u64>,
}

impl Room {
    fn after(acts: &[Do]) -> Self {
        let now = tick().into_std();
        let mut room = Self { seats: Seats::new(1 << 20), now, generations: Default::default() };
        acts.iter().for_each(|act| room.act(*act));
        room
    }

    fn act(&mut self, act: Do) {
        let (now, seats) = (self.now, &mut self.seats);
        let mut generation = |seat: &'static str| *self.generations.entry(seat).or_insert(1);
        match act {
            Come(seat) | Back(seat) => {
                let back_to = matches!(act, Back(_)).then(|| seat.to_owned());
                let at = jiff::Timestamp::UNIX_EPOCH;
                let (person, standing) = (person(seat), standing(seat));
                let arrival = Arrival {
                    id: seat.into(),
                    back_to,
                    person,
                    standing,
                    size: Size::default(),
                    at,
                    knock: 1,
                };
                let taken = seats.take(arrival, 64, now).unwrap();
                self.generations.insert(seat, taken.generation);
            }
            Drop(seat) => seats.leave(seat, generation(seat), Parting::Dropped, now),
            Leave(seat) => seats.leave(seat, generation(seat), Parting::ForGood, now),
            Unload(seat) => seats.leave(seat, generation(seat), Parting::Unloaded, now),
            Ask(seat) => drop(seats.ask(seat, generation(seat), now)),
            Take(seat) => drop(seats.seize(seat, generation(seat), now)),
            Give(by, to) => {
                let (person, standing) = (person(by), standing(by));
                drop(seats.hand(By::Person { sub: &person.sub, standing: &standing }, to, now));
            }
            Refuse(by, to) => {
                seats.refuse(by, generation(by), to, now);
            }
            Type(seat) => {
                if seats.controls(seat, generation(seat)) {
                    seats.typed(seat, now);
                }
            }
            Lose(seat) => seats.set_standing(seat, generation(seat), standing("v"), now),
            Remove(name) => drop(seats.remove(name, now)),
            Wait(seconds) => {
                // As the session does: looked at whenever something is due.
                let until = now + Duration::from_secs(seconds);
                while let Some(due) = self.seats.due().filter(|due| *due <= until) {
                    self.now = self.now.max(due);
                    self.seats.settle(self.now);
                }
                self.now = until;
            }
        }
    }

    fn holder(&self) -> &str {
        self.seats.holder().map_or("nobody", |person| &person.name)
    }
}

#[test]
fn control_passes_as_the_table_says() {
    let table: &[(&str, &[Do], &str)] = &[
        ("the first who may", &[Come("vera"), Come("ada"), Come("ben")], "ada"),
        ("nobody who may", &[Come("vera")], "nobody"),
        ("a guest alone", &[Come("gus")], "gus"),
        ("who types and may not", &[Come("ada"), Come("ben"), Type("ben")], "ada"),
        ("handed over", &[Come("ada"), Come("gus"), Give("ada", "gus")], "gus"),
        (
            "handed on by a guest",
            &[Come("ada"), Come("gus"), Come("ben"), Give("ada", "gus"), Give("gus", "ben")],
            "ben",
        ),
        ("to who may look only", &[Come("ada"), Come("vera"), Give("ada", "vera")], "ada"),
        ("to nobody", &[Come("ada"), Give("ada", "ben")], "ada"),
        ("by who does not have it", &[Come("ada"), Come("ben"), Come("cleo"), Give("ben", "cleo")], "ada"),
        ("a guest asks", &[Come("ada"), Come("gus"), Ask("gus")], "ada"),
        ("a guest would take", &[Come("ada"), Come("gus"), Take("gus")], "ada"),
        ("asked and granted", &[Come("ada"), Come("gus"), Ask("gus"), Give("ada", "gus")], "gus"),
        ("asked and refused", &[Come("ada"), Come("gus"), Ask("gus"), Refuse("ada", "gus")], "ada"),
        (
            "taken back from a guest",
            &[Come("ada"), Come("gus"), Give("ada", "gus"), Type("gus"), Take("ada")],
            "ada",
        ),
        (
            "taken from a guest by another",
            &[Come("ada"), Come("gus"), Come("ben"), Give("ada", "gus"), Take("ben")],
            "ben",
        ),
        ("taken from the CI's own", &[Come("ada"), Come("ben"), Type("ada"), Wait(29), Take("ben")], "ada"),
        ("taken from who rests", &[Come("ada"), Come("ben"), Type("ada"), Wait(30), Take("ben")], "ben"),
        (
            "who types does not rest",
            &[Come("ada"), Come("ben"), Wait(20), Type("ada"), Wait(20), Take("ben")],
            "ada",
        ),
        ("a guest takes from nobody", &[Come("ada"), Come("gus"), Wait(99), Take("gus")], "ada"),
        ("left: the longest here", &[Come("ada"), Come("ben"), Come("cleo"), Leave("ada")], "ben"),
        ("left: guests last", &[Come("ada"), Come("gus"), Come("cleo"), Leave("ada")], "cleo"),
        ("left: a guest rather than nobody", &[Come("ada"), Come("vera"), Come("gus"), Leave("ada")], "gus"),
        (
            "gone for a moment: a reload",
            &[Come("ada"), Come("gus"), Unload("ada"), Wait(4), Come("ada2")],
            "ada",
        ),
        ("gone, and taken", &[Come("ada"), Come("ben"), Unload("ada"), Take("ben")], "ben"),
        ("gone, and back too late", &[Come("ada"), Come("gus"), Unload("ada"), Wait(5), Come("ada")], "gus"),
        ("gone: nobody may", &[Come("ada"), Come("vera"), Unload("ada")], "nobody"),
        ("left: nobody may", &[Come("ada"), Come("vera"), Leave("ada")], "nobody"),
        (
            "left, but another tab may come back",
            &[Come("ada"), Come("ben"), Come("ada2"), Drop("ada2"), Leave("ada"), Wait(19)],
            "ada",
        ),
        ("their other tab stays", &[Come("ada"), Come("ben"), Come("ada2"), Leave("ada")], "ada"),
        ("dropped: theirs for a while", &[Come("ada"), Come("ben"), Drop("ada"), Wait(19)], "ada"),
        (
            "dropped and back",
            &[Come("ada"), Come("ben"), Drop("ada"), Wait(19), Back("ada"), Wait(25)],
            "ada",
        ),
        ("dropped for too long", &[Come("ada"), Come("ben"), Drop("ada"), Wait(20)], "ben"),
        ("dropped, back too late", &[Come("ada"), Come("ben"), Drop("ada"), Wait(20), Back("ada")], "ben"),
        ("dropped, and nobody waits", &[Come("ada"), Drop("ada"), Wait(99), Back("ada")], "ada"),
        ("dropped long ago", &[Come("ada"), Drop("ada"), Wait(99), Come("gus")], "gus"),
        ("dropped just now", &[Come("ada"), Drop("ada"), Wait(5), Come("gus")], "ada"),
        ("away, and taken", &[Come("ada"), Come("ben"), Drop("ada"), Wait(1), Take("ben")], "ben"),
        (
            "away, and a guest would take",
            &[Come("ada"), Come("gus"), Drop("ada"), Wait(1), Take("gus")],
            "ada",
        ),
        ("may no longer", &[Come("ada"), Come("gus"), Come("ben"), Lose("ada")], "ben"),
        ("removed", &[Come("ada"), Come("gus"), Give("ada", "gus"), Remove("gus")], "ada"),
        (
            "removed in all tabs",
            &[Come("ada"), Come("gus"), Come("gus2"), Give("ada", "gus2"), Remove("gus")],
            "ada",
        ),
    ];
    for (name, acts, holder) in table {
        let room = Room::after(acts);
        assert_eq!(room.holder(), *holder, "{name}");
        let controllers = room.seats.connected().filter(|s| room.seats.role(s) == Role::Controller);
        assert!(controllers.into_iter().all(|seat| seat.person.name == *holder), "{name}: others control");
        let driver = room.seats.driver().map(|id| person(id).name);
        assert!(driver.is_none_or(|driver| driver == *holder), "{name}: another drives");
    }
}

#[test]
fn all_tabs_of_who_controls_do_and_the_last_that_was_used_drives() {
    let mut room = Room::after(&[Come("ada"), Come("ben"), Come("ada2")]);
    assert!(
        room.seats.controls("ada", 1) && room.seats.controls("ada2", 1) && !room.seats.controls("ben", 1)
    );
    assert_eq!(room.seats.driver(), Some("ada"));
    room.act(Type("ada2"));
    assert_eq!(room.seats.driver(), Some("ada2"));
    room.act(Drop("ada2"));
    assert_eq!(room.seats.driver(), Some("ada"));
}

#[test]
fn where_control_is_shared_everybody_who_may_has_it_and_nothing_is_handed_over() {
    let mut room = Room::after(&[Come("ada"), Come("gus"), Come("vera")]);
    room.seats.set_mode(ControlMode::Shared, room.now);
    let controls = |room: &Room, seat: &str| room.seats.controls(seat, 1);
    assert!(controls(&room, "ada") && controls(&room, "gus") && !controls(&room, "vera"));
    assert_eq!(room.seats.ask("gus", 1, room.now), Err(ControlRefusal::Shared));
    assert_eq!(room.seats.hand(By::Service, "gus", room.now), Err(ControlRefusal::Shared));
    room.act(Type("gus"));
    assert_eq!(room.seats.driver(), Some("gus"));
    room.seats.set_mode(ControlMode::One, room.now);
    assert!(controls(&room, "ada") && !controls(&room, "gus"));
    assert_eq!(room.seats.driver(), Some("ada"));
}

#[test]
fn who_asks_is_told_of_a_refusal_once_and_is_not_heard_again_at_once() {
    let mut room = Room::after(&[Come("ada"), Come("gus"), Ask("gus"), Ask("gus")]);
    assert_eq!(room.seats.company("ada", room.now).1.asking, ["gus"]);
    room.act(Refuse("gus", "gus"));
    assert_eq!(room.seats.company("ada", room.now).1.asking, ["gus"], "refused by somebody else");
    room.act(Refuse("ada", "gus"));
    assert_eq!(room.seats.take_refusal("gus", 1).unwrap(), "ada keeps control for now.");
    assert_eq!(room.seats.take_refusal("gus", 1), None);
    assert_eq!(room.seats.ask("gus", 1, room.now), Err(ControlRefusal::Theirs("ada".into())));
    room.act(Wait(10));
    assert_eq!(room.seats.ask("gus", 1, room.now), Ok(Asked::Waits));
    room.act(Leave("gus"));
    assert!(room.seats.company("ada", room.now).1.asking.is_empty());
}

#[test]
fn everybody_is_told_what_they_may_do() {
    let room = Room::after(&[Come("ada"), Come("ben"), Come("gus"), Come("vera"), Come("ben2")]);
    let told = |to: &str| {
        let (viewers, control) = room.seats.company(to, room.now);
        let removable = viewers.iter().filter(|v| v.removable).map(|v| v.id.clone()).collect::<Vec<_>>();
        (removable.join(" "), control.may_take)
    };
    assert_eq!(told("ada"), ("ben ben2 gus vera".into(), false), "who may end access, and whose guest it is");
    assert_eq!(told("ben"), (String::new(), false));
    assert_eq!(told("gus"), (String::new(), false));
    let (viewers, control) = room.seats.company("vera", room.now);
    let numbers: Vec<_> = viewers.iter().map(|v| (v.id.as_str(), v.person)).collect();
    assert_eq!(numbers, [("ada", 1), ("ben", 2), ("ben2", 2), ("gus", 3), ("vera", 4)]);
    assert_eq!((control.person, control.name.as_deref()), (Some(1), Some("ada")));
    let mut room = Room::after(&[Come("ada"), Come("ben"), Come("gus"), Type("ada")]);
    room.act(Wait(30));
    assert!(
        room.seats.company("ben", room.now).1.may_take && !room.seats.company("gus", room.now).1.may_take
    );
    assert!(room.seats.typed("ada", room.now), "the others are told that it is not theirs to take");
    assert!(!room.seats.company("ben", room.now).1.may_take);
    assert!(!room.seats.typed("ada", room.now));
}

#[test]
fn the_ci_hands_control_to_whoever_may_have_it() {
    let mut room = Room::after(&[Come("ada"), Come("gus"), Come("vera"), Type("ada")]);
    let handed = room.seats.hand(By::Service, "gus", room.now).unwrap();
    assert_eq!((handed.from, handed.to), (Some(person("ada")), person("gus")));
    let looks = room.seats.hand(By::Service, "vera", room.now);
    assert_eq!(looks, Err(ControlRefusal::LooksOnly("vera".into())));
    assert_eq!(room.seats.hand(By::Service, "eve", room.now), Err(ControlRefusal::Unknown));
}

#[test]
fn whoever_loads_their_page_again_is_the_same_person() {
    let room = Room::after(&[Come("ada"), Come("gus"), Unload("ada"), Wait(2), Come("ada2")]);
    let (viewers, control) = room.seats.company("gus", room.now);
    let back = viewers.iter().find(|viewer| viewer.id == "ada2").unwrap();
    assert_eq!((Some(back.person), back.role), (control.person, Role::Controller));
}
