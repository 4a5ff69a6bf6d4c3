//! The writer of a desktop: takes pictures from the machine when somebody wants them, and has them painted.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use transom_protocol::problem::Problem;

use super::surge::Surge;
use super::{DesktopSession, DesktopSurface};
use crate::backend::{Backend, BackendError, Desktop, DesktopEvent, DesktopInput, Link, Target};
use crate::clock::tick;
use crate::picture::{Canvas, Frame, Step};
use crate::session::{Ending, Phase};

/// Events of the machine that wait for the writer.
const EVENTS: usize = 16;
/// From one frame's beginning to the next one's at least, while nobody does anything: 30 a second are enough to look at,
/// and all of those are to be seen.
const CALM: Duration = Duration::from_millis(30);
/// The same while somebody does something.
const LIVELY: Duration = Duration::from_millis(8);
/// How long after somebody did something the next may follow.
const LIVELY_FOR: Duration = Duration::from_millis(500);
/// The stream begins anew for those who fell out of it, but not more often than this.
const RESTART_EVERY: Duration = Duration::from_secs(1);
/// How long the back end may take to let go of what is held.
const GOODBYE: Duration = Duration::from_millis(500);
/// So few pixels are compared and encoded at once.
const SHORT_CELLS: usize = 64;
const SHORT_PIXELS: u64 = 16 * 1024;

/// The only one that writes to a desktop's surface.
#[derive(Debug)]
pub struct DesktopWriter {
    /// The session.
    pub session: DesktopSession,
}

impl DesktopWriter {
    /// Runs the session to its end.
    pub async fn write(self, backend: Arc<dyn Backend<Desktop>>, target: Target) {
        let began = tick();
        let Self { session } = self;
        let (acts, input) = mpsc::channel(1);
        let (output, events) = mpsc::channel(EVENTS);
        let link = Link { input, output };
        let running = async { backend.connect(target).await?.run(link).await };
        tokio::pin!(running);
        let mut closing = session.closing.subscribe();
        let handing = hand_over(&session.surface, acts);
        tokio::pin!(handing);
        let keeping = session.keep_control();
        let painting = paint(&session, events);
        let (ending, goodbye) = tokio::select! {
            biased;
            closed = closing.wait_for(Option::is_some) => {
                (Ending::Closed(closed.ok().and_then(|why| *why).unwrap_or(Problem::Internal)), true)
            }
            never = &mut handing => match never {},
            never = keeping => match never {},
            result = &mut running => match result {
                Ok(exit) => {
                    let lasted_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                    (Ending::Exit { exit, lasted_ms }, false)
                }
                Err(error) => (Ending::Failed(error), false),
            },
            error = painting => {
                tracing::error!(session.id = session.id, %error, "desktop not painted");
                (Ending::Failed(BackendError::Session("its pictures could not be encoded".into())), true)
            }
        };
        session.set_phase(Phase::Ended(ending));
        if goodbye {
            session.surface.hands.leave();
            let leaving = async {
                tokio::select! {
                    biased;
                    never = handing => match never {},
                    _ = running => {}
                }
            };
            let _ = tokio::time::timeout(GOODBYE, leaving).await;
        }
    }
}

/// Gives the machine what viewers do, as fast as it takes that.
async fn hand_over(surface: &DesktopSurface, acts: mpsc::Sender<DesktopInput>) -> Infallible {
    loop {
        // What waits can still be replaced, so it is taken last.
        match acts.reserve().await {
            Ok(room) => room.send(surface.hands.next().await),
            Err(_) => std::future::pending().await,
        }
    }
}

/// Hears the machine until it says no more; returns only where painting fails.
async fn paint(session: &DesktopSession, mut events: mpsc::Receiver<DesktopEvent>) -> io::Error {
    let surface = &session.surface;
    let mut clock = Clock { last: None, restarted: None, settles_at: None, surge: Surge::default() };
    let mut wanted = surface.wanted.subscribe();
    loop {
        let (refines_at, head) = (clock.refines_at(), surface.reel().head());
        let result = tokio::select! {
            event = events.recv() => match event {
                Some(DesktopEvent::Picture(canvas)) => clock.picture(surface, canvas).await,
                Some(event) => {
                    heard(session, event);
                    Ok(())
                }
                // The back end has ended, and says why.
                None => std::future::pending().await,
            },
            // What settles is refined when somebody can take it.
            () = async {
                sleep_until(refines_at.unwrap_or_else(tick)).await;
                let _ = wanted.wait_for(|wanted| *wanted > head).await;
            }, if refines_at.is_some() => clock.refine(surface).await,
            () = surface.lossy.notified() => clock.settle(surface).await,
        };
        if let Err(error) = result {
            return error;
        }
    }
}

