//! Who looks at a session: a seat per viewer, kept over a dropped connection.

mod control;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Role, Size};

use crate::access::Person;
use control::Control;
pub use control::{Asked, By, ControlRefusal, Handed, may_remove};

/// A viewer that is a window behind and silent for this long no longer sets the pace.
const SILENT_AFTER: Duration = Duration::from_secs(1);
/// How far the fastest viewer may be behind the newest output before the machine waits for it, in
/// bytes; half of the log where that is smaller.
const PACE_BYTES: u64 = 512 * 1024;
/// Seats without a connection that are kept for their viewer to come back.
const EMPTY_SEATS: usize = 32;

/// What a viewer's grant allows it among the others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it could be given control.
    pub may_control: bool,
    /// Whether it may remove anybody.
    pub may_remove: bool,
    /// How it came, where it is a guest.
    pub host: Option<Host>,
}

/// The share link that a guest came by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The link's id.
    pub share: String,
    /// Who made it.
    pub maker: String,
}

impl Standing {
    /// Whether it came by a share link.
    #[must_use]
    pub fn is_guest(&self) -> bool {
        self.host.is_some()
    }
}

/// How a connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parting {
    /// Without a word: its viewer may come back to its seat.
    Dropped,
    /// With its page, which may only be loaded again: the person may come back, to another seat.
    Unloaded,
    /// The viewer is done here.
    ForGood,
}

/// One viewer's place.
#[derive(Debug, Clone)]
pub struct Seat {
    /// The viewer's id.
    pub id: String,
    /// Who sits there.
    pub person: Person,
    /// Number of that person in this session.
    pub number: u32,
    /// What their grant allows them.
    pub standing: Standing,
    /// When they first came.
    pub since: Timestamp,
    /// Whether a connection is attached now.
    pub connected: bool,
    /// Counts the connections; only the newest one's acts count.
    pub generation: u64,
    /// Input bytes that are done with: applied, or dropped.
    pub applied: u64,
    /// Those of them that came without the right to type, dropped.
    pub dropped: u64,
    size: Size,
    /// In which order they first came.
    first: u64,
    arrival: u64,
    knock: u64,
    /// When somebody last told them that they do not get control.
    refused: Option<Instant>,
    /// What they are still to be told of that.
    refusal: Option<String>,
    sent: u64,
    acked: u64,
    heard: Instant,
    /// Whether it skips its backlog and holds nobody back meanwhile.
    flushing: bool,
}

/// All seats of a session, who controls it, and whose size rules.
#[derive(Debug)]
pub struct Seats {
    seats: BTreeMap<String, Seat>,
    control: Control,
    /// The seat of somebody who controls it that did something last.
    driver: Option<String>,
    arrivals: u64,
    persons: u32,
    /// Offset behind the newest output.
    head: u64,
    pace: u64,
}

/// A viewer that wants in.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Id for a new seat.
    pub id: String,
    /// Id of the seat it had, where it comes back.
    pub back_to: Option<String>,
    /// Who it is.
    pub person: Person,
    /// What its grant allows.
    pub standing: Standing,
    /// Its own size.
    pub size: Size,
    /// When.
    pub at: Timestamp,
    /// In which order they knocked. What happens to a knock before it comes here takes one longer
    /// than another.
    pub knock: u64,
}

impl Seats {
    /// No seats yet, around a log that keeps `kept` bytes.
    #[must_use]
    pub fn new(kept: usize) -> Self {
        let pace = PACE_BYTES.min(kept as u64 / 2);
        let (seats, control) = (BTreeMap::new(), Control::default());
        Self { seats, control, driver: None, arrivals: 0, persons: 0, head: 0, pace }
    }

    /// Gives a new seat, or the old one back to the same person.
    ///
    /// # Errors
    /// [`Problem::TooMany`] when all are taken, [`Problem::TakenOver`] for the old one where somebody
    /// who knocked later has it: a connection that dropped may get here after the one that followed it.
    pub fn take(&mut self, arrival: Arrival, most: usize, now: Instant) -> Result<Seat, Problem> {
        self.arrivals += 1;
        let old = arrival.back_to.as_ref().and_then(|id| self.seats.get_mut(id));
        let id = match old.filter(|seat| seat.person.sub == arrival.person.sub) {
            Some(seat) if seat.knock > arrival.knock => return Err(Problem::TakenOver),
            Some(seat) => {
                seat.knock = arrival.knock;
                seat.generation += 1;
                seat.connected = true;
                seat.standing = arrival.standing;
                seat.size = arrival.size;
                seat.arrival = self.arrivals;
                seat.heard = now;
                seat.flushing = false;
                seat.id.clone()
            }
            None => {
                if self.connected().count() >= most {
                    return Err(Problem::TooMany);
                }
                let number = self.number_of(&arrival.person.sub);
                let seat = Seat {
                    id: arrival.id.clone(),
                    person: arrival.person,
                    number,
                    standing: arrival.standing,
                    since: arrival.at,
                    connected: true,
                    generation: 1,
                    applied: 0,
                    dropped: 0,
                    size: arrival.size,
                    first: self.arrivals,
                    arrival: self.arrivals,
                    knock: arrival.knock,
                    refused: None,
                    refusal: None,
                    sent: 0,
                    acked: 0,
                    heard: now,
                    flushing: false,
                };
                self.seats.insert(arrival.id.clone(), seat);
                arrival.id
            }
        };
        self.settle(now);
        self.seats.get(&id).cloned().ok_or(Problem::Internal)
    }

