//! A VNC client that is no browser: over TCP as it is, or over a WebSocket with what noVNC asks for.

use anyhow::{Context as _, bail};
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use transom_protocol::rfb::{
    ClientMessage, Decoder, Encoding, Event, Framebuffer, Handshake, Login, Random, Step,
};

use crate::gateway::{Wire, connect};

/// Bits of a fence that are sent back; what asks for an answer is not.
const FENCE_KNOWN: u32 = 7;

enum Pipe {
    Plain(TcpStream),
    Web(Box<Wire>),
}

/// A client that shows a screen to nobody.
pub struct Client {
    pipe: Pipe,
    input: BytesMut,
    decoder: Decoder,
    /// What it shows.
    pub screen: Framebuffer,
    /// Whether updates come without being asked for.
    unasked: bool,
}

impl Client {
    /// Straight to a VNC server, for pixels as they are.
    pub async fn plain(port: u16) -> anyhow::Result<Self> {
        let encodings = vec![Encoding::CopyRect, Encoding::Raw, Encoding::LastRect];
        let set = ClientMessage::SetEncodings { encodings, quality: None, compression: None };
        Self::open(Pipe::Plain(connect(port).await?), &set).await
    }

    /// Through websockify, as noVNC does by itself.
    pub async fn web(port: u16) -> anyhow::Result<Self> {
        let encodings = vec![
            Encoding::CopyRect,
            Encoding::Tight,
            Encoding::Raw,
            Encoding::LastRect,
            Encoding::Fence,
            Encoding::ContinuousUpdates,
            Encoding::Cursor,
        ];
        let set = ClientMessage::SetEncodings { encodings, quality: Some(6), compression: Some(2) };
        Self::open(Pipe::Web(Box::new(Wire::open(port, "/websockify", "").await?)), &set).await
    }

    async fn open(pipe: Pipe, encodings: &ClientMessage) -> anyhow::Result<Self> {
        let (decoder, screen) = (Decoder::new(), Framebuffer::new(1, 1)?);
        let mut client = Self { pipe, input: BytesMut::new(), decoder, screen, unasked: false };
        let login = Login { username: None, password: None, none: true, pinned: false };
        let mut handshake = Handshake::new(login, Random([0; 640].into()));
        let init = loop {
            match handshake.step(&mut client.input)? {
                Step::Wait => client.receive().await?,
                Step::Send(bytes) => client.send(Bytes::copy_from_slice(&bytes)).await?,
                Step::Tls | Step::Key(_) | Step::Seal => bail!("encryption was not asked for"),
                Step::Ready(init) => break init,
            }
        };
        client.screen = Framebuffer::new(init.width, init.height)?;
        client.say(&ClientMessage::SetPixelFormat).await?;
        client.say(encodings).await?;
        client.request(false).await?;
        Ok(client)
    }

    /// Takes what comes until an update is complete, and asks for the next one.
    pub async fn update(&mut self) -> anyhow::Result<()> {
        loop {
            let Some(event) = self.decoder.advance(&mut self.input, &mut self.screen)? else {
                self.receive().await?;
                continue;
            };
            match event {
                Event::UpdateBegins if !self.unasked => self.request(true).await?,
                Event::FrameEnd => return Ok(()),
                Event::Fence { flags, payload } => {
                    let answer = ClientMessage::Fence { flags: flags & FENCE_KNOWN, payload };
                    self.say(&answer).await?;
                }
                Event::ContinuousUpdates if !self.unasked => {
                    self.unasked = true;
                    let all = self.screen.bounds();
                    self.say(&ClientMessage::ContinuousUpdates { on: true, rect: all }).await?;
                }
                _ => {}
            }
        }
    }

    /// Presses a key and lets it go.
    pub async fn press(&mut self, keysym: u32) -> anyhow::Result<()> {
        for down in [true, false] {
            self.say(&ClientMessage::Key { down, keysym }).await?;
        }
        Ok(())
    }

    async fn request(&mut self, incremental: bool) -> anyhow::Result<()> {
        let rect = self.screen.bounds();
        self.say(&ClientMessage::UpdateRequest { incremental, rect }).await
    }

    async fn say(&mut self, message: &ClientMessage) -> anyhow::Result<()> {
        self.send(message.encode()).await
    }

    async fn send(&mut self, bytes: Bytes) -> anyhow::Result<()> {
        match &mut self.pipe {
            Pipe::Plain(stream) => Ok(stream.write_all(&bytes).await?),
            Pipe::Web(wire) => wire.send(Message::Binary(bytes)).await,
        }
    }

    async fn receive(&mut self) -> anyhow::Result<()> {
        match &mut self.pipe {
            Pipe::Plain(stream) => {
                self.input.reserve(1 << 16);
                let read = stream.read_buf(&mut self.input).await?;
                (read > 0).then_some(()).context("the server hung up")
            }
            Pipe::Web(wire) => {
                if let Message::Binary(bytes) = wire.receive().await? {
                    self.input.extend_from_slice(&bytes);
                }
                Ok(())
            }
        }
    }
}
