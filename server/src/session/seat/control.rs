//! Who controls a session: one person, in all of their tabs, unless the policy lets everybody who may.
//!
//! ```text
//!  first who may ─▶ controls ── hands over, or is taken from ─▶ another
//!                     │  ▲ comes back in time
//!                     ▼  │
//!                    away ── for too long, or for good ─▶ whoever of those who may came first, guests last
//! ```
//!
//! Nobody in between: as long as somebody may control and waits, somebody does.

mod outcome;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use transom_protocol::wire::{ControlInfo, ControlMode, Role, ViewerInfo};

use super::{Seat, Seats, Standing};
use crate::access::Person;

pub use outcome::{Asked, ControlRefusal, Handed};

/// How long control waits for somebody whose connection dropped.
const AWAY: Duration = Duration::from_secs(20);
/// How long it waits for somebody whose page is gone, perhaps to be loaded again.
const UNLOADED: Duration = Duration::from_secs(5);
/// After how long without doing anything it can be taken by another of the CI's people.
const AT_REST: Duration = Duration::from_secs(30);
/// How long somebody who was refused it is not heard again.
const REFUSED_FOR: Duration = Duration::from_secs(10);

/// Who controls, and who wants to.
#[derive(Debug, Default)]
pub(super) struct Control {
    mode: ControlMode,
    holder: Option<Holder>,
    /// Ids of the seats that ask, the first one first.
    asking: Vec<String>,
}

impl Control {
    /// The number of the person who controls, who may have left for a moment.
    pub(super) fn number_of(&self, sub: &str) -> Option<u32> {
        self.holder.as_ref().filter(|holder| holder.person.sub == sub).map(|holder| holder.number)
    }
}

/// The person who controls.
#[derive(Debug)]
struct Holder {
    person: Person,
    number: u32,
    is_guest: bool,
    /// When they last did something.
    acted: Instant,
    /// Whether it was found that this is long ago.
    rests: bool,
    /// Since when none of their seats has a connection.
    away: Option<Instant>,
}

/// Who hands control over.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// The CI itself.
    Service,
    /// A person, who need not look at this session.
    Person {
        /// Who.
        sub: &'a str,
        /// What their grant allows.
        standing: &'a Standing,
    },
}

impl Seats {
    /// What a viewer may do now.
    #[must_use]
    pub fn role(&self, seat: &Seat) -> Role {
        let holds = || self.control.holder.as_ref().is_some_and(|h| h.person.sub == seat.person.sub);
        match (seat.standing.may_control, self.control.mode) {
            (true, ControlMode::Shared) => Role::Controller,
            (true, ControlMode::One) if holds() => Role::Controller,
            _ => Role::Viewer,
        }
    }

    /// The same by its id.
    #[must_use]
    pub fn role_of(&self, id: &str) -> Role {
        self.seats.get(id).map_or(Role::Viewer, |seat| self.role(seat))
    }

    /// Whether what the connection `generation` of this seat does may reach the machine.
    #[must_use]
    pub fn controls(&self, id: &str, generation: u64) -> bool {
        let mine = |seat: &&Seat| seat.connected && seat.generation == generation;
        self.seats.get(id).filter(mine).is_some_and(|seat| self.role(seat) == Role::Controller)
    }

    /// The seat of this id, while it is connected.
    #[must_use]
    pub fn seat(&self, id: &str) -> Option<&Seat> {
        self.seats.get(id).filter(|seat| seat.connected)
    }

    /// Who controls it, where that is one person.
    #[must_use]
    pub fn holder(&self) -> Option<&Person> {
        self.control.holder.as_ref().map(|holder| &holder.person)
    }

    /// How many people control it at a time.
    #[must_use]
    pub fn mode(&self) -> ControlMode {
        self.control.mode
    }

    /// The policy says how many people control at a time.
    pub fn set_mode(&mut self, mode: ControlMode, now: Instant) {
        self.control.mode = mode;
        self.settle(now);
    }

