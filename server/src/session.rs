//! A session: one live connection to a machine, and what can be seen of it.
//!
//! One writer task ([`Session::write`]) owns the back end and applies what it says to the surface,
//! the [`scrollback::Scrollback`]. Viewers ([`viewer::Viewer`]) are cursors into that surface: none
//! has a queue, so nothing can pile up. The session outlives its viewers.

mod backdrop;
mod flush;
pub mod recorder;
pub mod registry;
pub mod screen;
pub mod scrollback;
pub mod seat;
#[cfg(test)]
mod tests;
pub mod viewer;
pub mod window;

use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Family, Size};

use crate::access::{BuildId, Person};
use crate::backend::{
    self, Backend, BackendError, Exit, Line, Link, Target, Terminal, TerminalEvent, TerminalInput,
};
use crate::clock::tick;
use crate::shard::Shard;
use backdrop::{Backdrop, FAR_BEHIND, WORTH_TRAILING};
use recorder::Tap;
use scrollback::Scrollback;
use seat::Seats;

/// Pieces of output, and of input, on their way between session and back end. Few enough that one
/// batch of the largest, 32 KiB each, pushes nobody out of the log who is within the pace.
const LINK_PIECES: usize = 16;

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
    /// The thread that the session and its viewers run on.
    pub shard: Shard,
    scrollback: Mutex<Scrollback>,
    backdrop: Backdrop,
    seats: Mutex<Seats>,
    tap: Tap,
    /// Moves whenever the scrollback does.
    head: watch::Sender<u64>,
    phase: watch::Sender<Phase>,
    /// Moves whenever somebody comes, goes or takes the wheel.
    company: watch::Sender<u64>,
    /// Moves whenever a viewer acknowledges while the machine is made to wait.
    acks: watch::Sender<u64>,
    closing: watch::Sender<Option<Problem>>,
    /// Moves with everything about the build's sessions that a page shows.
    news: watch::Sender<u64>,
    input: mpsc::Sender<TerminalInput>,
    /// How many times the machine was probed, and the newest probe that it has answered.
    probes: AtomicU64,
    probed: AtomicU64,
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
    /// Its size at first.
    pub size: Size,
    /// To be moved with everything about the build's sessions that a page shows.
    pub news: watch::Sender<u64>,
}

/// The receiving side of a new session's input, for its writer.
#[derive(Debug)]
pub struct Writer {
    session: Arc<Session>,
    input: mpsc::Receiver<TerminalInput>,
}

impl Session {
    /// A session that is opening, and its writer, to be run on a lifetime.
    #[must_use]
    pub fn new(opening: Opening, shard: Shard, limit: usize) -> (Arc<Self>, Writer) {
        let Opening { id, build, by, at, size, news } = opening;
        let (input, received) = mpsc::channel(LINK_PIECES);
        let session = Arc::new(Self {
            id,
            build,
            opened_by: by,
            opened_at: at,
            shard,
            news,
            scrollback: Mutex::new(Scrollback::new(limit, size)),
            backdrop: Backdrop::default(),
            seats: Mutex::new(Seats::new(limit)),
            tap: Tap::new(limit),
            head: watch::Sender::new(0),
            phase: watch::Sender::new(Phase::Opening),
            company: watch::Sender::new(0),
            acks: watch::Sender::new(0),
            closing: watch::Sender::new(None),
            input,
            probes: AtomicU64::new(0),
            probed: AtomicU64::new(0),
        });
        (Arc::clone(&session), Writer { session, input: received })
    }

    /// Terminal; other families have sessions of their own kind.
    #[must_use]
    pub fn family(&self) -> Family {
        Family::Terminal
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

    fn scrollback(&self) -> MutexGuard<'_, Scrollback> {
        self.scrollback.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Writer {
    /// Runs the session to its end: the only place that writes to its surface.
    pub async fn write(
        self,
        backend: Arc<dyn Backend<Terminal>>,
        target: Target,
        spare: Option<Box<dyn Line<Terminal>>>,
    ) {
        let began = tick();
        let session = self.session;
        let (output, mut events) = mpsc::channel(LINK_PIECES);
        let first_size = session.scrollback().size();
        let link = Link { input: self.input, output };
        let start = TerminalInput::Resize(first_size);
        let mut running = Box::pin(backend::run(backend.as_ref(), spare, target, start, link));
        let mut closing = session.closing.subscribe();
        let mut company = session.company.subscribe();
        let mut acks = session.acks.subscribe();
        let mut batch = Vec::with_capacity(LINK_PIECES);
        let mut given_size = first_size;
        let mut trailing = None;
        let ending = loop {
            let due = session.scrollback().due();
            if trailing.is_none() && due >= WORTH_TRAILING {
                trailing = Some(session.trail());
            }
            let now = tick().into_std();
            let wait = session.seats().must_wait(now).max(session.tap.must_wait(now));
            let wanted_size = session.seats().size().unwrap_or(given_size);
            tokio::select! {
                biased;
                _ = closing.changed() => {
                    let why = closing.borrow_and_update().unwrap_or(Problem::Internal);
                    break Ending::Closed(why);
                }
                // The machine learns a new size, and the log has it where it takes effect.
                slot = session.input.reserve(), if wanted_size != given_size => {
                    if let Ok(slot) = slot {
                        slot.send(TerminalInput::Resize(wanted_size));
                    }
                    given_size = wanted_size;
                    session.scrollback().resize(wanted_size);
                    session.head.send_modify(|n| *n += 1);
                }
                _ = company.changed() => {}
                _ = acks.changed(), if wait.is_some() => {}
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {}
                _ = poll_fn(|cx| trailing.as_mut().map_or(Poll::Pending, |t| t.poll_unpin(cx))) => {
                    trailing = None;
                }
                _ = events.recv_many(&mut batch, LINK_PIECES),
                    if wait.is_none() && due < FAR_BEHIND && !events.is_closed() =>
                {
                    session.apply(&mut batch);
                }
                result = &mut running => {
                    let lasted_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    break match result {
                        Ok(exit) => Ending::Exit { exit, lasted_ms },
                        Err(error) => Ending::Failed(error),
                    };
                }
            }
        };
        // Disconnects. A back end that had just been given room, and was never to use it, would keep the
        // link open.
        drop(running);
        // Whatever it had still handed over belongs to the output.
        while events.recv_many(&mut batch, LINK_PIECES).await > 0 {
            session.apply(&mut batch);
        }
        session.set_phase(Phase::Ended(ending));
    }
}

impl Session {
    fn apply(&self, batch: &mut Vec<TerminalEvent>) {
        if batch.is_empty() {
            return;
        }
        let head = {
            let mut scrollback = self.scrollback();
            for event in batch.iter() {
                match event {
                    TerminalEvent::Ready => {}
                    TerminalEvent::Probed(number) => self.probed.store(*number, Ordering::Relaxed),
                    TerminalEvent::Output(bytes) => scrollback.append(bytes),
                }
            }
            scrollback.head()
        };
        let now = tick().into_std();
        self.seats().produced(head, now);
        self.tap.produced(head, now);
        for event in batch.drain(..) {
            if event == TerminalEvent::Ready {
                self.set_phase(Phase::Live);
            }
        }
        self.head.send_modify(|n| *n += 1);
    }
}
