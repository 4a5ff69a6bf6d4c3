//! The life of access as a pure function of recorded facts and the time.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::build::Outcome;

/// The state of access to one build's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum State {
    /// Nobody turned it on.
    Off,
    /// Turned on; the machine has not answered yet.
    Pending,
    /// People may come in.
    Ready,
    /// The build has finished and nobody is there: a last chance to come.
    Grace,
    /// The build has finished and somebody is there.
    Held,
    /// Over for good.
    Ended,
    /// The machine could not be reached; may be tried again.
    Failed,
}

/// Why access ends, or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Cause {
    /// The build's time limit.
    Deadline,
    /// Nobody came after the build had finished.
    Grace,
    /// Nobody came back after the last one had left.
    Reattach,
    /// The build was cancelled.
    Cancelled,
    /// The build ran out of its time.
    TimedOut,
    /// Somebody ended access.
    EndedByUser,
    /// The CI reported the machine gone.
    MachineGone,
}

/// What is known of one build's access. Only facts: whatever follows from them is computed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// When the build started.
    pub started_at: Option<Timestamp>,
    /// How long it may last, in seconds.
    pub max_duration_s: u64,
    /// When and how it finished.
    pub finished: Option<(Timestamp, Outcome)>,
    /// When access was turned on (the last time, after a failure).
    pub enabled_at: Option<Timestamp>,
    /// What came of the first connection to the machine.
    pub probe: Probe,
    /// When and why access was ended.
    pub ended: Option<(Timestamp, Cause)>,
    /// Since when somebody has been there without a gap.
    pub attached_since: Option<Timestamp>,
    /// When the last one left.
    pub last_left: Option<Timestamp>,
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
