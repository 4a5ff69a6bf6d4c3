//! What hooks are told: of changes of a build's record, in the same write, and of what passes in the
//! process alone.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use transom_protocol::problem::Problem;

use super::journal::Outcome;
use super::{Actor, Door, Refused};
use crate::access::BuildId;
use crate::access::breakpoint::{Breakpoint, BreakpointState};
use crate::access::build::BuildRecord;
use crate::access::event::{Event, EventKind};
use crate::access::lifecycle::{self, life, sentence};
use crate::session::{Ending, Phase, Session};
use crate::store::UpdateError;

/// What a change of a build's record is to be told as.
pub(super) fn of_change(before: &BuildRecord, after: &BuildRecord, now: Timestamp) -> Vec<Event> {
    let kinds = lifecycle::news(&before.facts, &after.facts, &after.policy, now);
    let life = life(&after.facts, &after.policy, now);
    let event = |kind| {
        let mut data = json!({
            "state": life.state, "sentence": sentence(&life), "ends_at": life.ends_at, "cause": life.cause,
        });
        match kind {
            EventKind::AccessEnabled => data["by"] = json!(after.enabled_by),
            EventKind::AccessFailed => data["failure"] = json!(life.failure),
            EventKind::MachineReleasable => {
                data["outcome"] = json!(after.facts.finished.map(|(_, outcome)| outcome));
            }
            _ => {}
        }
        new(kind, &after.id, now, data)
    };
    of_breakpoint(before, after, now).into_iter().chain(kinds.into_iter().map(event)).collect()
}

/// Each breakpoint is told of twice: that the build waits, and that it waits no longer.
fn of_breakpoint(before: &BuildRecord, after: &BuildRecord, now: Timestamp) -> Vec<Event> {
    let Some(breakpoint) = &after.breakpoint else { return Vec::new() };
    let same = before.breakpoint.as_ref().filter(|known| known.number == breakpoint.number);
    let waits = same.is_none().then_some(EventKind::BreakpointWaiting);
    let was_over = same.is_some_and(|known| known.over.is_some());
    let decided = (breakpoint.over.is_some() && !was_over).then_some(EventKind::BreakpointDecided);
    let data = breakpoint_data(after, breakpoint);
    waits.into_iter().chain(decided).map(|kind| new(kind, &after.id, now, data.clone())).collect()
}

/// What is said of a breakpoint, to hooks and in the audit.
pub(super) fn breakpoint_data(record: &BuildRecord, breakpoint: &Breakpoint) -> Value {
    let index = usize::try_from(breakpoint.step).unwrap_or(usize::MAX).wrapping_sub(1);
    let over = breakpoint.over.as_ref();
    json!({
        "number": breakpoint.number, "step": breakpoint.step,
        "step_name": record.about.steps.get(index).map(|step| &step.name),
        "state": over.map_or(BreakpointState::Waiting, |over| over.state),
        "until": record.waits_until(breakpoint.asked_at).unwrap_or(breakpoint.until),
        "at": over.map(|over| over.at), "by": over.and_then(|over| over.by.as_ref()),
    })
}

/// Whether a refusal is more than a mistake: the machine is not the one that the CI registered.
pub(super) fn is_anomaly(problem: Problem) -> bool {
    problem == Problem::HostKeyMismatch
}

fn new(kind: EventKind, build: &BuildId, at: Timestamp, data: Value) -> Event {
    Event { id: crate::random::id("e"), kind, build: build.clone(), at, data }
}

impl Door {
    /// Changes a build's record, and queues what is to be told of it in the same write.
    pub(super) async fn update<T>(
        &self,
        id: &BuildId,
        mut change: impl FnMut(&mut BuildRecord) -> Result<T, Refused> + Send,
    ) -> Result<(T, BuildRecord), UpdateError<Refused>> {
        let (now, mut told, mut decided) = (self.now(), false, false);
        let news = |before: &BuildRecord, after: &BuildRecord| {
            let news = of_change(before, after, now);
            told = !news.is_empty();
            decided = news.iter().any(|event| event.kind == EventKind::BreakpointDecided);
            news
        };
        let change = |record: &mut BuildRecord| {
            let value = change(record)?;
            record.settle_breakpoint(now);
            Ok(value)
        };
        let updated = self.0.store.update_build_telling(id, change, news).await;
        if told {
            self.0.hooks.wake();
        }
        if let (true, Ok((_, record))) = (decided, &updated) {
            self.note_undecided(record).await;
        }
        updated
    }

    /// The row of a breakpoint that time or an end has decided. What somebody decided has one of its own.
    async fn note_undecided(&self, record: &BuildRecord) {
        let undecided = |b: &&Breakpoint| b.over.as_ref().is_some_and(|over| over.by.is_none());
        if let Some(breakpoint) = record.breakpoint.as_ref().filter(undecided) {
            let detail = breakpoint_data(record, breakpoint);
            let _ = self.note(Some(&record.id), &Actor::Transom, "breakpoint", Outcome::Ended, detail).await;
        }
    }

    /// An event of now.
    pub(super) fn event(&self, kind: EventKind, build: &BuildId, data: Value) -> Event {
        new(kind, build, self.now(), data)
    }

    /// Has it on record when a session is over, also where that is because the server stops, and tells hooks.
    pub(super) fn tell_of_its_end(&self, session: &Arc<Session>) {
        let (door, session) = (self.clone(), Arc::clone(session));
        self.0.lifetime.spawn(async move {
            session.over().await;
            let Phase::Ended(ending) = session.phase() else { return };
            let (how, problem) = match &ending {
                Ending::Exit { .. } => ("exited", None),
                Ending::Failed(error) => ("failed", Some(error.problem().name())),
                Ending::Closed(problem) => ("closed", Some(problem.name())),
            };
            let data = json!({
                "session": session.id, "family": session.family(), "opened_by": session.opened_by,
                "opened_at": session.opened_at, "how": how, "problem": problem,
            });
            let (build, told) = (Some(&session.build), Some(EventKind::SessionClosed));
            let _ = door.note_telling(build, &Actor::Transom, "session", Outcome::Ended, data, told).await;
        });
    }
}