    /// A viewer asks for control.
    ///
    /// # Errors
    /// Why it need not even ask.
    pub fn ask(&mut self, id: &str, generation: u64, now: Instant) -> Result<Asked, ControlRefusal> {
        let Some(seat) = self.mine(id, generation).cloned() else { return Ok(Asked::Nothing) };
        if self.control.mode == ControlMode::Shared {
            return Err(ControlRefusal::Shared);
        }
        if !seat.standing.may_control {
            return Err(ControlRefusal::LooksOnly(seat.person.name));
        }
        let Some(holder) = &self.control.holder else { return Ok(Asked::Handed(self.give(&seat, now))) };
        if holder.person.sub == seat.person.sub {
            return Ok(Asked::Nothing);
        }
        // In whichever of their tabs.
        let theirs = self.seats.values().filter(|other| other.person.sub == seat.person.sub);
        let refused = theirs.filter_map(|other| other.refused).max();
        if refused.is_some_and(|at| now.saturating_duration_since(at) < REFUSED_FOR) {
            return Err(ControlRefusal::Theirs(holder.person.name.clone()));
        }
        let asks = |id: &String| self.seats.get(id).is_some_and(|other| other.person.sub == seat.person.sub);
        if self.control.asking.iter().any(asks) {
            return Ok(Asked::Nothing);
        }
        self.control.asking.push(seat.id);
        Ok(Asked::Waits)
    }

    /// A viewer takes control, or asks where that is not its to take.
    ///
    /// # Errors
    /// As [`Seats::ask`].
    pub fn seize(&mut self, id: &str, generation: u64, now: Instant) -> Result<Asked, ControlRefusal> {
        let Some(seat) = self.mine(id, generation).cloned() else { return Ok(Asked::Nothing) };
        let by = By::Person { sub: &seat.person.sub, standing: &seat.standing };
        let has = self.control.holder.as_ref().is_some_and(|h| h.person.sub == seat.person.sub);
        if self.control.mode == ControlMode::One && !has && self.disposes(by, now) {
            return Ok(Asked::Handed(self.give(&seat, now)));
        }
        self.ask(id, generation, now)
    }

    /// Hands control to a viewer.
    ///
    /// # Errors
    /// Why not.
    pub fn hand(&mut self, by: By<'_>, to: &str, now: Instant) -> Result<Handed, ControlRefusal> {
        if self.control.mode == ControlMode::Shared {
            return Err(ControlRefusal::Shared);
        }
        let seat = self.seat(to).cloned().ok_or(ControlRefusal::Unknown)?;
        if !self.disposes(by, now) {
            let name = self.holder().map(|person| person.name.clone()).unwrap_or_default();
            return Err(ControlRefusal::Theirs(name));
        }
        if !seat.standing.may_control {
            return Err(ControlRefusal::LooksOnly(seat.person.name));
        }
        Ok(self.give(&seat, now))
    }

    /// Whether [`Seats::hand`] would hand control to this viewer, who does not have it.
    #[must_use]
    pub fn may_hand(&self, by: By<'_>, to: &Seat, now: Instant) -> bool {
        let looks = to.standing.may_control && self.role(to) == Role::Viewer;
        looks && self.control.mode == ControlMode::One && self.disposes(by, now)
    }

    /// Tells a viewer that asked that it does not get control. Returns whether it did ask, and whether that is
    /// this one's to say.
    pub fn refuse(&mut self, id: &str, generation: u64, to: &str, now: Instant) -> bool {
        if !self.controls(id, generation) || !self.control.asking.iter().any(|asks| asks == to) {
            return false;
        }
        self.control.asking.retain(|asks| asks != to);
        let name = self.seats.get(id).map(|seat| seat.person.name.clone()).unwrap_or_default();
        if let Some(seat) = self.seats.get_mut(to) {
            seat.refused = Some(now);
            seat.refusal = Some(format!("{name} keeps control for now."));
        }
        true
    }

