//! A browser's side of the WebSocket, byte for byte.

mod refused;

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use transom_protocol::wire::{
    Attach, ClientFrame, ClientMessage, Family, Hello, Resume, SUBPROTOCOL, ServerFrame, ServerMessage, Size,
    Welcome,
};

use crate::PATIENCE;

/// Messages both ways.
pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A WebSocket to the server.
pub struct Socket {
    stream: Stream,
    /// The server's first message.
    pub welcome: Option<Welcome>,
    /// What restored the screen at the last reset.
    pub screen: Vec<u8>,
    /// All output since the last reset.
    pub output: Vec<u8>,
    /// Offset of the next output byte.
    pub offset: u64,
    /// How often the server started over.
    pub resets: u32,
    /// Bytes that were never shown.
    pub skipped: u64,
    /// Input that the server has applied.
    pub applied: u64,
    /// Input that was sent.
    pub typed: u64,
    /// The terminal's size as the server says.
    pub size: Option<Size>,
    /// Control messages, in order.
    pub messages: Vec<ServerMessage>,
    /// Whether output is acknowledged by itself.
    pub acks: bool,
    /// Whether all output is kept, rather than the newest piece only.
    pub keeps: bool,
}

/// The connection ended without a close.
#[derive(Debug, Clone, Copy)]
pub struct Dropped;

impl std::fmt::Display for Dropped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("connection dropped without a close")
    }
}

impl std::error::Error for Dropped {}

/// How a conversation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Close code.
    pub code: u16,
    /// Name of the problem, from `closing`.
    pub problem: String,
    /// Its sentence.
    pub detail: String,
}

impl Socket {
    /// Connects from a page of `origin`.
    ///
    /// # Errors
    /// Where the upgrade is refused.
    pub async fn connect(url: &str, origin: &str) -> anyhow::Result<Self> {
        Self::connect_with(url, &[("origin", origin), ("sec-websocket-protocol", SUBPROTOCOL)], None).await
    }

    /// Connects from the server's own page, with so many bytes of room for what was not read yet.
    ///
    /// # Errors
    /// Where the upgrade is refused.
    pub async fn connect_narrow(url: &str, room: u32) -> anyhow::Result<Self> {
        Self::connect_with(url, &[("origin", url), ("sec-websocket-protocol", SUBPROTOCOL)], Some(room)).await
    }

    /// Connects with these headers, and so many bytes of room for what was not read yet.
    ///
    /// # Errors
    /// Where the upgrade is refused.
    pub async fn connect_with(
        url: &str,
        headers: &[(&'static str, &str)],
        room: Option<u32>,
    ) -> anyhow::Result<Self> {
        let mut request = format!("{}/api/v1/socket", url.replacen("http", "ws", 1)).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        let address = url.trim_start_matches("http://").parse()?;
        let socket = TcpSocket::new_v4()?;
        if let Some(room) = room {
            socket.set_recv_buffer_size(room)?;
        }
        let stream = tokio::time::timeout(PATIENCE, socket.connect(address)).await??;
        // As browsers do.
        stream.set_nodelay(true)?;
        let stream = MaybeTlsStream::Plain(stream);
        let upgrade = tokio_tungstenite::client_async(request, stream);
        let (stream, _) = tokio::time::timeout(PATIENCE, upgrade).await??;
        Ok(Self {
            stream,
            welcome: None,
            screen: Vec::new(),
            output: Vec::new(),
            offset: 0,
            resets: 0,
            skipped: 0,
            applied: 0,
            typed: 0,
            size: None,
            messages: Vec::new(),
            acks: true,
            keeps: true,
        })
    }

    /// The messages alone.
    #[must_use]
    pub fn into_stream(self) -> Stream {
        self.stream
    }

    /// Sends a control message.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn say(&mut self, message: &ClientMessage) -> anyhow::Result<()> {
        self.raw(Message::text(serde_json::to_string(message)?)).await
    }

    /// Sends anything.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn raw(&mut self, message: Message) -> anyhow::Result<()> {
        tokio::time::timeout(PATIENCE, self.stream.send(message)).await??;
        Ok(())
    }

