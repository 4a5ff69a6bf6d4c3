//! How facts come to be recorded: the only ways in which [`Facts`] change.
//!
//! Each first records what time alone has brought about, so that a late fact never revives what
//! was over. Each is idempotent: what is already so is no error and changes nothing.

use jiff::Timestamp;
use thiserror::Error;
use transom_protocol::problem::Problem;

use super::{Cause, Facts, Life, Probe, State, life, stops};
use crate::access::Policy;
use crate::access::build::Outcome;

/// Why a fact can't be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Access was never turned on.
    #[error("access is off")]
    Off,
    /// The machine has not answered yet.
    #[error("the machine has not answered yet")]
    Pending,
    /// The machine could not be reached.
    #[error("the machine could not be reached")]
    Failed,
    /// The machine has answered already.
    #[error("the machine has answered already")]
    Answered,
    /// The build has finished, and its machine may be gone.
    #[error("the build has finished")]
    Finished,
    /// Access is over for good.
    #[error("access has ended")]
    Ended(Cause),
    /// There is no window that could be made longer.
    #[error("no time runs out that could be made longer")]
    NoWindow,
    /// A window that lasts until the deadline.
    #[error("access lasts until the build's time limit already")]
    AtDeadline,
    /// The policy gives no more time.
    #[error("the policy gives no more time")]
    NotExtended,
}

impl Refusal {
    /// What a caller is told.
    #[must_use]
    pub const fn problem(self) -> Problem {
        match self {
            Self::Off => Problem::AccessOff,
            Self::Pending => Problem::NotReady,
            Self::Failed => Problem::MachineUnreachable,
            Self::Answered | Self::NoWindow | Self::AtDeadline => Problem::Conflict,
            Self::NotExtended => Problem::PolicyRefused,
            Self::Ended(Cause::Deadline) => Problem::Deadline,
            Self::Finished | Self::Ended(_) => Problem::AccessEnded,
        }
    }
}

impl Facts {
    /// Records what time has brought about: the end of access, or a probe that nobody answered.
    /// Says whether there was something to record, which is at most once for either. To be called
    /// also before the policy of a build changes.
    pub fn settle(&mut self, timing: &Policy, now: Timestamp) -> bool {
        let life = life(self, timing, now);
        match life.state {
            State::Ended if self.ended.is_none() => {
                self.ended = life.ends_at.zip(life.cause);
                true
            }
            State::Failed if self.probe == Probe::Waiting => {
                if let Some((at, why)) = self.failure(timing, now) {
                    self.probe = Probe::Failed { at, why };
                }
                true
            }
            _ => false,
        }
    }

    /// Where the time for an answer is over: records what was last seen of the machine as the cause,
    /// which says more than that it did not answer.
    pub fn give_up(&mut self, timing: &Policy, now: Timestamp, why: &str) {
        let failed = life(self, timing, now).state == State::Failed;
        if let (true, Probe::Waiting, Some((at, _))) = (failed, &self.probe, self.failure(timing, now)) {
            self.probe = Probe::Failed { at, why: why.to_owned() };
        }
    }

    /// What the CI says about the build's times. A start that is not mentioned stays as it was.
    pub fn schedule(
        &mut self,
        timing: &Policy,
        now: Timestamp,
        started_at: Option<Timestamp>,
        max_duration_s: u64,
    ) {
        self.settle(timing, now);
        self.started_at = started_at.or(self.started_at);
        self.max_duration_s = max_duration_s;
    }

    /// Somebody turns access on, for the first time or after a failure.
    ///
    /// # Errors
    /// When access has ended, or when the build has finished: its machine was free to go.
    pub fn enable(&mut self, timing: &Policy, now: Timestamp) -> Result<(), Refusal> {
        let life = self.present(timing, now);
        match life.state {
            State::Pending | State::Ready | State::Grace | State::Held => Ok(()),
            State::Ended => Err(refusal(&life)),
            State::Off | State::Failed if self.finished.is_some() => Err(Refusal::Finished),
            State::Off | State::Failed if life.deadline.is_some_and(|at| at <= now) => {
                Err(Refusal::Ended(Cause::Deadline))
            }
            State::Off | State::Failed => {
                self.enabled_at = Some(now);
                self.probe = Probe::Waiting;
                Ok(())
            }
        }
    }

    /// The machine of the build was registered. What failed before is tried again, unless the
    /// build has finished.
    pub fn machine_up(&mut self, timing: &Policy, now: Timestamp) {
        let failed = self.present(timing, now).state == State::Failed;
        let retry = failed && self.finished.is_none();
        if retry {
            self.probe = Probe::Waiting;
        }
        if retry || self.machine_at.is_none() {
            self.machine_at = Some(now);
        }
    }

