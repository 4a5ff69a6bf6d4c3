//! JPEG pictures inside of Tight.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::rfb::{Framebuffer, Rect, RfbError};

/// Draws a picture that is as large as its rectangle.
pub(super) fn draw(picture: &[u8], rect: Rect, screen: &mut Framebuffer) -> Result<(), RfbError> {
    let bad = |_| RfbError::Malformed("JPEG picture");
    let options = DecoderOptions::default()
        .set_max_width(rect.width.into())
        .set_max_height(rect.height.into())
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().map_err(bad)?;
    if decoder.dimensions() != Some((rect.width.into(), rect.height.into())) {
        return Err(RfbError::Malformed("JPEG picture: another size"));
    }
    let pixels = decoder.decode().map_err(bad)?;
    let (pixels, _) = pixels.as_chunks::<4>();
    for (row, from) in screen.rows_mut(rect).zip(pixels.chunks(rect.width.max(1).into())) {
        for (pixel, rgba) in row.iter_mut().zip(from) {
            *pixel = u32::from_le_bytes(*rgba);
        }
    }
    Ok(())
}
