//! One viewer of a session: a cursor, a seat and a grant.
//!
//! The only place that asks the grant whether input may reach the machine. Dropping the viewer
//! leaves its seat.

mod input;

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep_until;
use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{Role, Size};

use super::TerminalSession;
use super::backdrop::Painted;
use super::flush::Flush;
use super::scrollback::{Cursor, Horizon, Step};
use super::window::Window;
use crate::clock::tick;
use crate::session::seat::{Arrival, Parting};
use crate::session::{Ending, Phase, Presence};

/// What a viewer is to be told next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Update {
    /// Output, a new size or a fresh start.
    Surface(Step),
    /// More of the screen of the last fresh start.
    Screen(Bytes),
    /// All of this viewer's input below this offset was applied, or dropped for good.
    InputApplied(u64),
    /// Who is here, or who controls it, has changed.
    Presence(Presence),
    /// This viewer does not get the control that it asked for, in a sentence.
    ControlRefused(String),
    /// The session is over and this viewer has all of its output.
    Ended(Ending),
    /// The same viewer came in again elsewhere.
    TakenOver,
}

/// A viewer's place in a session, while it is connected.
#[derive(Debug)]
pub struct Viewer {
    session: TerminalSession,
    id: String,
    generation: u64,
    resumed: bool,
    history: u64,
    cursor: Cursor,
    window: Window,
    /// The screen that is being made for this viewer.
    painting: Option<JoinHandle<Painted>>,
    /// What is left to send of the screen that was made.
    screen: Bytes,
    flush: Option<Flush>,
    /// Input that the machine has not yet taken: bounded by the input window.
    pending: VecDeque<Bytes>,
    pending_bytes: u64,
    /// Offset behind the newest input that came.
    expected: u64,
    /// Whether input was dropped and the browser not yet told that it is done with.
    dropped: bool,
    /// How it goes, should it go now.
    parting: Parting,
    head: watch::Receiver<u64>,
    phase: watch::Receiver<Phase>,
    company: watch::Receiver<u64>,
}

impl Viewer {
    /// Takes a seat, or the old one back; output goes on at `output` where that is still kept.
    ///
    /// # Errors
    /// [`Problem::TooMany`] where every seat is taken, [`Problem::TakenOver`] where the same viewer came
    /// in again elsewhere, and knocked later.
    pub fn attach(
        session: &TerminalSession,
        arrival: Arrival,
        output: Option<u64>,
        most: usize,
    ) -> Result<Self, Problem> {
        let back_to = arrival.back_to.clone();
        let seat = session.rearrange(|seats| seats.take(arrival, most, tick().into_std()))?;
        let came_back = back_to.as_deref() == Some(seat.id.as_str());
        let (kept, history) = {
            let log = session.surface.scrollback();
            let kept = output.filter(|o| came_back && (log.tail()..=log.head()).contains(o));
            // Who comes back answers what was asked meanwhile: nobody else has.
            (kept, kept.unwrap_or_else(|| log.head()))
        };
        let mut company = session.company.subscribe();
        company.mark_changed();
        let viewer = Self {
            id: seat.id.clone(),
            generation: seat.generation,
            resumed: kept.is_some(),
            history,
            cursor: Cursor { offset: kept.or(output.filter(|_| came_back)), resizes: 0 },
            window: Window::at(kept.unwrap_or(0)),
            painting: None,
            screen: Bytes::new(),
            flush: None,
            pending: VecDeque::new(),
            pending_bytes: 0,
            expected: seat.applied,
            dropped: false,
            parting: Parting::Dropped,
            head: session.surface.head.subscribe(),
            phase: session.phase.subscribe(),
            company,
            session: session.clone(),
        };
        if let Some(offset) = kept {
            session.seats().sent(&viewer.id, viewer.generation, offset, true, tick().into_std());
        }
        Ok(viewer)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Which of its seat's connections it is.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What it may do now.
    #[must_use]
    pub fn role(&self) -> Role {
        self.session.seats().role_of(&self.id)
    }

    /// Whether output goes on exactly where it was.
    #[must_use]
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// Offset of the output that will follow first, as far as it is known.
    #[must_use]
    pub fn output_offset(&self) -> u64 {
        self.cursor.offset.unwrap_or_else(|| self.session.surface.scrollback().tail())
    }

    /// Offset below which output was made before this viewer came.
    #[must_use]
    pub fn history(&self) -> u64 {
        self.history
    }

    /// Offset at which its input goes on.
    #[must_use]
    pub fn input_offset(&self) -> u64 {
        self.expected
    }

    /// The terminal's size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.session.surface.scrollback().size()
    }

