//! The surface of a desktop: a painter, the last few frames, and what else the machine has said.
//!
//! ```text
//!  canvas ─▶ writer: waits until somebody wants a frame ─▶ painter ─▶ reel ─▶ viewers in step
//!                                                             └─ parts changed since ─▶ all others
//! ```

mod hands;
mod pace;
mod pointers;
mod reel;
mod surge;
mod viewer;
mod writer;

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;
use tokio::time::Instant;
use transom_protocol::problem::Problem;

use super::seat::Seats;
use super::{Opening, Session, Surface};
use crate::clock::tick;
use crate::picture::Painter;
use crate::shard::Shard;
use hands::Hands;
use pointers::Pointers;
use reel::Reel;

pub use reel::Shown;
pub use viewer::{DesktopUpdate, DesktopViewer};
pub use writer::DesktopWriter;

/// What a machine says beside its pictures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The desktop's name.
    pub name: String,
    /// Whether its size can be changed.
    pub resizable: bool,
    /// Lights of the keyboard: scroll lock, num lock and caps lock from bit 0 on.
    pub leds: u8,
    /// How often the bell rang.
    pub bells: u64,
    /// The text of its clipboard.
    pub clipboard: Option<Arc<str>>,
    /// How often that has changed.
    pub clipboards: u64,
}

/// The surface of a desktop.
#[derive(Debug)]
pub struct DesktopSurface {
    painter: Mutex<Painter>,
    reel: Mutex<Reel>,
    /// Number of the newest frame in the reel.
    head: watch::Sender<u32>,
    /// Number of the frame that the hungriest viewer waits for.
    wanted: watch::Sender<u32>,
    /// Whether somebody could be in step if the stream began anew.
    rejoins: watch::Sender<bool>,
    told: watch::Sender<Told>,
    /// When somebody did something last: pictures come sooner then.
    acts: watch::Sender<Option<Instant>>,
    /// Told when a viewer was given parts with loss, which are to settle.
    lossy: Notify,
    hands: Hands,
    /// Where its viewers point.
    pointers: Pointers,
}

impl DesktopSurface {
    /// A surface on which nothing was shown.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            painter: Mutex::new(Painter::new(tick().into_std())?),
            reel: Mutex::default(),
            head: watch::Sender::new(0),
            wanted: watch::Sender::new(0),
            rejoins: watch::Sender::new(false),
            told: watch::Sender::default(),
            acts: watch::Sender::new(None),
            lossy: Notify::new(),
            hands: Hands::default(),
            pointers: Pointers::default(),
        })
    }

    fn reel(&self) -> MutexGuard<'_, Reel> {
        self.reel.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that is down on the machine goes up.
    pub(super) fn release(&self) {
        self.hands.release();
    }

    /// A viewer that has all frames can take frame `number`.
    fn want(&self, number: u32) {
        self.wanted.send_if_modified(|wanted| {
            let more = number > *wanted;
            *wanted = number.max(*wanted);
            more
        });
    }

    /// Works with the painter: here and now where that is short and nobody else does, or on a thread where nothing
    /// waits for it. `None` where the server is ending.
    ///
    /// # Errors
    /// Where that panics, or something with this painter has: nobody knows what viewers show.
    async fn with_painter<T: Send + 'static>(
        self: &Arc<Self>,
        is_short: bool,
        work: impl FnOnce(&mut Painter) -> T + Send + 'static,
    ) -> io::Result<Option<T>> {
        if is_short && let Ok(mut painter) = self.painter.try_lock() {
            return Ok(Some(work(&mut painter)));
        }
        let surface = Arc::clone(self);
        match spawn_blocking(move || surface.painter.lock().ok().map(|mut painter| work(&mut painter))).await
        {
            Ok(Some(done)) => Ok(Some(done)),
            Err(ending) if ending.is_cancelled() => Ok(None),
            Ok(None) | Err(_) => Err(io::Error::other("the painter has panicked")),
        }
    }
}

/// A session whose surface is a desktop.
#[derive(Debug, Clone)]
pub struct DesktopSession {
    session: Arc<Session>,
    surface: Arc<DesktopSurface>,
}

impl std::ops::Deref for DesktopSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DesktopSession {
    /// A session that is opening, and its writer, to be run on a lifetime.
    ///
    /// # Errors
    /// [`Problem::Internal`] where there is no memory for it.
    pub fn new(opening: Opening, shard: Shard) -> Result<(Self, DesktopWriter), Problem> {
        let surface = Arc::new(DesktopSurface::new().map_err(|_| Problem::Internal)?);
        let shown = Surface::Desktop(Arc::clone(&surface));
        // Nobody's pace holds a desktop back: whoever is slow gets fewer pictures.
        let session = Session::new(opening, shard, shown, Seats::new(0));
        let session = Self { session, surface };
        Ok((session.clone(), DesktopWriter { session }))
    }

    /// The same session, where its surface is a desktop.
    #[must_use]
    pub fn of(session: &Arc<Session>) -> Option<Self> {
        match &session.surface {
            Surface::Desktop(surface) => {
                Some(Self { session: Arc::clone(session), surface: Arc::clone(surface) })
            }
            Surface::Terminal(_) => None,
        }
    }

    /// What registries keep of it.
    #[must_use]
    pub fn session(&self) -> &Arc<Session> {
        &self.session
    }
}
