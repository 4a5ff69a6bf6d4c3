//! Encodings: bytes of a rectangle become pixels (RFC 6143, section 7.7; rfbproto for the others).
//!
//! A [`Drawing`] takes plain bytes in pieces of any size. A [`Body`] is one rectangle of an update as it
//! arrives: a drawing, or one whose bytes come through one of the connection's zlib streams.

mod cursor;
mod hextile;
mod inflate;
mod jpeg;
mod raw;
mod tight;
mod tiles;

pub(super) use cursor::{read as read_cursor, read_alpha as read_alpha_cursor};
pub(super) use inflate::{Streams, inflated};
pub(super) use tight::begin as begin_tight;

use super::reader::Reader;
use super::{Framebuffer, Rect, RfbError};
use hextile::Hextile;
use raw::Raw;
use tight::TightRows;
use tiles::Tiles;

/// The zlib streams of a connection: Tight has four, Zlib and ZRLE one each.
pub(super) const STREAMS: usize = 6;
const ZLIB_STREAM: usize = 4;
const ZRLE_STREAM: usize = 5;

/// One that becomes pixels.
pub(super) enum Drawing {
    Raw(Raw),
    Hextile(Hextile),
    Tiles(Box<Tiles>),
    Tight(Box<TightRows>),
}

impl Drawing {
    /// Draws what there is; whether that was all of it.
    fn draw(&mut self, plain: &mut Reader<'_>, screen: &mut Framebuffer) -> Result<bool, RfbError> {
        match self {
            Self::Raw(raw) => Ok(raw.draw(plain, screen)),
            Self::Hextile(hextile) => hextile.draw(plain, screen),
            Self::Tiles(tiles) => tiles.draw(plain, screen),
            Self::Tight(rows) => rows.draw(plain, screen),
        }
    }
}

/// The pixels of one rectangle, as far as they have come.
pub(super) enum Body {
    /// As they are.
    Plain(Drawing),
    /// A length comes first, then as many bytes of a zlib stream.
    Announced { stream: usize, drawing: Drawing },
    /// So many bytes of a zlib stream are still to come.
    Compressed { stream: usize, left: usize, drawing: Drawing },
    /// What it is like is not known yet.
    TightHead(Rect),
    /// A JPEG picture of so many bytes.
    Jpeg { rect: Rect, length: usize },
    /// Nothing more.
    Done,
}

impl Body {
    pub(super) fn raw(rect: Rect) -> Self {
        Self::Plain(Drawing::Raw(Raw::new(rect)))
    }

    pub(super) fn hextile(rect: Rect) -> Self {
        Self::Plain(Drawing::Hextile(Hextile::new(rect)))
    }

    pub(super) fn trle(rect: Rect) -> Self {
        Self::Plain(Drawing::Tiles(Box::new(Tiles::trle(rect))))
    }

    pub(super) fn zlib(rect: Rect) -> Self {
        Self::Announced { stream: ZLIB_STREAM, drawing: Drawing::Raw(Raw::new(rect)) }
    }

    pub(super) fn zrle(rect: Rect) -> Self {
        Self::Announced { stream: ZRLE_STREAM, drawing: Drawing::Tiles(Box::new(Tiles::zrle(rect))) }
    }

    /// Draws what has arrived; whether the rectangle is complete. Where it is not, more bytes are needed.
    pub(super) fn advance(
        &mut self,
        input: &mut Reader<'_>,
        streams: &mut Streams,
        screen: &mut Framebuffer,
    ) -> Result<bool, RfbError> {
        loop {
            match self {
                Self::Plain(drawing) => return drawing.draw(input, screen),
                Self::Compressed { stream, left, drawing } => {
                    return streams.get(*stream)?.draw(input, left, drawing, screen);
                }
                Self::Announced { .. } => {
                    let Some(length) = input.u32() else { return Ok(false) };
                    let left = usize::try_from(length).map_err(|_| RfbError::Malformed("length"))?;
                    if let Self::Announced { stream, drawing } = std::mem::replace(self, Self::Done) {
                        *self = Self::Compressed { stream, left, drawing };
                    }
                }
                Self::TightHead(rect) => match begin_tight(*rect, input, streams, screen)? {
                    Some(body) => *self = body,
                    None => return Ok(false),
                },
                Self::Jpeg { rect, length } => {
                    let Some(picture) = input.take(*length) else { return Ok(false) };
                    jpeg::draw(picture, *rect, screen)?;
                    *self = Self::Done;
                }
                Self::Done => return Ok(true),
            }
        }
    }
}
