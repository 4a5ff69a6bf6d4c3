//! One viewer of a desktop: a place in its frames, a seat and a grant.
//!
//! Dropping the viewer leaves its seat, and lets go of what it holds.

mod acts;

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{PointerInfo, Role};

use super::pace::Pace;
use super::pointers::Onlooker;
use super::reel::{Next, Place, Shown};
use super::{DesktopSession, Told};
use crate::clock::tick;
use crate::session::seat::{Arrival, Parting, Standing};
use crate::session::{Ending, Phase, Presence};

/// What a viewer is to be told next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesktopUpdate {
    /// The picture has changed.
    Picture(Shown),
    /// What the machine says beside it has changed.
    Told(Told),
    /// Who is here, or who controls it, has changed.
    Presence(Presence),
    /// This viewer does not get the control that it asked for, in a sentence.
    ControlRefused(String),
    /// Others point elsewhere.
    Pointers(Vec<PointerInfo>),
    /// The session is over.
    Ended(Ending),
    /// The same viewer came in again elsewhere.
    TakenOver,
}

/// A viewer's place in a desktop, while it is connected.
#[derive(Debug)]
pub struct DesktopViewer {
    session: DesktopSession,
    id: String,
    generation: u64,
    place: Place,
    pace: Pace,
    /// The parts that it lacks, being encoded.
    catching_up: Option<JoinHandle<io::Result<(u32, Bytes)>>>,
    /// A text for the clipboard, as far as it has come.
    clipboard: Vec<u8>,
    /// Whether it may hold a key or a button.
    holds: bool,
    /// How it goes, should it go now.
    parting: Parting,
    pointers: Onlooker,
    head: watch::Receiver<u32>,
    told: watch::Receiver<Told>,
    phase: watch::Receiver<Phase>,
    company: watch::Receiver<u64>,
}

impl DesktopViewer {
    /// Takes a seat, or the old one back.
    ///
    /// # Errors
    /// As for a terminal's seat.
    pub fn attach(session: &DesktopSession, arrival: Arrival, most: usize) -> Result<Self, Problem> {
        let seat = session.rearrange(|seats| seats.take(arrival, most, tick().into_std()))?;
        let mut company = session.company.subscribe();
        company.mark_changed();
        let mut told = session.surface.told.subscribe();
        told.mark_changed();
        let viewer = Self {
            id: seat.id,
            generation: seat.generation,
            place: Place::default(),
            pace: Pace::new(),
            catching_up: None,
            clipboard: Vec::new(),
            holds: false,
            parting: Parting::Dropped,
            pointers: session.surface.pointers.onlooker(),
            head: session.surface.head.subscribe(),
            told,
            phase: session.phase.subscribe(),
            company,
            session: session.clone(),
        };
        // What the connection before held in this seat, it may not have let go; nor may this one, as what it is now.
        if viewer.generation > 1 && session.seats().driver() == Some(&viewer.id) {
            session.surface.hands.release();
        }
        Ok(viewer)
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// How often the machine's clipboard has changed so far.
    #[must_use]
    pub fn clipboards(&self) -> u64 {
        self.told.borrow().clipboards
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

    /// The grant changed while connected: a narrower one takes effect at once.
    pub fn set_standing(&mut self, standing: Standing) {
        let changed =
            self.session.seats().mine(&self.id, self.generation).is_some_and(|s| s.standing != standing);
        if !changed {
            return;
        }
        if !standing.may_control {
            self.let_go();
        }
        let now = tick().into_std();
        self.session.rearrange(|seats| seats.set_standing(&self.id, self.generation, standing, now));
    }

    /// Says how it goes, where that is not without a word.
    pub fn part(&mut self, parting: Parting) {
        self.parting = parting;
    }

    /// What to tell this viewer next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> DesktopUpdate {
        loop {
            if self.session.seats().mine(&self.id, self.generation).is_none() {
                return DesktopUpdate::TakenOver;
            }
            if self.company.has_changed().unwrap_or(false) {
                if let Some(sentence) = self.session.seats().take_refusal(&self.id, self.generation) {
                    return DesktopUpdate::ControlRefused(sentence);
                }
                self.company.mark_unchanged();
                return DesktopUpdate::Presence(self.session.presence(&self.id));
            }
            if self.told.has_changed().unwrap_or(false) {
                return DesktopUpdate::Told(self.told.borrow_and_update().clone());
            }
            if let Phase::Ended(ending) = self.phase.borrow_and_update().clone() {
                return DesktopUpdate::Ended(ending);
            }
            self.head.mark_unchanged();
            if self.catching_up.is_none() && self.pace.is_open() {
                let next = self.session.surface.reel().next(&mut self.place);
                match next {
                    Next::Frame(shown) => return self.sends(shown),
                    Next::Behind => self.catch_up(),
                    Next::UpToDate => self.session.surface.want(self.place.has + 1),
                }
            }
            let mut caught_up = None;
            tokio::select! {
                parts = poll_fn(|cx| match &mut self.catching_up {
                    Some(catching_up) => catching_up.poll_unpin(cx),
                    None => Poll::Pending,
                }) => {
                    self.catching_up = None;
                    caught_up = Some(parts);
                }
                pointers = self.pointers.next(&self.id) => return DesktopUpdate::Pointers(pointers),
                _ = self.head.changed() => {}
                _ = self.told.changed() => self.told.mark_changed(),
                _ = self.phase.changed() => self.phase.mark_changed(),
                _ = self.company.changed() => self.company.mark_changed(),
            }
            match caught_up {
                None => {}
                Some(Ok(Ok((number, ops)))) => {
                    self.place = Place { has: number, in_step: false };
                    self.session.surface.rejoins.send_replace(true);
                    return self.sends(Shown::new(number, ops));
                }
                Some(Ok(Err(error))) => return self.broken(&error),
                Some(Err(error)) if error.is_panic() => return self.broken(&error),
                // The server is ending, and cuts everybody.
                Some(Err(_)) => std::future::pending().await,
            }
        }
    }

    /// Nobody can be shown this desktop any more: whoever opens it gets another one.
    fn broken(&self, error: &dyn std::fmt::Display) -> DesktopUpdate {
        tracing::error!(session.id = self.session.id, %error, "desktop not encoded");
        self.session.close(Problem::Internal);
        DesktopUpdate::Ended(Ending::Closed(Problem::Internal))
    }

    fn sends(&mut self, shown: Shown) -> DesktopUpdate {
        self.pace.sent(shown.number, shown.bytes, tick().into_std());
        DesktopUpdate::Picture(shown)
    }

    /// Has the parts encoded that this viewer lacks.
    fn catch_up(&mut self) {
        let (surface, has) = (Arc::clone(&self.session.surface), self.place.has);
        self.catching_up = Some(tokio::task::spawn_blocking(move || {
            let mut painter =
                surface.painter.lock().map_err(|_| io::Error::other("the painter has panicked"))?;
            let ops = painter.catch_up(has, tick().into_std())?;
            if painter.settles_at().is_some() {
                surface.lossy.notify_one();
            }
            Ok((painter.number(), ops))
        }));
    }
}

impl Drop for DesktopViewer {
    fn drop(&mut self) {
        self.let_go();
        let now = tick().into_std();
        self.session.rearrange(|seats| seats.leave(&self.id, self.generation, self.parting, now));
        self.session.surface.pointers.forget(&self.id);
    }
}
