//! What is recorded of one build's access.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Cause, after};
use crate::access::Policy;
use crate::access::build::Outcome;

/// What is known of one build's access. Only facts: whatever follows from them is computed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// When the build started.
    pub started_at: Option<Timestamp>,
    /// How long it may last, in seconds.
    pub max_duration_s: u64,
    /// When and how it finished. The first report counts.
    pub finished: Option<(Timestamp, Outcome)>,
    /// When access was turned on (the last time, after a failure).
    pub enabled_at: Option<Timestamp>,
    /// Since when its machine has been registered. Without it the machine is taken to be there
    /// from the start of the build.
    #[serde(default)]
    pub machine_at: Option<Timestamp>,
    /// What came of the first connection to the machine.
    pub probe: Probe,
    /// When and why access was ended.
    pub ended: Option<(Timestamp, Cause)>,
    /// Since when somebody has been there without a gap; absent while nobody is.
    pub attached_since: Option<Timestamp>,
    /// When the last one left.
    pub last_left: Option<Timestamp>,
    /// That somebody asked for more time.
    #[serde(default)]
    pub extended: Option<Extension>,
}

/// More time to come, or to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// When the window began that it is for; another one it does not lengthen.
    pub began: Timestamp,
    /// When that window ends.
    pub until: Timestamp,
}

/// What came of the attempt to reach the machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Probe {
    /// Nothing yet.
    #[default]
    Waiting,
    /// It answered and the login works.
    Ready(Timestamp),
    /// It did not.
    Failed {
        /// When that was certain.
        at: Timestamp,
        /// Why, in plain words.
        why: String,
    },
}

/// Why a machine counts as unreachable when nobody knows better.
const UNANSWERED: &str = "it did not answer in time";

impl Facts {
    /// The hard wall. Where the CI never said when the build started it counts from the first
    /// sign that it had, so that there is a wall wherever there is a machine to be in.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        let answered = match self.probe {
            Probe::Ready(at) => Some(at),
            Probe::Waiting | Probe::Failed { .. } => None,
        };
        let finished = self.finished.map(|(at, _)| at);
        let sign = [answered, finished].into_iter().flatten().min();
        let start = self.started_at.or(sign)?;
        Some(after(start, self.max_duration_s))
    }

    /// When an unanswered probe becomes a failure. A build in the queue has no machine yet, so
    /// the time counts from when there is one.
    pub(super) fn answer_by(&self, timing: &Policy) -> Option<Timestamp> {
        let reachable = self.started_at.max(self.machine_at)?;
        let asked = self.enabled_at?;
        Some(after(asked.max(reachable), timing.probe_s.into()))
    }

    /// When and why the machine was given up, if it is by `now`.
    pub(super) fn failure(&self, timing: &Policy, now: Timestamp) -> Option<(Timestamp, String)> {
        match &self.probe {
            Probe::Ready(_) => None,
            Probe::Failed { at, why } => Some((*at, why.clone())),
            Probe::Waiting => {
                let at = self.answer_by(timing).filter(|at| *at <= now)?;
                Some((at, UNANSWERED.to_owned()))
            }
        }
    }
}
