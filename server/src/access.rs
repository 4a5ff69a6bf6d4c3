//! Who may do what: people, capabilities, grants and policy. Pure: no I/O, no clock.
//!
//! Every authority is a [`Grant`]. A token is a sealed grant, a share link is a narrower one, and
//! whoever knocks (browser, guest, native client) is let in by a grant alone.

pub mod admin;
pub mod brake;
pub mod breakpoint;
pub mod build;
pub mod event;
pub mod lifecycle;
pub mod minutes;
pub mod share;
pub mod token;

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::wire::ControlMode;
use ts_rs::TS;
use utoipa::ToSchema;

/// Somebody, as the CI names them. Transom keeps no user database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Person {
    /// The CI's id of the person.
    pub sub: String,
    /// The name that others see.
    pub name: String,
}

/// The CI's own id of a build: 1 to 128 characters of `A-Z a-z 0-9 . _ : -`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[A-Za-z0-9._:-]{1,128}$")]
pub struct BuildId(String);

impl BuildId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for BuildId {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b':' | b'-');
        if (1..=128).contains(&id.len()) && id.bytes().all(plain) {
            Ok(Self(id))
        } else {
            Err("a build id has 1 to 128 characters of A-Z a-z 0-9 . _ : -")
        }
    }
}

impl From<BuildId> for String {
    fn from(id: BuildId) -> Self {
        id.0
    }
}

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $variant:ident $name:literal $words:literal;)*) => {
        /// One thing that a grant may allow.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[ts(export)]
        pub enum Capability {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Capability {
            /// Every capability.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name on the wire.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it allows, to be put after "You may not".
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}

capabilities! {
    /// See terminals.
    TerminalView "terminal.view" "look at terminals";
    /// Open terminals and type.
    TerminalControl "terminal.control" "open or use terminals";
    /// See desktops.
    DesktopView "desktop.view" "look at desktops";
    /// Open desktops, type and point.
    DesktopControl "desktop.control" "open or use desktops";
    /// Take text from the machine's clipboard.
    ClipboardRead "clipboard.read" "copy from the machine";
    /// Put text into the machine's clipboard.
    ClipboardWrite "clipboard.write" "paste into the machine";
    /// Fetch files from the machine.
    FilesRead "files.read" "download files";
    /// Put files on the machine.
    FilesWrite "files.write" "upload files";
    /// Connect with an own SSH, VNC or RDP client.
    Native "native" "connect with your own client";
    /// Make links that let others look.
    ShareView "share.view" "share a view";
    /// Make links that let others control.
    ShareControl "share.control" "share control";
    /// End access for everybody.
    AccessEnd "access.end" "end access";
}

/// A set of capabilities.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Capabilities(BTreeSet<Capability>);

impl Capabilities {
    /// All there are.
    #[must_use]
    pub fn all() -> Self {
        Capability::ALL.iter().copied().collect()
    }

    /// Whether `capability` is among them.
    #[must_use]
    pub fn contains(&self, capability: Capability) -> bool {
        self.0.contains(&capability)
    }

    /// Those that are in both.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        self.0.intersection(&other.0).copied().collect()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Capability> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Capability>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

/// What one person may do to one build until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The build, and no other.
    pub build: BuildId,
    /// Who it was given to.
    pub person: Person,
    /// What it allows.
    pub capabilities: Capabilities,
    /// The epoch of the build's access when it was given; a smaller one than the build's is refused.
    pub epoch: u64,
    /// When it ends by itself.
    pub expires_at: Timestamp,
    /// The share link that it came by, where it is a guest's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<String>,
    /// The administrator's grant that it comes from, where somebody only watches by that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<String>,
    /// When the CI itself said so, in a token that it signed.
    #[serde(skip)]
    pub said_at: Option<Timestamp>,
}

/// What the operator, and for one build the CI, allow at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Whether builds that run untrusted code (forks) may be opened.
    pub allow_untrusted: bool,
    /// Whether the API may turn access on without a person asking for it.
    pub allow_api: bool,
    /// Capabilities that anybody may have.
    pub capabilities: Capabilities,
    /// How long a finished build waits for its first visitor, in seconds.
    pub grace_s: u32,
    /// How long a finished build waits for the last visitor to come back, in seconds.
    pub reattach_s: u32,
    /// How long the machine may take to answer, in seconds.
    pub probe_s: u32,
    /// After how long without input a viewer is sent away, in seconds; 0 is never.
    pub idle_s: u32,
    /// Whether one person at a time controls a terminal or desktop (`one`), or everybody who may (`shared`).
    #[schema(value_type = String, example = "one")]
    pub control: ControlMode,
    /// How much more time somebody may ask for at once while a finished build waits, in seconds; 0 is none.
    pub extend_s: u32,
    /// Live sessions of the build, where that is less than the server allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_sessions: Option<u32>,
    /// Viewers of one session, where that is less than the server allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_viewers: Option<u32>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            allow_untrusted: false,
            allow_api: false,
            capabilities: Capabilities::all(),
            grace_s: 600,
            reattach_s: 600,
            probe_s: 120,
            idle_s: 0,
            control: ControlMode::One,
            extend_s: 600,
            max_sessions: None,
            max_viewers: None,
        }
    }
}
