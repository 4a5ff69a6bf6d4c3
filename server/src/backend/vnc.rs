//! VNC toward the machine: [`transom_protocol::rfb`] on a socket.
//!
//! ```text
//!  socket ─▶ talk (async: reads, writes, asks) ─▶ bytes ─▶ easel (a thread: decodes, draws) ─▶ session
//!    ▲                ▲                                      │
//!    └── keys, requests, answers ◀───────────────────────────┘ what the server said
//! ```
//!
//! Decoding has a thread of its own, so a server that sends much slows nobody else and a key never waits for it.

mod clipboard;
mod connect;
mod easel;
mod hangup;
mod keys;
mod peer;
mod pinned;
mod pointer;
mod sealed;
mod talk;
mod taste;

use std::future::Future;
use std::pin::Pin;

use super::{Backend, BackendError, Desktop, DesktopInput, Exit, Line, Link, Running, Target, Terms};
use crate::access::build::Platform;
use connect::Connection;

/// The VNC back end.
#[derive(Debug, Clone, Copy)]
pub struct Vnc;

impl Backend<Desktop> for Vnc {
    fn protocol(&self) -> &'static str {
        "vnc"
    }

    fn terms(&self) -> Terms {
        Terms { name: "VNC", has_keys: false }
    }

    fn connect(&self, target: Target) -> Running<'static, Box<dyn Line<Desktop>>> {
        Box::pin(async move {
            let connection = connect::connect(&target).await?;
            let is_mac = target.platform == Platform::Macos;
            let line = VncLine { connection, keepalive: target.keepalive, is_mac };
            Ok(Box::new(line) as Box<dyn Line<Desktop>>)
        })
    }
}

/// A desktop that is logged in.
struct VncLine {
    connection: Connection,
    keepalive: std::time::Duration,
    is_mac: bool,
}

impl Line<Desktop> for VncLine {
    fn is_alive(&self) -> bool {
        true
    }

    fn start<'a>(&'a mut self, _: &'a Target, _: DesktopInput) -> Running<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    fn run(self: Box<Self>, link: Link<Desktop>) -> Running<'static, Exit> {
        Box::pin(talk::talk(self.connection, link, self.keepalive, self.is_mac))
    }

    fn goodbye(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async {})
    }
}

/// Why a socket is of no use any more: what its sealed stream found, or else `otherwise`.
fn broken(error: std::io::Error, otherwise: BackendError) -> BackendError {
    match error.downcast::<transom_protocol::rfb::RfbError>() {
        Ok(error) => error.into(),
        Err(error) => {
            tracing::debug!(%error, "the VNC connection broke");
            otherwise
        }
    }
}

impl From<transom_protocol::rfb::RfbError> for BackendError {
    fn from(error: transom_protocol::rfb::RfbError) -> Self {
        use transom_protocol::rfb::RfbError as R;
        match error {
            R::Version => Self::Unreachable("it did not speak VNC".into()),
            R::Login(words) if words.is_empty() => Self::Login("user name or password not accepted".into()),
            R::Login(words) => Self::Login(words),
            R::Security(_) | R::Weak(_) => Self::Login(error.to_string()),
            R::Refused(words) => Self::Session(words),
            R::ScreenSize(..) => Self::Session(error.to_string()),
            other => Self::Gone(format!("its VNC server broke the protocol: {other}")),
        }
    }
}
