//! The audit: one row for each thing allowed, denied or ended.

use std::net::IpAddr;

use serde_json::{Value, json};
use transom_protocol::problem::Problem;

use super::{Door, Refused, news};
use crate::access::event::EventKind;
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
    /// Somebody who came by a share link.
    Guest {
        /// By the name that they gave.
        person: Person,
        /// Where they knocked from.
        address: Option<IpAddr>,
    },
    /// Somebody with an admin token.
    Admin {
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
        let mut person = grant.person.clone();
        if grant.admin.is_some() {
            // What tells them from the CI's person of that id among the viewers.
            person.sub = person.sub.strip_prefix("admin:").unwrap_or(&person.sub).to_owned();
            return Self::Admin { person, address };
        }
        match grant.share {
            Some(_) => Self::Guest { person, address },
            None => Self::Person { person, address },
        }
    }

    /// Whether it is this person.
    pub(super) fn is(&self, other: &Person) -> bool {
        matches!(self, Self::Person { person, .. } | Self::Guest { person, .. } if person.sub == other.sub)
    }

    /// Who it is, now that they have proved to be the holder of `grant`.
    pub(super) fn proven(&self, grant: &Grant) -> Self {
        Self::of(grant, self.address())
    }

    fn name(&self) -> String {
        match self {
            Self::Transom => "transom".into(),
            Self::Service { name, .. } => format!("service:{name}"),
            Self::Person { person, .. } => format!("person:{}", person.sub),
            Self::Guest { person, .. } => format!("guest:{}", person.sub),
            Self::Admin { person, .. } => format!("admin:{}", person.sub),
            Self::Unknown { .. } => "unknown".into(),
        }
    }

    /// Where they knocked from.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Transom => None,
            Self::Service { address, .. }
            | Self::Person { address, .. }
            | Self::Guest { address, .. }
            | Self::Admin { address, .. }
            | Self::Unknown { address } => *address,
        }
    }
}

impl Door {
    /// Writes one row. One that cannot be written is logged; what follows from that depends on what
    /// it was about, see [`Door::audited`].
    pub(crate) async fn note(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        outcome: Outcome,
        detail: Value,
    ) -> Result<(), Refused> {
        self.note_telling(build, actor, action, outcome, detail, None).await
    }

    /// The same, and tells hooks of it with the row's detail: both are written or neither.
    pub(crate) async fn note_telling(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        outcome: Outcome,
        detail: Value,
        kind: Option<EventKind>,
    ) -> Result<(), Refused> {
        let news = kind.zip(build).map(|(kind, build)| {
            let mut data = detail.clone();
            if let (
                Some(data),
                Actor::Person { person, .. } | Actor::Guest { person, .. } | Actor::Admin { person, .. },
            ) = (data.as_object_mut(), actor)
            {
                data.insert("by".to_owned(), json!(person));
            }
            self.event(kind, build, data)
        });
        let event = AuditEvent {
            at: self.now(),
            build: build.cloned(),
            actor: actor.name(),
            action: action.to_owned(),
            outcome,
            detail,
            address: actor.address().map(|a| a.to_string()),
        };
        self.0.store.append_audit_telling(&event, news.as_slice()).await.map_err(|error| {
            tracing::error!(%error, action, actor = actor.name(), "audit row not written");
            Refused::from(Problem::StoreUnavailable)
        })?;
        if news.is_some() {
            self.0.hooks.wake();
        }
        Ok(())
    }

    /// Writes the row of something that was tried and that stands, whatever came of it: a record that
    /// was changed, an end, a refusal. A full disk undoes none of these.
    pub(crate) async fn note_result<T>(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        result: &Result<T, Refused>,
        detail: Value,
    ) {
        let (outcome, detail) = match result {
            Ok(_) => (Outcome::Allowed, detail),
            Err(refused) => (Outcome::Denied, json!({ "problem": refused.problem.name() })),
        };
        let _ = self.note(build, actor, action, outcome, detail).await;
    }

    /// Writes the row of something that hands out a right or lets somebody in, and hands its result
    /// on: what cannot be audited is not given.
    pub(crate) async fn audited<T>(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        result: Result<T, Refused>,
        detail: Value,
    ) -> Result<T, Refused> {
        self.audited_telling(build, actor, action, result, detail, None).await
    }

    /// The same where hooks are told as well of what was allowed.
    pub(crate) async fn audited_telling<T>(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        result: Result<T, Refused>,
        detail: Value,
        kind: Option<EventKind>,
    ) -> Result<T, Refused> {
        let Ok(given) = result else { return self.denied(build, actor, action, result).await };
        self.note_telling(build, actor, action, Outcome::Allowed, detail, kind).await.map(|()| given)
    }

    /// Writes a row where something was refused, and hands its result on.
    pub(crate) async fn denied<T>(
        &self,
        build: Option<&BuildId>,
        actor: &Actor,
        action: &str,
        result: Result<T, Refused>,
    ) -> Result<T, Refused> {
        // Nothing of what is handed on is borrowed meanwhile: it need not be shared between threads.
        if let Some(problem) = result.as_ref().err().map(|refused| refused.problem) {
            let detail = json!({ "problem": problem.name() });
            let anomaly = news::is_anomaly(problem).then_some(EventKind::SecurityAnomaly);
            let _ = self.note_telling(build, actor, action, Outcome::Denied, detail, anomaly).await;
        }
        result
    }

    /// Somebody takes the audit away as a file, or the part of it that they `wanted`.
    pub(crate) async fn note_export(&self, actor: &Actor, wanted: Value) -> Result<(), Refused> {
        self.note(None, actor, "audit.export", Outcome::Allowed, wanted).await
    }

    /// Somebody closed a session.
    pub(crate) async fn note_closed(&self, build: &BuildId, actor: &Actor, session: &str) {
        let detail = json!({ "session": session });
        let _ = self.note(Some(build), actor, "session.close", Outcome::Ended, detail).await;
    }

    /// Somebody who looked at a session has gone.
    pub(crate) async fn note_left(
        &self,
        build: &BuildId,
        actor: &Actor,
        session: &str,
        viewer: &str,
        why: &str,
    ) {
        let detail = json!({ "session": session, "viewer": viewer, "why": why });
        let (action, left) = ("viewer.leave", Some(EventKind::ViewerLeft));
        let _ = self.note_telling(Some(build), actor, action, Outcome::Ended, detail, left).await;
    }
}
