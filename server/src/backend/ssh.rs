//! SSH toward the machine (RFC 4251 to 4254) on russh: a terminal through a channel with a PTY.
//!
//! One connection per terminal. russh re-grants a channel's window when data arrives, not when it
//! is consumed, and stops its whole loop when a channel's queue is full; so the pump below always
//! drains the channel, and when the session is slower than the machine it closes the [`valve`] in
//! front of the socket instead. Writes go on meanwhile: Ctrl-C and window changes always get out.

mod certificate;
mod connect;
mod key;
mod launch;
mod pump;
mod sftp;
mod shell;
mod valve;

use std::future::Future;
use std::pin::Pin;

use launch::{Kit, Manner};

use super::{Backend, BackendError, Exit, Line, Link, Running, Target, Terminal, TerminalInput, Terms};

pub use sftp::{FileError, Files, Found, Listing, Opened, Piece, Uploading};

pub use key::{generate as generate_key, is_certificate, is_pin, looks_like_key, public_key_of};

/// The SSH back end.
#[derive(Debug, Clone, Copy)]
pub struct Ssh;

impl Backend<Terminal> for Ssh {
    fn protocol(&self) -> &'static str {
        "ssh"
    }

    fn terms(&self) -> Terms {
        Terms { name: "SSH", has_keys: true }
    }

    fn connect(&self, target: Target) -> Running<'static, Box<dyn Line<Terminal>>> {
        Box::pin(async move {
            let connection = connect::connect(&target).await?;
            let reserved = connection.reserve(&target).await;
            Ok(Box::new(SshLine { connection, reserved, started: None }) as Box<dyn Line<Terminal>>)
        })
    }
}

/// A connection and its one terminal.
struct SshLine {
    connection: connect::Connection,
    reserved: Option<russh::Channel<russh::client::Msg>>,
    started: Option<Started>,
}

/// A terminal whose shell has been started.
struct Started {
    channel: russh::Channel<russh::client::Msg>,
    target: Target,
    size: transom_protocol::wire::Size,
}

impl Line<Terminal> for SshLine {
    fn is_alive(&self) -> bool {
        self.connection.is_alive()
    }

    fn start<'a>(&'a mut self, target: &'a Target, start: TerminalInput) -> Running<'a, ()> {
        Box::pin(async move {
            let TerminalInput::Resize(size) = start else {
                return Err(BackendError::Session("a terminal starts with its size".into()));
            };
            let reserved = self.reserved.take();
            let channel = self.connection.terminal(reserved, target, size, Manner::User, Kit::Perl).await?;
            self.started = Some(Started { channel, target: target.clone(), size });
            Ok(())
        })
    }

    fn run(self: Box<Self>, link: Link<Terminal>) -> Running<'static, Exit> {
        Box::pin(async move {
            let Self { connection, started, .. } = *self;
            let Some(Started { channel, target, size }) = started else {
                return Err(BackendError::Session("it was not started".into()));
            };
            let result = shell::run(&connection, channel, &target, size, link).await;
            connection.goodbye().await;
            result
        })
    }

    fn goodbye(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move { self.connection.goodbye().await })
    }
}
