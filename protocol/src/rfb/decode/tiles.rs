//! TRLE and ZRLE: tiles of 16 or 64 pixels a side, each packed in the way that suits it (RFC 6143, sections 7.7.5
//! and 7.7.6). Their pixels have three bytes, for the pixel format that is asked for has.

use crate::rfb::reader::Reader;
use crate::rfb::{Framebuffer, Rect, RfbError};

const MOST_PIXELS: usize = 64 * 64;
const MOST_COLOURS: usize = 127;

/// A rectangle of such tiles.
pub(in crate::rfb) struct Tiles {
    rect: Rect,
    side: u16,
    /// Whether a tile may use the palette of the one before.
    reuses: bool,
    /// Where the next tile begins in the rectangle.
    x: u16,
    y: u16,
    palette: Palette,
    pixels: [u32; MOST_PIXELS],
}

#[derive(Clone, Copy)]
struct Palette {
    colours: [u32; MOST_COLOURS],
    count: usize,
}

impl Palette {
    const NONE: Self = Self { colours: [0; MOST_COLOURS], count: 0 };

    fn read(reader: &mut Reader<'_>, count: usize) -> Option<Self> {
        let mut palette = Self { count, ..Self::NONE };
        for colour in palette.colours.iter_mut().take(count) {
            *colour = reader.colour()?;
        }
        Some(palette)
    }

    fn colour(&self, index: u8) -> Result<u32, RfbError> {
        let colours = self.colours.get(..self.count).unwrap_or_default();
        colours
            .get(usize::from(index))
            .copied()
            .ok_or(RfbError::Malformed("tile: a colour that its palette has not"))
    }
}

impl Tiles {
    pub(super) fn trle(rect: Rect) -> Self {
        Self::new(rect, 16, true)
    }

    pub(super) fn zrle(rect: Rect) -> Self {
        Self::new(rect, 64, false)
    }

    fn new(rect: Rect, side: u16, reuses: bool) -> Self {
        Self { rect, side, reuses, x: 0, y: 0, palette: Palette::NONE, pixels: [0; MOST_PIXELS] }
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
                width: self.side.min(self.rect.width.saturating_sub(self.x)),
                height: self.side.min(self.rect.height.saturating_sub(self.y)),
            };
            let mut reader = *plain;
            if self.tile(tile, &mut reader, screen)?.is_none() {
                return Ok(false);
            }
            *plain = reader;
            self.x = self.x.saturating_add(self.side);
            if self.x >= self.rect.width {
                self.x = 0;
                self.y = self.y.saturating_add(self.side);
            }
        }
        Ok(true)
    }

    fn tile(
        &mut self,
        tile: Rect,
        reader: &mut Reader<'_>,
        screen: &mut Framebuffer,
    ) -> Result<Option<()>, RfbError> {
        let Some(kind) = reader.u8() else { return Ok(None) };
        let (palette, is_rle) = match kind {
            0 => return Ok(raw(tile, reader, screen)),
            1 => return Ok(reader.colour().map(|colour| screen.fill(tile, colour))),
            2..=16 => (Palette::read(reader, kind.into()), false),
            127 if self.reuses => (Some(self.palette), false),
            128 => (Some(Palette::NONE), true),
            129 if self.reuses => (Some(self.palette), true),
            130..=255 => (Palette::read(reader, usize::from(kind & 127)), true),
            _ => return Err(RfbError::Malformed("tile: unknown kind")),
        };
        let Some(palette) = palette else { return Ok(None) };
        let count = usize::try_from(tile.area()).unwrap_or(usize::MAX);
        let pixels = self.pixels.get_mut(..count).unwrap_or_default();
        let filled = match (is_rle, kind) {
            (true, 128) => runs(pixels, reader)?,
            (true, _) => palette_runs(pixels, &palette, reader)?,
            (false, _) => packed(pixels, tile.width, &palette, reader)?,
        };
        if filled.is_none() {
            return Ok(None);
        }
        if kind != 128 {
            self.palette = palette;
        }
        for (row, from) in screen.rows_mut(tile).zip(pixels.chunks(tile.width.into())) {
            row.copy_from_slice(from);
        }
        Ok(Some(()))
    }
}

