//! What changes on a desktop's picture: operations, applied in order, little endian.
//!
//! | op | content |
//! |---|---|
//! | `1` RESET | u16 width, u16 height: the picture is black and of this size |
//! | `2` COPY | rect, u16 x, u16 y of where it was: pixels move, both places may overlap |
//! | `3` FILL | rect, u8 red, u8 green, u8 blue |
//! | `4` PIXELS | u8 stream, u16 count, rects, u32 length, zstd: four bytes a pixel, red, green, blue, 255 |
//! | `5` JPEG | rect, u32 length, JPEG |
//! | `6` POINTER | u16 width, u16 height, u16 x, u16 y of what points, four bytes a pixel with alpha |
//!
//! A rect is u16 x, y, width, height. A zstd block of stream 0 stands alone; one of stream 1 begins the viewer's
//! stream anew, one of stream 2 goes on with it (RFC 8878: one frame that never ends, flushed behind each op).
//! Every op stays below [`limits::PICTURE_OP_BYTES`], so whoever reads them needs no more room than that. Op 7 is
//! kept for pictures of a video codec.

use bytes::{Buf, BufMut as _, Bytes, BytesMut};

use super::FrameError;
use crate::limits;
use crate::rect::Rect;

const RESET: u8 = 1;
const COPY: u8 = 2;
const FILL: u8 = 3;
const PIXELS: u8 = 4;
const JPEG: u8 = 5;
const POINTER: u8 = 6;

/// What a zstd block follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Nothing.
    Alone,
    /// It is the first of the viewer's stream.
    First,
    /// The one before in the viewer's stream.
    Next,
}

/// One change of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// The picture is black and of this size.
    Reset {
        /// Pixels from left to right.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
    },
    /// Pixels move.
    Copy {
        /// Where they are now.
        to: Rect,
        /// Left and top of where they were.
        from: (u16, u16),
    },
    /// One colour.
    Fill {
        /// Where.
        rect: Rect,
        /// Red, green and blue.
        colour: [u8; 3],
    },
    /// Pixels as they are.
    Pixels {
        /// What the compressed bytes follow.
        stream: Stream,
        /// Where, one behind the other in the plain bytes, each row by row.
        rects: Vec<Rect>,
        /// Red, green, blue and 255 for each pixel, compressed with zstd.
        compressed: Bytes,
    },
    /// Pixels nearly as they are.
    Jpeg {
        /// Where.
        rect: Rect,
        /// The picture, of this size.
        picture: Bytes,
    },
    /// The pointer looks like this; where it is, the viewer knows best.
    Pointer {
        /// Pixels from left to right; 0 where there is none.
        width: u16,
        /// Pixels from top to bottom.
        height: u16,
        /// The pixel that points, from the left and the top.
        hotspot: (u16, u16),
        /// Red, green, blue and alpha for each pixel.
        pixels: Bytes,
    },
}

impl Op {
    /// Writes it behind `out`.
    pub fn write(&self, out: &mut BytesMut) {
        match self {
            Self::Reset { width, height } => {
                out.put_u8(RESET);
                out.put_u16_le(*width);
                out.put_u16_le(*height);
            }
            Self::Copy { to, from } => {
                out.put_u8(COPY);
                put_rect(out, *to);
                out.put_u16_le(from.0);
                out.put_u16_le(from.1);
            }
            Self::Fill { rect, colour } => {
                out.put_u8(FILL);
                put_rect(out, *rect);
                out.put_slice(colour);
            }
            Self::Pixels { stream, rects, compressed } => {
                out.put_u8(PIXELS);
                out.put_u8(match stream {
                    Stream::Alone => 0,
                    Stream::First => 1,
                    Stream::Next => 2,
                });
                out.put_u16_le(u16::try_from(rects.len()).unwrap_or(u16::MAX));
                rects.iter().for_each(|rect| put_rect(out, *rect));
                put_bytes(out, compressed);
            }
            Self::Jpeg { rect, picture } => {
                out.put_u8(JPEG);
                put_rect(out, *rect);
                put_bytes(out, picture);
            }
            Self::Pointer { width, height, hotspot, pixels } => {
                out.put_u8(POINTER);
                for part in [*width, *height, hotspot.0, hotspot.1] {
                    out.put_u16_le(part);
                }
                out.put_slice(pixels);
            }
        }
    }