    /// What a viewer is to be told of a refusal, once.
    pub fn take_refusal(&mut self, id: &str, generation: u64) -> Option<String> {
        self.mine(id, generation)?.refusal.take()
    }

    /// Somebody is removed: from now on nothing that they do reaches the machine. Their connections are
    /// for others to cut. Returns how many there are.
    pub fn remove(&mut self, sub: &str, now: Instant) -> usize {
        let mut connections = 0;
        for seat in self.seats.values_mut().filter(|seat| seat.person.sub == sub) {
            seat.standing = Standing { may_control: false, may_remove: false, ..seat.standing.clone() };
            connections += usize::from(seat.connected);
        }
        self.settle(now);
        connections
    }

    /// Somebody who controls it does something. Returns whether they had rested, as others were told.
    pub(super) fn acts(&mut self, id: &str, now: Instant) -> bool {
        let sub = self.seats.get(id).map(|seat| seat.person.sub.as_str());
        let holder = self.control.holder.as_mut();
        let Some(holder) = holder.filter(|holder| Some(holder.person.sub.as_str()) == sub) else {
            return false;
        };
        holder.acted = now;
        std::mem::take(&mut holder.rests)
    }

    /// When [`Seats::settle`] may find something new without anybody doing anything.
    #[must_use]
    pub fn due(&self) -> Option<Instant> {
        let holder = self.control.holder.as_ref().filter(|_| self.control.mode == ControlMode::One)?;
        let waits = |seat: &Seat| seat.standing.may_control && seat.person.sub != holder.person.sub;
        if !self.connected().any(waits) {
            return None;
        }
        match holder.away {
            Some(since) => Some(since + self.patience(&holder.person.sub)),
            None if holder.is_guest || holder.rests => None,
            None => Some(holder.acted + AT_REST),
        }
    }

    /// Brings control up to date: with who is there, what they may do, and the time. Returns whether anything
    /// has changed.
    pub fn settle(&mut self, now: Instant) -> bool {
        let before = (self.holder().map(|person| person.sub.clone()), self.driver.clone());
        let (mut news, somebody_waits) = (false, self.next_in_line().is_some());
        let sub = self.holder().map(|person| person.sub.clone()).unwrap_or_default();
        let patience = self.patience(&sub);
        if let Some(holder) = &mut self.control.holder {
            let theirs = |seat: &&Seat| seat.person.sub == sub && seat.standing.may_control;
            let is_there = self.seats.values().filter(theirs).any(|seat| seat.connected);
            let since = *holder.away.get_or_insert(now);
            let waited = now.saturating_duration_since(since) >= patience;
            if is_there {
                let rests = now.saturating_duration_since(holder.acted) >= AT_REST;
                holder.away = None;
                news = rests && !std::mem::replace(&mut holder.rests, rests);
            } else if (waited && somebody_waits) || (patience < AWAY && !somebody_waits) {
                self.control.holder = None;
            }
        }
        if self.control.holder.is_none()
            && let Some(next) = self.next_in_line().cloned()
        {
            self.give(&next, now);
        }
        let asks = |id: &String| {
            self.seat(id).is_some_and(|s| s.standing.may_control && self.role(s) == Role::Viewer)
        };
        let asking = self.control.asking.iter().filter(|id| asks(id)).cloned().collect();
        self.control.asking = asking;
        self.settle_driver();
        news || before != (self.holder().map(|person| person.sub.clone()), self.driver.clone())
    }

    /// A seat of this person is given up for good, and control with it where it was their last one.
    pub(super) fn give_up(&mut self, sub: &str) {
        let theirs = |person: &Person| person.sub == sub;
        if !self.seats.values().any(|seat| theirs(&seat.person)) {
            self.control.holder.take_if(|holder| theirs(&holder.person));
        }
    }

