//! One task per build whose access may still change by itself: obeys the life of access.
//!
//! ```text
//!          ┌──────────── record changed · somebody came or left · time passed ──────────┐
//!          ▼                                                                            │
//!   settle (end, failure) ─▶ over? cut everything, forget secrets, stop ─▶ probe? warn? ─▶ wait
//! ```
//!
//! Where the store fails, what is over is cut all the same; it is recorded when the store is back.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use transom_protocol::problem::Problem;

use super::journal::{Actor, Outcome};
use super::news::is_anomaly;
use super::{Door, Entry, Refused, ended};
use crate::access::build::BuildRecord;
use crate::access::event::EventKind;
use crate::access::lifecycle::{Life, State, due, life};
use crate::backend::BackendError;
use crate::session::registry::Spare;

/// How long to wait after the store has failed, and between two probes of a machine.
pub(super) const RETRY: SignedDuration = SignedDuration::from_secs(1);

impl Door {
    /// Starts the build's keeper unless it runs.
    pub(super) fn start_keeper(&self, entry: &Arc<Entry>) {
        if Entry::first(&entry.kept) {
            let (door, entry) = (self.clone(), Arc::clone(entry));
            self.0.lifetime.spawn_until_end(async move { door.run_keeper(entry).await });
        }
    }

    async fn run_keeper(self, entry: Arc<Entry>) {
        let id = entry.record().id.clone();
        let mut records = entry.records();
        let mut attached = entry.attached.subscribe();
        let mut warned = self.now();
        loop {
            records.mark_unchanged();
            let (count, since) = *attached.borrow_and_update();
            let now = self.now();
            let next = match self.settle(&entry, count, since).await {
                Ok(life) if entry.record().is_over() => {
                    self.cut(&entry, &life).await;
                    self.forget(&id);
                    return;
                }
                Ok(life) => {
                    if let Some(warning) = due(&life, warned, now) {
                        entry.warning.send_replace(Some(warning));
                    }
                    warned = now;
                    self.probe_when_due(&entry, &life);
                    let decided = entry.record().waits_until(now);
                    life.next.into_iter().chain(decided).min()
                }
                Err(refused) => {
                    tracing::error!(build.id = %id, %refused, "life of access not recorded; trying again");
                    // Nothing waits for the store to be cut off.
                    let life = self.life(&entry.record());
                    if life.state == State::Ended {
                        self.0.registry.close_all_of(&id, ended(&life).problem);
                        entry.desk.clear();
                    }
                    now.checked_add(RETRY).ok()
                }
            };
            tokio::select! {
                _ = records.changed() => {}
                _ = attached.changed() => {}
                () = self.wait_until(next) => {}
            }
        }
    }

