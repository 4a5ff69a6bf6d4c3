//! Hextile: tiles of 16 by 16 pixels with rectangles of one colour on a background (RFC 6143, section 7.7.4).

use super::raw::Raw;
use crate::rfb::framebuffer::OPAQUE;
use crate::rfb::reader::Reader;
use crate::rfb::{Framebuffer, Rect, RfbError};

const SIDE: u16 = 16;
const RAW: u8 = 1;
const BACKGROUND: u8 = 2;
const FOREGROUND: u8 = 4;
const SUBRECTS: u8 = 8;
const COLOURED: u8 = 16;

/// A rectangle of such tiles.
pub(in crate::rfb) struct Hextile {
    rect: Rect,
    /// Where the next tile begins in it.
    x: u16,
    y: u16,
    background: u32,
    foreground: u32,
}

impl Hextile {
    pub(super) fn new(rect: Rect) -> Self {
        Self { rect, x: 0, y: 0, background: OPAQUE, foreground: OPAQUE }
    }

    /// Draws the tiles that are there; whether that was all of them.
    pub(super) fn draw(
        &mut self,
        plain: &mut Reader<'_>,
        screen: &mut Framebuffer,
    ) -> Result<bool, RfbError> {
        while self.y < self.rect.height && self.rect.width > 0 {
            let tile = Rect {
                x: self.rect.x.saturating_add(self.x),
                y: self.rect.y.saturating_add(self.y),
                width: SIDE.min(self.rect.width.saturating_sub(self.x)),
                height: SIDE.min(self.rect.height.saturating_sub(self.y)),
            };
            let mut reader = *plain;
            if self.tile(tile, &mut reader, screen)?.is_none() {
                return Ok(false);
            }
            *plain = reader;
            self.x = self.x.saturating_add(SIDE);
            if self.x >= self.rect.width {
                self.x = 0;
                self.y = self.y.saturating_add(SIDE);
            }
        }
        Ok(true)
    }

    /// One tile; a part of one may be drawn twice.
    fn tile(
        &mut self,
        tile: Rect,
        reader: &mut Reader<'_>,
        screen: &mut Framebuffer,
    ) -> Result<Option<()>, RfbError> {
        let Some(kind) = reader.u8() else { return Ok(None) };
        if kind & RAW != 0 {
            let bytes = usize::try_from(tile.area()).unwrap_or(usize::MAX).saturating_mul(4);
            let Some(pixels) = reader.take(bytes) else { return Ok(None) };
            Raw::new(tile).draw(&mut Reader::new(pixels), screen);
            return Ok(Some(()));
        }
        let head = (|| {
            let background = if kind & BACKGROUND != 0 { pixel(reader)? } else { self.background };
            let foreground = if kind & FOREGROUND != 0 { pixel(reader)? } else { self.foreground };
            let count = if kind & SUBRECTS != 0 { reader.u8()? } else { 0 };
            let each = if kind & COLOURED != 0 { 6 } else { 2 };
            Some((background, foreground, reader.take(usize::from(count).saturating_mul(each))?))
        })();
        let Some((background, foreground, rects)) = head else { return Ok(None) };
        (self.background, self.foreground) = (background, foreground);
        screen.fill(tile, background);
        let mut rects = Reader::new(rects);
        while !rects.rest().is_empty() {
            let colour = if kind & COLOURED != 0 { pixel(&mut rects) } else { Some(foreground) };
            let (Some(colour), Some([place, size])) = (colour, rects.array()) else { break };
            let (x, y) = (u16::from(place.wrapping_shr(4)), u16::from(place & 15));
            let (width, height) =
                (u16::from(size.wrapping_shr(4)).saturating_add(1), u16::from(size & 15).saturating_add(1));
            if x.saturating_add(width) > tile.width || y.saturating_add(height) > tile.height {
                return Err(RfbError::Malformed("hextile: a rectangle outside its tile"));
            }
            let rect = Rect { x: tile.x.saturating_add(x), y: tile.y.saturating_add(y), width, height };
            screen.fill(rect, colour);
        }
        Ok(Some(()))
    }
}

fn pixel(reader: &mut Reader<'_>) -> Option<u32> {
    reader.array().map(|bytes| u32::from_le_bytes(bytes) | OPAQUE)
}
