//! The life of access as a pure function of recorded facts and the time.
//!
//! ```text
//!        enable            probe ready             finished, nobody there
//!  off ─────────▶ pending ────────────▶ ready ─────────────────────────▶ grace ──┐
//!                  │    ▲                 │                               ▲  │   │ grace or
//!     probe failed │    │ enable          │ finished,          last one   │  │   │ reattach
//!   or unanswered  ▼    │ (not after      │ somebody there     leaves     │  │   │ is over
//!                 failed┘  the finish)    └──────────▶ held ──────────────┘  │   │
//!                                                       ▲    attach          │   ▼
//!                                                       └────────────────────┘ ended
//!
//!  A window (grace, reattach) can be made longer, up to the deadline.
//!  Whatever is on: deadline, cancelled, timed out, ended by somebody, machine gone ─▶ ended.
//! ```
//!
//! [`Facts`] says what happened, [`life`] what follows from it at a moment. Nothing else decides:
//! sockets, timers and the store record facts and obey the answer. A window is half open: at its
//! last moment it is over.

mod extend;
mod facts;
mod news;
mod record;
#[cfg(test)]
mod timelines;
mod warning;
mod words;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

pub use extend::{Step, step};
pub use facts::{Extension, Facts, Probe};
pub use news::news;
pub use record::Refusal;
pub(super) use record::refusal;
pub use warning::{Warning, due, warnings};
pub use words::sentence;

use super::Policy;
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

/// What keeps the machine after the build has finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Somebody is there.
    Attached,
    /// Nobody was there at the finish and somebody may still come.
    Grace,
    /// The last one has left and somebody may come back.
    Reattach,
}

/// Whether the CI may take the machine away. Once it is `Now` it stays so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The build has finished and nothing keeps the machine.
    Now,
    /// The build runs, or something keeps the machine.
    Hold {
        /// When a finished build's machine is free at the latest, as things stand. Ask again then.
        until: Option<Timestamp>,
    },
}

/// What follows from the facts at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The state.
    pub state: State,
    /// What keeps the machine, once the build has finished and while access is not over.
    pub hold: Option<Hold>,
    /// When access ends unless something happens; in `Ended`, when it did. Never after `deadline`.
    pub ends_at: Option<Timestamp>,
    /// Why it ends then; there exactly when `ends_at` is.
    pub cause: Option<Cause>,
    /// When to look again, always later than the moment asked about: a change of state or a
    /// warning falls due. Without it only a new fact can change anything.
    pub next: Option<Timestamp>,
    /// Whether the CI may take the machine away.
    pub release: Release,
    /// The hard wall, where it is known.
    pub deadline: Option<Timestamp>,
    /// Whether somebody may come in now.
    pub admits: bool,
    /// Why the machine could not be reached, in `Failed`.
    pub failure: Option<String>,
}

impl Life {
    /// Whether a token that expires at `at` does so because access ends. Tokens count whole seconds.
    #[must_use]
    pub fn ends_with(&self, at: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end.as_second() == at.as_second())
    }
}

/// What follows from `facts` at `now`. Total: any facts and any time get an answer.
#[must_use]
pub fn life(facts: &Facts, timing: &Policy, now: Timestamp) -> Life {
    let failure = facts.failure(timing, now);
    let end = end(facts, timing, failure.as_ref().map(|(at, _)| *at));
    let hold = hold(facts, timing).map(|held| held.hold);
    let state = match (end, &facts.probe) {
        // What was recorded stays so, even where a clock was set back.
        (Some((at, _)), _) if at <= now || facts.ended.is_some() => State::Ended,
        _ if facts.enabled_at.is_none() => State::Off,
        _ if failure.is_some() => State::Failed,
        (_, Probe::Ready(_)) => match hold {
            None => State::Ready,
            Some(Hold::Attached) => State::Held,
            Some(Hold::Grace | Hold::Reattach) => State::Grace,
        },
        _ => State::Pending,
    };
    let admits = matches!(state, State::Ready | State::Grace | State::Held);
    let alive = admits || state == State::Pending;
    let shown = end.filter(|_| alive || state == State::Ended);
    let mut life = Life {
        state,
        hold: hold.filter(|_| alive),
        ends_at: shown.map(|(at, _)| at),
        cause: shown.map(|(_, cause)| cause),
        next: None,
        release: match facts.finished {
            Some(_) if !alive => Release::Now,
            Some(_) => Release::Hold { until: shown.map(|(at, _)| at) },
            None => Release::Hold { until: None },
        },
        deadline: facts.deadline(),
        admits,
        failure: failure.map(|(_, why)| why).filter(|_| state == State::Failed),
    };
    let patience = facts.answer_by(timing).filter(|_| state == State::Pending);
    let marks = warnings(&life).map(|warning| warning.at);
    let end = end.filter(|_| state != State::Ended);
    let moments = end.map(|(at, _)| at).into_iter().chain(patience);
    life.next = moments.chain(marks).filter(|at| *at > now).min();
    life
}

/// When and why access ends as things stand: as it was recorded, else of all ends the first in
/// time. Once a moment at or after it has come, no later moment with the same facts gives another.
fn end(facts: &Facts, timing: &Policy, failed_at: Option<Timestamp>) -> Option<(Timestamp, Cause)> {
    if facts.ended.is_some() || facts.enabled_at.is_none() {
        return facts.ended;
    }
    let stopped = facts.finished.and_then(|(at, outcome)| Some((at, stops(outcome)?)));
    let wall = facts.deadline().map(|at| (at, Cause::Deadline));
    // A machine that was given up is not held, so nothing lapses after that.
    let lapse = hold(facts, timing)
        .and_then(|held| Some((held.until?, lapses(held.hold)?)))
        .filter(|(at, _)| failed_at.is_none_or(|failed| *at < failed));
    let ends = [stopped, wall, lapse];
    ends.into_iter().flatten().min_by_key(|(at, _)| *at)
}

/// A hold, since when, and until when it lasts by itself.
struct Held {
    hold: Hold,
    began: Timestamp,
    until: Option<Timestamp>,
}

/// What keeps a finished build's machine.
fn hold(facts: &Facts, timing: &Policy) -> Option<Held> {
    let (finished, _) = facts.finished?;
    let (empty, began, seconds) = match facts.last_left {
        Some(left) if left >= finished => (Hold::Reattach, left, timing.reattach_s),
        _ => (Hold::Grace, finished, timing.grace_s),
    };
    let until = after(began, seconds.into());
    let longer = facts.extended.filter(|more| more.began == began);
    let until = longer.map_or(until, |more| until.max(more.until));
    match facts.attached_since {
        // Who came when the window was over was never let in and holds nothing.
        Some(since) if since <= finished || since < until => {
            Some(Held { hold: Hold::Attached, began: since, until: None })
        }
        _ => Some(Held { hold: empty, began, until: Some(until) }),
    }
}

/// The end that the outcome of a build brings at once.
fn stops(outcome: Outcome) -> Option<Cause> {
    match outcome {
        Outcome::Cancelled => Some(Cause::Cancelled),
        Outcome::TimedOut => Some(Cause::TimedOut),
        Outcome::Succeeded | Outcome::Failed => None,
    }
}

/// The end that comes when a hold is over.
fn lapses(hold: Hold) -> Option<Cause> {
    match hold {
        Hold::Attached => None,
        Hold::Grace => Some(Cause::Grace),
        Hold::Reattach => Some(Cause::Reattach),
    }
}

/// `seconds` after `at`, at most the last moment there is.
fn after(at: Timestamp, seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}
