//! A desktop's data frames: WebSocket binary messages, little endian.
//!
//! | kind | from | content |
//! |---|---|---|
//! | `0x20` PICTURE | server | u32 number, u8 flags, up to 64 KiB of [operations](super::picture); they go on in the next |
//! | `0x21` CLIPBOARD | server | u8 flags, up to 64 KiB of UTF-8 |
//! | `0x30` KEY | browser | u8 down, u16 code, u32 keysym |
//! | `0x31` POINTER | browser | u8 buttons, u16 x, u16 y |
//! | `0x32` WHEEL | browser | u16 x, u16 y, i16 right, i16 down, in 120ths of a notch |
//! | `0x33` RELEASE | browser | none: all keys and buttons that it holds are let go |
//! | `0x34` PICTURE_ACK | browser | u32 number of the last picture that is on the screen |
//! | `0x35` CLIPBOARD | browser | u8 flags, up to 64 KiB of UTF-8 |
//! | `0x36` RESIZE | browser | u16 width, u16 height that the picture is to have |
//! | `0x37` TAKE_CONTROL | browser | none: pointer and keys are this viewer's from now on |
//!
//! Bit 0 of the flags marks the last message of a picture or a text. A code is the key's place, a scan code of set 1
//! with `0xe0` in the upper byte where it has one; 0 where it is not known. A keysym is X11's. Buttons are left,
//! middle, right, back and forward from bit 0 on. Nothing of this is sent again after a connection was lost.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use super::FrameError;
use crate::limits;
use crate::rect::is_screen_size;

/// The first byte of a desktop's frames.
pub mod kind {
    /// Operations on the picture.
    pub const PICTURE: u8 = 0x20;
    /// The machine's clipboard.
    pub const MACHINE_CLIPBOARD: u8 = 0x21;
    /// A key.
    pub const KEY: u8 = 0x30;
    /// The pointer.
    pub const POINTER: u8 = 0x31;
    /// The wheel.
    pub const WHEEL: u8 = 0x32;
    /// Keys and buttons are let go.
    pub const RELEASE: u8 = 0x33;
    /// A picture is on the screen.
    pub const PICTURE_ACK: u8 = 0x34;
    /// The browser's clipboard.
    pub const CLIPBOARD: u8 = 0x35;
    /// Another size of the picture.
    pub const RESIZE: u8 = 0x36;
    /// Pointer and keys.
    pub const TAKE_CONTROL: u8 = 0x37;
}

const LAST: u8 = 1;

/// A key that goes down or up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Whether it is pressed.
    pub down: bool,
    /// Its place: a scan code of set 1, extended ones with `0xe0` in the upper byte; 0 where it is not known.
    pub code: u16,
    /// What it means, a keysym of X11; 0 where that is not known.
    pub keysym: u32,
}

/// What a browser does at a desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesktopClientFrame {
    /// A key.
    Key(Key),
    /// The pointer is somewhere else, or another button is pressed.
    Pointer {
        /// Left, middle, right, back and forward from bit 0 on.
        buttons: u8,
        /// From the left.
        x: u16,
        /// From the top.
        y: u16,
    },
    /// The wheel was turned.
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
    /// All keys and buttons that this viewer holds are let go.
    Release,
    /// A picture is on the screen, and all before it.
    PictureAck {
        /// Its number.
        number: u32,
    },
    /// A piece of a text for the machine's clipboard.
    Clipboard {
        /// Whether it is the last one.
        is_last: bool,
        /// UTF-8; a character may be cut.
        bytes: Bytes,
    },
    /// The picture is to have another size.
    Resize {
        /// Pixels from left to right.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
    },
    /// Pointer and keys are this viewer's from now on.
    TakeControl,
}

/// What a browser is sent of a desktop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DesktopServerFrame {
    /// A piece of what changes the picture.
    Picture {
        /// Of the picture, one more each time.
        number: u32,
        /// Whether the picture is complete with it.
        is_last: bool,
        /// Operations; one may be cut.
        ops: Bytes,
    },
    /// A piece of the machine's clipboard.
    Clipboard {
        /// Whether it is the last one.
        is_last: bool,
        /// UTF-8; a character may be cut.
        bytes: Bytes,
    },
}

