//! RFB, the protocol of VNC (RFC 6143 and its extensions in the community's rfbproto), a client's side.
//!
//! ```text
//!  server's bytes ─▶ Handshake ─▶ ServerInit            (version, security, TLS asked of the caller)
//!  sealed bytes ─▶ Opener ─▶ server's bytes             (where RSA-AES was agreed upon, and Sealer the other way)
//!  server's bytes ─▶ Decoder ─▶ Framebuffer and events  (one event at a time; frame ends are known)
//!  ClientMessage::encode ─▶ bytes for the server
//! ```
//!
//! Nothing here reads a socket, a clock or randomness. Every parser takes what has arrived so far, in pieces of
//! any size, keeps no more than [`limits`](crate::limits) allow, and says what is wrong with the rest.

mod client;
mod decode;
mod framebuffer;
mod handshake;
mod reader;
mod seal;
mod server;

pub use client::{ClientMessage, Encoding, Screen};
pub use framebuffer::Framebuffer;
pub use handshake::{Handshake, Login, Random, Seals, ServerInit, Step};
pub use seal::{Opener, Sealer};
pub use server::{Clipboard, Cursor, Decoder, Event, ResizeOutcome};

use crate::limits;
use crate::rect::Rect;

/// Why what a server sends is not RFB, or not what this client takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RfbError {
    /// The first bytes are no RFB version.
    #[error("the server does not speak RFB")]
    Version,
    /// None of the offered security types can be used.
    #[error("none of the offered security types can be used: {}", names(.0))]
    Security(Vec<u32>),
    /// The server ended the conversation before the login, in its words.
    #[error("the server refused: {0}")]
    Refused(String),
    /// User name or password not accepted, in the server's words where it has any.
    #[error("login refused{}", reason(.0))]
    Login(String),
    /// Numbers for a key exchange that protect nothing.
    #[error("the server's {0} cannot be used")]
    Weak(&'static str),
    /// The server has hashed other keys than were sent and received here.
    #[error("the keys were changed on their way")]
    Keys,
    /// A sealed message that was changed, left out or repeated on its way.
    #[error("a sealed message does not open")]
    Seal,
    /// A screen with a side of 0, or over the limit.
    #[error("a screen of {0} by {1} pixels cannot be shown")]
    ScreenSize(u16, u16),
    /// Something that says it is longer than may be.
    #[error("{what} of {bytes} bytes is over the limit")]
    TooLong {
        /// What it is.
        what: &'static str,
        /// What it says.
        bytes: u64,
    },
    /// A rectangle that is not on the screen.
    #[error("a rectangle outside the screen")]
    Outside,
    /// An update that draws the same pixels again and again.
    #[error("an update of too many pixels")]
    Flood,
    /// A message that this client does not know; its length is unknown too.
    #[error("unknown message {0}")]
    UnknownMessage(u8),
    /// An encoding that was not asked for.
    #[error("unknown encoding {0}")]
    UnknownEncoding(i32),
    /// Bytes that an encoding does not allow.
    #[error("bad {0}")]
    Malformed(&'static str),
}

fn names(types: &[u32]) -> String {
    if types.is_empty() {
        return "none".to_owned();
    }
    let name = |kind: &u32| handshake::name(*kind).map_or_else(|| format!("type {kind}"), str::to_owned);
    types.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn reason(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

/// A server's text: shown to people, so cut, and without anything that steers a terminal or a log.
fn text(bytes: &[u8]) -> String {
    let cut = bytes.get(..bytes.len().min(limits::RFB_TEXT_BYTES)).unwrap_or_default();
    String::from_utf8_lossy(cut).chars().filter(|c| !c.is_control()).collect()
}