    /// The CI reports the machine gone. Where access is off there is nothing to end, and another
    /// machine may come.
    pub fn machine_gone(&mut self, timing: &Policy, now: Timestamp) {
        // Off is no failure here.
        let _ = self.end(timing, now, Cause::MachineGone);
        self.machine_at = None;
    }

    /// The machine answered and the login works.
    ///
    /// # Errors
    /// When nobody waits for it: access is off, was given up, or has ended.
    pub fn probe_ready(&mut self, timing: &Policy, now: Timestamp) -> Result<(), Refusal> {
        let life = self.present(timing, now);
        match life.state {
            State::Pending => {
                self.probe = Probe::Ready(now);
                Ok(())
            }
            State::Ready | State::Grace | State::Held => Ok(()),
            State::Off | State::Failed | State::Ended => Err(refusal(&life)),
        }
    }

    /// The machine could not be reached. `why` is for people: plain words that follow a colon,
    /// without a full stop.
    ///
    /// # Errors
    /// When it had answered before, or nobody waits for it.
    pub fn probe_failed(&mut self, timing: &Policy, now: Timestamp, why: String) -> Result<(), Refusal> {
        let life = self.present(timing, now);
        match life.state {
            State::Pending => {
                self.probe = Probe::Failed { at: now, why };
                Ok(())
            }
            State::Failed => Ok(()),
            State::Ready | State::Grace | State::Held => Err(Refusal::Answered),
            State::Off | State::Ended => Err(refusal(&life)),
        }
    }

    /// The build finished at `at`, as the CI says. The first report counts; a later one that it
    /// was cancelled or timed out still ends access.
    ///
    /// A report that comes late does not undo what people did meanwhile, so the finish is never
    /// recorded before the last coming or going, and never after `now`.
    pub fn finish(&mut self, timing: &Policy, now: Timestamp, at: Timestamp, outcome: Outcome) {
        self.settle(timing, now);
        let seen = self.started_at.max(self.attached_since).max(self.last_left);
        let at = seen.map_or(at, |seen| at.max(seen)).min(now);
        match (self.finished, stops(outcome)) {
            (None, _) => self.finished = Some((at, outcome)),
            (Some((first, _)), Some(cause)) if self.enabled_at.is_some() => {
                self.ended.get_or_insert((at.max(first), cause));
            }
            (Some(_), _) => {}
        }
        self.settle(timing, now);
    }

    /// Somebody comes in.
    ///
    /// # Errors
    /// When nobody is let in now.
    pub fn attach(&mut self, timing: &Policy, now: Timestamp) -> Result<(), Refusal> {
        let life = self.present(timing, now);
        if !life.admits {
            return Err(refusal(&life));
        }
        self.attached_since.get_or_insert(now);
        Ok(())
    }

    /// The last one who was there has left.
    pub fn leave(&mut self, timing: &Policy, now: Timestamp) {
        self.settle(timing, now);
        if self.attached_since.take().is_some() {
            self.last_left = Some(now);
        }
        self.settle(timing, now);
    }

    /// The server starts: whoever was there when it went down is not any more, and may come back
    /// as if they had left now.
    pub fn restart(&mut self, timing: &Policy, now: Timestamp) {
        self.leave(timing, now);
    }

    /// Somebody or something ends access now. The first end counts.
    ///
    /// # Errors
    /// When access is off: there is nothing to end.
    pub fn end(&mut self, timing: &Policy, now: Timestamp, cause: Cause) -> Result<(), Refusal> {
        match self.present(timing, now).state {
            State::Off => Err(Refusal::Off),
            State::Ended => Ok(()),
            State::Pending | State::Ready | State::Grace | State::Held | State::Failed => {
                self.ended = Some((now, cause));
                Ok(())
            }
        }
    }

    /// Settles, and says what is so now.
    fn present(&mut self, timing: &Policy, now: Timestamp) -> Life {
        self.settle(timing, now);
        life(self, timing, now)
    }
}

/// Why nobody is let in.
pub(in crate::access) fn refusal(life: &Life) -> Refusal {
    match life.state {
        State::Off => Refusal::Off,
        State::Failed => Refusal::Failed,
        State::Ended => Refusal::Ended(life.cause.unwrap_or(Cause::EndedByUser)),
        State::Pending | State::Ready | State::Grace | State::Held => Refusal::Pending,
    }
}
