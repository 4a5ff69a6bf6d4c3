//! Data frames: WebSocket binary messages of a kind byte, a cursor and a payload, little endian.
//!
//! | kind | from | cursor | payload |
//! |---|---|---|---|
//! | `0x01` OUTPUT | server | u64 offset of the first byte | 1 to 64 KiB of terminal output |
//! | `0x02` RESET | server | u64 offset where output goes on | u64 bytes skipped, u16 columns, u16 rows, then output that restores the screen |
//! | `0x04` SCREEN | server | none | 1 to 64 KiB more of the output that restores the screen, after a RESET |
//! | `0x03` INPUT_ACK | server | u64 input bytes applied, or dropped for want of the right | none |
//! | `0x11` INPUT | browser | u64 offset of the first byte | 1 byte to 16 KiB of input |
//! | `0x12` OUTPUT_ACK | browser | u64 offset up to which output was parsed | none |
//!
//! Kinds `0x20` to `0x3f` belong to the desktop family. Offsets are absolute since the session
//! (output) or the viewer (input) began, so a frame that comes twice does no harm.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::limits;
use crate::wire::Size;

/// The first byte of every frame.
pub mod kind {
    /// Terminal output.
    pub const OUTPUT: u8 = 0x01;
    /// The viewer's screen starts anew.
    pub const RESET: u8 = 0x02;
    /// Input was applied.
    pub const INPUT_ACK: u8 = 0x03;
    /// More of the screen of the last RESET.
    pub const SCREEN: u8 = 0x04;
    /// Terminal input.
    pub const INPUT: u8 = 0x11;
    /// Output was parsed.
    pub const OUTPUT_ACK: u8 = 0x12;
}

/// Why bytes are no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Fewer bytes than the kind needs.
    #[error("frame ends early")]
    Truncated,
    /// A kind that this direction does not know.
    #[error("unknown frame kind {0:#04x}")]
    UnknownKind(u8),
    /// A payload over its limit.
    #[error("frame payload of {0} bytes is over the limit")]
    TooLarge(usize),
    /// A data frame without data.
    #[error("frame without payload")]
    Empty,
    /// Bytes behind a frame that has no payload.
    #[error("{0} bytes behind the end of the frame")]
    Trailing(usize),
    /// A value that cannot be.
    #[error("frame holds a bad {0}")]
    OutOfRange(&'static str),
}

/// A data frame from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFrame {
    /// Bytes for the program's input.
    Input {
        /// Offset of the first byte in this viewer's input.
        offset: u64,
        /// The bytes.
        bytes: Bytes,
    },
    /// The browser has parsed all output below `offset`.
    OutputAck {
        /// Offset of the first byte not yet parsed.
        offset: u64,
    },
}

/// A data frame from the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerFrame {
    /// Bytes of the program's output.
    Output {
        /// Offset of the first byte in the session's output.
        offset: u64,
        /// The bytes.
        bytes: Bytes,
    },
    /// The viewer drops what it shows and goes on at `offset`.
    Reset {
        /// Offset of the first byte that follows.
        offset: u64,
        /// How many bytes of output this viewer will not see.
        skipped: u64,
        /// The terminal's size.
        size: Size,
        /// Output that restores the screen as it is at `offset`: 64 KiB at most, [`Self::Screen`] has
        /// the rest. It asks nothing of a terminal.
        screen: Bytes,
    },
    /// More of the screen of the last reset. It has no offset in the output.
    Screen {
        /// The bytes.
        bytes: Bytes,
    },
    /// All input of this viewer below `offset` was applied.
    InputAck {
        /// Offset of the first byte not yet applied.
        offset: u64,
    },
}

impl ClientFrame {
    /// Reads one binary message; the payload shares the message's memory.
    ///
    /// # Errors
    /// [`FrameError`] names what is wrong with it.
    pub fn parse(mut message: Bytes) -> Result<Self, FrameError> {
        let kind = message.try_get_u8().map_err(|_| FrameError::Truncated)?;
        match kind {
            kind::INPUT => {
                let offset = cursor(&mut message)?;
                let bytes = payload(message, limits::INPUT_BYTES)?;
                end_of(offset, bytes.len())?;
                Ok(Self::Input { offset, bytes })
            }
            kind::OUTPUT_ACK => {
                let offset = cursor(&mut message)?;
                nothing_left(&message)?;
                Ok(Self::OutputAck { offset })
            }
            other => Err(FrameError::UnknownKind(other)),
        }
    }

