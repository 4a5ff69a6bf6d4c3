//! The conversation with a VNC server once it has let us in.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::MissedTickBehavior;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::{ClientMessage, Encoding, Event, RfbError, Screen, ServerInit};

use super::clipboard::Exchange;
use super::connect::Connection;
use super::easel::{Easel, Said};
use super::keys::Keyboard;
use super::pointer::Pointer;
use crate::backend::{BackendError, Desktop, DesktopEvent, DesktopInput, Exit, Link};
use crate::picture::Canvas;

/// Read from the server at once, at most.
const READ_BYTES: usize = 256 * 1024;
/// With so much that the server has not taken yet, no more input is taken from the session.
const OUT_BYTES: usize = 64 * 1024;
/// What is said when the session is over has so long to get out.
const GOODBYE: Duration = Duration::from_millis(500);
/// A server that does not answer so many times is gone.
const MISSED: u32 = 3;
/// Asks a fence to be answered.
const FENCE_REQUEST: u32 = 1 << 31;
/// What an answer to a fence repeats.
const FENCE_FLAGS: u32 = 7;

/// The best first.
const ENCODINGS: [Encoding; 17] = [
    Encoding::CopyRect,
    Encoding::Tight,
    Encoding::Zrle,
    Encoding::Trle,
    Encoding::Hextile,
    Encoding::Zlib,
    Encoding::Raw,
    Encoding::CursorWithAlpha,
    Encoding::Cursor,
    Encoding::ExtendedDesktopSize,
    Encoding::DesktopSize,
    Encoding::LastRect,
    Encoding::DesktopName,
    Encoding::LedState,
    Encoding::ExtendedKeys,
    Encoding::ExtendedClipboard,
    Encoding::Fence,
];

/// Talks until one side ends it.
pub(super) async fn talk(
    connection: Connection,
    link: Link<Desktop>,
    keepalive: Duration,
    is_mac: bool,
) -> Result<Exit, BackendError> {
    let Connection { stream, init, input } = connection;
    let Link { input: mut wanted, output } = link;
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut easel = Easel::start()?;
    let canvas = Box::new(Canvas::new(init.width, init.height)?);
    let _ = easel.canvas.send(canvas).await;
    let mut talk = Talk::new(&init, is_mac || init.is_apple);
    let mut buffer = BytesMut::new();
    let mut piece = Some(input.freeze()).filter(|piece| !piece.is_empty());
    let mut probes = tokio::time::interval(keepalive.max(Duration::from_secs(1)));
    probes.set_missed_tick_behavior(MissedTickBehavior::Delay);
    probes.reset();
    let mut unanswered = 0;
    loop {
        tokio::select! {
            biased;
            message = wanted.recv(), if talk.out.len() < OUT_BYTES => match message {
                Some(DesktopInput::Canvas(canvas)) => drop(easel.canvas.send(canvas).await),
                Some(DesktopInput::Leave) | None => {
                    talk.release();
                    let goodbye = writer.write_all_buf(&mut talk.out);
                    let _ = tokio::time::timeout(GOODBYE, goodbye).await;
                    return Ok(Exit::Unknown);
                }
                Some(message) => talk.wanted(message),
            },
            written = writer.write_buf(&mut talk.out), if !talk.out.is_empty() => {
                written.map_err(gone)?;
            }
            slot = output.reserve(), if !talk.events.is_empty() => match slot {
                Ok(slot) => {
                    if let Some(event) = talk.events.pop_front() {
                        slot.send(event);
                    }
                }
                // The session is over; its input will say so.
                Err(_) => return Ok(Exit::Unknown),
            },
            said = easel.said.recv(), if talk.events.is_empty() => match said {
                Some(said) => talk.heard(said)?,
                None => return Err(BackendError::Gone("its pictures could not be drawn".into())),
            },
            slot = easel.bytes.reserve(), if piece.is_some() => {
                if let Ok(slot) = slot {
                    slot.send(piece.take().unwrap_or_default());
                }
            }
            read = async {
                buffer.reserve(READ_BYTES);
                reader.read_buf(&mut buffer).await
            }, if piece.is_none() => {
                if read.map_err(gone)? == 0 {
                    return Err(BackendError::Gone("the machine closed the connection".into()));
                }
                unanswered = 0;
                piece = Some(buffer.split().freeze());
            }
            _ = probes.tick(), if piece.is_none() => {
                unanswered += 1;
                if unanswered > MISSED {
                    return Err(BackendError::Gone("the machine no longer answers".into()));
                }
                // A pixel, whether it has changed or not.
                talk.say(&ClientMessage::UpdateRequest {
                    incremental: false,
                    rect: Rect { x: 0, y: 0, width: 1, height: 1 },
                });
            }
        }
    }
}

