//! A browser's tab that comes back after each cut: output goes on at its byte, and input that was
//! not acknowledged is sent again.

use std::io;

use anyhow::Context as _;
use bytes::Bytes;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use transom_protocol::limits;
use transom_protocol::wire::Resume;

use crate::socket::{Closed, Dropped, Socket};

/// A tab with one terminal.
pub struct Tab {
    /// Where it connects to: the server, or a cable that leads there.
    pub route: String,
    origin: String,
    token: String,
    session: String,
    viewer: String,
    socket: Option<Socket>,
    /// Offset of the next output byte.
    pub offset: u64,
    /// How often it came back.
    pub comebacks: u32,
    /// How often the server started over.
    pub resets: u32,
    /// Bytes that the server says were never shown.
    pub skipped: u64,
    /// Input that the server has applied.
    pub applied: u64,
    /// All input so far.
    typed: Vec<u8>,
}

/// What a turn brought.
#[derive(Debug, PartialEq, Eq)]
pub enum Turn {
    /// Output that starts at this offset.
    Output(u64, Vec<u8>),
    /// Anything else.
    Else,
    /// The server has closed.
    Closed(Closed),
}

impl Tab {
    /// Opens a terminal at `url`, which is the server's own origin.
    ///
    /// # Errors
    /// Where the server says no.
    pub async fn open(url: &str, token: &str) -> anyhow::Result<Self> {
        let socket = Socket::connect(url, url).await?.open(token).await?;
        let welcome = socket.welcomed()?.clone();
        let mut tab = Self {
            route: url.to_owned(),
            origin: url.to_owned(),
            token: token.to_owned(),
            session: welcome.session,
            viewer: welcome.viewer,
            socket: None,
            offset: socket.offset,
            comebacks: 0,
            resets: 0,
            skipped: 0,
            applied: 0,
            typed: Vec::new(),
        };
        tab.socket = Some(tab.watched(socket));
        Ok(tab)
    }

    fn watched(&self, mut socket: Socket) -> Socket {
        socket.keeps = false;
        socket
    }

    /// How much was typed.
    #[must_use]
    pub fn typed(&self) -> u64 {
        self.typed.len() as u64
    }

    /// Drops the connection; the next turn makes another.
    pub fn cut(&mut self) {
        self.socket = None;
    }

    /// Types; what does not get through now is sent again after the next comeback.
    ///
    /// # Errors
    /// Where something else is wrong than the connection.
    pub async fn type_text(&mut self, text: &str) -> anyhow::Result<()> {
        let offset = self.typed();
        self.typed.extend_from_slice(text.as_bytes());
        let Some(socket) = &mut self.socket else { return Ok(()) };
        let sent = socket.input_at(offset, Bytes::copy_from_slice(text.as_bytes())).await;
        self.survived(sent).map(|_| ())
    }

    /// The next thing that happens; makes a connection first where there is none.
    ///
    /// # Errors
    /// Where something else is wrong than the connection.
    pub async fn turn(&mut self) -> anyhow::Result<Turn> {
        if self.socket.is_none() {
            let back = self.come_back().await;
            return Ok(self.survived(back)?.flatten().map_or(Turn::Else, Turn::Closed));
        }
        let Some(socket) = &mut self.socket else { return Ok(Turn::Else) };
        let (resets, skipped) = (socket.resets, socket.skipped);
        let step = socket.step().await;
        // What came before the connection broke counts all the same.
        self.applied = self.applied.max(socket.applied);
        self.resets += socket.resets - resets;
        self.skipped += socket.skipped - skipped;
        let from = if socket.resets > resets { socket.offset } else { self.offset };
        self.offset = socket.offset;
        let turn = if socket.offset > from { Turn::Output(from, socket.output.clone()) } else { Turn::Else };
        Ok(self.survived(step)?.flatten().map_or(turn, Turn::Closed))
    }

    async fn come_back(&mut self) -> anyhow::Result<Option<Closed>> {
        self.comebacks += 1;
        let socket = Socket::connect(&self.route, &self.origin).await?;
        let resume = Resume { viewer: self.viewer.clone(), output: self.offset };
        let socket = self.watched(socket);
        let mut socket = socket.join(&self.token, &self.session, Some(resume)).await?;
        let welcome = socket.welcomed()?.clone();
        self.viewer = welcome.viewer;
        self.applied = self.applied.max(welcome.input);
        let mut offset = welcome.input;
        let left = self.typed.get(usize::try_from(offset)?..).context("more was applied than typed")?;
        for piece in left.chunks(limits::INPUT_BYTES) {
            socket.input_at(offset, Bytes::copy_from_slice(piece)).await?;
            offset += piece.len() as u64;
        }
        self.socket = Some(socket);
        Ok(None)
    }

    /// Gives up the connection where `result` says that it broke.
    fn survived<T>(&mut self, result: anyhow::Result<T>) -> anyhow::Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_broken(&error) => {
                self.socket = None;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether the network did it. Anything else is for the test to know.
fn is_broken(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>().is_some() || error.downcast_ref::<Dropped>().is_some();
    io || matches!(
        error.downcast_ref::<Error>(),
        Some(
            Error::Io(_)
                | Error::ConnectionClosed
                | Error::AlreadyClosed
                | Error::Protocol(
                    ProtocolError::ResetWithoutClosingHandshake | ProtocolError::HandshakeIncomplete
                )
        )
    )
}
