//! A viewer of the server under test.

use anyhow::bail;
use transom_protocol::limits;
use transom_protocol::wire::ClientMessage;
use transom_tests::ci::Ci;
use transom_tests::socket::Socket;

use crate::shell::Viewer;

/// A terminal, with a viewer that acknowledges as Transom's page does: every 64 KiB that it has
/// parsed, and when there is nothing left.
pub struct Transom {
    /// The viewer's WebSocket.
    pub socket: Socket,
    /// Whether the newest piece replaces all that came before.
    pub started_over: bool,
    /// Whether the newest piece restores a screen, rather than being output.
    pub is_screen: bool,
    url: String,
    token: String,
    received: u64,
    /// Of what was received, this came before the newest reset and is not acknowledged any more.
    before_reset: u64,
    acked: u64,
    screen: usize,
}

impl Transom {
    /// Connects and opens a terminal.
    pub async fn open(ci: &Ci, token: &str) -> anyhow::Result<Self> {
        let socket = eager(ci.socket().await?).open(token).await?;
        Ok(Self::around(ci, token, socket))
    }

    /// Connects and joins a session.
    pub async fn join(ci: &Ci, token: &str, session: &str) -> anyhow::Result<Self> {
        let socket = eager(ci.socket().await?).join(token, session, None).await?;
        Ok(Self::around(ci, token, socket))
    }

    fn around(ci: &Ci, token: &str, socket: Socket) -> Self {
        let acked = socket.offset;
        let (url, token) = (ci.url.clone(), token.to_owned());
        Self {
            socket,
            url,
            token,
            started_over: false,
            is_screen: false,
            received: 0,
            before_reset: 0,
            acked,
            screen: 0,
        }
    }

    /// Presents a newer token; the answer comes among the others.
    pub async fn renew(&mut self, token: &str) -> anyhow::Result<()> {
        token.clone_into(&mut self.token);
        self.socket.say(&ClientMessage::Renew { token: token.to_owned() }).await
    }

    /// Ends the session, whatever runs in it.
    pub async fn end(self) -> anyhow::Result<()> {
        let session = &self.socket.welcomed()?.session;
        let request = reqwest::Client::new().delete(format!("{}/api/v1/sessions/{session}", self.url));
        request.bearer_auth(&self.token).send().await?.error_for_status()?;
        self.ended().await
    }

    /// Waits for the end of the session.
    pub async fn ended(mut self) -> anyhow::Result<()> {
        self.socket.acks = true;
        self.socket.ack().await?;
        self.socket.closed().await?;
        Ok(())
    }
}

fn eager(mut socket: Socket) -> Socket {
    (socket.acks, socket.keeps) = (false, false);
    socket
}

impl Viewer for Transom {
    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        self.socket.type_text(text).await
    }

    async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let (before, resets) = (self.socket.offset, self.socket.resets);
        if let Some(closed) = self.socket.step().await? {
            bail!("{closed:?}");
        }
        if self.socket.resets > resets {
            self.started_over = true;
            self.before_reset = self.received;
            self.acked = self.socket.offset;
            self.screen = 0;
        }
        let screen = self.socket.screen.get(self.screen..).unwrap_or_default().to_vec();
        self.screen = self.socket.screen.len();
        self.is_screen = self.socket.resets > resets || self.socket.offset == before;
        let piece = if self.is_screen {
            // The screen has no offset: it is parsed, and nothing is said of it.
            self.before_reset += screen.len() as u64;
            screen
        } else {
            self.socket.output.clone()
        };
        self.received += piece.len() as u64;
        Ok(piece)
    }

    async fn parsed(&mut self, bytes: u64, all: bool) -> anyhow::Result<()> {
        if bytes < self.before_reset {
            return Ok(());
        }
        let offset = self.socket.offset - (self.received - bytes);
        if offset >= self.acked + limits::ACK_EVERY_BYTES || (all && offset > self.acked) {
            self.acked = offset;
            self.socket.ack_to(offset).await?;
        }
        Ok(())
    }
}
