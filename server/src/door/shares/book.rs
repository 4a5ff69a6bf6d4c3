//! What this node knows of a build's links, for those who are in or look on.
//!
//! The store is the truth: whoever comes in is judged by it. Whoever is in learns of changes here, at once
//! where they were made on this node, and within a second where on another.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use transom_protocol::problem::Problem;

use super::super::{bump, ended};
use super::{Door, Entry, Refused};
use crate::access::Grant;
use crate::access::lifecycle::State;
use crate::access::share::{Share, ShareOver};
use crate::store::Request;

/// How often links are read anew while it matters.
const READ_EVERY: Duration = Duration::from_secs(1);

/// The links of a build and who waits at them.
#[derive(Debug, Clone, Default)]
pub struct Known {
    turn: u64,
    /// Oldest first.
    pub(super) shares: Arc<[Share]>,
    pub(super) waiting: Arc<[Request]>,
}

/// The newest of that.
#[derive(Debug, Default)]
pub struct Book {
    known: watch::Sender<Known>,
    turns: AtomicU64,
    followers: AtomicUsize,
    is_read: AtomicBool,
}

/// Somebody to whom changes on other nodes matter, until it is dropped.
#[derive(Debug)]
pub struct Following(Arc<Entry>);

impl Drop for Following {
    fn drop(&mut self) {
        self.0.book.followers.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Book {
    /// Tells of every change.
    pub(in crate::door) fn watch(&self) -> watch::Receiver<Known> {
        self.known.subscribe()
    }

    pub(super) fn known(&self) -> Known {
        self.known.borrow().clone()
    }

    /// A reading of the store that is about to begin.
    fn turn(&self) -> u64 {
        self.turns.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Takes over what was read, unless a reading that began later is known: it saw no less. Says whether
    /// anything is new.
    fn publish(&self, turn: u64, shares: Vec<Share>, waiting: Vec<Request>) -> bool {
        self.known.send_if_modified(|known| {
            if turn <= known.turn {
                return false;
            }
            known.turn = turn;
            let is_new = *known.shares != *shares || *known.waiting != *waiting;
            if is_new {
                (known.shares, known.waiting) = (shares.into(), waiting.into());
            }
            is_new
        })
    }
}

impl Door {
    /// Reads the links of a build and tells whoever is concerned.
    pub(in crate::door) async fn read_shares(&self, entry: &Entry) -> Result<(), Refused> {
        self.read_removals(entry).await?;
        let (turn, build) = (entry.book.turn(), entry.record().id.clone());
        let (mut shares, now) = (self.0.store.shares_of(&build).await?, self.now());
        if shares.iter().any(|share| share.lapses(now)) {
            self.0.store.lapse_shares(now).await?;
            let lapsed = shares.iter_mut().filter(|share| share.lapses(now));
            lapsed.for_each(|share| share.ended = Some(ShareOver::Expired));
        }
        let asks = shares.iter().any(|share| share.offer.approval && share.ended.is_none());
        let waiting = if asks { self.0.store.waiting_at(&build).await? } else { Vec::new() };
        if entry.book.publish(turn, shares, waiting) {
            bump(&entry.news);
        }
        Ok(())
    }

    /// What is left of a grant now, as far as this node knows: what the policy and, for a guest, the link
    /// and its maker allow together.
    ///
    /// # Errors
    /// [`Problem::Revoked`] where a guest's link is over, [`Problem::Removed`] where somebody has sent them away;
    /// the end of access where that is why the link is over.
    pub fn narrowed(&self, entry: &Entry, grant: &Grant) -> Result<Grant, Refused> {
        let record = entry.record();
        let capabilities = grant.capabilities.intersect(&record.policy.capabilities);
        let grant = Grant { capabilities, ..grant.clone() };
        let Some(id) = &grant.share else { return Ok(grant) };
        entry.removed.borrow().check(&grant, u64::MAX)?;
        let known = entry.book.known();
        let over = match known.shares.iter().find(|share| share.id == *id) {
            Some(share) => match share.narrow(grant, &record, self.now()) {
                Ok(grant) => return Ok(grant),
                Err(over) => over.sentence(&share.maker.name),
            },
            // It was over long before.
            None => "This link is over.".to_owned(),
        };
        let life = self.life(&record);
        let has_ended = life.state == State::Ended;
        Err(if has_ended { ended(&life) } else { Refused::because(Problem::Revoked, over) })
    }

    /// The link that a grant came by, where it is a guest's.
    #[must_use]
    pub fn share_of(&self, entry: &Entry, grant: &Grant) -> Option<Share> {
        let id = grant.share.as_ref()?;
        entry.book.known().shares.iter().find(|share| share.id == *id).cloned()
    }

    /// From now on links are read every second, as long as what comes back is kept.
    pub fn follow_shares(&self, entry: &Arc<Entry>) -> Following {
        entry.book.followers.fetch_add(1, Ordering::AcqRel);
        if Entry::first(&entry.book.is_read) {
            let (door, entry) = (self.clone(), Arc::clone(entry));
            self.0.lifetime.spawn_until_end(async move { door.keep_reading(&entry).await });
        }
        Following(Arc::clone(entry))
    }

    async fn keep_reading(&self, entry: &Entry) {
        let book = &entry.book;
        loop {
            tokio::time::sleep(READ_EVERY).await;
            // Also after the last one has gone: an expiry that sent them away is recorded.
            let open = book.known().shares.iter().any(|share| share.ended.is_none());
            if open && let Err(refused) = self.read_shares(entry).await {
                tracing::warn!(build.id = %entry.record().id, %refused, "share links not read");
            }
            if book.followers.load(Ordering::Acquire) == 0 {
                book.is_read.store(false, Ordering::Release);
                // Somebody may have come in between.
                if book.followers.load(Ordering::Acquire) == 0 || !Entry::first(&book.is_read) {
                    return;
                }
            }
        }
    }
}
