//! A session: one live connection to a machine, and what can be seen of it.
//!
//! One writer task ([`terminal::Writer`], [`desktop::DesktopWriter`]) owns the back end and applies what it says to
//! the surface. Viewers are cursors into that surface: none has a queue, so nothing can pile up. The session outlives
//! its viewers.

pub mod desktop;
pub mod registry;
pub mod seat;
pub mod terminal;
#[cfg(test)]
mod testing;
mod traffic;

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use tokio::time::sleep_until;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{ControlInfo, ControlMode, Family, ViewerInfo};

use crate::access::{BuildId, Person};
use crate::backend::{BackendError, Exit};
use crate::clock::tick;
use crate::shard::Shard;
use desktop::DesktopSurface;
use seat::{Asked, By, ControlRefusal, Handed, Seats};
use terminal::TerminalSurface;
pub use traffic::Traffic;

/// How far a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The connection to the machine is being made.
    Opening,
    /// Running.
    Live,
    /// Over, and why.
    Ended(Ending),
}

/// Why a session is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// Its program ended.
    Exit {
        /// How.
        exit: Exit,
        /// How long the session lasted, in milliseconds.
        lasted_ms: u64,
    },
    /// The connection to the machine could not be made, or was lost.
    Failed(BackendError),
    /// It was closed from this side.
    Closed(Problem),
}

/// What can be seen of a machine.
#[derive(Debug, Clone)]
pub enum Surface {
    /// Output, as a terminal draws it.
    Terminal(Arc<TerminalSurface>),
    /// A picture.
    Desktop(Arc<DesktopSurface>),
}

/// One live connection to a machine. Shared by the writer, the viewers and the registry.
#[derive(Debug)]
pub struct Session {
    /// Its id; no secret.
    pub id: String,
    /// The build whose machine it is on.
    pub build: BuildId,
    /// Who opened it.
    pub opened_by: Person,
    /// When.
    pub opened_at: Timestamp,
    /// Version of the registration of that machine.
    pub machine: u64,
    /// The thread that the session and its viewers run on.
    pub shard: Shard,
    /// What can be seen of it.
    pub surface: Surface,
    /// How much went between it and its viewers.
    pub traffic: Arc<Traffic>,
    seats: Mutex<Seats>,
    phase: watch::Sender<Phase>,
    /// Moves whenever somebody comes, goes or takes the wheel.
    company: watch::Sender<u64>,
    closing: watch::Sender<Option<Problem>>,
    /// Moves with everything about the build's sessions that a page shows.
    news: watch::Sender<u64>,
}

/// Who is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Everybody.
    pub viewers: Vec<ViewerInfo>,
    /// Whose size a terminal has; whose input a desktop hears.
    pub driver: Option<String>,
    /// Who controls it.
    pub control: ControlInfo,
}

/// A session that somebody wants.
#[derive(Debug)]
pub struct Opening {
    /// Its id.
    pub id: String,
    /// The build whose machine it is on.
    pub build: BuildId,
    /// Who opens it.
    pub by: Person,
    /// When.
    pub at: Timestamp,
    /// Version of the registration of that machine.
    pub machine: u64,
    /// To be moved with everything about the build's sessions that a page shows.
    pub news: watch::Sender<u64>,
    /// Live sessions that the build may have, where that is less than others may.
    pub max_sessions: Option<u32>,
}

impl Session {
    /// A session that is opening.
    fn new(opening: Opening, shard: Shard, surface: Surface, seats: Seats) -> Arc<Self> {
        let Opening { id, build, by, at, machine, news, max_sessions: _ } = opening;
        Arc::new(Self {
            id,
            build,
            opened_by: by,
            opened_at: at,
            machine,
            shard,
            surface,
            traffic: Arc::default(),
            seats: Mutex::new(seats),
            phase: watch::Sender::new(Phase::Opening),
            company: watch::Sender::new(0),
            closing: watch::Sender::new(None),
            news,
        })
    }

    /// Terminal or desktop.
    #[must_use]
    pub fn family(&self) -> Family {
        match &self.surface {
            Surface::Terminal(_) => Family::Terminal,
            Surface::Desktop(_) => Family::Desktop,
        }
    }

    /// How far it is.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Waits until it is live.
    ///
    /// # Errors
    /// Why it ended instead.
    pub async fn live(&self) -> Result<(), Ending> {
        let mut phase = self.phase.subscribe();
        let settled = phase.wait_for(|p| *p != Phase::Opening).await;
        match settled.as_deref() {
            Ok(Phase::Ended(ending)) => Err(ending.clone()),
            Ok(_) => Ok(()),
            Err(_) => Err(Ending::Closed(Problem::Internal)),
        }
    }

    /// Waits until it is over.
    pub async fn over(&self) {
        let _ = self.phase.subscribe().wait_for(|p| matches!(p, Phase::Ended(_))).await;
    }

    /// Closes it: disconnects from the machine and tells every viewer `why`. The first reason holds.
    pub fn close(&self, why: Problem) {
        self.closing.send_if_modified(|closing| match closing {
            Some(_) => false,
            None => {
                *closing = Some(why);
                true
            }
        });
    }

