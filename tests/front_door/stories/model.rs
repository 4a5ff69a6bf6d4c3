//! The pure function's side of a story: facts, as the same acts make them.

use jiff::Timestamp;
use serde_json::{Value, json};
use transom_server::access::Policy;
use transom_server::access::lifecycle::{Cause, Facts, State, life};

use super::{Act, time};

/// The function's side of a story.
pub struct Model {
    facts: Facts,
    policy: Policy,
    /// How many are inside.
    pub inside: usize,
}

impl Model {
    /// A build that started at 0, may last an hour, and whose machine answered at once.
    pub fn ready() -> anyhow::Result<Self> {
        let (mut facts, policy, now) = (Facts::default(), Policy::default(), time(0));
        facts.schedule(&policy, now, Some(now), 3600);
        facts.machine_up(&policy, now);
        facts.enable(&policy, now)?;
        facts.probe_ready(&policy, now)?;
        Ok(Self { facts, policy, inside: 0 })
    }

    /// Whether it is allowed.
    pub fn happens(&mut self, now: Timestamp, act: Act) -> bool {
        let (facts, policy) = (&mut self.facts, &self.policy);
        match act {
            Act::Come => {
                let comes = facts.attach(policy, now).is_ok();
                self.inside += usize::from(comes);
                return comes;
            }
            Act::Go => {
                self.inside = self.inside.saturating_sub(1);
                if self.inside == 0 {
                    facts.leave(policy, now);
                }
            }
            Act::Finish(outcome) => facts.finish(policy, now, now, outcome),
            Act::Told(minute, outcome) => facts.finish(policy, now, time(minute), outcome),
            Act::TurnOn => return facts.enable(policy, now).is_ok(),
            Act::End => return facts.end(policy, now, Cause::EndedByUser).is_ok(),
            Act::Gone => facts.machine_gone(policy, now),
            Act::Back => {
                let over = life(facts, policy, now).state == State::Ended;
                facts.machine_up(policy, now);
                return !over;
            }
            Act::Last(minutes) => facts.schedule(policy, now, None, minutes * 60),
            Act::Restart | Act::Up => {
                facts.restart(policy, now);
                self.inside = 0;
            }
            Act::Down => {}
        }
        true
    }

    pub fn is_over(&self, now: Timestamp) -> bool {
        life(&self.facts, &self.policy, now).state == State::Ended
    }

    /// What the server has to show.
    pub fn shows(&self, now: Timestamp) -> Value {
        let life = life(&self.facts, &self.policy, now);
        json!({
            "state": life.state, "cause": life.cause,
            "ends_at": life.ends_at.map(|at| at.to_string()),
        })
    }
}
