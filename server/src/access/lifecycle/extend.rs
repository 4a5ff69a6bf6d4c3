//! More time: the end of a window in which somebody may still come is put off, at most to the deadline.

use jiff::Timestamp;

use super::{Extension, Facts, Refusal, State, after, hold, life};
use crate::access::Policy;

/// What one more step would bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// When access would end then.
    pub until: Timestamp,
    /// Whether that is the deadline, so that there is no step after it.
    pub is_last: bool,
}

/// What `seconds` more would bring, or as many as the policy allows at once.
///
/// # Errors
/// Why there is no more time to be had.
pub fn step(facts: &Facts, timing: &Policy, now: Timestamp, seconds: Option<u32>) -> Result<Step, Refusal> {
    window(facts, timing, now, seconds).map(|(_, step)| step)
}

impl Facts {
    /// Somebody asks for `seconds` more than the window has, or for as many as the policy allows at once. It
    /// counts from the window's end, not from `now`, so no clock makes more of it.
    ///
    /// # Errors
    /// Why there is no more time to be had.
    pub fn extend(&mut self, timing: &Policy, now: Timestamp, seconds: Option<u32>) -> Result<Step, Refusal> {
        self.settle(timing, now);
        let (began, step) = window(self, timing, now, seconds)?;
        self.extended = Some(Extension { began, until: step.until });
        Ok(step)
    }
}

/// The step, and when the window began that it is for.
fn window(
    facts: &Facts,
    timing: &Policy,
    now: Timestamp,
    seconds: Option<u32>,
) -> Result<(Timestamp, Step), Refusal> {
    let life = life(facts, timing, now);
    match life.state {
        State::Grace => {}
        State::Ended => return Err(super::record::refusal(&life)),
        _ => return Err(Refusal::NoWindow),
    }
    let most = timing.extend_s;
    if most == 0 {
        return Err(Refusal::NotExtended);
    }
    let window = hold(facts, timing).and_then(|held| Some((held.began, held.until?)));
    let (began, end) = window.ok_or(Refusal::NoWindow)?;
    let deadline = life.deadline.unwrap_or(end);
    if end >= deadline {
        return Err(Refusal::AtDeadline);
    }
    let wanted = after(end, seconds.unwrap_or(most).min(most).into());
    Ok((began, Step { until: wanted.min(deadline), is_last: wanted >= deadline }))
}