    /// Looks at the viewers and the driver.
    pub fn with_seats<T>(&self, look: impl FnOnce(&Seats) -> T) -> T {
        look(&self.seats())
    }

    /// Tells whenever somebody comes, goes or takes the wheel.
    #[must_use]
    pub fn company(&self) -> watch::Receiver<u64> {
        self.company.subscribe()
    }

    fn seats(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The policy says how many people control it at a time.
    pub fn set_control(&self, mode: ControlMode) {
        let now = tick().into_std();
        if self.with_seats(|seats| seats.mode() != mode) {
            self.rearrange(|seats| seats.set_mode(mode, now));
        }
    }

    /// The connection `generation` of a viewer asks for control.
    ///
    /// # Errors
    /// Why it need not even ask.
    pub fn ask_control(&self, id: &str, generation: u64) -> Result<Asked, ControlRefusal> {
        self.asked(|seats| seats.ask(id, generation, tick().into_std()))
    }

    /// It takes control, or asks for it.
    ///
    /// # Errors
    /// As [`Session::ask_control`].
    pub fn take_control(&self, id: &str, generation: u64) -> Result<Asked, ControlRefusal> {
        self.asked(|seats| seats.seize(id, generation, tick().into_std()))
    }

    /// Somebody hands control to the viewer `to`.
    ///
    /// # Errors
    /// Why not.
    pub fn hand_control(&self, by: By<'_>, to: &str) -> Result<Handed, ControlRefusal> {
        let (handed, news) = self.rearrange_quietly(|seats| {
            let before = seats.driver().map(str::to_owned);
            let handed = seats.hand(by, to, tick().into_std());
            let news = handed.as_ref().is_ok_and(Handed::is_news) || before.as_deref() != seats.driver();
            (handed, news)
        });
        if news {
            self.company_changed();
        }
        handed
    }

    /// The viewer `to`, which asked for control, does not get it.
    pub fn refuse_control(&self, id: &str, generation: u64, to: &str) {
        if self.rearrange_quietly(|seats| seats.refuse(id, generation, to, tick().into_std())) {
            self.company_changed();
        }
    }

    /// Nothing that this person does reaches the machine any more. Returns how many connections they have.
    pub fn remove(&self, sub: &str) -> usize {
        let (connections, drove) = self.rearrange(|seats| {
            let drove =
                seats.driver().and_then(|id| seats.seat(id)).is_some_and(|seat| seat.person.sub == sub);
            (seats.remove(sub, tick().into_std()), drove)
        });
        // Also where control is shared, and so in nobody's hands but the driver's.
        if drove && let Surface::Desktop(desktop) = &self.surface {
            desktop.release();
        }
        connections
    }

    /// Tells the others where there is something to tell: whoever asks again and again disturbs nobody.
    fn asked(
        &self,
        ask: impl FnOnce(&mut Seats) -> Result<Asked, ControlRefusal>,
    ) -> Result<Asked, ControlRefusal> {
        let asked = self.rearrange_quietly(ask);
        if matches!(asked, Ok(Asked::Handed(_) | Asked::Waits)) {
            self.company_changed();
        }
        asked
    }

    /// Changes who is here, or who controls it, and tells everybody.
    fn rearrange<T>(&self, change: impl FnOnce(&mut Seats) -> T) -> T {
        let result = self.rearrange_quietly(change);
        self.company_changed();
        result
    }

    /// What whoever has lost control held does not stay down.
    fn rearrange_quietly<T>(&self, change: impl FnOnce(&mut Seats) -> T) -> T {
        let mut seats = self.seats();
        let who = |seats: &Seats| (seats.mode(), seats.holder().map(|person| person.sub.clone()));
        let before = who(&seats);
        let result = change(&mut seats);
        if before.1.is_some()
            && before != who(&seats)
            && let Surface::Desktop(desktop) = &self.surface
        {
            // Under the lock under which input is let pass: nothing of theirs comes behind this.
            desktop.release();
        }
        result
    }

    /// Passes control on where somebody is away for too long, and tells when it can be taken.
    async fn keep_control(&self) -> Infallible {
        let mut company = self.company.subscribe();
        loop {
            let due = self.with_seats(Seats::due);
            tokio::select! {
                _ = company.changed() => {}
                () = sleep_until(due.map_or_else(tick, Into::into)), if due.is_some() => {
                    if self.rearrange_quietly(|seats| seats.settle(tick().into_std())) {
                        self.company_changed();
                    }
                }
            }
        }
    }

    /// Everybody who looks at it now, who drives and who controls it, as the viewer `id` is told.
    fn presence(&self, id: &str) -> Presence {
        let seats = self.seats();
        let (viewers, control) = seats.company(id, tick().into_std());
        Presence { viewers, driver: seats.driver().map(str::to_owned), control }
    }

    fn company_changed(&self) {
        self.company.send_modify(|n| *n += 1);
        self.tell();
    }

    /// Tells the pages of the build to look again.
    fn tell(&self) {
        self.news.send_modify(|n| *n += 1);
    }

    fn set_phase(&self, phase: Phase) {
        self.phase.send_replace(phase);
        self.tell();
    }
}
