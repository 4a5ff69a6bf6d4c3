//! Who is at the files of one machine just now, and connections to them that are kept for a moment.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use transom_protocol::problem::Problem;

use crate::backend::Files;
use crate::door::{Entry, Refused};

/// Connections that wait for the next look at most.
const MOST_WAITING: usize = 2;
/// Looks that are under way at once at most.
const MOST_LOOKS: usize = 8;

/// The files of one machine.
#[derive(Debug, Default)]
pub struct Desk {
    transfers: AtomicUsize,
    looks: AtomicUsize,
    waiting: Mutex<Vec<Waiting>>,
}

/// A connection that nobody uses just now.
#[derive(Debug)]
struct Waiting {
    id: String,
    /// Of the machine's registration: another one is another machine.
    version: u64,
    files: Files,
}

/// What somebody is at the desk for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Look,
    Transfer,
}

/// A place at the desk, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    entry: Arc<Entry>,
    purpose: Purpose,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.entry.desk.count(self.purpose).fetch_sub(1, Ordering::AcqRel);
    }
}

impl Desk {
    fn count(&self, purpose: Purpose) -> &AtomicUsize {
        match purpose {
            Purpose::Look => &self.looks,
            Purpose::Transfer => &self.transfers,
        }
    }

    /// A connection that waits, to the machine of this registration.
    pub(super) fn take(&self, version: u64) -> Option<Files> {
        let mut waiting = self.waiting();
        // What belongs to another machine goes now.
        waiting.retain(|one| one.version == version);
        waiting.pop().map(|one| one.files)
    }

    /// Keeps a connection; returns an id to [`Desk::drop_waiting`] it by, or `None` where there are enough.
    pub(super) fn keep(&self, version: u64, files: Files) -> Option<String> {
        let mut waiting = self.waiting();
        if waiting.len() >= MOST_WAITING || !files.is_idle() {
            return None;
        }
        let id = crate::random::id("f");
        waiting.push(Waiting { id: id.clone(), version, files });
        Some(id)
    }

    /// Lets go of one connection, if it still waits.
    pub(super) fn drop_waiting(&self, id: &str) {
        self.waiting().retain(|one| one.id != id);
    }

    /// Lets go of every connection that waits.
    pub fn clear(&self) {
        self.waiting().clear();
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiting>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// A place for one more, of whom `most_transfers` may transfer at once.
    ///
    /// # Errors
    /// [`Problem::TooMany`].
    pub(super) fn at(entry: &Arc<Entry>, purpose: Purpose, most_transfers: u64) -> Result<Self, Refused> {
        let most = match purpose {
            Purpose::Look => MOST_LOOKS,
            Purpose::Transfer => usize::try_from(most_transfers).unwrap_or(usize::MAX),
        };
        let count = entry.desk.count(purpose);
        let taken = count.fetch_update(Ordering::AcqRel, Ordering::Acquire, |n| (n < most).then_some(n + 1));
        match taken {
            Ok(_) => Ok(Self { entry: Arc::clone(entry), purpose }),
            Err(_) => {
                let what = "So many files of this build are on their way already. Wait until one is done.";
                Err(Refused::because(Problem::TooMany, what))
            }
        }
    }
}
