//! The recorder of a session: a cursor that never falls out of the log.
//!
//! It reads as a viewer does, on the session's thread, and hands batches to a [`Recording`], which writes
//! them elsewhere. While it is far behind, the machine waits, as it waits for viewers; once
//! nothing was written for a second the program runs free, and what is missing is marked. So a
//! hanging disk blocks no program, and a busy one loses nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::TerminalSession;
use super::scrollback::{Cursor, Step};
use crate::backend::Exit;
use crate::clock::tick;
use crate::recording::event::Why;
use crate::recording::{End, Event, Gap, Masks, Recording, Timed};
use crate::session::{Ending, Phase};

/// How long the machine waits for a recorder that gets nothing done.
const STUCK_AFTER: Duration = Duration::from_secs(1);
/// How far the recorder may be behind before the machine waits, in bytes; half of the log where that is
/// smaller.
const BEHIND_BYTES: u64 = 256 * 1024;
/// So many bytes wake it; fewer are left to gather for [`GATHER`].
const PRESSING_BYTES: u64 = 64 * 1024;
/// Number of the size that a session has at first.
const FIRST_SIZE: u64 = 1;
const GATHER: Duration = Duration::from_millis(8);
/// Largest batch, in bytes and in events, and the longest that one gathers.
const BATCH_BYTES: usize = 128 * 1024;
const BATCH_EVENTS: usize = 2048;
const BATCH_FOR: Duration = Duration::from_secs(1);

/// Where the recorder is, for whoever has to wait for it.
#[derive(Debug)]
pub struct Tap {
    place: Mutex<Place>,
    /// Moves when much has come, or when somebody wants everything written.
    press: watch::Sender<u64>,
    /// How many of those who want everything written have been served.
    served: watch::Sender<u64>,
}

#[derive(Debug)]
struct Place {
    /// Nobody waits for a recorder that is not there.
    taken: Option<u64>,
    head: u64,
    most: u64,
    heard: Instant,
    wanted: u64,
}

impl Tap {
    /// No recorder yet, beside a log that keeps `kept` bytes.
    #[must_use]
    pub fn new(kept: usize) -> Self {
        let most = BEHIND_BYTES.min(kept as u64 / 2);
        let place = Place { taken: None, head: 0, most, heard: tick().into_std(), wanted: 0 };
        Self { place: Mutex::new(place), press: watch::Sender::new(0), served: watch::Sender::new(0) }
    }

    /// There is output up to `head`.
    pub fn produced(&self, head: u64, now: Instant) {
        let pressing = {
            let mut place = self.place();
            if place.taken.is_some_and(|taken| taken >= place.head) {
                place.heard = now;
            }
            place.head = head;
            place.taken.is_some_and(|taken| head - taken >= PRESSING_BYTES)
        };
        if pressing {
            self.press.send_modify(|n| *n += 1);
        }
    }

    /// For how long the machine has to wait, if at all.
    #[must_use]
    pub fn must_wait(&self, now: Instant) -> Option<Duration> {
        let place = self.place();
        let behind = place.head.saturating_sub(place.taken?);
        let left = STUCK_AFTER.saturating_sub(now.duration_since(place.heard));
        (behind >= place.most && !left.is_zero()).then_some(left)
    }

    /// Everything up to `offset` was taken; `None` where the recorder is gone. Returns whether
    /// somebody may have waited for that.
    fn taken(&self, offset: Option<u64>, now: Instant) -> bool {
        let mut place = self.place();
        let waited = place.taken.is_some_and(|taken| place.head.saturating_sub(taken) >= place.most);
        place.taken = offset;
        place.heard = now;
        waited
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TerminalSession {
    /// Waits until everything that came so far is written, if it is recorded at all.
    pub async fn recorded(&self) {
        let mut served = self.surface.tap.served.subscribe();
        let wanted = {
            let mut place = self.surface.tap.place();
            if place.taken.is_none() {
                return;
            }
            place.wanted += 1;
            place.wanted
        };
        self.surface.tap.press.send_modify(|n| *n += 1);
        let _ = served.wait_for(|served| *served >= wanted).await;
    }

    /// Records the session to its end. `masks` are those in force from now on.
    pub async fn record(
        self,
        mut recording: Recording,
        masks: watch::Receiver<(u64, Option<Arc<Masks>>)>,
    ) -> Recording {
        let guard = Recorded(&self);
        let mut recorder = Recorder {
            session: &self,
            cursor: Cursor { offset: Some(0), resizes: FIRST_SIZE },
            began: tick(),
            batch: Vec::new(),
            bytes: 0,
            full_at: None,
        };
        let (mut head, mut phase) = (self.surface.head.subscribe(), self.phase.subscribe());
        let mut press = self.surface.tap.press.subscribe();
        loop {
            head.mark_unchanged();
            press.mark_unchanged();
            let wanted = self.surface.tap.place().wanted;
            let ending = match &*phase.borrow_and_update() {
                Phase::Ended(ending) => Some(end_of(ending)),
                _ => None,
            };
            let everything = recorder.gather();
            let asked = wanted > *self.surface.tap.served.borrow();
            let over = ending.filter(|_| everything);
            let is_over = over.is_some();
            if let Some(end) = over {
                recorder.push(Event::End(end));
            }
            if is_over || asked || recorder.is_full() {
                // Little comes where a batch is written for its age alone.
                let rest = is_over || recorder.bytes < BATCH_BYTES / 4;
                let batch = recorder.take_batch();
                if !batch.is_empty() {
                    let masks = masks.borrow().1.clone();
                    recording.write(batch, masks, rest).await;
                }
                if everything {
                    self.surface.tap.served.send_modify(|served| *served = wanted.max(*served));
                }
                if is_over {
                    drop(guard);
                    return recording;
                }
                continue;
            }
            tokio::select! {
                _ = press.changed() => {}
                _ = phase.changed() => {}
                () = more(&mut head, recorder.full_at) => {}
            }
        }
    }
}

/// Returns when more has come. Once a batch is being gathered, that is left for a short while for
/// still more to come, and `full_at` is when the batch is old enough.
async fn more(head: &mut watch::Receiver<u64>, full_at: Option<tokio::time::Instant>) {
    let Some(full_at) = full_at else {
        let _ = head.changed().await;
        return;
    };
    let gathered = async {
        let _ = head.changed().await;
        tokio::time::sleep(GATHER).await;
    };
    let _ = tokio::time::timeout_at(full_at, gathered).await;
}

/// Whoever waits for a recorder that has gone waits no longer.
struct Recorded<'s>(&'s TerminalSession);

impl Drop for Recorded<'_> {
    fn drop(&mut self) {
        self.0.surface.tap.taken(None, tick().into_std());
        self.0.surface.tap.served.send_replace(u64::MAX);
        self.0.surface.acks.send_modify(|n| *n += 1);
    }
}

