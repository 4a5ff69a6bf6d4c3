//! SSH toward the machine (RFC 4251 to 4254) on russh: a terminal through a channel with a PTY.
//!
//! One connection per terminal. russh re-grants a channel's window when data arrives, not when it
//! is consumed, and stops its whole loop when a channel's queue is full; so the pump below always
//! drains the channel, and when the session is slower than the machine it closes the [`valve`] in
//! front of the socket instead. Writes go on meanwhile: Ctrl-C and window changes always get out.

mod certificate;
mod command;
mod connect;
mod key;
mod pump;
mod sftp;
mod valve;

use super::{Backend, BackendError, Exit, Link, Running, Target, Terminal, TerminalInput};

pub use sftp::{FileError, Files, Found, Listing, Opened, Piece, Uploading};

pub use key::{generate as generate_key, is_certificate, is_pin, looks_like_key, public_key_of};

/// The SSH back end.
#[derive(Debug, Clone, Copy)]
pub struct Ssh;

impl Backend<Terminal> for Ssh {
    fn protocol(&self) -> &'static str {
        "ssh"
    }

    fn probe(&self, target: Target) -> Running<'static, ()> {
        Box::pin(async move {
            let connection = connect::connect(&target).await?;
            connection.goodbye().await;
            Ok(())
        })
    }

    fn run(&self, target: Target, start: TerminalInput, link: Link<Terminal>) -> Running<'static, Exit> {
        Box::pin(async move {
            let TerminalInput::Resize(size) = start else {
                return Err(BackendError::Session("a terminal starts with its size".into()));
            };
            let connection = connect::connect(&target).await?;
            let channel = connection.terminal(&target, size).await?;
            let result = pump::pump(channel, connection.valve(), link).await;
            connection.goodbye().await;
            result
        })
    }
}
