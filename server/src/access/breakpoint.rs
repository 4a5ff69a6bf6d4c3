//! A build that waits at a step until somebody says how it goes on, or the time is up. Pure.
//!
//! What is recorded of it is what the CI asked for and how it came to be over. The CI waits, never the
//! machine: a breakpoint keeps nothing and lasts no longer than access does.

#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use transom_protocol::problem::Problem;
use ts_rs::TS;
use utoipa::ToSchema;

use super::Person;
use super::build::BuildRecord;
use super::lifecycle::{Refusal, State, life, refusal};

/// Where a breakpoint is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BreakpointState {
    /// The build waits.
    Waiting,
    /// Somebody let the build go on.
    Continued,
    /// Somebody aborted the build.
    Aborted,
    /// Nobody decided in time.
    Expired,
    /// The build finished, or access ended, before anybody had decided.
    Over,
}

/// What somebody decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The build goes on.
    Continue,
    /// The build ends here.
    Abort,
}

impl Decision {
    const fn state(self) -> BreakpointState {
        match self {
            Self::Continue => BreakpointState::Continued,
            Self::Abort => BreakpointState::Aborted,
        }
    }
}

/// What the CI asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// Counts the build's breakpoints.
    pub number: u64,
    /// At which step the build waits; the first is 1.
    pub step: u32,
    /// For how long at most, in seconds.
    pub timeout_s: u32,
}

/// A breakpoint as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakpoint {
    /// Counts the build's breakpoints.
    pub number: u64,
    /// At which step the build waits; the first is 1.
    pub step: u32,
    /// Since when.
    pub asked_at: Timestamp,
    /// Until when, as it was asked for.
    pub until: Timestamp,
    /// How and when it came to be over.
    pub over: Option<Over>,
}

/// How a breakpoint came to be over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// How.
    pub state: BreakpointState,
    /// When.
    pub at: Timestamp,
    /// Who decided, where somebody did.
    pub by: Option<Person>,
}

/// Why a breakpoint cannot be, or not be decided.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BreakpointRefusal {
    /// Nobody can come, or the build is over.
    #[error("{0}")]
    Life(Refusal),
    /// The build waits at another one.
    #[error("The build waits at another breakpoint.")]
    Waits,
    /// A newer one is known.
    #[error("There was a later breakpoint already.")]
    Older,
    /// The build waits nowhere.
    #[error("This build does not wait at a breakpoint.")]
    Nowhere,
    /// It is over.
    #[error("{}", sentence(.0))]
    Over(Over),
}

impl BreakpointRefusal {
    /// What a caller is told.
    #[must_use]
    pub const fn problem(&self) -> Problem {
        match self {
            Self::Life(refusal) => refusal.problem(),
            Self::Nowhere => Problem::NotFound,
            Self::Waits | Self::Older | Self::Over(_) => Problem::Conflict,
        }
    }
}

/// How it came to be over, for whoever decides too late.
fn sentence(over: &Over) -> String {
    let who = over.by.as_ref().map_or("Somebody", |by| by.name.as_str());
    match over.state {
        BreakpointState::Continued => format!("{who} has let the build go on already."),
        BreakpointState::Aborted => format!("{who} has aborted the build already."),
        BreakpointState::Waiting | BreakpointState::Expired => "The time to decide is over.".to_owned(),
        BreakpointState::Over => "The build does not wait any more.".to_owned(),
    }
}

impl BuildRecord {
    /// Records what time, the finish or the end of access has made of the breakpoint. To be called after
    /// whatever changes the facts.
    pub fn settle_breakpoint(&mut self, now: Timestamp) {
        let over = self.breakpoint_over(now);
        if let Some(breakpoint) = &mut self.breakpoint {
            breakpoint.over = over;
        }
    }

    /// How the breakpoint is over at `now`; nothing where there is none or the build waits.
    #[must_use]
    pub fn breakpoint_over(&self, now: Timestamp) -> Option<Over> {
        let breakpoint = self.breakpoint.as_ref()?;
        if let Some(over) = &breakpoint.over {
            return Some(over.clone());
        }
        let facts = &self.facts;
        let wall = facts.deadline();
        let finished = facts.finished.map(|(at, _)| at);
        let ended = facts.ended.map(|(at, _)| at);
        // Facts count from when they are known; the deadline does without being recorded.
        let reached = wall.filter(|at| *at <= now);
        let end = [finished, ended, reached].into_iter().flatten().min();
        let in_time = wall.is_none_or(|at| breakpoint.until < at);
        let lapsed = breakpoint.until <= now && end.is_none_or(|end| breakpoint.until < end);
        if in_time && lapsed {
            return Some(Over { state: BreakpointState::Expired, at: breakpoint.until, by: None });
        }
        let at = end?.max(breakpoint.asked_at);
        Some(Over { state: BreakpointState::Over, at, by: None })
    }

    /// Until when the build waits, or waited last, unless somebody decides: never beyond the deadline.
    #[must_use]
    pub fn breakpoint_until(&self) -> Option<Timestamp> {
        let until = self.breakpoint.as_ref()?.until;
        Some(self.facts.deadline().map_or(until, |wall| wall.min(until)))
    }

    /// The same while the build waits.
    #[must_use]
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.breakpoint_until().filter(|_| self.breakpoint_over(now).is_none())
    }

    /// The build waits from now on. The same number again changes nothing, whatever came of it.
    ///
    /// # Errors
    /// Where nobody could decide, or the build waits at another breakpoint.
    pub fn stop(&mut self, wanted: Stop, now: Timestamp) -> Result<(), BreakpointRefusal> {
        if let Some(known) = &self.breakpoint {
            if known.number == wanted.number {
                return Ok(());
            }
            if known.number > wanted.number {
                return Err(BreakpointRefusal::Older);
            }
            if self.breakpoint_over(now).is_none() {
                return Err(BreakpointRefusal::Waits);
            }
        }
        let life = life(&self.facts, &self.policy, now);
        match life.state {
            _ if self.facts.finished.is_some() => return Err(BreakpointRefusal::Life(Refusal::Finished)),
            State::Pending | State::Ready => {}
            _ => return Err(BreakpointRefusal::Life(refusal(&life))),
        }
        let timeout = SignedDuration::from_secs(wanted.timeout_s.into());
        self.breakpoint = Some(Breakpoint {
            number: wanted.number,
            step: wanted.step,
            asked_at: now,
            until: now.checked_add(timeout).unwrap_or(Timestamp::MAX),
            over: None,
        });
        Ok(())
    }

    /// Somebody decides how the build goes on. The first decision counts; the same person's same decision again
    /// changes nothing.
    ///
    /// # Errors
    /// Where it is over, the build waits nowhere, or at another breakpoint than `number`.
    pub fn decide(
        &mut self,
        number: u64,
        decision: Decision,
        by: &Person,
        now: Timestamp,
    ) -> Result<(), BreakpointRefusal> {
        let over = self.breakpoint_over(now);
        let breakpoint = self.breakpoint.as_mut().ok_or(BreakpointRefusal::Nowhere)?;
        if breakpoint.number != number {
            return Err(BreakpointRefusal::Waits);
        }
        let state = decision.state();
        match over {
            Some(over) if over.state == state && over.by.as_ref().is_some_and(|b| b.sub == by.sub) => Ok(()),
            Some(over) => Err(BreakpointRefusal::Over(over)),
            None => {
                breakpoint.over = Some(Over { state, at: now, by: Some(by.clone()) });
                Ok(())
            }
        }
    }
}
