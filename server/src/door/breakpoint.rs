//! A build waits until somebody says how it goes on: the CI asks for it, a person decides, the CI learns of it.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use transom_protocol::problem::Problem;

use super::extend::require_control;
use super::{Actor, Door, Entry, Refused};
use crate::access::breakpoint::{BreakpointRefusal, Decision, Stop};
use crate::access::build::BuildRecord;
use crate::access::{BuildId, Grant};

/// How often the store is asked whether another server knows of a decision.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The step with the highest number.
const STEPS: u32 = 500;
/// Longest that may be asked for, in seconds: 40 days.
const LONGEST_S: u32 = 40 * 24 * 3600;

impl From<BreakpointRefusal> for Refused {
    fn from(refusal: BreakpointRefusal) -> Self {
        match refusal {
            BreakpointRefusal::Life(refusal) => refusal.into(),
            other => Self::because(other.problem(), other.to_string()),
        }
    }
}

impl Door {
    /// The build waits from now on until somebody decides, at most until its deadline.
    ///
    /// # Errors
    /// [`Problem::AccessOff`] and the like where nobody could decide; [`Problem::Conflict`] where the build waits
    /// at another breakpoint, or there was a later one.
    pub async fn stop_at(&self, id: &BuildId, wanted: Stop, actor: &Actor) -> Result<Arc<Entry>, Refused> {
        if !(1..=STEPS).contains(&wanted.step) || !(1..=LONGEST_S).contains(&wanted.timeout_s) {
            return Err(Refused::because(Problem::Malformed, "The step or the time is not valid."));
        }
        let now = self.now();
        // The end of the one before is told first.
        self.change(id, |_| Ok(())).await?;
        let result = self
            .change(id, |record| {
                let known = record.breakpoint.as_ref().map(|known| known.number);
                record.stop(wanted, now)?;
                Ok(known != Some(wanted.number))
            })
            .await;
        if !matches!(&result, Ok((false, _))) {
            let detail =
                json!({ "number": wanted.number, "step": wanted.step, "timeout_s": wanted.timeout_s });
            self.note_result(Some(id), actor, "breakpoint.wait", &result, detail).await;
        }
        result.map(|(_, entry)| entry)
    }

    /// Somebody decides how the build goes on.
    ///
    /// # Errors
    /// [`Problem::Forbidden`]; [`Problem::Conflict`] where it was decided before, with by whom;
    /// [`Problem::NotFound`] where the build does not wait.
    pub async fn decide(
        &self,
        grant: &Grant,
        number: u64,
        decision: Decision,
        actor: &Actor,
    ) -> Result<Arc<Entry>, Refused> {
        let now = self.now();
        let result = match may_decide(grant) {
            Ok(()) => {
                let by = &grant.person;
                self.change(&grant.build, |record| Ok(record.decide(number, decision, by, now)?)).await
            }
            Err(refused) => Err(refused),
        };
        let detail = json!({ "number": number, "decision": decision });
        self.note_result(Some(&grant.build), actor, "breakpoint.decide", &result, detail).await;
        result.map(|((), entry)| entry)
    }

    /// The build's record as it is in the store once it does not wait any more, or after `patience`.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where the build never waited.
    pub async fn once_decided(&self, id: &BuildId, patience: Duration) -> Result<BuildRecord, Refused> {
        let entry = self.entry(id).await?;
        let mut records = entry.records();
        let over = tokio::time::sleep(patience);
        tokio::pin!(over);
        loop {
            records.mark_unchanged();
            let stored = self.0.store.build(id).await?.ok_or(Problem::BuildUnknown)?;
            let record = stored.record;
            // Whoever looks at the build here is told of what another server has recorded.
            entry.publish(record.clone());
            if record.breakpoint.is_none() {
                return Err(BreakpointRefusal::Nowhere.into());
            }
            let until = record.waits_until(self.now());
            if until.is_none() || self.0.lifetime.is_ending() || over.is_elapsed() {
                return Ok(record);
            }
            tokio::select! {
                _ = records.changed() => {}
                () = self.wait_until(until) => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.0.lifetime.ending() => {}
                () = &mut over => {}
            }
        }
    }
}

/// Whether somebody may say how a build goes on: the CI's own people who use the machine. What a build comes to is
/// no guest's to say, even of one who may type.
///
/// # Errors
/// [`Problem::Forbidden`], and why.
pub fn may_decide(grant: &Grant) -> Result<(), Refused> {
    if grant.share.is_some() {
        return Err(Refused::because(Problem::Forbidden, "A guest may not decide how the build goes on."));
    }
    require_control(grant)
}