    /// Opens a terminal and waits for the welcome.
    ///
    /// # Errors
    /// Where the server says no.
    pub async fn open(mut self, token: &str) -> anyhow::Result<Self> {
        let attach = Attach::Open { family: Family::Terminal, size: Size { cols: 80, rows: 24 } };
        self.hello(token, attach).await?;
        Ok(self)
    }

    /// Joins a running session and waits for the welcome.
    ///
    /// # Errors
    /// Where the server says no.
    pub async fn join(mut self, token: &str, session: &str, resume: Option<Resume>) -> anyhow::Result<Self> {
        let size = Size { cols: 80, rows: 24 };
        if let Some(resume) = &resume {
            self.offset = resume.output;
        }
        self.hello(token, Attach::Join { session: session.to_owned(), size, resume }).await?;
        Ok(self)
    }

    /// Says hello and waits for the welcome.
    ///
    /// # Errors
    /// Where the server says no.
    pub async fn hello(&mut self, token: &str, attach: Attach) -> anyhow::Result<()> {
        self.say(&ClientMessage::Hello(Hello { token: token.to_owned(), attach })).await?;
        while self.welcome.is_none() {
            if let Some(closed) = self.step().await? {
                bail!("{closed:?}");
            }
        }
        Ok(())
    }

    /// Presents a newer token and waits for the answer.
    ///
    /// # Errors
    /// Where it is not taken.
    pub async fn renew(&mut self, token: &str) -> anyhow::Result<()> {
        let renewals =
            |s: &Self| s.messages.iter().filter(|m| matches!(m, ServerMessage::Renewed { .. })).count();
        let before = renewals(self);
        self.say(&ClientMessage::Renew { token: token.to_owned() }).await?;
        self.until(|s| renewals(s) > before).await
    }

    /// What the server said first.
    ///
    /// # Errors
    /// Before it has.
    pub fn welcomed(&self) -> anyhow::Result<&Welcome> {
        self.welcome.as_ref().context("no welcome")
    }

    /// Where to go on after this connection.
    ///
    /// # Errors
    /// Before the welcome.
    pub fn resume(&self) -> anyhow::Result<Resume> {
        Ok(Resume { viewer: self.welcomed()?.viewer.clone(), output: self.offset })
    }