fn gone(error: std::io::Error) -> BackendError {
    tracing::debug!(%error, "the VNC connection broke");
    BackendError::Gone("the connection broke".into())
}

/// What is known of the server, and what is to be told to whom.
struct Talk {
    out: BytesMut,
    events: VecDeque<DesktopEvent>,
    size: (u16, u16),
    screens: Vec<Screen>,
    /// Whether all of the screen is wanted next, not only what has changed.
    wants_all: bool,
    keyboard: Keyboard,
    pointer: Pointer,
    clipboard: Exchange,
}

impl Talk {
    fn new(init: &ServerInit, is_mac: bool) -> Self {
        let mut talk = Self {
            out: BytesMut::new(),
            events: VecDeque::from([DesktopEvent::Ready { name: init.name.clone() }]),
            size: (init.width, init.height),
            screens: Vec::new(),
            wants_all: true,
            keyboard: Keyboard::new(is_mac),
            pointer: Pointer::default(),
            clipboard: Exchange::default(),
        };
        talk.say(&ClientMessage::SetPixelFormat);
        let encodings = ENCODINGS.to_vec();
        talk.say(&ClientMessage::SetEncodings { encodings, quality: None, compression: Some(1) });
        talk.ask();
        talk
    }

    fn say(&mut self, message: &ClientMessage) {
        self.out.extend_from_slice(&message.encode());
    }

    /// For the next picture.
    fn ask(&mut self) {
        let incremental = !std::mem::take(&mut self.wants_all);
        let rect = Rect { x: 0, y: 0, width: self.size.0, height: self.size.1 };
        self.say(&ClientMessage::UpdateRequest { incremental, rect });
    }

    /// What the session wants of the machine.
    fn wanted(&mut self, input: DesktopInput) {
        match input {
            DesktopInput::Key(key) => {
                if let Some(message) = self.keyboard.key(key) {
                    self.say(&message);
                }
            }
            DesktopInput::Pointer { buttons, x, y } => {
                let message = self.pointer.at(buttons, x, y);
                self.say(&message);
            }
            DesktopInput::Wheel { x, y, right, down } => {
                let messages = self.pointer.turned(x, y, right, down);
                messages.iter().for_each(|message| self.say(message));
            }
            DesktopInput::Release => self.release(),
            DesktopInput::Clipboard(text) => {
                let message = self.clipboard.offer(text);
                self.say(&message);
            }
            DesktopInput::Resize(width, height) => {
                let Some(first) = self.screens.first().copied() else { return };
                let screen = Screen { rect: Rect { x: 0, y: 0, width, height }, ..first };
                self.say(&ClientMessage::SetDesktopSize { width, height, screens: vec![screen] });
            }
            // Both are for the conversation itself.
            DesktopInput::Canvas(_) | DesktopInput::Leave => {}
        }
    }

    fn release(&mut self) {
        let messages = self.keyboard.release();
        messages.iter().for_each(|message| self.say(message));
        if let Some(message) = self.pointer.release() {
            self.say(&message);
        }
    }

    /// What the server said.
    fn heard(&mut self, said: Said) -> Result<(), RfbError> {
        match said {
            Said::Begun => self.ask(),
            Said::Picture(canvas) => self.events.push_back(DesktopEvent::Picture(canvas)),
            Said::Failed(error) => return Err(error),
            Said::Resized { width, height, screens } => {
                if (width, height) != self.size {
                    (self.size, self.wants_all) = ((width, height), true);
                }
                if !screens.is_empty() && self.screens.is_empty() {
                    self.events.push_back(DesktopEvent::Resizable(true));
                }
                self.screens = screens;
            }
            Said::Other(event) => self.told(event),
        }
        Ok(())
    }

    fn told(&mut self, event: Event) {
        match event {
            Event::Clipboard(said) => {
                let (answer, news) = self.clipboard.heard(said);
                answer.iter().for_each(|answer| self.say(answer));
                self.events.extend(news);
            }
            Event::Bell => self.events.push_back(DesktopEvent::Bell),
            Event::Leds(lights) => self.events.push_back(DesktopEvent::Leds(lights)),
            Event::Fence { flags, payload } if flags & FENCE_REQUEST != 0 => {
                self.say(&ClientMessage::Fence { flags: flags & FENCE_FLAGS, payload });
            }
            Event::ExtendedKeys => self.keyboard.takes_codes = true,
            _ => {}
        }
    }
}
