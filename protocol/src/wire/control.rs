//! Control messages: JSON in WebSocket text messages, one object each, told apart by `type`.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{ControlInfo, PointerInfo, ViewerInfo};
use crate::limits;

/// What kind of thing a session shows. The browser knows families, never protocols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Family {
    /// A byte stream drawn by a terminal emulator.
    Terminal,
    /// A framebuffer with pointer and keys.
    Desktop,
}

/// What a viewer may do to the session it looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Role {
    /// Sees; whatever it types is dropped by the server.
    Viewer,
    /// Sees and types.
    Controller,
}

/// The size of a terminal in character cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Size {
    /// Columns, [`limits::TERMINAL_MIN`] to [`limits::TERMINAL_MAX`].
    pub cols: u16,
    /// Rows, [`limits::TERMINAL_MIN`] to [`limits::TERMINAL_MAX`].
    pub rows: u16,
}

impl Size {
    /// Whether both sides are within the limits.
    #[must_use]
    pub fn is_valid(self) -> bool {
        let range = limits::TERMINAL_MIN..=limits::TERMINAL_MAX;
        range.contains(&self.cols) && range.contains(&self.rows)
    }
}

impl Default for Size {
    fn default() -> Self {
        Self { cols: 80, rows: 24 }
    }
}

/// Where a viewer whose connection dropped goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Resume {
    /// The viewer's id, from its `welcome`.
    pub viewer: String,
    /// Offset of the first output byte that it has not received.
    #[ts(type = "number")]
    pub output: u64,
}

/// What a viewer wants to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum Attach {
    /// Opens a new session on the machine of the token's build.
    Open {
        /// Terminal or desktop.
        family: Family,
        /// The size to start with.
        size: Size,
    },
    /// Joins a running session, or comes back to it.
    Join {
        /// The session's id.
        session: String,
        /// The viewer's own size.
        size: Size,
        /// Set when this viewer was connected before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[ts(optional)]
        resume: Option<Resume>,
    },
}

/// The first message of every connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Hello {
    /// The access token. Never logged.
    pub token: String,
    /// What to look at.
    pub attach: Attach,
}

/// A control message from a browser.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[ts(export)]
pub enum ClientMessage {
    /// Presents the token and says what to look at. First, and once.
    Hello(Hello),
    /// Presents a newer token for the same build and subject, so that the connection may stay.
    Renew {
        /// The new access token.
        token: String,
    },
    /// The viewer's terminal has a new size.
    Resize(Size),
    /// Asks for a `pong` with the same number, to measure the round trip.
    Ping {
        /// Any number.
        id: u32,
    },
    /// The viewer goes and will not come back: its place is given up at once.
    Leave {
        /// Whether its page may only be loaded again, so that control waits for the person for a moment.
        #[serde(default)]
        unloads: bool,
    },
    /// Asks whoever controls the session for control.
    AskControl,
    /// Takes control where that needs no asking, and asks for it otherwise.
    TakeControl,
    /// Hands control to another viewer, one that asked for it or any other.
    GiveControl {
        /// The other viewer's id.
        viewer: String,
    },
    /// Tells a viewer that asked for control that it does not get it.
    RefuseControl {
        /// The other viewer's id.
        viewer: String,
    },
    /// Shows the others of a desktop where this viewer points. The machine never learns of it.
    Point {
        /// Pixels from the left of the picture.
        x: u16,
        /// Pixels from its top.
        y: u16,
    },
}

/// What a viewer is told first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Welcome {
    /// The session that it looks at now.
    pub session: String,
    /// Terminal or desktop.
    pub family: Family,
    /// Its own id, for [`Resume::viewer`].
    pub viewer: String,
    /// What it may do now.
    pub role: Role,
    /// Whether it could be given control.
    pub may_control: bool,
    /// The size of the terminal now.
    pub size: Size,
    /// Offset of the first output byte that will follow.
    #[ts(type = "number")]
    pub output: u64,
    /// Output below this offset was made before this viewer came: whatever it asks of a terminal was
    /// put to somebody else, and is not answered again.
    #[ts(type = "number")]
    pub history: u64,
    /// How many bytes of this viewer's input were applied so far; the next INPUT frame starts here.
    #[ts(type = "number")]
    pub input: u64,
    /// Whether output goes on exactly where [`Resume::output`] said.
    pub resumed: bool,
    /// When the token that was presented expires, RFC 3339: send `renew` before.
    pub token_expires_at: String,
}

/// What a desktop is like, its picture aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct DesktopState {
    /// Its name, as the machine says it.
    pub name: String,
    /// Whether its size can be changed.
    pub resizable: bool,
    /// Lights of the keyboard: scroll lock, num lock and caps lock from bit 0 on.
    pub leds: u8,
}

