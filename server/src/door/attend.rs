//! Being there: somebody attached keeps the machine.

use std::sync::Arc;

use jiff::Timestamp;
use transom_protocol::problem::Problem;

use super::shares::GuestPlace;
use super::{Door, Entry, Refused, ended};
use crate::access::lifecycle::State;
use crate::access::{Capability, Grant};
use crate::clock::Clock;

/// Counts as somebody being there until it is dropped.
pub struct Attendance {
    entry: Arc<Entry>,
    clock: Clock,
    /// Whether it keeps the machine.
    holds: bool,
    /// A guest's place among those of their link.
    _place: Option<GuestPlace>,
}

impl Drop for Attendance {
    fn drop(&mut self) {
        if !self.holds {
            return;
        }
        let now = self.clock.now();
        self.entry.attached.send_modify(|(count, since)| {
            *count = count.saturating_sub(1);
            if *count == 0 {
                *since = now;
            }
        });
    }
}

impl Door {
    /// Whether anybody is let in now.
    ///
    /// # Errors
    /// Why not.
    pub fn admits(&self, entry: &Entry) -> Result<(), Refused> {
        let life = self.life(&entry.record());
        match life.state {
            State::Ended => Err(ended(&life)),
            State::Off => Err(Problem::AccessOff.into()),
            State::Failed => {
                let why = life.failure.unwrap_or_else(|| "it did not answer".into());
                let detail = format!("The machine could not be reached: {why}.");
                Err(Refused::because(Problem::MachineUnreachable, detail))
            }
            State::Pending => Err(Problem::NotReady.into()),
            State::Ready | State::Grace | State::Held => Ok(()),
        }
    }

    /// Whether the holder of `grant` may go on with what `capability` says. Its token may have expired
    /// meanwhile: what was begun outlives that, but neither access nor a revocation.
    ///
    /// # Errors
    /// Why not.
    pub fn still_allows(&self, entry: &Entry, grant: &Grant, capability: Capability) -> Result<(), Refused> {
        let record = entry.record();
        let life = self.life(&record);
        if life.state == State::Ended {
            return Err(ended(&life));
        }
        if grant.epoch < record.epoch || !self.narrowed(entry, grant)?.capabilities.contains(capability) {
            return Err(Problem::Revoked.into());
        }
        Ok(())
    }

    /// Resolves when [`Door::still_allows`] says no.
    pub(super) async fn over(&self, entry: &Entry, grant: &Grant, capability: Capability) -> Refused {
        let (mut records, mut shares) = (entry.records(), entry.shares());
        loop {
            records.mark_unchanged();
            shares.mark_unchanged();
            if let Err(refused) = self.still_allows(entry, grant, capability) {
                return refused;
            }
            let ends_at = self.life(&entry.record()).ends_at;
            tokio::select! {
                _ = records.changed() => {}
                _ = shares.changed() => {}
                () = self.0.clock.sleep_until(ends_at.unwrap_or(Timestamp::MAX)) => {}
            }
        }
    }

    /// Lets somebody in, and has it on record before this returns.
    ///
    /// # Errors
    /// Why nobody is let in now.
    pub async fn attend(&self, grant: &Grant, entry: &Arc<Entry>) -> Result<Attendance, Refused> {
        let attendance = self.come(grant, entry)?;
        self.record_coming(grant, entry).await?;
        Ok(attendance)
    }

    /// Lets somebody in. From here on they hold the machine, so whatever else may refuse them comes
    /// first. [`Door::record_coming`] has to follow.
    ///
    /// # Errors
    /// Why nobody is let in now; [`Problem::TooMany`] where as many guests of the link are in as may be.
    pub fn come(&self, grant: &Grant, entry: &Arc<Entry>) -> Result<Attendance, Refused> {
        self.admits(entry)?;
        let place = self.guest_place(grant, entry)?;
        let holds = holds(grant);
        if holds {
            entry.attached.send_modify(|(count, _)| *count += 1);
        }
        Ok(Attendance { entry: Arc::clone(entry), clock: self.0.clock.clone(), holds, _place: place })
    }

    /// Puts the first one's coming on record. The keeper takes no moment meanwhile for one without
    /// anybody: whoever came is counted.
    ///
    /// # Errors
    /// Why nobody is let in any more, or what is wrong with the store.
    pub async fn record_coming(&self, grant: &Grant, entry: &Entry) -> Result<(), Refused> {
        if holds(grant) && entry.record().facts.attached_since.is_none() {
            let now = self.now();
            self.change(&grant.build, |record| {
                record.facts.attach(&record.policy, now)?;
                Ok(())
            })
            .await?;
        }
        Ok(())
    }
}

/// Whether somebody's being there keeps the machine: an administrator who watches keeps nothing.
fn holds(grant: &Grant) -> bool {
    grant.admin.is_none()
}
