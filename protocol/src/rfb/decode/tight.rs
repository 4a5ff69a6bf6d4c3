//! Tight: one colour, a palette, gradients or a JPEG picture (rfbproto, section 7.7.7). Its pixels have three bytes,
//! red, green and blue.

use super::{Body, Drawing, Streams};
use crate::limits;
use crate::rfb::reader::Reader;
use crate::rfb::{Framebuffer, Rect, RfbError};

const FILL: u8 = 8;
const JPEG: u8 = 9;
const HAS_FILTER: u8 = 4;
/// Fewer bytes than this are not compressed.
const FEWEST_COMPRESSED: usize = 12;

/// Rows of pixels behind one of Tight's filters.
pub(in crate::rfb) struct TightRows {
    /// What is left to draw.
    rect: Rect,
    filter: Filter,
}

enum Filter {
    Copy,
    /// One bit for a pixel where there are two colours, else a byte.
    Palette(Vec<u32>),
    /// Differences to what the pixels around promise; the row before, red, green and blue.
    Gradient(Vec<[u8; 3]>),
}

/// Reads what a rectangle is like; `None` where that has not arrived yet.
pub(in crate::rfb) fn begin(
    rect: Rect,
    input: &mut Reader<'_>,
    streams: &mut Streams,
    screen: &mut Framebuffer,
) -> Result<Option<Body>, RfbError> {
    let mut reader = *input;
    let Some(control) = reader.u8() else { return Ok(None) };
    let kind = control.wrapping_shr(4);
    let body = match kind {
        FILL => reader.colour().map(|colour| {
            screen.fill(rect, colour);
            Body::Done
        }),
        JPEG => compact_length(&mut reader).map(|length| Body::Jpeg { rect, length }),
        0..8 => basic(rect, kind, &mut reader)?,
        _ => return Err(RfbError::Malformed("tight: unknown compression")),
    };
    let Some(body) = body else { return Ok(None) };
    for stream in 0..4_usize {
        if control & 1_u8.wrapping_shl(u32::try_from(stream).unwrap_or(0)) != 0 {
            streams.reset(stream);
        }
    }
    *input = reader;
    Ok(Some(body))
}

fn basic(rect: Rect, kind: u8, reader: &mut Reader<'_>) -> Result<Option<Body>, RfbError> {
    let filter = if kind & HAS_FILTER == 0 { Some(0) } else { reader.u8() };
    let filter = match filter {
        None => return Ok(None),
        Some(0) => Filter::Copy,
        Some(1) => {
            let palette = (|| {
                let count = usize::from(reader.u8()?).saturating_add(1);
                (0..count).map(|_| reader.colour()).collect::<Option<Vec<_>>>()
            })();
            match palette {
                None => return Ok(None),
                Some(palette) if palette.len() < 2 => return Err(RfbError::Malformed("tight: palette")),
                Some(palette) => Filter::Palette(palette),
            }
        }
        Some(2) => Filter::Gradient(vec![[0; 3]; rect.width.into()]),
        Some(_) => return Err(RfbError::Malformed("tight: unknown filter")),
    };
    let rows = TightRows { rect, filter };
    let bytes = rows.row_bytes().saturating_mul(rect.height.into());
    let drawing = Drawing::Tight(Box::new(rows));
    if bytes < FEWEST_COMPRESSED {
        return Ok(Some(Body::Plain(drawing)));
    }
    let stream = usize::from(kind & 3);
    Ok(compact_length(reader).map(|left| Body::Compressed { stream, left, drawing }))
}

/// One to three bytes, seven bits each and the last one eight, the lowest first: under 4 MiB.
fn compact_length(reader: &mut Reader<'_>) -> Option<usize> {
    let mut length = 0_usize;
    for shift in [0, 7, 14] {
        let byte = usize::from(reader.u8()?);
        let bits = if shift == 14 { byte } else { byte & 127 };
        length |= bits.wrapping_shl(shift);
        if byte < 128 {
            break;
        }
    }
    debug_assert!(length < limits::RFB_TIGHT_BYTES);
    Some(length)
}

impl TightRows {
    fn row_bytes(&self) -> usize {
        let width = usize::from(self.rect.width);
        match &self.filter {
            Filter::Palette(palette) if palette.len() == 2 => width.div_ceil(8),
            Filter::Palette(_) => width,
            Filter::Copy | Filter::Gradient(_) => width.saturating_mul(3),
        }
    }

    /// Draws the rows that are there; whether that was all of them.
    pub(super) fn draw(
        &mut self,
        plain: &mut Reader<'_>,
        screen: &mut Framebuffer,
    ) -> Result<bool, RfbError> {
        while !self.rect.is_empty() {
            let Some(bytes) = plain.take(self.row_bytes()) else { return Ok(false) };
            let row = screen.row_mut(self.rect.x, self.rect.y, self.rect.width);
            match &mut self.filter {
                Filter::Copy => copy(row, bytes),
                Filter::Palette(palette) => match palette.as_slice() {
                    [zero, one] => two_colours(row, bytes, *zero, *one),
                    palette => indexed(row, bytes, palette)?,
                },
                Filter::Gradient(above) => gradient(row, bytes, above),
            }
            self.rect.y = self.rect.y.saturating_add(1);
            self.rect.height = self.rect.height.saturating_sub(1);
        }
        Ok(true)
    }
}

fn copy(row: &mut [u32], bytes: &[u8]) {
    for (pixel, [red, green, blue]) in row.iter_mut().zip(bytes.as_chunks::<3>().0) {
        *pixel = u32::from_le_bytes([*red, *green, *blue, 0xff]);
    }
}

fn two_colours(row: &mut [u32], bytes: &[u8], zero: u32, one: u32) {
    for (pixels, byte) in row.chunks_mut(8).zip(bytes) {
        let mut rest = *byte;
        for pixel in pixels {
            *pixel = if rest & 0x80 == 0 { zero } else { one };
            rest = rest.wrapping_shl(1);
        }
    }
}

fn indexed(row: &mut [u32], bytes: &[u8], palette: &[u32]) -> Result<(), RfbError> {
    for (pixel, index) in row.iter_mut().zip(bytes) {
        *pixel = *palette.get(usize::from(*index)).ok_or(RfbError::Malformed("tight: palette"))?;
    }
    Ok(())
}

/// Each part of a pixel is promised as left + above - above left, kept within 0 to 255.
fn gradient(row: &mut [u32], bytes: &[u8], above: &mut [[u8; 3]]) {
    let (mut left, mut above_left) = ([0_u8; 3], [0_u8; 3]);
    for ((pixel, difference), above) in row.iter_mut().zip(bytes.as_chunks::<3>().0).zip(above) {
        let mut colour = [0_u8; 3];
        let parts = left.iter().zip(above.iter()).zip(&above_left).zip(difference);
        for (part, (((left, above), above_left), difference)) in colour.iter_mut().zip(parts) {
            let promised =
                i16::from(*left).saturating_add((*above).into()).saturating_sub((*above_left).into());
            let promised = u8::try_from(promised.clamp(0, 255)).unwrap_or_default();
            *part = promised.wrapping_add(*difference);
        }
        let [red, green, blue] = colour;
        *pixel = u32::from_le_bytes([red, green, blue, 0xff]);
        above_left = *above;
        *above = colour;
        left = colour;
    }
}
