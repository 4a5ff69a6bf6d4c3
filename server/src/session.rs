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

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Family, ViewerInfo};

use crate::access::{BuildId, Person};
use crate::backend::{BackendError, Exit};
use crate::shard::Shard;
use desktop::DesktopSurface;
use seat::Seats;
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

    /// Everybody who looks at it now, and who drives.
    fn presence(&self) -> (Vec<ViewerInfo>, Option<String>) {
        let seats = self.seats();
        let info = |seat: &seat::Seat| ViewerInfo {
            id: seat.id.clone(),
            name: seat.person.name.clone(),
            role: seat.role,
            since: seat.since.to_string(),
        };
        (seats.connected().map(info).collect(), seats.driver().map(str::to_owned))
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
