//! A browser's side of a desktop: shows its pictures, and acknowledges them.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio_tungstenite::tungstenite::Message;
use transom_protocol::rfb::Framebuffer;
use transom_protocol::wire::desktop::{DesktopClientFrame, DesktopServerFrame, Key};
use transom_protocol::wire::{
    Attach, ClientMessage, DesktopState, Family, Hello, ServerMessage, Size, Welcome,
};

use crate::PATIENCE;
use crate::picture::Picture;
use crate::socket::{Closed, Stream};

/// A viewer of a desktop.
pub struct Watcher {
    stream: Stream,
    /// The server's first message.
    pub welcome: Option<Welcome>,
    /// What is shown.
    pub picture: Picture,
    /// Number of the last complete picture.
    pub number: u32,
    /// Complete pictures that came.
    pub pictures: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Whether pictures are acknowledged by themselves.
    pub acks: bool,
    /// What the desktop is like.
    pub state: Option<DesktopState>,
    /// Texts of the machine's clipboard.
    pub clipboards: Vec<String>,
    clipboard: Vec<u8>,
    /// How often the bell rang.
    pub bells: u64,
    /// Control messages, in order.
    pub messages: Vec<ServerMessage>,
}

impl Watcher {
    /// Opens a desktop, or joins the session.
    ///
    /// # Errors
    /// Where it is not let in.
    pub async fn enter(stream: Stream, token: &str, session: Option<&str>) -> anyhow::Result<Self> {
        let mut watcher = Self::hello(stream, token, session).await?;
        watcher.until(|watcher| watcher.welcome.is_some()).await?;
        Ok(watcher)
    }

    /// The same for one that is refused.
    ///
    /// # Errors
    /// Where it is let in.
    pub async fn enter_refused(stream: Stream, token: &str, session: Option<&str>) -> anyhow::Result<Closed> {
        Self::hello(stream, token, session).await?.closed().await
    }

    async fn hello(stream: Stream, token: &str, session: Option<&str>) -> anyhow::Result<Self> {
        let mut watcher = Self {
            stream,
            welcome: None,
            picture: Picture::new()?,
            number: 0,
            pictures: 0,
            bytes: 0,
            acks: true,
            state: None,
            clipboards: Vec::new(),
            clipboard: Vec::new(),
            bells: 0,
            messages: Vec::new(),
        };
        let size = Size::default();
        let attach = match session {
            None => Attach::Open { family: Family::Desktop, size },
            Some(session) => Attach::Join { session: session.to_owned(), size, resume: None },
        };
        watcher.say(&ClientMessage::Hello(Hello { token: token.to_owned(), attach })).await?;
        Ok(watcher)
    }

    /// Its id.
    #[must_use]
    pub fn viewer(&self) -> String {
        self.welcome.as_ref().map(|w| w.viewer.clone()).unwrap_or_default()
    }

    /// Who has pointer and keys, as the server said last.
    #[must_use]
    pub fn driver(&self) -> Option<&str> {
        self.messages.iter().rev().find_map(|message| match message {
            ServerMessage::Presence { driver, .. } => driver.as_deref(),
            _ => None,
        })
    }

