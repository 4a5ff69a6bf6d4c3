//! The one door: whoever knocks (browser, guest, native client, the CI) is let in, kept or sent
//! away here.
//!
//! The door records facts in the store, computes the life of access from them, drives its timers
//! and tells everybody who watches. It decides nothing itself: [`crate::access`] does.

mod admins;
mod attend;
mod breakpoint;
mod builds;
mod entry;
mod extend;
mod files;
mod hooks;
mod journal;
mod keeper;
mod knock;
mod logins;
mod machine;
mod masks;
mod minutes;
mod news;
mod open;
mod recordings;
mod refused;
mod removals;
mod shares;
mod spare;
mod strangers;
mod tokens;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, watch};
use transom_protocol::problem::Problem;

use crate::access::BuildId;
use crate::access::brake::Brake;
use crate::access::build::BuildRecord;
use crate::access::lifecycle::{self, Life};
use crate::access::token::{Mint, Verifier};
use crate::backend::{Backends, Dialer};
use crate::clock::Clock;
use crate::config::Config;
use crate::hooks::Hooks;
use crate::jwks::Jwks;
use crate::lifetime::Lifetime;
use crate::recording::Shelf;
use crate::session::registry::Registry;
use crate::store::{Store, StoreError};
use strangers::Strangers;

pub use admins::{AdminCode, AdminToken, SentAway, Watch};
pub use attend::Attendance;
pub use breakpoint::may_decide;
pub use builds::{BuildUpdate, Enable, Finished};
pub use entry::Entry;
pub use extend::{MoreTime, may_extend};
pub use files::{Asked, Download, Part, Ticket, Upload, Uploaded};
pub use hooks::{DeliveryFilter, DeliveryRow, DeliveryState, HookOrigin, HookRow, NewHook, Place};
pub use journal::Actor;
pub use machine::{EndpointUpdate, Install, Login, MachineUpdate};
pub use masks::Masked;
pub use open::require;
pub use recordings::Handed;
pub use refused::Refused;
pub use removals::{Removals, Removed};
pub use shares::{Asking, Guest, Joined, Key, Listed, MadeShare, NewShare, Redeemed};
pub use tokens::{Issued, Renewed};

/// How often the store is swept.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// Passcodes that are hashed at the same time.
const HASHED_AT_ONCE: usize = 2;
/// How long after its end a renewal is still known.
const TOLD_WHY: SignedDuration = SignedDuration::from_hours(24);
/// How long deliveries to webhooks are kept.
const DELIVERIES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The door. Cheap to clone.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    config: Arc<Config>,
    clock: Clock,
    store: Store,
    mint: Mint,
    verifier: Verifier,
    jwks: Jwks,
    backends: Backends,
    dialer: Dialer,
    registry: Registry,
    shelf: Option<Arc<Shelf>>,
    hooks: Hooks,
    lifetime: Lifetime,
    entries: Mutex<Entries>,
    /// Who has tried links that don't work.
    brake: Mutex<Brake>,
    /// Who has shown what nobody gave out.
    logins: Mutex<Brake>,
    /// Passcodes that may be hashed at once: each takes memory.
    hashing: Semaphore,
    /// How many refusals of strangers were written lately.
    strangers: Mutex<Strangers>,
    /// Administrators who are none any more.
    sent_away: watch::Sender<SentAway>,
}

/// The builds whose access is not over.
#[derive(Default)]
struct Entries {
    kept: HashMap<BuildId, Arc<Entry>>,
    /// How many were forgotten so far. What was read before one was may be older than its end.
    forgotten: u64,
}

/// What the door is made of.
pub struct Parts {
    /// The operator's decisions.
    pub config: Arc<Config>,
    /// The clock.
    pub clock: Clock,
    /// What outlives the process.
    pub store: Store,
    /// Makes access tokens.
    pub mint: Mint,
    /// Opens access tokens.
    pub verifier: Verifier,
    /// Keys of CIs that sign their own.
    pub jwks: Jwks,
    /// Ways into machines.
    pub backends: Backends,
    /// The sessions of this node.
    pub registry: Registry,
    /// Where recordings lie, if any are made.
    pub shelf: Option<Arc<Shelf>>,
    /// Where events are sent.
    pub hooks: Hooks,
    /// Runs timers and probes.
    pub lifetime: Lifetime,
}

