//! The family of desktops: a picture that a machine draws, with a pointer and keys.
//!
//! There is one [`Canvas`] for each desktop, and it travels: the back end draws on it and hands it over when a
//! picture is complete; the session looks at it and hands it back when more is wanted. So nobody ever sees half a
//! picture, nothing is copied or locked, and of a session that wants no more one picture is asked at most.

use transom_protocol::wire::desktop::Key;

use super::{Family, wire};
use crate::picture::Canvas;

/// The family of desktops.
#[derive(Debug)]
pub struct Desktop;

impl Family for Desktop {
    type Input = DesktopInput;
    type Event = DesktopEvent;
    const FAMILY: wire::Family = wire::Family::Desktop;
}

/// What goes into a desktop.
#[derive(Debug)]
pub enum DesktopInput {
    /// A key.
    Key(Key),
    /// The pointer.
    Pointer {
        /// Left, middle, right, back and forward from bit 0 on.
        buttons: u8,
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// The wheel.
    Wheel {
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
        /// To the right, in 120ths of a notch.
        right: i16,
        /// Down, in 120ths of a notch.
        down: i16,
    },
    /// Every key and button that is down goes up.
    Release,
    /// The clipboard has this text.
    Clipboard(String),
    /// The screen is to have this size, in pixels.
    Resize(u16, u16),
    /// Everything that is down goes up, and the connection ends.
    Leave,
    /// More may be drawn.
    Canvas(Box<Canvas>),
}

/// What comes out of a desktop.
#[derive(Debug)]
pub enum DesktopEvent {
    /// Logged in; pictures follow.
    Ready {
        /// The desktop's name.
        name: String,
    },
    /// A complete picture. Nothing more is drawn until the canvas is back.
    Picture(Box<Canvas>),
    /// The machine's clipboard has this text.
    Clipboard(String),
    /// The machine's clipboard has a text of so many bytes, which is over the limit.
    ClipboardTooLong(u64),
    /// The bell.
    Bell,
    /// Lights of the keyboard: scroll lock, num lock and caps lock from bit 0 on.
    Leds(u8),
    /// Whether the screen's size can be changed.
    Resizable(bool),
}