    /// Reads the first op of `bytes`; `None` while it has not come whole.
    ///
    /// # Errors
    /// [`FrameError`] names what is wrong with it.
    pub fn read(bytes: &mut BytesMut) -> Result<Option<Self>, FrameError> {
        let mut rest: &[u8] = bytes;
        let Some(op) = parse(&mut rest)? else {
            let long = bytes.len() > limits::PICTURE_OP_BYTES;
            return if long { Err(FrameError::TooLarge(bytes.len())) } else { Ok(None) };
        };
        let taken = bytes.len().saturating_sub(rest.len());
        bytes.advance(taken);
        Ok(Some(op))
    }
}

fn parse(rest: &mut &[u8]) -> Result<Option<Op>, FrameError> {
    let read = || -> Option<Result<Op, FrameError>> {
        let op = match take_u8(rest)? {
            RESET => Op::Reset { width: take_u16(rest)?, height: take_u16(rest)? },
            COPY => Op::Copy { to: take_rect(rest)?, from: (take_u16(rest)?, take_u16(rest)?) },
            FILL => {
                Op::Fill { rect: take_rect(rest)?, colour: [take_u8(rest)?, take_u8(rest)?, take_u8(rest)?] }
            }
            PIXELS => {
                let stream = match take_u8(rest)? {
                    0 => Stream::Alone,
                    1 => Stream::First,
                    2 => Stream::Next,
                    _ => return Some(Err(FrameError::OutOfRange("stream"))),
                };
                let count = take_u16(rest)?;
                if rest.len() < usize::from(count).saturating_mul(8) {
                    return None;
                }
                let rects = (0..count).map(|_| take_rect(rest)).collect::<Option<Vec<_>>>()?;
                Op::Pixels { stream, rects, compressed: take_counted(rest)? }
            }
            JPEG => Op::Jpeg { rect: take_rect(rest)?, picture: take_counted(rest)? },
            POINTER => {
                let (width, height) = (take_u16(rest)?, take_u16(rest)?);
                let hotspot = (take_u16(rest)?, take_u16(rest)?);
                if width.max(height) > limits::DESKTOP_CURSOR_MAX {
                    return Some(Err(FrameError::OutOfRange("pointer")));
                }
                let length = usize::from(width).saturating_mul(height.into()).saturating_mul(4);
                Op::Pointer { width, height, hotspot, pixels: take(rest, length)? }
            }
            other => return Some(Err(FrameError::UnknownKind(other))),
        };
        Some(Ok(op))
    };
    let mut read = read;
    read().transpose()
}

fn put_rect(out: &mut BytesMut, rect: Rect) {
    for part in [rect.x, rect.y, rect.width, rect.height] {
        out.put_u16_le(part);
    }
}

fn put_bytes(out: &mut BytesMut, bytes: &[u8]) {
    out.put_u32_le(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
    out.put_slice(bytes);
}

fn take(rest: &mut &[u8], length: usize) -> Option<Bytes> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(Bytes::copy_from_slice(taken))
}

fn take_u8(rest: &mut &[u8]) -> Option<u8> {
    rest.try_get_u8().ok()
}

fn take_u16(rest: &mut &[u8]) -> Option<u16> {
    rest.try_get_u16_le().ok()
}

fn take_rect(rest: &mut &[u8]) -> Option<Rect> {
    Some(Rect { x: take_u16(rest)?, y: take_u16(rest)?, width: take_u16(rest)?, height: take_u16(rest)? })
}

fn take_counted(rest: &mut &[u8]) -> Option<Bytes> {
    let length = rest.try_get_u32_le().ok()?;
    take(rest, usize::try_from(length).ok()?)
}
