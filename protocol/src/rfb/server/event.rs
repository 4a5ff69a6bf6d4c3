//! What a server says, as far as anybody has to act on it.

use bytes::Bytes;

use super::Clipboard;
use crate::rect::Rect;
use crate::rfb::client::Screen;

/// A picture of the pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Pixels from left to right; 0 where there is no pointer.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
    /// The pixel that points, from the left and the top.
    pub hotspot: (u16, u16),
    /// In memory red, green, blue and alpha.
    pub pixels: Vec<u32>,
}

impl Cursor {
    pub(in crate::rfb) fn new(rect: Rect, pixels: Vec<u32>) -> Self {
        Self { width: rect.width, height: rect.height, hotspot: (rect.x, rect.y), pixels }
    }
}

/// Why a screen has a new size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResizeOutcome {
    /// The server, or another client, changed it.
    Changed,
    /// This client asked for it.
    Granted,
    /// This client asked, and it stays as it was: the status of rfbproto's ExtendedDesktopSize, 1 to 4.
    Refused(u16),
}

/// Something that the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// An update begins: time to ask for the next one. Until then, and after [`Event::FrameEnd`], the screen
    /// is not looked at.
    UpdateBegins,
    /// These pixels were drawn.
    Drawn(Rect),
    /// Pixels were moved within the screen.
    Copied {
        /// Where they are now.
        to: Rect,
        /// Left and top of where they were.
        from: (u16, u16),
    },
    /// The update is complete: the screen is as the server wants it seen.
    FrameEnd,
    /// The screen's size. It is also told where the server can change it at all, with [`Screen`]s.
    Resized {
        /// Why.
        outcome: ResizeOutcome,
        /// The server's screens; empty where it says nothing of them.
        screens: Vec<Screen>,
    },
    /// The pointer looks like this.
    Cursor(Cursor),
    /// Something about the clipboard.
    Clipboard(Clipboard),
    /// The bell.
    Bell,
    /// Lights of the keyboard: scroll lock, num lock and caps lock from bit 0 on.
    Leds(u8),
    /// A fence: bit 31 of `flags` asks for an answer.
    Fence {
        /// As in rfbproto, section 7.4.6.
        flags: u32,
        /// To be sent back as it is.
        payload: Bytes,
    },
    /// The server can send updates without being asked, or has just stopped to.
    ContinuousUpdates,
    /// The server takes scan codes beside keysyms.
    ExtendedKeys,
    /// The desktop's name has changed.
    Name(String),
}