    /// The number of a person: that of their other seats, or a new one.
    fn number_of(&mut self, sub: &str) -> u32 {
        if let Some(seat) = self.seats.values().find(|seat| seat.person.sub == sub) {
            return seat.number;
        }
        if let Some(number) = self.control.number_of(sub) {
            return number;
        }
        self.persons += 1;
        self.persons
    }

    /// The connection `generation` of a seat is gone.
    pub fn leave(&mut self, id: &str, generation: u64, parting: Parting, now: Instant) {
        let Some(seat) = self.seats.get_mut(id).filter(|s| s.generation == generation) else { return };
        seat.connected = false;
        if parting != Parting::Dropped
            && let Some(seat) = self.seats.remove(id)
            && parting == Parting::ForGood
        {
            self.give_up(&seat.person.sub);
        }
        let mut empty: Vec<_> =
            self.seats.values().filter(|s| !s.connected).map(|s| (s.arrival, s.id.clone())).collect();
        empty.sort_unstable();
        let surplus = empty.len().saturating_sub(EMPTY_SEATS);
        for (_, id) in empty.into_iter().take(surplus) {
            self.seats.remove(&id);
        }
        self.settle(now);
    }

    /// What the viewer's grant allows has changed; who may only look controls no longer.
    pub fn set_standing(&mut self, id: &str, generation: u64, standing: Standing, now: Instant) {
        let Some(seat) = self.mine(id, generation) else { return };
        seat.standing = standing;
        self.settle(now);
    }

    /// The seat, if `generation` is still its newest connection.
    pub fn mine(&mut self, id: &str, generation: u64) -> Option<&mut Seat> {
        self.seats.get_mut(id).filter(|s| s.generation == generation && s.connected)
    }

    /// Seats with a connection.
    pub fn connected(&self) -> impl Iterator<Item = &Seat> {
        self.seats.values().filter(|s| s.connected)
    }

    /// Id of the viewer whose size the terminal has.
    #[must_use]
    pub fn driver(&self) -> Option<&str> {
        self.driver.as_deref()
    }

    /// The driver's size.
    #[must_use]
    pub fn size(&self) -> Option<Size> {
        self.driver.as_ref().and_then(|id| self.seats.get(id)).map(|s| s.size)
    }

    /// A viewer's own size changed.
    pub fn resized(&mut self, id: &str, generation: u64, size: Size) {
        if let Some(seat) = self.mine(id, generation) {
            seat.size = size;
        }
    }

    /// Somebody who controls the session does something: from now on their size rules. Returns whether that
    /// is news.
    pub fn typed(&mut self, id: &str, now: Instant) -> bool {
        let woke = self.acts(id, now);
        let changed = self.driver.as_deref() != Some(id);
        if changed {
            self.driver = Some(id.to_owned());
        }
        changed || woke
    }

    /// There is output up to `head`.
    pub fn produced(&mut self, head: u64, now: Instant) {
        for seat in self.seats.values_mut().filter(|s| s.acked >= self.head) {
            // Silence is counted from the moment there is something to answer.
            seat.heard = now;
        }
        self.head = head;
    }

    /// The viewer skips its backlog: until its fresh start the machine does not wait for it.
    pub fn flushes(&mut self, id: &str, generation: u64) {
        if let Some(seat) = self.mine(id, generation) {
            seat.flushing = true;
        }
    }

    /// Output up to `offset` was sent; after a reset nothing before it will be acknowledged.
    pub fn sent(&mut self, id: &str, generation: u64, offset: u64, reset: bool, now: Instant) {
        if let Some(seat) = self.mine(id, generation) {
            if reset {
                seat.heard = now;
                seat.acked = offset;
                seat.flushing = false;
            }
            seat.sent = offset;
        }
    }

    /// Output up to `offset` was parsed. `false` where that was never sent.
    pub fn acked(&mut self, id: &str, generation: u64, offset: u64, now: Instant) -> bool {
        match self.mine(id, generation) {
            Some(seat) if offset <= seat.sent => {
                seat.acked = seat.acked.max(offset);
                seat.heard = now;
                true
            }
            Some(_) => false,
            None => true,
        }
    }

    /// For how long the machine has to wait for the fastest viewer that answers, if at all. What
    /// was not even sent yet counts: a viewer whose turn comes late loses nothing.
    /// Those who control set the pace; whoever only looks never slows the program.
    #[must_use]
    pub fn must_wait(&self, now: Instant) -> Option<Duration> {
        let lag = |seat: &Seat| if seat.flushing { 0 } else { self.head.saturating_sub(seat.acked) };
        let answering = |seat: &&Seat| {
            self.role(seat) == Role::Controller
                && (lag(seat) == 0 || now.duration_since(seat.heard) < SILENT_AFTER)
        };
        let fastest = self.connected().filter(answering).min_by_key(|s| lag(s))?;
        if lag(fastest) < self.pace {
            return None;
        }
        Some(SILENT_AFTER.saturating_sub(now.duration_since(fastest.heard)).max(Duration::from_millis(1)))
    }
}
