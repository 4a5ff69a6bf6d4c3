//! What hooks are told: of changes of a build's record, in the same write, and of what passes in the
//! process alone.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use transom_protocol::problem::Problem;

use super::journal::Outcome;
use super::{Actor, Door, Refused};
use crate::access::BuildId;
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
    kinds.into_iter().map(event).collect()
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
        change: impl FnMut(&mut BuildRecord) -> Result<T, Refused> + Send,
    ) -> Result<(T, BuildRecord), UpdateError<Refused>> {
        let (now, mut told) = (self.now(), false);
        let news = |before: &BuildRecord, after: &BuildRecord| {
            let news = of_change(before, after, now);
            told = !news.is_empty();
            news
        };
        let updated = self.0.store.update_build_telling(id, change, news).await;
        if told {
            self.0.hooks.wake();
        }
        updated
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
