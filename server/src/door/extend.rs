//! More time: somebody of the CI's own people puts off the end of a window in which nobody is there.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;
use transom_protocol::problem::Problem;

use super::{Actor, Door, Entry, Refused, require};
use crate::access::lifecycle::{Refusal, step};
use crate::access::{BuildId, Capability, Grant};

/// What one more step would bring, or why there is none.
pub struct MoreTime {
    /// When access would end then; absent where there is no more time to be had.
    pub until: Option<Timestamp>,
    /// Why it cannot be asked for, as a sentence.
    pub reason: Option<String>,
}

impl Door {
    /// Makes the window that runs longer by `seconds`, or by as many as the policy allows at once.
    ///
    /// # Errors
    /// [`Problem::Conflict`] where no window runs, or where it lasts until the deadline already;
    /// [`Problem::PolicyRefused`]; why after the end of access.
    pub async fn extend(
        &self,
        id: &BuildId,
        seconds: Option<u32>,
        actor: &Actor,
    ) -> Result<Arc<Entry>, Refused> {
        let now = self.now();
        let result = self.change(id, |record| Ok(record.facts.extend(&record.policy, now, seconds)?)).await;
        let detail = json!({ "until": result.as_ref().ok().map(|(step, _)| step.until) });
        self.note_result(Some(id), actor, "access.extended", &result, detail).await;
        result.map(|(_, entry)| entry)
    }

    /// What the page offers to whoever holds `grant`; nothing where no window runs, or the policy gives no more.
    #[must_use]
    pub fn more_time(&self, entry: &Entry, grant: Option<&Grant>) -> Option<MoreTime> {
        let record = entry.record();
        match step(&record.facts, &record.policy, self.now(), None) {
            Ok(step) => {
                let refused = grant.map(may_extend).and_then(Result::err);
                Some(MoreTime { until: Some(step.until), reason: refused.map(|refused| refused.detail) })
            }
            Err(Refusal::AtDeadline) => {
                Some(MoreTime { until: None, reason: Some(Refused::from(Refusal::AtDeadline).detail) })
            }
            Err(_) => None,
        }
    }
}

/// Whether somebody may ask for more time: of the CI's own people who use the machine or may end access.
///
/// # Errors
/// [`Problem::Forbidden`], and why.
pub fn may_extend(grant: &Grant) -> Result<(), Refused> {
    if grant.share.is_some() {
        return Err(Refused::because(Problem::Forbidden, "A guest may not ask for more time."));
    }
    if grant.capabilities.contains(Capability::AccessEnd) {
        return Ok(());
    }
    require_control(grant)
}

/// Whether somebody may type or point on the machine.
pub(super) fn require_control(grant: &Grant) -> Result<(), Refused> {
    if grant.capabilities.contains(Capability::DesktopControl) {
        return Ok(());
    }
    require(grant, Capability::TerminalControl)
}
