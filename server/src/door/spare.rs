//! A line to the machine, logged in before anybody asks for it: the prompt comes at once.
//!
//! ```text
//!  machine answers · page opened · session opened ─▶ interest ─▶ connect ─▶ kept ─▶ taken by a session
//!                                                        ▲                   │               │
//!                                                        └─── another ◀──────┼───────────────┘
//!                                idle · access over · machine changed ◀──────┘  (line dropped)
//! ```
//!
//! One at a time for each build, so it stays within any sshd's limits. It belongs to Transom and keeps
//! no machine from being released.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{Door, Entry};
use crate::access::build::BuildRecord;
use crate::access::lifecycle::State;
use crate::backend::{BackendError, Line, Terminal};
use crate::session::registry::Spare;

/// Pause before the next line is made after one was taken: the session that took it comes first.
const NEXT_AFTER: Duration = Duration::from_millis(500);

/// A line that waits for its session.
pub(super) struct Waiting {
    spare: Spare,
    /// Version of the machine's registration that it was made for.
    machine: u64,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waiting")
    }
}

impl Door {
    /// Somebody may open a terminal soon: from now on a line is kept ready, until nobody has been
    /// interested for as long as configured.
    pub fn expect_session(&self, entry: &Arc<Entry>) {
        let idle = Duration::from_secs(self.0.config.machines.spare_idle_s);
        if idle.is_zero() || !self.wants_spare(&entry.record()) {
            return;
        }
        entry.interest.send_modify(|n| *n += 1);
        if Entry::first(&entry.sparing) {
            let (door, entry) = (self.clone(), Arc::clone(entry));
            self.0.lifetime.spawn_until_end(async move {
                door.keep_spare(&entry, idle).await;
                entry.put_spare(None);
                entry.sparing.store(false, Ordering::Release);
            });
        }
    }

    /// The line that waits for the build's machine as it is registered now.
    pub(super) fn take_spare(&self, entry: &Arc<Entry>) -> Option<Spare> {
        let taken = entry.put_spare(None);
        self.expect_session(entry);
        let version = entry.record().machine.as_ref().map(|m| m.version);
        taken.filter(|w| Some(w.machine) == version && w.spare.line.is_alive()).map(|w| w.spare)
    }

    /// Connects to the build's machine, on the shard where its session will run.
    pub(super) async fn connect(&self, record: &BuildRecord) -> Result<Spare, BackendError> {
        let unreachable = |why: &str| BackendError::Unreachable(why.to_owned());
        let (backend, target) = self
            .terminal_target(record)
            .await
            .map_err(|refused| unreachable(refused.detail.trim_end_matches('.')))?;
        let shard = self.0.registry.shards().next();
        let connecting = async move { backend.connect(target).await };
        let line: Box<dyn Line<Terminal>> = shard
            .run(&self.0.lifetime, connecting)
            .await
            .unwrap_or_else(|| Err(unreachable("the server is stopping")))?;
        Ok(Spare { line, shard })
    }

    /// Keeps a line that was made for `record`'s machine.
    pub(super) fn offer_spare(&self, entry: &Arc<Entry>, record: &BuildRecord, spare: Spare) {
        let Some(machine) = record.machine.as_ref().map(|m| m.version) else { return };
        if self.0.config.machines.spare_idle_s > 0 {
            entry.put_spare(Some(Waiting { spare, machine }));
            self.expect_session(entry);
            // Access may have ended meanwhile, and what was handed out been cut.
            if !self.wants_spare(&entry.record()) {
                entry.put_spare(None);
            }
        }
    }

    async fn keep_spare(&self, entry: &Arc<Entry>, idle: Duration) {
        let (mut records, mut interest) = (entry.records(), entry.interest.subscribe());
        loop {
            let record = Arc::clone(&records.borrow_and_update());
            interest.mark_unchanged();
            if !self.wants_spare(&record) {
                return;
            }
            if !entry.has_spare(&record) {
                match self.connect(&record).await {
                    Ok(spare) if self.wants_spare(&entry.record()) => {
                        self.offer_spare(entry, &record, spare);
                    }
                    Ok(_) => return,
                    Err(error) => {
                        tracing::debug!(build.id = %record.id, %error, "no line kept ready");
                        return;
                    }
                }
                continue;
            }
            tokio::select! {
                _ = records.changed() => {}
                _ = interest.changed() => tokio::time::sleep(NEXT_AFTER).await,
                () = tokio::time::sleep(idle) => return,
            }
        }
    }

    fn wants_spare(&self, record: &BuildRecord) -> bool {
        let life = self.life(record);
        record.machine.is_some() && matches!(life.state, State::Ready | State::Grace | State::Held)
    }
}

impl Entry {
    /// Puts `waiting` in the place of the line that waits, and returns that.
    pub(super) fn put_spare(&self, waiting: Option<Waiting>) -> Option<Waiting> {
        std::mem::replace(&mut *self.spare.lock().unwrap_or_else(PoisonError::into_inner), waiting)
    }

    /// Whether a line waits for the machine of `record`; one that has died, or was made for another
    /// machine, is dropped.
    fn has_spare(&self, record: &BuildRecord) -> bool {
        let version = record.machine.as_ref().map(|m| m.version);
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.as_ref().is_some_and(|w| Some(w.machine) != version || !w.spare.line.is_alive()) {
            *spare = None;
        }
        spare.is_some()
    }
}