    /// How long control waits for this person, who is not here: for a connection that dropped, or a page that may
    /// be loaded again. Not at all for whoever may have it no longer.
    fn patience(&self, sub: &str) -> Duration {
        let theirs = self.seats.values().filter(|seat| seat.person.sub == sub);
        match theirs.map(|seat| seat.standing.may_control).reduce(|one, other| one || other) {
            None => UNLOADED,
            Some(true) => AWAY,
            Some(false) => Duration::ZERO,
        }
    }

    /// Where the driver is gone or controls no longer, whoever came last of those who do drives.
    fn settle_driver(&mut self) {
        let drives = |seat: &&Seat| self.role(seat) == Role::Controller;
        if self.driver.as_ref().and_then(|id| self.seat(id)).filter(drives).is_none() {
            self.driver = self.connected().filter(drives).max_by_key(|s| s.arrival).map(|s| s.id.clone());
        }
    }

    /// Who gets control that nobody has.
    fn next_in_line(&self) -> Option<&Seat> {
        let waiting = self.connected().filter(|seat| seat.standing.may_control);
        waiting.min_by_key(|seat| (seat.standing.is_guest(), seat.first))
    }

    /// Whether somebody may say who controls: who does so; one of the CI's people where a guest does, or
    /// somebody who is away or has done nothing for a while.
    fn disposes(&self, by: By<'_>, now: Instant) -> bool {
        let By::Person { sub, standing } = by else { return true };
        let Some(holder) = &self.control.holder else { return standing.may_control };
        let rests = now.saturating_duration_since(holder.acted) >= AT_REST;
        holder.person.sub == sub
            || (standing.may_control
                && !standing.is_guest()
                && (holder.is_guest || holder.away.is_some() || rests))
    }

    fn give(&mut self, to: &Seat, now: Instant) -> Handed {
        let holder = Holder {
            person: to.person.clone(),
            number: to.number,
            is_guest: to.standing.is_guest(),
            acted: now,
            rests: false,
            away: None,
        };
        let from = self.control.holder.replace(holder).map(|holder| holder.person);
        self.driver = Some(to.id.clone());
        let theirs = |id: &String| self.seats.get(id).is_some_and(|s| s.person.sub == to.person.sub);
        let asking = self.control.asking.iter().filter(|id| !theirs(id)).cloned().collect();
        self.control.asking = asking;
        Handed { from, to: to.person.clone() }
    }

    /// Everybody who looks at it now, and who controls it, as the viewer `id` is told.
    #[must_use]
    pub fn company(&self, id: &str, now: Instant) -> (Vec<ViewerInfo>, ControlInfo) {
        let me = self.seats.get(id);
        let info = |seat: &Seat| ViewerInfo {
            id: seat.id.clone(),
            name: seat.person.name.clone(),
            person: seat.number,
            role: self.role(seat),
            may_control: seat.standing.may_control,
            guest: seat.standing.is_guest(),
            removable: me.is_some_and(|me| may_remove(&me.person.sub, &me.standing, seat)),
            since: seat.since.to_string(),
        };
        let may_take = |me: &Seat| {
            let by = By::Person { sub: &me.person.sub, standing: &me.standing };
            self.role(me) == Role::Viewer && me.standing.may_control && self.disposes(by, now)
        };
        let holder = self.control.holder.as_ref().filter(|_| self.control.mode == ControlMode::One);
        let control = ControlInfo {
            mode: self.control.mode,
            person: holder.map(|holder| holder.number),
            name: holder.map(|holder| holder.person.name.clone()),
            may_take: me.is_some_and(may_take),
            asking: self.control.asking.clone(),
        };
        (self.connected().map(info).collect(), control)
    }
}

/// Whether somebody may remove whoever sits there: one of the CI's people who may end access, or whose link
/// they came by. Nobody removes themselves: they leave.
#[must_use]
pub fn may_remove(sub: &str, standing: &Standing, seat: &Seat) -> bool {
    !standing.is_guest()
        && sub != seat.person.sub
        && (standing.may_remove || seat.standing.host.as_ref().is_some_and(|host| host.maker == sub))
}
