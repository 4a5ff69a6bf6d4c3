//! Pictures of the pointer (RFC 6143, section 7.8.1; rfbproto, section 7.8.15).

use crate::limits;
use crate::rfb::reader::Reader;
use crate::rfb::server::Cursor;
use crate::rfb::{Rect, RfbError};

/// Pixels and a mask of bits; the rectangle's place is the hot spot. `None` where not all has arrived.
pub(in crate::rfb) fn read(rect: Rect, input: &mut Reader<'_>) -> Result<Option<Cursor>, RfbError> {
    check(rect)?;
    let mut reader = *input;
    let row_bytes = usize::from(rect.width).div_ceil(8);
    let parts = (|| {
        let pixels = reader.take(pixel_bytes(rect))?;
        Some((pixels, reader.take(row_bytes.saturating_mul(rect.height.into()))?))
    })();
    let Some((pixels, mask)) = parts else { return Ok(None) };
    let mut cursor =
        Cursor::new(rect, pixels.as_chunks::<4>().0.iter().map(|b| u32::from_le_bytes(*b)).collect());
    let rows = cursor.pixels.chunks_mut(rect.width.max(1).into());
    for (row, mask) in rows.zip(mask.chunks(row_bytes.max(1))) {
        for (pixels, bits) in row.chunks_mut(8).zip(mask) {
            let mut rest = *bits;
            for pixel in pixels {
                let [red, green, blue, _] = pixel.to_le_bytes();
                *pixel = if rest & 0x80 == 0 { 0 } else { u32::from_le_bytes([red, green, blue, 0xff]) };
                rest = rest.wrapping_shl(1);
            }
        }
    }
    *input = reader;
    Ok(Some(cursor))
}

/// Red, green, blue and alpha, the colours multiplied with it; only raw pixels are asked for.
pub(in crate::rfb) fn read_alpha(rect: Rect, input: &mut Reader<'_>) -> Result<Option<Cursor>, RfbError> {
    check(rect)?;
    let mut reader = *input;
    let Some(encoding) = reader.i32() else { return Ok(None) };
    if encoding != 0 {
        return Err(RfbError::UnknownEncoding(encoding));
    }
    let Some(pixels) = reader.take(pixel_bytes(rect)) else { return Ok(None) };
    *input = reader;
    let plain = |[red, green, blue, alpha]: [u8; 4]| {
        let whole = |part: u8| {
            let part = u16::from(part).saturating_mul(255).checked_div(alpha.into()).unwrap_or(0);
            u8::try_from(part).unwrap_or(u8::MAX)
        };
        u32::from_le_bytes([whole(red), whole(green), whole(blue), alpha])
    };
    Ok(Some(Cursor::new(rect, pixels.as_chunks::<4>().0.iter().map(|rgba| plain(*rgba)).collect())))
}

fn check(rect: Rect) -> Result<(), RfbError> {
    if rect.width.max(rect.height) > limits::DESKTOP_CURSOR_MAX {
        return Err(RfbError::TooLong { what: "a cursor", bytes: rect.area().saturating_mul(4) });
    }
    Ok(())
}

fn pixel_bytes(rect: Rect) -> usize {
    usize::try_from(rect.area()).unwrap_or(usize::MAX).saturating_mul(4)
}
