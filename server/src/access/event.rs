//! What a CI is told as it happens: the kinds of events, and one of them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::BuildId;

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        pub enum EventKind {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl EventKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in a webhook.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

events! {
    /// Access was turned on, or tried again after a failure.
    AccessEnabled "access.enabled";
    /// The machine answered: people may come in.
    AccessReady "access.ready";
    /// The machine could not be reached.
    AccessFailed "access.failed";
    /// The build has finished and nobody is there: a last chance to come.
    AccessGrace "access.grace";
    /// Somebody asked for more time.
    AccessExtended "access.extended";
    /// Access is over for good.
    AccessEnded "access.ended";
    /// The build has finished and nothing keeps its machine: once for each build.
    MachineReleasable "machine.releasable";
    /// The build waits until somebody says how it goes on.
    BreakpointWaiting "breakpoint.waiting";
    /// It waits no longer: somebody decided, or time or an end did.
    BreakpointDecided "breakpoint.decided";
    /// A terminal or desktop was opened.
    SessionOpened "session.opened";
    /// It is over.
    SessionClosed "session.closed";
    /// Somebody came to look at a session.
    ViewerJoined "viewer.joined";
    /// They have gone.
    ViewerLeft "viewer.left";
    /// Somebody made a link for others.
    ShareCreated "share.created";
    /// A guest came by it.
    ShareRedeemed "share.redeemed";
    /// It was revoked.
    ShareRevoked "share.revoked";
    /// What a session showed can be read in full.
    RecordingAvailable "recording.available";
    /// Something that only somebody with bad intentions, or a grave mistake, brings about.
    SecurityAnomaly "security.anomaly";
}

impl EventKind {
    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// Something that happened to a build. It never holds a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its id, the same at every delivery and to every hook.
    pub id: String,
    /// What.
    pub kind: EventKind,
    /// To which build.
    pub build: BuildId,
    /// When.
    pub at: Timestamp,
    /// What else is known, an object.
    pub data: Value,
}

impl Event {
    /// What is sent: `type`, `timestamp` and `data`, in which the build stands first of all.
    #[must_use]
    pub fn body(&self) -> String {
        let mut data = serde_json::Map::from_iter([("build".to_owned(), self.build.as_str().into())]);
        data.extend(self.data.as_object().cloned().unwrap_or_default());
        let body = serde_json::json!({ "type": self.kind, "timestamp": self.at, "data": data });
        body.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_known_by_its_name() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::named(kind.name()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
        assert_eq!(EventKind::named("access.unknown"), None);
    }

    #[test]
    fn a_body_says_what_when_and_to_which_build() {
        let event = Event {
            id: "e_1".to_owned(),
            kind: EventKind::SessionOpened,
            build: BuildId::try_from("b1".to_owned()).unwrap(),
            at: Timestamp::UNIX_EPOCH,
            data: serde_json::json!({ "session": "s_1" }),
        };
        let body: Value = serde_json::from_str(&event.body()).unwrap();
        let wanted = serde_json::json!({
            "type": "session.opened", "timestamp": "1970-01-01T00:00:00Z",
            "data": { "build": "b1", "session": "s_1" },
        });
        assert_eq!(body, wanted);
    }
}
