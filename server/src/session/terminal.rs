//! The surface of a terminal: its output as a log, the screen behind it, and who reads.
//!
//! One writer task ([`Writer`]) owns the back end and appends what it says to the
//! [`scrollback::Scrollback`]; viewers ([`viewer::Viewer`]) and the recorder are cursors into that.

mod backdrop;
mod flush;
pub mod recorder;
pub mod screen;
pub mod scrollback;
#[cfg(test)]
mod tests;
pub mod viewer;
pub mod window;

use std::future::poll_fn;
use std::ops::Deref;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use futures_util::FutureExt;
use tokio::sync::{mpsc, watch};
use transom_protocol::problem::Problem;
use transom_protocol::wire::Size;

use super::seat::Seats;
use super::{Ending, Opening, Phase, Session, Surface};
use crate::backend::{self, Backend, Line, Link, Target, Terminal, TerminalEvent, TerminalInput};
use crate::clock::tick;
use crate::shard::Shard;
use backdrop::{Backdrop, FAR_BEHIND, WORTH_TRAILING};
use recorder::Tap;
use scrollback::Scrollback;

/// Pieces of output, and of input, on their way between session and back end. Few enough that one
/// batch of the largest, 32 KiB each, pushes nobody out of the log who is within the pace.
const LINK_PIECES: usize = 16;

/// The surface of a terminal.
#[derive(Debug)]
pub struct TerminalSurface {
    scrollback: Mutex<Scrollback>,
    backdrop: Backdrop,
    tap: Tap,
    /// Moves whenever the scrollback does.
    head: watch::Sender<u64>,
    /// Moves whenever a viewer acknowledges while the machine is made to wait.
    acks: watch::Sender<u64>,
    input: mpsc::Sender<TerminalInput>,
    /// How many times the machine was probed, and the newest probe that it has answered.
    probes: AtomicU64,
    probed: AtomicU64,
}

impl TerminalSurface {
    fn scrollback(&self) -> MutexGuard<'_, Scrollback> {
        self.scrollback.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session whose surface is a terminal.
#[derive(Debug, Clone)]
pub struct TerminalSession {
    session: Arc<Session>,
    surface: Arc<TerminalSurface>,
}

impl Deref for TerminalSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

/// The receiving side of a new session's input, for its writer.
#[derive(Debug)]
pub struct Writer {
    session: TerminalSession,
    input: mpsc::Receiver<TerminalInput>,
}

impl TerminalSession {
    /// A session that is opening, and its writer, to be run on a lifetime. Its log keeps `limit` bytes.
    #[must_use]
    pub fn new(opening: Opening, size: Size, shard: Shard, limit: usize) -> (Self, Writer) {
        let (input, received) = mpsc::channel(LINK_PIECES);
        let surface = Arc::new(TerminalSurface {
            scrollback: Mutex::new(Scrollback::new(limit, size)),
            backdrop: Backdrop::default(),
            tap: Tap::new(limit),
            head: watch::Sender::new(0),
            acks: watch::Sender::new(0),
            input,
            probes: AtomicU64::new(0),
            probed: AtomicU64::new(0),
        });
        let shown = Surface::Terminal(Arc::clone(&surface));
        let session = Self { session: Session::new(opening, shard, shown, Seats::new(limit)), surface };
        (session.clone(), Writer { session, input: received })
    }

    /// The same session, where its surface is a terminal.
    #[must_use]
    pub fn of(session: &Arc<Session>) -> Option<Self> {
        match &session.surface {
            Surface::Terminal(surface) => {
                Some(Self { session: Arc::clone(session), surface: Arc::clone(surface) })
            }
            Surface::Desktop(_) => None,
        }
    }

    /// What registries keep of it.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
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
        let first_size = session.surface.scrollback().size();
        let link = Link { input: self.input, output };
        let start = TerminalInput::Resize(first_size);
        let mut running = Box::pin(backend::run(backend.as_ref(), spare, target, start, link));
        let mut closing = session.closing.subscribe();
        let mut company = session.company.subscribe();
        let mut keeping = pin!(session.keep_control());
        let mut acks = session.surface.acks.subscribe();
        let mut batch = Vec::with_capacity(LINK_PIECES);
        let mut given_size = first_size;
        let mut trailing = None;
        let ending = loop {
            let due = session.surface.scrollback().due();
            if trailing.is_none() && due >= WORTH_TRAILING {
                trailing = Some(session.surface.trail(session.shard.background()));
            }
            let now = tick().into_std();
            let wait = session.seats().must_wait(now).max(session.surface.tap.must_wait(now));
            let wanted_size = session.seats().size().unwrap_or(given_size);
            tokio::select! {
                biased;
                _ = closing.changed() => {
                    let why = closing.borrow_and_update().unwrap_or(Problem::Internal);
                    break Ending::Closed(why);
                }
                // The machine learns a new size, and the log has it where it takes effect.
                slot = session.surface.input.reserve(), if wanted_size != given_size => {
                    if let Ok(slot) = slot {
                        slot.send(TerminalInput::Resize(wanted_size));
                    }
                    given_size = wanted_size;
                    session.surface.scrollback().resize(wanted_size);
                    session.surface.head.send_modify(|n| *n += 1);
                }
                _ = company.changed() => {}
                never = &mut keeping => match never {},
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

impl TerminalSession {
    fn apply(&self, batch: &mut Vec<TerminalEvent>) {
        if batch.is_empty() {
            return;
        }
        let head = {
            let mut scrollback = self.surface.scrollback();
            for event in batch.iter() {
                match event {
                    TerminalEvent::Ready => {}
                    TerminalEvent::Probed(number) => {
                        self.surface.probed.store(*number, Ordering::Relaxed);
                    }
                    TerminalEvent::Output(bytes) => scrollback.append(bytes),
                }
            }
            scrollback.head()
        };
        let now = tick().into_std();
        self.seats().produced(head, now);
        self.surface.tap.produced(head, now);
        for event in batch.drain(..) {
            if event == TerminalEvent::Ready {
                self.set_phase(Phase::Live);
            }
        }
        self.surface.head.send_modify(|n| *n += 1);
    }
}