struct Recorder<'s> {
    session: &'s TerminalSession,
    cursor: Cursor,
    began: tokio::time::Instant,
    batch: Vec<Timed>,
    bytes: usize,
    /// When the batch is old enough to be written.
    full_at: Option<tokio::time::Instant>,
}

impl Recorder<'_> {
    /// Takes what there is; `false` where the batch is full before that.
    fn gather(&mut self) -> bool {
        let everything = loop {
            if self.bytes >= BATCH_BYTES || self.batch.len() >= BATCH_EVENTS {
                break false;
            }
            let (step, tail) = {
                let log = self.session.surface.scrollback();
                (log.since(&mut self.cursor), log.tail())
            };
            match step {
                Step::UpToDate => break true,
                Step::Output { bytes, .. } => {
                    self.bytes += bytes.len();
                    self.push(Event::Output(bytes));
                }
                Step::Size(size) => self.push(Event::Size(size)),
                Step::Lost => {
                    let bytes = tail.saturating_sub(self.cursor.offset.unwrap_or(0));
                    self.push(Event::Gap(Gap { bytes, why: Why::Behind }));
                    self.cursor = Cursor { offset: Some(tail), resizes: 0 };
                }
                // Only whoever has no place yet is given one.
                Step::Reset { .. } => {}
            }
        };
        if let Some(offset) = self.cursor.offset
            && self.session.surface.tap.taken(Some(offset), tick().into_std())
        {
            self.session.surface.acks.send_modify(|n| *n += 1);
        }
        everything
    }

    fn push(&mut self, event: Event) {
        let now = tick();
        let at_ms = u64::try_from(now.duration_since(self.began).as_millis()).unwrap_or(u64::MAX);
        self.full_at.get_or_insert(now + BATCH_FOR);
        self.batch.push(Timed { at_ms, event });
    }

    fn is_full(&self) -> bool {
        self.bytes >= BATCH_BYTES
            || self.batch.len() >= BATCH_EVENTS
            || self.full_at.is_some_and(|at| at <= tick())
    }

    fn take_batch(&mut self) -> Vec<Timed> {
        self.bytes = 0;
        self.full_at = None;
        std::mem::take(&mut self.batch)
    }
}

fn end_of(ending: &Ending) -> End {
    match ending {
        Ending::Exit { exit: Exit::Status(status), .. } => End::Status(*status),
        Ending::Exit { exit: Exit::Signal(name), .. } => End::Signal(name.clone()),
        Ending::Exit { exit: Exit::Unknown, .. } => End::Unknown,
        Ending::Failed(_) | Ending::Closed(_) => End::Closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_waits_for_half_of_the_log_and_a_second_at_most() {
        let start = tick().into_std();
        let tap = Tap::new(1 << 20);
        tap.produced(1 << 20, start);
        assert_eq!(tap.must_wait(start), None, "nobody records");
        tap.taken(Some(1 << 20), start);
        let later = start + STUCK_AFTER * 10;
        tap.produced((1 << 20) + BEHIND_BYTES - 1, later);
        assert_eq!(tap.must_wait(later), None);
        tap.produced((1 << 20) + BEHIND_BYTES, later);
        assert!(tap.must_wait(later).is_some());
        assert_eq!(tap.must_wait(later + STUCK_AFTER), None, "a hanging disk blocks nobody");
        assert!(tap.taken(Some(1 << 20), later + STUCK_AFTER), "somebody waited");
        assert!(tap.must_wait(later + STUCK_AFTER).is_some());
        tap.taken(None, later);
        assert_eq!(tap.must_wait(later), None);
    }
}