/// How long access lasts, as far as a viewer needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct AccessNotice {
    /// When access ends unless something happens, RFC 3339; `null` where no end is known yet.
    pub ends_at: Option<String>,
    /// Why it will end then: `deadline`, `grace` or `reattach`.
    pub cause: Option<String>,
    /// The same as a sentence for a person.
    pub sentence: String,
    /// Set with 10, 5 and 1 at the warnings; `null` in an ordinary update.
    pub warning_min: Option<u32>,
    /// The server's time, RFC 3339, so that a wrong clock on the viewer's side does no harm.
    pub now: String,
}

/// A control message from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
#[ts(export)]
pub enum ServerMessage {
    /// The session is open and this viewer is in. First, and once.
    Welcome(Welcome),
    /// The terminal has a new size from here on in the output.
    Size(Size),
    /// Who is here, whenever that changes.
    Presence {
        /// Everybody who looks at this session.
        viewers: Vec<ViewerInfo>,
        /// The viewer whose size the terminal has.
        driver: Option<String>,
        /// Who controls it.
        control: ControlInfo,
    },
    /// Somebody said no to this viewer, which had asked for control.
    ControlRefused {
        /// Why, as a sentence for a person.
        sentence: String,
    },
    /// Where others point on a desktop, as far as that has changed.
    Pointers {
        /// The newest place of each.
        pointers: Vec<PointerInfo>,
    },
    /// What a desktop is like, first and whenever that changes.
    Desktop(DesktopState),
    /// A desktop's bell rang.
    Bell,
    /// How long access lasts, whenever that changes, and as a warning before the end.
    Access(AccessNotice),
    /// The program on the machine ended. Nothing follows but `closing`.
    Exit {
        /// Its exit status, where it ended by itself.
        status: Option<u32>,
        /// The signal that ended it, without `SIG`.
        signal: Option<String>,
        /// How long the session lasted, in milliseconds.
        #[ts(type = "number")]
        lasted_ms: u64,
    },
    /// The answer to `renew`.
    Renewed {
        /// When the new token expires, RFC 3339.
        token_expires_at: String,
    },
    /// The answer to `ping`.
    Pong {
        /// The number that was asked with.
        id: u32,
    },
    /// Why the connection is about to be closed.
    Closing {
        /// The close code that follows.
        code: u16,
        /// The problem's name, as in the `type` of an RFC 9457 document.
        problem: String,
        /// A sentence for a person.
        detail: String,
    },
}

/// Why a text message is no control message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// Longer than [`limits::CONTROL_BYTES`].
    #[error("control message of {0} bytes is over the limit")]
    TooLarge(usize),
    /// Not JSON, not an object, an unknown type, an unknown or missing field.
    #[error("control message not understood: {0}")]
    Malformed(String),
    /// A value outside its limits.
    #[error("control message holds a bad {0}")]
    OutOfRange(&'static str),
}

impl ClientMessage {
    /// Reads one text message.
    ///
    /// # Errors
    /// [`ControlError`] says what is wrong with it; the text never holds a token.
    pub fn parse(text: &str) -> Result<Self, ControlError> {
        if text.len() > limits::CONTROL_BYTES {
            return Err(ControlError::TooLarge(text.len()));
        }
        let message: Self = serde_json::from_str(text).map_err(|e| {
            // serde quotes unexpected values; only the category and the place are safe to repeat.
            ControlError::Malformed(format!("{:?} error at column {}", e.classify(), e.column()))
        })?;
        message.check()?;
        Ok(message)
    }

    fn check(&self) -> Result<(), ControlError> {
        let token = |t: &str| {
            if t.is_empty() || t.len() > limits::TOKEN_BYTES {
                return Err(ControlError::OutOfRange("token"));
            }
            Ok(())
        };
        let size = |s: Size| {
            if s.is_valid() { Ok(()) } else { Err(ControlError::OutOfRange("size")) }
        };
        let id = |s: &str| {
            if s.is_empty() || s.len() > limits::ID_BYTES {
                return Err(ControlError::OutOfRange("id"));
            }
            Ok(())
        };
        match self {
            Self::Hello(hello) => {
                token(&hello.token)?;
                match &hello.attach {
                    Attach::Open { size: s, .. } => size(*s),
                    Attach::Join { session, size: s, resume } => {
                        id(session)?;
                        if let Some(resume) = resume {
                            id(&resume.viewer)?;
                        }
                        size(*s)
                    }
                }
            }
            Self::Renew { token: t } => token(t),
            Self::Resize(s) => size(*s),
            Self::GiveControl { viewer } | Self::RefuseControl { viewer } => id(viewer),
            Self::Ping { .. }
            | Self::Leave { .. }
            | Self::AskControl
            | Self::TakeControl
            | Self::Point { .. } => Ok(()),
        }
    }
}

impl ServerMessage {
    /// Writes the message as JSON text.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
