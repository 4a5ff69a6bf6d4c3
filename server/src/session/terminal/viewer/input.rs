//! What a viewer sends: input and its size. The only place that asks whether it may.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::{Buf, Bytes};
use tokio::sync::mpsc::Permit;
use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::Size;

use super::{Update, Viewer};
use crate::backend::TerminalInput;
use crate::clock::tick;
use crate::session::seat::Standing;
use crate::session::terminal::flush::Flush;

impl Viewer {
    /// The grant changed while connected: a narrower one takes effect at once.
    pub fn set_standing(&mut self, standing: Standing) {
        let changed =
            self.session.seats().mine(&self.id, self.generation).is_some_and(|s| s.standing != standing);
        if changed {
            let now = tick().into_std();
            self.session.rearrange(|seats| seats.set_standing(&self.id, self.generation, standing, now));
            self.drop_what_may_not_pass();
        }
    }

    /// What waits for the machine is dropped, where this viewer controls it no longer.
    pub(super) fn drop_what_may_not_pass(&mut self) {
        if !self.session.seats().controls(&self.id, self.generation) {
            self.pending.clear();
            let waited = std::mem::take(&mut self.pending_bytes);
            self.drop_input(waited);
        }
    }

    /// Input from the browser. Bytes that were applied before are skipped, so that sending again
    /// after a dropped connection does no harm.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for a gap, or for more than the input window.
    pub fn input(&mut self, offset: u64, mut bytes: Bytes) -> Result<(), Problem> {
        if offset > self.expected {
            return Err(Problem::Malformed);
        }
        let known = usize::try_from(self.expected - offset).unwrap_or(usize::MAX).min(bytes.len());
        bytes.advance(known);
        if bytes.is_empty() {
            return Ok(());
        }
        self.expected += bytes.len() as u64;
        if !self.session.seats().controls(&self.id, self.generation) {
            // In order: what waits came before this.
            self.drop_what_may_not_pass();
            self.drop_input(bytes.len() as u64);
            return Ok(());
        }
        let lag = self.window.lag(self.session.surface.scrollback().head());
        if Flush::is_due(&bytes, lag) && self.painting.is_none() {
            self.flush = Some(Flush::begin(tick().into_std()));
            self.session.seats().flushes(&self.id, self.generation);
            self.session.surface.acks.send_modify(|n| *n += 1);
        }
        self.pending_bytes += bytes.len() as u64;
        if self.pending_bytes > limits::INPUT_WINDOW_BYTES {
            return Err(Problem::Malformed);
        }
        self.pending.push_back(bytes);
        Ok(())
    }

    /// Hands input on, and nothing else: for a browser that takes no output just now. Dropping the future
    /// loses nothing.
    pub async fn forward(&mut self) -> Update {
        let surface = Arc::clone(&self.session.surface);
        loop {
            if self.pending.is_empty() {
                return pending().await;
            }
            let slot = surface.input.reserve().await;
            if let Some(update) = self.hand_on(slot.ok()) {
                return update;
            }
        }
    }

    /// Whether anything is to be handed on.
    pub(super) fn has_input(&self) -> bool {
        !self.pending.is_empty() || self.flush.as_ref().is_some_and(Flush::wants_probe)
    }

    /// Hands the oldest input on, or else a probe; `slot` is `None` where the machine takes none any more.
    pub(super) fn hand_on(&mut self, slot: Option<Permit<'_, TerminalInput>>) -> Option<Update> {
        let Some(bytes) = self.pending.pop_front() else {
            if let Some(flush) = &mut self.flush {
                let number = self.session.surface.probes.fetch_add(1, Ordering::Relaxed) + 1;
                flush.probe(number);
                slot?.send(TerminalInput::Probe(number));
            }
            return None;
        };
        self.pending_bytes -= bytes.len() as u64;
        if let Some(flush) = &mut self.flush {
            flush.reached(tick().into_std());
        }
        self.apply(bytes, slot?).map(Update::InputApplied)
    }

    /// Input that never reaches the machine. It is done with: were it left open, the browser would send
    /// it again after a dropped connection, perhaps in a role in which it is heeded.
    fn drop_input(&mut self, len: u64) {
        if let Some(seat) = self.session.seats().mine(&self.id, self.generation) {
            seat.dropped += len;
            seat.applied += len;
        }
        self.dropped |= len > 0;
    }

    /// The viewer's own size; it takes effect while this viewer drives.
    pub fn resize(&mut self, size: Size) {
        let drives = {
            let mut seats = self.session.seats();
            seats.resized(&self.id, self.generation, size);
            seats.driver() == Some(&self.id)
        };
        if drives {
            self.session.company_changed();
        }
    }

    /// Gives the machine input and counts it as applied, or as dropped where control was taken while it
    /// waited; `None` where this connection is no longer the seat's newest, so that nothing is applied twice.
    fn apply(&self, bytes: Bytes, slot: Permit<'_, TerminalInput>) -> Option<u64> {
        let (applied, news) = {
            let mut seats = self.session.seats();
            let (controls, len) = (seats.controls(&self.id, self.generation), bytes.len() as u64);
            let seat = seats.mine(&self.id, self.generation)?;
            seat.applied += len;
            if !controls {
                seat.dropped += len;
            }
            let applied = seat.applied;
            // Under the lock: whoever takes control knows that nothing comes behind that.
            (
                applied,
                controls && {
                    slot.send(TerminalInput::Bytes(bytes));
                    seats.typed(&self.id, tick().into_std())
                },
            )
        };
        if news {
            self.session.company_changed();
        }
        Some(applied)
    }
}
