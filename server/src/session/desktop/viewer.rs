//! One viewer of a desktop: a place in its frames, a seat and a grant.
//!
//! The only place that asks the grant whether input may reach the machine. Dropping the viewer leaves its seat, and
//! lets go of what it holds.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::desktop::DesktopClientFrame;
use transom_protocol::wire::{Role, ViewerInfo};

use super::pace::Pace;
use super::reel::{Next, Place, Shown};
use super::{DesktopSession, Told};
use crate::backend::DesktopInput;
use crate::clock::tick;
use crate::session::seat::Arrival;
use crate::session::{Ending, Phase};

/// What a viewer is to be told next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesktopUpdate {
    /// The picture has changed.
    Picture(Shown),
    /// What the machine says beside it has changed.
    Told(Told),
    /// Who is here has changed.
    Presence {
        /// Everybody.
        viewers: Vec<ViewerInfo>,
        /// Who has pointer and keys.
        driver: Option<String>,
    },
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
    role: Role,
    place: Place,
    pace: Pace,
    /// The parts that it lacks, being encoded.
    catching_up: Option<JoinHandle<io::Result<(u32, Bytes)>>>,
    /// A text for the clipboard, as far as it has come.
    clipboard: Vec<u8>,
    /// Whether it may hold a key or a button.
    holds: bool,
    for_good: bool,
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
        let seat = session.seats().take(arrival, most, tick().into_std())?;
        let mut company = session.company.subscribe();
        company.mark_changed();
        let mut told = session.surface.told.subscribe();
        told.mark_changed();
        let viewer = Self {
            id: seat.id,
            generation: seat.generation,
            role: seat.role,
            place: Place::default(),
            pace: Pace::new(),
            catching_up: None,
            clipboard: Vec::new(),
            holds: false,
            for_good: false,
            head: session.surface.head.subscribe(),
            told,
            phase: session.phase.subscribe(),
            company,
            session: session.clone(),
        };
        session.company_changed();
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

    /// What it may do.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// The grant changed while connected: a narrower role takes effect at once.
    pub fn set_role(&mut self, role: Role) {
        if role == Role::Viewer {
            self.let_go();
        }
        self.role = role;
        self.session.seats().set_role(&self.id, self.generation, role);
        self.session.company_changed();
    }

    /// The viewer will not come back: its seat is given up.
    pub fn leave_for_good(&mut self) {
        self.for_good = true;
    }

    /// What the browser does; its clipboard reaches the machine where it `may_paste`.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a picture that was never sent, or a text over the limit.
    pub async fn heard(&mut self, frame: DesktopClientFrame, may_paste: bool) -> Result<(), Problem> {
        let input = match frame {
            DesktopClientFrame::PictureAck { number } => {
                return if self.pace.acked(number, tick().into_std()) {
                    Ok(())
                } else {
                    Err(Problem::Malformed)
                };
            }
            DesktopClientFrame::Key(key) => DesktopInput::Key(key),
            DesktopClientFrame::Pointer { buttons, x, y } => DesktopInput::Pointer { buttons, x, y },
            DesktopClientFrame::Wheel { x, y, right, down } => DesktopInput::Wheel { x, y, right, down },
            DesktopClientFrame::Resize { width, height } => DesktopInput::Resize(width, height),
            DesktopClientFrame::Release => {
                self.let_go();
                return Ok(());
            }
            DesktopClientFrame::TakeControl => {
                if self.takes_control() {
                    // What the one before held does not stay down.
                    let _ = self.session.surface.input.send(DesktopInput::Release).await;
                }
                return Ok(());
            }
            DesktopClientFrame::Clipboard { is_last, bytes } => {
                if self.clipboard.len() + bytes.len() > limits::CLIPBOARD_BYTES {
                    return Err(Problem::Malformed);
                }
                self.clipboard.extend_from_slice(&bytes);
                if !is_last {
                    return Ok(());
                }
                let text = std::mem::take(&mut self.clipboard);
                DesktopInput::Clipboard(String::from_utf8(text).map_err(|_| Problem::Malformed)?)
            }
        };
        let allowed = may_paste || !matches!(input, DesktopInput::Clipboard(_));
        if !allowed || !self.controls() {
            self.drop_input();
            return Ok(());
        }
        self.holds = true;
        self.session.surface.acts.send_replace(Some(tick()));
        let _ = self.session.surface.input.send(input).await;
        Ok(())
    }

    /// Whether its input reaches the machine: one viewer at a time has pointer and keys.
    fn controls(&self) -> bool {
        let mut seats = self.session.seats();
        self.role == Role::Controller
            && seats.mine(&self.id, self.generation).is_some()
            && seats.driver() == Some(&self.id)
    }

    /// Pointer and keys are this viewer's from now on. Returns whether somebody else had them.
    fn takes_control(&self) -> bool {
        let took = {
            let mut seats = self.session.seats();
            self.role == Role::Controller
                && seats.mine(&self.id, self.generation).is_some()
                && seats.typed(&self.id)
        };
        if took {
            self.session.company_changed();
        }
        took
    }

    fn drop_input(&self) {
        if let Some(seat) = self.session.seats().mine(&self.id, self.generation) {
            seat.dropped += 1;
        }
    }

    /// No key and no button of this viewer stays down.
    fn let_go(&mut self) {
        if std::mem::take(&mut self.holds) && self.controls() {
            // Where even this does not fit, the machine takes nothing at all; the end of the session lets go.
            let _ = self.session.surface.input.try_send(DesktopInput::Release);
        }
    }

    /// What to tell this viewer next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> DesktopUpdate {
        loop {
            if self.session.seats().mine(&self.id, self.generation).is_none() {
                return DesktopUpdate::TakenOver;
            }
            if self.company.has_changed().unwrap_or(false) {
                self.company.mark_unchanged();
                let (viewers, driver) = self.session.presence();
                return DesktopUpdate::Presence { viewers, driver };
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
                Some(Ok(Err(error))) => {
                    tracing::error!(session.id = self.session.id, %error, "desktop not encoded");
                    return DesktopUpdate::Ended(Ending::Closed(Problem::Internal));
                }
                // The server is ending, and cuts everybody.
                Some(Err(_)) => std::future::pending().await,
            }
        }
    }

    fn sends(&mut self, shown: Shown) -> DesktopUpdate {
        self.pace.sent(shown.number, shown.bytes, tick().into_std());
        DesktopUpdate::Picture(shown)
    }

    /// Has the parts encoded that this viewer lacks.
    fn catch_up(&mut self) {
        let (surface, has) = (Arc::clone(&self.session.surface), self.place.has);
        self.catching_up = Some(tokio::task::spawn_blocking(move || {
            let mut painter = surface.painter.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let ops = painter.catch_up(has, tick().into_std())?;
            Ok((painter.number(), ops))
        }));
    }
}

impl Drop for DesktopViewer {
    fn drop(&mut self) {
        self.let_go();
        self.session.seats().leave(&self.id, self.generation, self.for_good);
        self.session.company_changed();
    }
}