impl DesktopClientFrame {
    /// Reads one binary message.
    ///
    /// # Errors
    /// [`FrameError`] names what is wrong with it.
    pub fn parse(mut message: Bytes) -> Result<Self, FrameError> {
        let kind = message.try_get_u8().map_err(|_| FrameError::Truncated)?;
        if kind == kind::CLIPBOARD {
            let is_last = flags(&mut message)?;
            return Ok(Self::Clipboard { is_last, bytes: piece(message)? });
        }
        let frame = (|| {
            Ok(match kind {
                kind::KEY => {
                    let down = message.try_get_u8()?;
                    let key = Key {
                        down: down == 1,
                        code: message.try_get_u16_le()?,
                        keysym: message.try_get_u32_le()?,
                    };
                    if down > 1 { Err(FrameError::OutOfRange("key")) } else { Ok(Self::Key(key)) }
                }
                kind::POINTER => {
                    let buttons = message.try_get_u8()?;
                    let (x, y) = (message.try_get_u16_le()?, message.try_get_u16_le()?);
                    if buttons > 31 {
                        Err(FrameError::OutOfRange("buttons"))
                    } else {
                        Ok(Self::Pointer { buttons, x, y })
                    }
                }
                kind::WHEEL => Ok(Self::Wheel {
                    x: message.try_get_u16_le()?,
                    y: message.try_get_u16_le()?,
                    right: message.try_get_i16_le()?,
                    down: message.try_get_i16_le()?,
                }),
                kind::RELEASE => Ok(Self::Release),
                kind::PICTURE_ACK => Ok(Self::PictureAck { number: message.try_get_u32_le()? }),
                kind::RESIZE => {
                    let (width, height) = (message.try_get_u16_le()?, message.try_get_u16_le()?);
                    if is_screen_size(width, height) {
                        Ok(Self::Resize { width, height })
                    } else {
                        Err(FrameError::OutOfRange("size"))
                    }
                }
                kind::TAKE_CONTROL => Ok(Self::TakeControl),
                other => Err(FrameError::UnknownKind(other)),
            })
        })()
        .map_err(|_: bytes::TryGetError| FrameError::Truncated)??;
        if message.is_empty() { Ok(frame) } else { Err(FrameError::Trailing(message.len())) }
    }

    /// Writes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(16);
        match self {
            Self::Key(Key { down, code, keysym }) => {
                out.put_slice(&[kind::KEY, u8::from(*down)]);
                out.put_u16_le(*code);
                out.put_u32_le(*keysym);
            }
            Self::Pointer { buttons, x, y } => {
                out.put_slice(&[kind::POINTER, *buttons]);
                out.put_u16_le(*x);
                out.put_u16_le(*y);
            }
            Self::Wheel { x, y, right, down } => {
                out.put_u8(kind::WHEEL);
                out.put_u16_le(*x);
                out.put_u16_le(*y);
                out.put_i16_le(*right);
                out.put_i16_le(*down);
            }
            Self::Release => out.put_u8(kind::RELEASE),
            Self::PictureAck { number } => {
                out.put_u8(kind::PICTURE_ACK);
                out.put_u32_le(*number);
            }
            Self::Clipboard { is_last, bytes } => {
                out.put_slice(&[kind::CLIPBOARD, u8::from(*is_last)]);
                out.put_slice(bytes);
            }
            Self::Resize { width, height } => {
                out.put_u8(kind::RESIZE);
                out.put_u16_le(*width);
                out.put_u16_le(*height);
            }
            Self::TakeControl => out.put_u8(kind::TAKE_CONTROL),
        }
        out.freeze()
    }
}

impl DesktopServerFrame {
    /// Reads one binary message.
    ///
    /// # Errors
    /// [`FrameError`] names what is wrong with it.
    pub fn parse(mut message: Bytes) -> Result<Self, FrameError> {
        match message.try_get_u8().map_err(|_| FrameError::Truncated)? {
            kind::PICTURE => {
                let number = message.try_get_u32_le().map_err(|_| FrameError::Truncated)?;
                let is_last = flags(&mut message)?;
                Ok(Self::Picture { number, is_last, ops: piece(message)? })
            }
            kind::MACHINE_CLIPBOARD => {
                let is_last = flags(&mut message)?;
                Ok(Self::Clipboard { is_last, bytes: piece(message)? })
            }
            other => Err(FrameError::UnknownKind(other)),
        }
    }

    /// Writes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let (Self::Picture { ops: content, .. } | Self::Clipboard { bytes: content, .. }) = self;
        let mut out = BytesMut::with_capacity(content.len().saturating_add(6));
        match self {
            Self::Picture { number, is_last, .. } => {
                out.put_u8(kind::PICTURE);
                out.put_u32_le(*number);
                out.put_u8(u8::from(*is_last));
            }
            Self::Clipboard { is_last, .. } => out.put_slice(&[kind::MACHINE_CLIPBOARD, u8::from(*is_last)]),
        }
        out.put_slice(content);
        out.freeze()
    }
}

fn flags(message: &mut Bytes) -> Result<bool, FrameError> {
    match message.try_get_u8().map_err(|_| FrameError::Truncated)? {
        0 => Ok(false),
        LAST => Ok(true),
        _ => Err(FrameError::OutOfRange("flags")),
    }
}

/// It may be empty: a text may, and the last piece of a picture.
fn piece(message: Bytes) -> Result<Bytes, FrameError> {
    if message.len() > limits::DESKTOP_PIECE_BYTES {
        Err(FrameError::TooLarge(message.len()))
    } else {
        Ok(message)
    }
}