    /// Output below `offset` was parsed.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for output that was never sent.
    pub fn ack(&mut self, offset: u64) -> Result<(), Problem> {
        let now = tick().into_std();
        if !self.session.seats().acked(&self.id, self.generation, offset, now) {
            return Err(Problem::Malformed);
        }
        self.window.acked(offset, now);
        self.session.surface.acks.send_modify(|n| *n += 1);
        Ok(())
    }

    /// Says how it goes, where that is not without a word.
    pub fn part(&mut self, parting: Parting) {
        self.parting = parting;
    }

    /// What to tell this viewer next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Update {
        let surface = Arc::clone(&self.session.surface);
        loop {
            if self.session.seats().mine(&self.id, self.generation).is_none() {
                return Update::TakenOver;
            }
            if self.company.has_changed().unwrap_or(false) {
                return self.company_news();
            }
            if std::mem::take(&mut self.dropped) {
                return Update::InputApplied(self.expected);
            }
            if !self.screen.is_empty() {
                let piece = self.screen.split_to(self.screen.len().min(limits::OUTPUT_BYTES));
                return Update::Screen(piece);
            }
            self.head.mark_unchanged();
            let ended = matches!(*self.phase.borrow_and_update(), Phase::Ended(_));
            if ended && self.flush.take().is_some() {
                self.painting = Some(self.session.surface.paint(Horizon::Newest));
            }
            if self.painting.is_none() && self.flush.is_none() && self.window.is_open() {
                let step = self.session.surface.scrollback().since(&mut self.cursor);
                match step {
                    Step::UpToDate => {
                        if ended && let Phase::Ended(ending) = self.session.phase() {
                            return Update::Ended(ending);
                        }
                    }
                    Step::Lost => self.painting = Some(self.session.surface.paint(Horizon::Recent)),
                    step => {
                        self.note_sent(&step);
                        return Update::Surface(step);
                    }
                }
            }
            if let Some(flush) = &mut self.flush {
                let answered = surface.probed.load(Ordering::Relaxed);
                flush.look(surface.scrollback().head(), answered, tick().into_std());
            }
            let quiet = self.flush.as_ref().map(|f| f.until().into());
            let mut made = None;
            tokio::select! {
                slot = surface.input.reserve(), if self.has_input() => {
                    if let Some(update) = self.hand_on(slot.ok()) {
                        return update;
                    }
                }
                painted = poll_fn(|cx| match &mut self.painting {
                    Some(painting) => painting.poll_unpin(cx),
                    None => Poll::Pending,
                }) => {
                    self.painting = None;
                    made = Some(painted);
                }
                () = sleep_until(quiet.unwrap_or_else(tick)), if quiet.is_some() => {
                    self.flush = None;
                    self.painting = Some(self.session.surface.paint(Horizon::Newest));
                }
                _ = self.head.changed() => {}
                _ = self.phase.changed(), if !ended => {}
                _ = self.company.changed() => self.company.mark_changed(),
            }
            match made {
                None => {}
                Some(Ok(painted)) => return Update::Surface(self.start_afresh(painted)),
                // The server is ending, and cuts everybody.
                Some(Err(_)) => std::future::pending().await,
            }
        }
    }

    /// Takes up a screen that was made for this viewer.
    fn start_afresh(&mut self, painted: Painted) -> Step {
        let Painted { cursor, offset, size, mut screen } = painted;
        let seen = self.cursor.offset.filter(|o| *o < offset).unwrap_or(0);
        self.cursor = cursor;
        let first = screen.split_to(screen.len().min(limits::OUTPUT_BYTES));
        self.screen = screen;
        let step = Step::Reset { offset, skipped: offset - seen, size, screen: first };
        self.note_sent(&step);
        step
    }

    fn note_sent(&mut self, step: &Step) {
        let now = tick().into_std();
        let (offset, reset) = match step {
            Step::Output { offset, bytes } => (offset + bytes.len() as u64, false),
            Step::Reset { offset, .. } => (*offset, true),
            Step::Size(_) | Step::UpToDate | Step::Lost => return,
        };
        if reset {
            self.window.restart(offset);
        } else {
            self.window.sent(offset, now);
        }
        self.session.seats().sent(&self.id, self.generation, offset, reset, now);
    }

    fn company_news(&mut self) -> Update {
        if let Some(sentence) = self.session.seats().take_refusal(&self.id, self.generation) {
            return Update::ControlRefused(sentence);
        }
        self.company.mark_unchanged();
        self.drop_what_may_not_pass();
        Update::Presence(self.session.presence(&self.id))
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.drop_what_may_not_pass();
        let now = tick().into_std();
        self.session.rearrange(|seats| seats.leave(&self.id, self.generation, self.parting, now));
        self.session.surface.acks.send_modify(|n| *n += 1);
    }
}