impl Door {
    /// Opens the door: whatever was under way when the server went down goes on.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn open(parts: Parts) -> Result<Self, StoreError> {
        let networks = parts.config.machines.networks.clone();
        let door = Self(Arc::new(Inner {
            dialer: Dialer::new(move |ip| networks.allows(ip)),
            config: parts.config,
            clock: parts.clock,
            store: parts.store,
            mint: parts.mint,
            verifier: parts.verifier,
            jwks: parts.jwks,
            backends: parts.backends,
            registry: parts.registry,
            shelf: parts.shelf,
            hooks: parts.hooks,
            lifetime: parts.lifetime,
            entries: Mutex::default(),
            brake: Mutex::default(),
            logins: Mutex::new(Brake::for_logins()),
            hashing: Semaphore::new(HASHED_AT_ONCE),
            strangers: Mutex::default(),
            sent_away: watch::Sender::default(),
        }));
        let now = door.now();
        for stored in door.0.store.open_builds().await? {
            let id = stored.record.id.clone();
            let restarted = door
                .update(&id, |record| {
                    record.facts.restart(&record.policy, now);
                    Ok(())
                })
                .await;
            match restarted {
                Ok(((), record)) => {
                    let known = door.entries().forgotten;
                    drop(door.keep(record, known));
                }
                Err(error) => tracing::error!(build.id = %id, %error, "build not resumed"),
            }
        }
        let sweeper = door.clone();
        door.0.lifetime.spawn_until_end(async move { sweeper.sweep().await });
        Ok(door)
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The sessions of this node.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.0.registry
    }

    /// The store, for the audit and the probes.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The life of access to a build as it is now.
    #[must_use]
    pub fn life(&self, record: &BuildRecord) -> Life {
        lifecycle::life(&record.facts, &record.policy, self.now())
    }

    /// The build, watched from now on.
    ///
    /// # Errors
    /// [`Problem::BuildUnknown`], [`Problem::StoreUnavailable`].
    pub async fn entry(&self, id: &BuildId) -> Result<Arc<Entry>, Refused> {
        loop {
            let known = {
                let entries = self.entries();
                if let Some(entry) = entries.kept.get(id) {
                    return Ok(Arc::clone(entry));
                }
                entries.forgotten
            };
            let stored = self.0.store.build(id).await?.ok_or(Problem::BuildUnknown)?;
            if let Some(entry) = self.keep(stored.record, known) {
                return Ok(entry);
            }
        }
    }

    /// Changes a build's record and tells everybody who watches it.
    async fn change<T>(
        &self,
        id: &BuildId,
        mut change: impl FnMut(&mut BuildRecord) -> Result<T, Refused> + Send,
    ) -> Result<(T, Arc<Entry>), Refused> {
        // Held from before the change until it is known: what was forgotten meanwhile is not taken up
        // again from something older than its end.
        let entry = self.entry(id).await?;
        let changed = self.update(id, |record| {
            let was_over = record.facts.ended.is_some();
            let value = change(record)?;
            if !was_over && record.facts.ended.is_some() {
                // The end is a revocation: what was issued before it opens nothing.
                record.epoch += 1;
            }
            Ok(value)
        });
        let (value, record) = changed.await?;
        entry.publish(record);
        Ok((value, entry))
    }

    /// Takes up a build that was read when `known` had been forgotten, and starts its keeper; `None`
    /// where another was forgotten since, and it has to be read again. One that is over is only
    /// looked at: its end was dealt with.
    fn keep(&self, record: BuildRecord, known: u64) -> Option<Arc<Entry>> {
        let mut entries = self.entries();
        let entry = match entries.kept.get(&record.id) {
            Some(entry) => Arc::clone(entry),
            None if entries.forgotten != known => return None,
            None => {
                let entry = Arc::new(Entry::new(record.clone()));
                if record.is_over() {
                    return Some(entry);
                }
                entries.kept.insert(record.id.clone(), Arc::clone(&entry));
                entry
            }
        };
        drop(entries);
        entry.publish(record);
        self.start_keeper(&entry);
        Some(entry)
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a build that is over.
    fn forget(&self, id: &BuildId) {
        let mut entries = self.entries();
        entries.kept.remove(id);
        entries.forgotten += 1;
    }

    /// Forgets codes, renewals and deliveries now and then, long after they are over: a page that slept over the
    /// end is still told why.
    async fn sweep(self) {
        loop {
            let now = self.now();
            let before = now.saturating_sub(TOLD_WHY).unwrap_or(now);
            if let Err(error) = self.0.store.sweep(before).await {
                tracing::warn!(%error, "codes and renewals not swept");
            }
            let before = now.saturating_sub(DELIVERIES_KEPT).unwrap_or(now);
            if let Err(error) = self.0.store.forget_deliveries(before).await {
                tracing::warn!(%error, "deliveries not swept");
            }
            if let Err(error) = self.0.store.lapse_shares(now).await {
                tracing::warn!(%error, "end of share links not recorded");
            }
            if let Err(refused) = self.sweep_recordings(now).await {
                tracing::warn!(%refused, "recordings not swept");
            }
            let next = now.saturating_add(SWEEP_EVERY).unwrap_or(now);
            self.0.clock.sleep_until(next).await;
        }
    }
}

/// The refusal of somebody who comes after the end.
#[must_use]
pub fn ended(life: &Life) -> Refused {
    let problem = match life.cause {
        Some(lifecycle::Cause::Deadline) => Problem::Deadline,
        _ => Problem::AccessEnded,
    };
    Refused::because(problem, lifecycle::sentence(life))
}

/// A watch that is told, whatever it holds.
fn bump(news: &watch::Sender<u64>) {
    news.send_modify(|n| *n += 1);
}