    /// Sends a control message.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn say(&mut self, message: &ClientMessage) -> anyhow::Result<()> {
        Ok(self.stream.send(Message::text(serde_json::to_string(message)?)).await?)
    }

    /// Does something.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn act(&mut self, frame: &DesktopClientFrame) -> anyhow::Result<()> {
        Ok(self.stream.send(Message::binary(frame.encode())).await?)
    }

    /// Does all of this at once.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn act_all(&mut self, frames: &[DesktopClientFrame]) -> anyhow::Result<()> {
        for frame in frames {
            self.stream.feed(Message::binary(frame.encode())).await?;
        }
        Ok(self.stream.flush().await?)
    }

    /// Presses and releases a key by what it means.
    ///
    /// # Errors
    /// Where the connection is gone.
    pub async fn press(&mut self, keysym: u32) -> anyhow::Result<()> {
        for down in [true, false] {
            self.act(&DesktopClientFrame::Key(Key { down, code: 0, keysym })).await?;
        }
        Ok(())
    }

    /// Waits until the server has heard all that was said so far.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn settled(&mut self) -> anyhow::Result<()> {
        let is_pong = |message: &ServerMessage| matches!(message, ServerMessage::Pong { .. });
        let before = self.messages.iter().filter(|m| is_pong(m)).count();
        self.say(&ClientMessage::Ping { id: 1 }).await?;
        self.until(|watcher| watcher.messages.iter().filter(|m| is_pong(m)).count() > before).await
    }

    /// Takes what comes until `enough`.
    ///
    /// # Errors
    /// Where it does not come to that in time.
    pub async fn until(&mut self, enough: impl Fn(&Self) -> bool) -> anyhow::Result<()> {
        let waiting = async {
            while !enough(self) {
                if let Some(closed) = self.step().await? {
                    bail!("closed: {closed:?}");
                }
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, waiting).await.context("it did not come to that")?
    }

    /// Takes what comes until the picture is exactly `wanted`.
    ///
    /// # Errors
    /// Where it does not come to that in time.
    pub async fn shows(
        &mut self,
        mut wanted: impl FnMut() -> anyhow::Result<Framebuffer>,
    ) -> anyhow::Result<()> {
        for _ in 0..(PATIENCE.as_millis() / 100) {
            if self.picture.screen == wanted()? {
                return Ok(());
            }
            let _ = tokio::time::timeout(Duration::from_millis(100), self.step()).await;
        }
        let wanted = wanted()?;
        let (screen, of) = (&self.picture.screen, (wanted.width(), wanted.height()));
        ensure!((screen.width(), screen.height()) == of, "a picture of another size");
        let differ = screen.pixels().iter().zip(wanted.pixels()).filter(|(a, b)| a != b).count();
        bail!("{differ} pixels differ")
    }

    /// Waits for the end.
    ///
    /// # Errors
    /// Where it does not come.
    pub async fn closed(&mut self) -> anyhow::Result<Closed> {
        let waiting = async {
            loop {
                if let Some(closed) = self.step().await? {
                    return Ok(closed);
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.context("it was not closed")?
    }

    /// Handles one message; says how it ended where that was its end.
    ///
    /// # Errors
    /// Where what comes is wrong.
    pub async fn step(&mut self) -> anyhow::Result<Option<Closed>> {
        match self.stream.next().await.context("dropped without a close")?? {
            Message::Text(text) => {
                let message: ServerMessage = serde_json::from_str(&text)?;
                match &message {
                    ServerMessage::Welcome(welcome) => self.welcome = Some(welcome.clone()),
                    ServerMessage::Desktop(state) => self.state = Some(state.clone()),
                    ServerMessage::Bell => self.bells += 1,
                    ServerMessage::Closing { code, problem, detail } => {
                        let (code, problem, detail) = (*code, problem.clone(), detail.clone());
                        return Ok(Some(Closed { code, problem, detail }));
                    }
                    _ => {}
                }
                self.messages.push(message);
            }
            Message::Binary(bytes) => match DesktopServerFrame::parse(bytes)? {
                DesktopServerFrame::Picture { number, is_last, ops } => {
                    self.bytes += ops.len() as u64;
                    self.picture.draw(&ops)?;
                    if is_last {
                        ensure!(self.picture.is_whole(), "half an operation at the end of a picture");
                        ensure!(number > self.number, "picture {number} behind {}", self.number);
                        self.number = number;
                        self.pictures += 1;
                        if self.acks {
                            self.act(&DesktopClientFrame::PictureAck { number }).await?;
                        }
                    }
                }
                DesktopServerFrame::Clipboard { is_last, bytes } => {
                    self.clipboard.extend_from_slice(&bytes);
                    if is_last {
                        let text = std::mem::take(&mut self.clipboard);
                        self.clipboards.push(String::from_utf8(text)?);
                    }
                }
            },
            Message::Close(frame) => bail!("closed without a word: {frame:?}"),
            _ => {}
        }
        Ok(None)
    }
}
