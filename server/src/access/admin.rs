//! Administrators: a capability apart from every build's. Pure: no I/O, no clock.

use jiff::{SignedDuration, Timestamp};

use super::{BuildId, Capabilities, Capability, Grant, Person};

/// Somebody who may look after all builds, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminGrant {
    /// Its id in the store, which says with each request whether it still holds.
    pub id: String,
    /// Who it was given to.
    pub person: Person,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// How long an administrator may watch with one token: after that it is asked again whether the grant holds.
pub const WATCH_LIFE: SignedDuration = SignedDuration::from_secs(60);

impl AdminGrant {
    /// Who an administrator is to those inside: somebody else than the person with the same id in the CI, and
    /// what they are is said.
    #[must_use]
    pub fn watcher(person: &Person) -> Person {
        Person { sub: format!("admin:{}", person.sub), name: format!("{} (administrator)", person.name) }
    }

    /// What lets the administrator look at a build and its sessions, and do nothing else.
    #[must_use]
    pub fn watching(&self, build: BuildId, epoch: u64, now: Timestamp) -> Grant {
        Grant {
            build,
            person: Self::watcher(&self.person),
            capabilities: Capabilities::from_iter([Capability::TerminalView, Capability::DesktopView]),
            epoch,
            expires_at: now.saturating_add(WATCH_LIFE).unwrap_or(now).min(self.expires_at),
            share: None,
            admin: Some(self.id.clone()),
            said_at: None,
        }
    }
}