fn heard(session: &DesktopSession, event: DesktopEvent) {
    let told = &session.surface.told;
    match event {
        DesktopEvent::Ready { name } => {
            told.send_modify(|told| told.name = name);
            session.set_phase(Phase::Live);
        }
        DesktopEvent::Clipboard(text) => told.send_modify(|told| {
            told.clipboard = Some(text.into());
            told.clipboards += 1;
        }),
        DesktopEvent::ClipboardTooLong(bytes) => {
            tracing::debug!(session.id = session.id, bytes, "a clipboard over the limit");
        }
        DesktopEvent::Bell => told.send_modify(|told| told.bells += 1),
        DesktopEvent::Leds(leds) => told.send_modify(|told| told.leds = leds),
        DesktopEvent::Resizable(resizable) => told.send_modify(|told| told.resizable = resizable),
        DesktopEvent::Picture(_) => {}
    }
}

/// When the next frame may be.
struct Clock {
    /// When the last frame of the machine began.
    last: Option<Instant>,
    restarted: Option<Instant>,
    /// When something that was sent with loss has settled.
    settles_at: Option<Instant>,
    surge: Surge,
}

impl Clock {
    /// When something that has settled may be sent without loss.
    fn refines_at(&self) -> Option<Instant> {
        let next = self.surge.next().map(Instant::from);
        self.settles_at.map(|settles_at| next.map_or(settles_at, |next| next.max(settles_at)))
    }

    /// A picture of the machine, once somebody wants it.
    async fn picture(&mut self, surface: &Arc<DesktopSurface>, mut canvas: Box<Canvas>) -> io::Result<()> {
        self.hungry(surface).await;
        let now = tick();
        self.last = Some(now);
        let restart = *surface.rejoins.borrow() && self.restarted.is_none_or(|at| now > at + RESTART_EVERY);
        if restart {
            self.restarted = Some(now);
            surface.rejoins.send_replace(false);
        }
        let is_short = canvas.damage.count() <= SHORT_CELLS;
        let taken = surface.with_painter(is_short, move |painter| {
            if restart {
                painter.restart();
            }
            let changes = painter.take(&mut canvas, now.into_std());
            (canvas, changes)
        });
        let Some((canvas, changes)) = taken.await? else { return Ok(()) };
        // The machine draws the next one while this one is encoded.
        surface.hands.draw(canvas);
        let is_short = changes.pixels() <= SHORT_PIXELS;
        let painted = surface.with_painter(is_short, move |painter| {
            (painter.paint(&changes, now.into_std()), painter.settles_at())
        });
        let bytes = self.publish(surface, painted.await?)?;
        self.surge.sent(bytes, tick().into_std());
        Ok(())
    }

    /// Looks anew when something settles.
    async fn settle(&mut self, surface: &Arc<DesktopSurface>) -> io::Result<()> {
        if let Some(settles_at) = surface.with_painter(true, |painter| painter.settles_at()).await? {
            self.settles_at = settles_at.map(Into::into);
        }
        Ok(())
    }

    /// Some of what was sent with loss, without it.
    async fn refine(&mut self, surface: &Arc<DesktopSurface>) -> io::Result<()> {
        let now = tick().into_std();
        let step = if self.surge.is_over(now) { Step::Whole } else { Step::Small };
        self.surge.refined(now);
        let refined =
            surface.with_painter(false, move |painter| (painter.refine(now, step), painter.settles_at()));
        self.publish(surface, refined.await?).map(drop)
    }

    /// Returns how many bytes viewers in step are sent.
    fn publish(
        &mut self,
        surface: &DesktopSurface,
        painted: Option<(io::Result<Option<Frame>>, Option<std::time::Instant>)>,
    ) -> io::Result<usize> {
        let Some((frame, settles_at)) = painted else { return Ok(0) };
        self.settles_at = settles_at.map(Into::into);
        let Some(frame) = frame? else { return Ok(0) };
        let (number, bytes) = (frame.number, frame.ops.len());
        surface.reel().push(frame);
        surface.head.send_replace(number);
        Ok(bytes)
    }

    /// Resolves when somebody can take a frame, and the last one was long enough ago.
    async fn hungry(&self, surface: &DesktopSurface) {
        let (mut wanted, mut acts) = (surface.wanted.subscribe(), surface.acts.subscribe());
        let head = surface.reel().head();
        let _ = wanted.wait_for(|wanted| *wanted > head).await;
        let Some(last) = self.last else { return };
        loop {
            let acted = *acts.borrow_and_update();
            let pause = if acted.is_some_and(|at| tick() < at + LIVELY_FOR) { LIVELY } else { CALM };
            tokio::select! {
                () = sleep_until(last + pause) => return,
                _ = acts.changed() => {}
            }
        }
    }
}