    pub(super) async fn wait_until(&self, next: Option<Timestamp>) {
        match next {
            Some(at) => self.0.clock.sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// Records what time has brought about, and whether anybody is there. Somebody who came while the
    /// going of the one before was being recorded found nothing to record: that is made up for here.
    async fn settle(&self, entry: &Entry, count: usize, since: Timestamp) -> Result<Life, Refused> {
        let (now, hint) = (self.now(), entry.hint());
        let record = |record: &mut BuildRecord| {
            let (facts, policy) = (&mut record.facts, &record.policy);
            match facts.attached_since {
                Some(came) if count == 0 && came <= since => facts.leave(policy, since.min(now)),
                // Who is not let in has come too late, and is told so elsewhere.
                None if count > 0 => drop(facts.attach(policy, now)),
                _ => {}
            }
            if let Some(why) = &hint {
                facts.give_up(policy, now, why);
            }
            facts.settle(policy, now);
            record.settle_breakpoint(now);
        };
        let known = entry.record();
        let mut settled = BuildRecord::clone(&known);
        record(&mut settled);
        if settled != *known {
            self.change(&known.id, |stored| {
                record(stored);
                Ok(())
            })
            .await?;
        }
        // As of that moment: what has come since is due at once.
        let record = entry.record();
        Ok(life(&record.facts, &record.policy, now))
    }

    /// Access is over, or will never be: closes what is open and forgets what was handed out.
    async fn cut(&self, entry: &Entry, life: &Life) {
        let record = entry.record();
        drop(entry.put_spare(None));
        self.0.registry.close_all_of(&record.id, ended(life).problem);
        entry.desk.clear();
        for forgotten in
            [self.0.store.delete_secrets(&record.id).await, self.0.store.revoke_renewals(&record.id).await]
        {
            if let Err(error) = forgotten {
                tracing::error!(build.id = %record.id, %error, "not everything could be deleted");
            }
        }
        if life.state == State::Ended {
            tracing::info!(build.id = %record.id, cause = ?life.cause, "access ended");
            let detail = json!({ "cause": life.cause, "at": life.ends_at });
            let _ = self.note(Some(&record.id), &Actor::Transom, "access", Outcome::Ended, detail).await;
        }
    }

    /// Looks whether the machine answers, unless that is under way.
    fn probe_when_due(&self, entry: &Arc<Entry>, life: &Life) {
        let record = entry.record();
        if life.state == State::Pending && record.machine.is_some() && Entry::first(&entry.probing) {
            let (door, entry) = (self.clone(), Arc::clone(entry));
            self.0.lifetime.spawn_until_end(async move {
                // What was said before is about another try.
                entry.set_hint(None);
                door.probe(&entry).await;
                entry.probing.store(false, Ordering::Release);
                // Turned on again while this one was ending: the keeper has to look again.
                entry.attached.send_modify(|_| {});
            });
        }
    }

    /// Tries until the machine answers, access ends, or its time is up: the life says so.
    async fn probe(&self, entry: &Arc<Entry>) {
        let id = entry.record().id.clone();
        let mut is_told = false;
        loop {
            let record = entry.record();
            if self.life(&record).state != State::Pending {
                return;
            }
            let result = self.reach(&record).await;
            let now = self.now();
            match result {
                Ok(spare) => {
                    let ready = self.change(&id, |record| {
                        record.facts.probe_ready(&record.policy, now).map_err(Refused::from)
                    });
                    match ready.await {
                        Err(refused) if refused.problem == Problem::StoreUnavailable => {}
                        Err(refused) => {
                            tracing::debug!(build.id = %id, %refused, "machine answered too late");
                            return;
                        }
                        Ok(_) => {
                            if let Some(spare) = spare {
                                self.offer_spare(entry, &record, spare);
                            }
                            return;
                        }
                    }
                    if let Some(spare) = spare {
                        spare.line.goodbye().await;
                    }
                }
                Err(error) => {
                    let why = in_words(&error);
                    if is_anomaly(error.problem()) && !std::mem::replace(&mut is_told, true) {
                        let detail = json!({ "problem": error.problem().name() });
                        let (denied, told) = (Outcome::Denied, Some(EventKind::SecurityAnomaly));
                        let _ = self
                            .note_telling(Some(&id), &Actor::Transom, "machine.probe", denied, detail, told)
                            .await;
                    }
                    tracing::debug!(build.id = %id, %error, "machine not ready yet");
                    if self.is_last_try(entry, now) || error.problem() == Problem::TargetRefused {
                        let failed = self.change(&id, |record| {
                            record.facts.probe_failed(&record.policy, now, why.clone()).map_err(Refused::from)
                        });
                        let _ = failed.await;
                        return;
                    }
                    entry.set_hint(Some(why));
                }
            }
            tokio::select! {
                () = tokio::time::sleep(RETRY.unsigned_abs()) => {}
                () = self.wait_until(self.life(&record).next) => {}
            }
        }
    }

    /// Logs in to the machine; to one that gives terminals with a line that a terminal may have.
    async fn reach(&self, record: &BuildRecord) -> Result<Option<Spare>, BackendError> {
        if self.offers_terminal(record) || !self.offers_desktop(record) {
            return self.connect(record).await.map(Some);
        }
        let (backend, target) =
            self.desktop_target(record).await.map_err(|refused| BackendError::Unreachable(refused.detail))?;
        backend.connect(target).await?.goodbye().await;
        Ok(None)
    }

    /// Whether the time for an answer is over before another try would be.
    fn is_last_try(&self, entry: &Entry, now: Timestamp) -> bool {
        let record = entry.record();
        let later = now.checked_add(RETRY).unwrap_or(now);
        life(&record.facts, &record.policy, later).state != State::Pending
    }
}

/// Plain words that follow a colon.
fn in_words(error: &BackendError) -> String {
    match error {
        BackendError::Target(_) => "its address is outside the configured networks".into(),
        BackendError::HostKey(_) => "its host key is not the one that the CI registered".into(),
        BackendError::Login(why) => format!("it refused the login: {why}"),
        BackendError::Unreachable(why) | BackendError::Session(why) | BackendError::Gone(why) => why.clone(),
    }
}
