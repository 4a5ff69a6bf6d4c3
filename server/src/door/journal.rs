//! The audit: one row for each thing allowed, denied or ended.

use std::net::IpAddr;

use serde_json::Value;

use super::{Door, Refused};
use crate::access::{BuildId, Grant, Person};
use crate::store::AuditEvent;
pub(crate) use crate::store::AuditOutcome as Outcome;

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Transom itself, because time passed.
    Transom,
    /// A CI, by the name of its service key.
    Service {
        /// Name of the key.
        name: String,
        /// Where it knocked from.
        address: Option<IpAddr>,
    },
    /// Somebody with an access token.
    Person {
        /// Who.
        person: Person,
        /// Where they knocked from.
        address: Option<IpAddr>,
    },
    /// Somebody who proved nothing.
    Unknown {
        /// Where they knocked from.
        address: Option<IpAddr>,
    },
}

impl Actor {
    /// The holder of a grant.
    #[must_use]
    pub fn of(grant: &Grant, address: Option<IpAddr>) -> Self {
        Self::Person { person: grant.person.clone(), address }
    }

    fn name(&self) -> String {
        match self {
            Self::Transom => "transom".into(),
            Self::Service { name, .. } => format!("service:{name}"),
            Self::Person { person, .. } => format!("person:{}", person.sub),
            Self::Unknown { .. } => "unknown".into(),
        }
    }

    fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Transom => None,
            Self::Service { address, .. } | Self::Person { address, .. } | Self::Unknown { address } => {
                *address
            }
        }
    }
}

impl Door {
    /// Writes one row. A full disk must not lock anybody out or in, so a row that cannot be written
    /// is logged instead.
    pub(crate) async fn note(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        outcome: Outcome,
        detail: Value,
    ) {
        let event = AuditEvent {
            at: self.now(),
            build: build.cloned(),
            actor: actor.name(),
            action: action.to_owned(),
            outcome,
            detail,
            address: actor.address().map(|a| a.to_string()),
        };
        if let Err(error) = self.0.store.append_audit(&event).await {
            tracing::error!(%error, action, actor = actor.name(), "audit row not written");
        }
    }

    /// Writes the row of something that was tried, whatever came of it.
    pub(crate) async fn note_result<T>(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        result: &Result<T, Refused>,
        detail: Value,
    ) {
        match result {
            Ok(_) => self.note(build, actor, action, Outcome::Allowed, detail).await,
            Err(refused) => {
                let detail = serde_json::json!({ "problem": refused.problem.name() });
                self.note(build, actor, action, Outcome::Denied, detail).await;
            }
        }
    }
}

impl Door {
    /// Somebody closed a session.
    pub(crate) async fn note_closed(&self, build: &BuildId, actor: &Actor, session: &str) {
        let detail = serde_json::json!({ "session": session });
        self.note(Some(build), actor, "session.close", Outcome::Ended, detail).await;
    }

    /// Somebody came to look at a session, or went.
    pub(crate) async fn note_viewer(
        &self,
        build: &BuildId,
        actor: &Actor,
        came: bool,
        session: &str,
        viewer: &str,
    ) {
        let detail = serde_json::json!({ "session": session, "viewer": viewer });
        let (action, outcome) =
            if came { ("viewer.join", Outcome::Allowed) } else { ("viewer.leave", Outcome::Ended) };
        self.note(Some(build), actor, action, outcome, detail).await;
    }
}