    /// Writes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Input { offset, bytes } => with_payload(kind::INPUT, *offset, bytes),
            Self::OutputAck { offset } => with_payload(kind::OUTPUT_ACK, *offset, &[]),
        }
    }
}

impl ServerFrame {
    /// Reads one binary message; the payload shares the message's memory.
    ///
    /// # Errors
    /// [`FrameError`] names what is wrong with it.
    pub fn parse(mut message: Bytes) -> Result<Self, FrameError> {
        let kind = message.try_get_u8().map_err(|_| FrameError::Truncated)?;
        match kind {
            kind::OUTPUT => {
                let offset = cursor(&mut message)?;
                let bytes = payload(message, limits::OUTPUT_BYTES)?;
                end_of(offset, bytes.len())?;
                Ok(Self::Output { offset, bytes })
            }
            kind::RESET => {
                let offset = cursor(&mut message)?;
                let skipped = cursor(&mut message)?;
                let cols = message.try_get_u16_le().map_err(|_| FrameError::Truncated)?;
                let rows = message.try_get_u16_le().map_err(|_| FrameError::Truncated)?;
                let size = Size { cols, rows };
                if !size.is_valid() {
                    return Err(FrameError::OutOfRange("size"));
                }
                if message.len() > limits::OUTPUT_BYTES {
                    return Err(FrameError::TooLarge(message.len()));
                }
                Ok(Self::Reset { offset, skipped, size, screen: message })
            }
            kind::SCREEN => Ok(Self::Screen { bytes: payload(message, limits::OUTPUT_BYTES)? }),
            kind::INPUT_ACK => {
                let offset = cursor(&mut message)?;
                nothing_left(&message)?;
                Ok(Self::InputAck { offset })
            }
            other => Err(FrameError::UnknownKind(other)),
        }
    }

    /// Writes the frame.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        match self {
            Self::Output { offset, bytes } => with_payload(kind::OUTPUT, *offset, bytes),
            Self::Reset { offset, skipped, size, screen } => {
                let mut out = BytesMut::with_capacity(screen.len().saturating_add(21));
                out.put_u8(kind::RESET);
                out.put_u64_le(*offset);
                out.put_u64_le(*skipped);
                out.put_u16_le(size.cols);
                out.put_u16_le(size.rows);
                out.put_slice(screen);
                out.freeze()
            }
            Self::Screen { bytes } => {
                let mut out = BytesMut::with_capacity(bytes.len().saturating_add(1));
                out.put_u8(kind::SCREEN);
                out.put_slice(bytes);
                out.freeze()
            }
            Self::InputAck { offset } => with_payload(kind::INPUT_ACK, *offset, &[]),
        }
    }
}

fn cursor(message: &mut Bytes) -> Result<u64, FrameError> {
    message.try_get_u64_le().map_err(|_| FrameError::Truncated)
}

fn payload(message: Bytes, limit: usize) -> Result<Bytes, FrameError> {
    match message.len() {
        0 => Err(FrameError::Empty),
        n if n > limit => Err(FrameError::TooLarge(n)),
        _ => Ok(message),
    }
}

/// An offset counts bytes that were sent, so its end stays far from overflow; JavaScript keeps
/// integers exact up to 2^53 only.
fn end_of(offset: u64, len: usize) -> Result<u64, FrameError> {
    const EXACT: u64 = 1 << 53;
    offset.checked_add(len as u64).filter(|end| *end <= EXACT).ok_or(FrameError::OutOfRange("offset"))
}

fn nothing_left(message: &Bytes) -> Result<(), FrameError> {
    if message.is_empty() { Ok(()) } else { Err(FrameError::Trailing(message.len())) }
}

fn with_payload(kind: u8, cursor: u64, payload: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(payload.len().saturating_add(9));
    out.put_u8(kind);
    out.put_u64_le(cursor);
    out.put_slice(payload);
    out.freeze()
}
