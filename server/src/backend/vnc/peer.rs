//! What is known of a VNC server, and what it and the session are to be told next.

use std::collections::VecDeque;

use bytes::BytesMut;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::{ClientMessage, Encoding, Event, RfbError, Screen, ServerInit};

use super::clipboard::Exchange;
use super::easel::Said;
use super::keys::Keyboard;
use super::pointer::Pointer;
use super::taste::Taste;
use crate::backend::{DesktopEvent, DesktopInput};
use crate::clock::tick;

/// Asks a fence to be answered.
const FENCE_REQUEST: u32 = 1 << 31;
/// What an answer to a fence repeats.
const FENCE_FLAGS: u32 = 7;

/// The best first.
const COMPRESSED: [Encoding; 5] =
    [Encoding::Tight, Encoding::Zrle, Encoding::Trle, Encoding::Hextile, Encoding::Zlib];
const OTHERS: [Encoding; 12] = [
    Encoding::CopyRect,
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

/// What pictures may come as. A server that knows of a way to compress takes it (TigerVNC), so none is named where plain
/// pixels are wanted.
fn encodings(plain: bool) -> Vec<Encoding> {
    let compressed = COMPRESSED.into_iter().filter(|_| !plain);
    compressed.chain(OTHERS).collect()
}

/// What is known of the server, and what is to be told to whom.
pub(super) struct Peer {
    /// For the server.
    pub out: BytesMut,
    /// For the session.
    pub events: VecDeque<DesktopEvent>,
    size: (u16, u16),
    screens: Vec<Screen>,
    /// Whether all of the screen is wanted next, not only what has changed.
    wants_all: bool,
    /// Whether the easel has the canvas.
    pub is_drawing: bool,
    keyboard: Keyboard,
    pointer: Pointer,
    clipboard: Exchange,
    taste: Taste,
    /// A Mac's own server takes what it likes, and is asked once.
    asks_once: bool,
}

impl Peer {
    /// One of whom everything is to be learnt.
    pub fn new(init: &ServerInit, is_mac: bool, is_near: bool) -> Self {
        let mut peer = Self {
            out: BytesMut::new(),
            events: VecDeque::from([DesktopEvent::Ready { name: init.name.clone() }]),
            size: (init.width, init.height),
            screens: Vec::new(),
            wants_all: true,
            is_drawing: true,
            keyboard: Keyboard::new(is_mac, init.name.starts_with("QEMU")),
            pointer: Pointer::default(),
            clipboard: Exchange::default(),
            taste: Taste::new(is_near),
            asks_once: init.is_apple,
        };
        peer.say(&ClientMessage::SetPixelFormat);
        peer.prefer();
        peer.ask();
        peer
    }

    /// Says what pictures may come as.
    fn prefer(&mut self) {
        let plain = self.taste.is_plain();
        tracing::debug!(plain, "the machine is asked for its pictures");
        let encodings = encodings(plain);
        self.say(&ClientMessage::SetEncodings { encodings, quality: None, compression: Some(1) });
    }

    /// To the server.
    pub fn say(&mut self, message: &ClientMessage) {
        self.out.extend_from_slice(&message.encode());
    }

    /// For the next picture.
    fn ask(&mut self) {
        let incremental = !std::mem::take(&mut self.wants_all);
        let rect = Rect { x: 0, y: 0, width: self.size.0, height: self.size.1 };
        self.say(&ClientMessage::UpdateRequest { incremental, rect });
    }

    /// What the session wants of the machine.
    pub fn wanted(&mut self, input: DesktopInput) {
        match input {
            DesktopInput::Key(key) => {
                let messages = self.keyboard.keys(key);
                messages.iter().for_each(|message| self.say(message));
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

    /// Everything that is down goes up.
    pub fn release(&mut self) {
        let messages = self.keyboard.release();
        messages.iter().for_each(|message| self.say(message));
        if let Some(message) = self.pointer.release() {
            self.say(&message);
        }
    }

    /// What the server said.
    pub fn heard(&mut self, said: Said) -> Result<(), RfbError> {
        match said {
            Said::Begun => self.ask(),
            Said::Picture(canvas, effort) => {
                self.is_drawing = false;
                if !self.asks_once && self.taste.measured(&effort, tick()) {
                    self.prefer();
                }
                self.events.push_back(DesktopEvent::Picture(canvas));
            }
            Said::Failed(error) => return Err(error),
            Said::Resized { width, height, screens } => {
                if (width, height) != self.size {
                    (self.size, self.wants_all) = ((width, height), true);
                }
                if !screens.is_empty() && self.screens.is_empty() {
                    self.events.push_back(DesktopEvent::Resizable(true));
                }
                // A server that only says the size has not forgotten them.
                if !screens.is_empty() {
                    self.screens = screens;
                }
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
