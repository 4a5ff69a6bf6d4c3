//! What this node holds of one build: its record, who is there, and what a page should look at anew.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use tokio::sync::watch;

use super::bump;
use super::files::Desk;
use super::masks::InForce;
use super::removals::Removals;
use super::shares::{Book, Guests, Known};
use super::spare::Waiting;
use crate::access::build::BuildRecord;
use crate::access::lifecycle::Warning;

/// One build on this node.
#[derive(Debug)]
pub struct Entry {
    record: watch::Sender<Arc<BuildRecord>>,
    /// How many are attached, and since when that number has been zero or not.
    pub(super) attached: watch::Sender<(usize, Timestamp)>,
    /// Moves with everything that a page shows.
    pub(super) news: watch::Sender<u64>,
    /// The last warning that was given.
    pub(super) warning: watch::Sender<Option<Warning>>,
    /// Why the machine has not answered so far.
    hint: Mutex<Option<String>>,
    /// Who is at the machine's files.
    pub(super) desk: Desk,
    pub(super) kept: AtomicBool,
    pub(super) probing: AtomicBool,
    /// A line to the machine that waits for its session.
    pub(super) spare: Mutex<Option<Waiting>>,
    /// Moves whenever somebody may be about to open a session.
    pub(super) interest: watch::Sender<u64>,
    pub(super) sparing: AtomicBool,
    pub(super) masks: InForce,
    /// Its share links, as far as this node knows.
    pub(super) book: Book,
    /// Who came by them and is in.
    pub(super) guests: Guests,
    /// Who was removed.
    pub(super) removed: watch::Sender<Removals>,
}

impl Entry {
    pub(super) fn new(record: BuildRecord) -> Self {
        Self {
            record: watch::Sender::new(Arc::new(record)),
            attached: watch::Sender::new((0, Timestamp::UNIX_EPOCH)),
            news: watch::Sender::new(0),
            warning: watch::Sender::new(None),
            hint: Mutex::new(None),
            desk: Desk::default(),
            kept: AtomicBool::new(false),
            probing: AtomicBool::new(false),
            spare: Mutex::new(None),
            interest: watch::Sender::new(0),
            sparing: AtomicBool::new(false),
            masks: InForce::default(),
            book: Book::default(),
            guests: Guests::default(),
            removed: watch::Sender::default(),
        }
    }

    /// The record as it is now.
    #[must_use]
    pub fn record(&self) -> Arc<BuildRecord> {
        Arc::clone(&self.record.borrow())
    }

    /// Tells whenever the record changes.
    #[must_use]
    pub fn records(&self) -> watch::Receiver<Arc<BuildRecord>> {
        self.record.subscribe()
    }

    /// Tells whenever a page should look anew.
    #[must_use]
    pub fn news(&self) -> watch::Receiver<u64> {
        self.news.subscribe()
    }

    /// Tells whenever the share links change.
    #[must_use]
    pub fn shares(&self) -> watch::Receiver<Known> {
        self.book.watch()
    }

    /// Tells when people are to be warned.
    #[must_use]
    pub fn warnings(&self) -> watch::Receiver<Option<Warning>> {
        self.warning.subscribe()
    }

    /// Why the machine has not answered so far.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        self.hint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn set_hint(&self, hint: Option<String>) {
        *self.hint.lock().unwrap_or_else(PoisonError::into_inner) = hint;
        bump(&self.news);
    }

    /// Takes over `record` unless a newer one is known already. Two changes may be published in
    /// another order than the store saw them.
    pub(super) fn publish(&self, record: BuildRecord) {
        let newer = self.record.send_if_modified(|known| {
            let newer = record.revision >= known.revision && **known != record;
            if newer {
                *known = Arc::new(record);
            }
            newer
        });
        if newer {
            bump(&self.news);
        }
    }

    pub(super) fn first(flag: &AtomicBool) -> bool {
        !flag.swap(true, Ordering::AcqRel)
    }
}