    /// Types.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn type_text(&mut self, text: &str) -> anyhow::Result<()> {
        let bytes = Bytes::copy_from_slice(text.as_bytes());
        let offset = self.typed;
        self.typed += bytes.len() as u64;
        self.raw(Message::Binary(ClientFrame::Input { offset, bytes }.encode())).await
    }

    /// Sends input that starts at `offset`, perhaps again.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn input_at(&mut self, offset: u64, bytes: Bytes) -> anyhow::Result<()> {
        self.typed = self.typed.max(offset + bytes.len() as u64);
        self.raw(Message::Binary(ClientFrame::Input { offset, bytes }.encode())).await
    }

    /// Acknowledges all output so far.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn ack(&mut self) -> anyhow::Result<()> {
        self.ack_to(self.offset).await
    }

    /// Acknowledges the output below `offset`.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn ack_to(&mut self, offset: u64) -> anyhow::Result<()> {
        self.raw(Message::Binary(ClientFrame::OutputAck { offset }.encode())).await
    }

    /// All that is shown as text, without the marks by which bash switches bracketed paste.
    #[must_use]
    pub fn text(&self) -> String {
        let shown = [self.screen.as_slice(), self.output.as_slice()].concat();
        String::from_utf8_lossy(&shown).replace("\x1b[?2004l\r", "").replace("\x1b[?2004h", "")
    }

    /// The end of the output, for whoever looks for what is not there.
    fn last_words(&self) -> String {
        let text = self.text();
        let from = text.char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
        text[from..].to_owned()
    }

    /// Waits until the output holds `text`; returns all of it.
    ///
    /// # Errors
    /// Where it does not come, or the connection ends first.
    pub async fn see(&mut self, text: &str) -> anyhow::Result<String> {
        self.until(|s| s.text().contains(text))
            .await
            .with_context(|| format!("looked for {text:?} in …{:?}", self.last_words()))?;
        Ok(self.text())
    }

    /// Waits until something is so.
    ///
    /// # Errors
    /// Where it does not become so in time, or the connection ends first.
    pub async fn until(&mut self, wanted: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let waiting = async {
            while !wanted(self) {
                if let Some(closed) = self.step().await? {
                    bail!("{closed:?}");
                }
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, waiting).await.context("it never came to be")?
    }

    /// Waits until the server closes.
    ///
    /// # Errors
    /// Where it does not, or does not say why.
    pub async fn closed(&mut self) -> anyhow::Result<Closed> {
        // Pings go on for ever, so each step's own patience is not enough.
        let waiting = async {
            loop {
                if let Some(closed) = self.step().await? {
                    return Ok(closed);
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.context("it was not closed")?
    }

    /// Handles one message; says how the conversation ended where this was its end.
    ///
    /// # Errors
    /// Where nothing comes in time, or what comes is wrong.
    pub async fn step(&mut self) -> anyhow::Result<Option<Closed>> {
        let message = tokio::time::timeout(PATIENCE, self.stream.next()).await.context("nothing came")?;
        match message.ok_or(Dropped)?? {
            Message::Text(text) => {
                let message: ServerMessage = serde_json::from_str(&text)?;
                match &message {
                    ServerMessage::Welcome(welcome) => {
                        self.typed = welcome.input;
                        self.size = Some(welcome.size);
                        self.welcome = Some(welcome.clone());
                    }
                    ServerMessage::Size(size) => self.size = Some(*size),
                    _ => {}
                }
                self.messages.push(message);
            }
            Message::Binary(bytes) => match ServerFrame::parse(bytes)? {
                ServerFrame::Output { offset, bytes } => {
                    ensure!(offset == self.offset, "output at {offset} instead of {}", self.offset);
                    self.offset += bytes.len() as u64;
                    if !self.keeps {
                        self.output.clear();
                    }
                    self.output.extend_from_slice(&bytes);
                    if self.acks {
                        self.ack().await?;
                    }
                }
                ServerFrame::Reset { offset, skipped, size, screen } => {
                    self.offset = offset;
                    self.skipped += skipped;
                    self.size = Some(size);
                    self.resets += 1;
                    self.output.clear();
                    self.screen = screen.to_vec();
                }
                ServerFrame::Screen { bytes } => self.screen.extend_from_slice(&bytes),
                ServerFrame::InputAck { offset } => self.applied = offset,
            },
            Message::Close(frame) => {
                // The answer to a close is written by itself, and sent here.
                let _ = self.stream.flush().await;
                let code = frame.map_or(1005, |f| f.code.into());
                let said = self.messages.iter().rev().find_map(|m| match m {
                    ServerMessage::Closing { problem, detail, .. } => Some((problem.clone(), detail.clone())),
                    _ => None,
                });
                let (problem, detail) = said.unwrap_or_default();
                return Ok(Some(Closed { code, problem, detail }));
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
        }
        Ok(None)
    }

    /// Whether nothing comes for `quiet`.
    ///
    /// # Errors
    /// Where what comes is wrong.
    pub async fn is_quiet(&mut self, quiet: Duration) -> anyhow::Result<bool> {
        match tokio::time::timeout(quiet, self.step()).await {
            Err(_) => Ok(true),
            Ok(step) => step.map(|_| false),
        }
    }

    /// Drops the connection without a word, as a network does.
    pub fn cut(self) {
        drop(self);
    }
}