fn raw(tile: Rect, reader: &mut Reader<'_>, screen: &mut Framebuffer) -> Option<()> {
    let bytes = usize::try_from(tile.area()).unwrap_or(usize::MAX).saturating_mul(3);
    let (colours, _) = reader.take(bytes)?.as_chunks::<3>();
    for (row, from) in screen.rows_mut(tile).zip(colours.chunks(tile.width.into())) {
        for (pixel, [red, green, blue]) in row.iter_mut().zip(from) {
            *pixel = u32::from_le_bytes([*red, *green, *blue, 0xff]);
        }
    }
    Some(())
}

/// Indices of 1, 2 or 4 bits, each row from a new byte on.
fn packed(
    pixels: &mut [u32],
    width: u16,
    palette: &Palette,
    reader: &mut Reader<'_>,
) -> Result<Option<()>, RfbError> {
    let bits: u32 = match palette.count {
        0 | 1 => return Err(RfbError::Malformed("tile: no palette to use again")),
        2 => 1,
        3 | 4 => 2,
        5..=16 => 4,
        _ => return Err(RfbError::Malformed("tile: a palette too large to pack")),
    };
    let mask = u8::MAX.wrapping_shr(8_u32.saturating_sub(bits));
    let row_bytes = usize::from(width).saturating_mul(bits as usize).div_ceil(8);
    for row in pixels.chunks_mut(width.into()) {
        let Some(bytes) = reader.take(row_bytes) else { return Ok(None) };
        let per_byte = 8_u32.wrapping_div(bits) as usize;
        for (pixels, byte) in row.chunks_mut(per_byte).zip(bytes) {
            let mut rest = *byte;
            for pixel in pixels {
                rest = rest.rotate_left(bits);
                *pixel = palette.colour(rest & mask)?;
            }
        }
    }
    Ok(Some(()))
}

fn runs(pixels: &mut [u32], reader: &mut Reader<'_>) -> Result<Option<()>, RfbError> {
    let mut rest = pixels;
    while !rest.is_empty() {
        let Some(colour) = reader.colour() else { return Ok(None) };
        let Some(length) = run_length(reader, rest.len())? else { return Ok(None) };
        rest = filled(rest, length, colour)?;
    }
    Ok(Some(()))
}

fn palette_runs(
    pixels: &mut [u32],
    palette: &Palette,
    reader: &mut Reader<'_>,
) -> Result<Option<()>, RfbError> {
    let mut rest = pixels;
    while !rest.is_empty() {
        let Some(index) = reader.u8() else { return Ok(None) };
        let length = if index & 128 == 0 { Some(1) } else { run_length(reader, rest.len())? };
        let Some(length) = length else { return Ok(None) };
        rest = filled(rest, length, palette.colour(index & 127)?)?;
    }
    Ok(Some(()))
}

/// Bytes of 255 and a last one, added up, and 1. There is room for `most` pixels, so no more bytes than that takes are
/// waited for.
fn run_length(reader: &mut Reader<'_>, most: usize) -> Result<Option<usize>, RfbError> {
    let mut length = 1_usize;
    loop {
        let Some(byte) = reader.u8() else { return Ok(None) };
        length = length.saturating_add(byte.into());
        if length > most {
            return Err(TOO_LONG);
        }
        if byte != u8::MAX {
            return Ok(Some(length));
        }
    }
}

const TOO_LONG: RfbError = RfbError::Malformed("tile: a run beyond its end");

/// What is left behind a run.
fn filled(pixels: &mut [u32], length: usize, colour: u32) -> Result<&mut [u32], RfbError> {
    let (run, rest) = pixels.split_at_mut_checked(length).ok_or(TOO_LONG)?;
    run.fill(colour);
    Ok(rest)
}
