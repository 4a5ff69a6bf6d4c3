//! Parts of a picture as operations on the wire.

use std::io;

use bytes::Bytes;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;
use transom_protocol::wire::picture::{Op, Stream};
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};
use zstd::stream::raw::{CParameter, Encoder, InBuffer, Operation as _, OutBuffer};
use zstd::zstd_safe::compress_bound;

use super::diff::part;

/// Pixels of one operation at most; more are cut into several.
const OP_PIXELS: usize = 1 << 20;
/// Rectangles of one operation at most.
const OP_RECTS: usize = 4096;
const LEVEL: i32 = 1;
/// How far back a stream may look, as a power of two in bytes: rows that were shown lately are there.
const WINDOW_LOG: u32 = 20;
/// A stream is so long at most, in bytes and in operations: some readers keep all of it until the next begins.
const STREAM_BYTES: usize = 4 * 1024 * 1024;
const STREAM_OPS: usize = 4096;
/// Some readers say nothing of a stream before they have so many bytes of it (fzstd).
const STREAM_LEAST: usize = 18;
const QUALITY: i32 = 75;
/// JPEG's blocks with halved colours; pictures are cut at their edges.
const JPEG_ROWS: usize = 16;

/// What encodes; it remembers what it has said.
pub struct Packer {
    stream: Encoder<'static>,
    /// What was said in it: bytes, and operations.
    said: (usize, usize),
    alone: zstd::bulk::Compressor<'static>,
    jpeg: Compressor,
    plain: Vec<u32>,
}

impl std::fmt::Debug for Packer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packer").field("said", &self.said).finish_non_exhaustive()
    }
}

impl Packer {
    /// One that has said nothing.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn new() -> io::Result<Self> {
        let mut jpeg = Compressor::new().map_err(io::Error::other)?;
        jpeg.set_quality(QUALITY).map_err(io::Error::other)?;
        jpeg.set_subsamp(Subsamp::Sub2x2).map_err(io::Error::other)?;
        let alone = zstd::bulk::Compressor::new(LEVEL)?;
        Ok(Self { stream: encoder()?, said: (0, 0), alone, jpeg, plain: Vec::new() })
    }

    /// Begins the stream anew.
    ///
    /// # Errors
    /// Where the compressor cannot.
    pub fn restart(&mut self) -> io::Result<()> {
        self.said = (0, 0);
        self.stream.reinit()
    }

    /// Whether the stream has become so long that it should begin anew.
    #[must_use]
    pub fn is_long(&self) -> bool {
        self.said.0 >= STREAM_BYTES || self.said.1 >= STREAM_OPS
    }

    /// Pixels as they are, in the stream that viewers in step share.
    ///
    /// # Errors
    /// Where the compressor cannot.
    pub fn streamed(&mut self, picture: &Framebuffer, rects: &[Rect]) -> io::Result<Vec<Op>> {
        let mut ops = Vec::new();
        for rects in grouped(rects) {
            self.collect(picture, &rects);
            let compressed = flushed(&mut self.stream, bytemuck::cast_slice(&self.plain))?;
            let stream = if self.said.1 == 0 { Stream::First } else { Stream::Next };
            if stream == Stream::First && compressed.len() < STREAM_LEAST {
                self.restart()?;
                ops.push(self.one_alone(rects)?);
                continue;
            }
            self.said = (self.said.0 + compressed.len(), self.said.1 + 1);
            ops.push(Op::Pixels { stream, rects, compressed });
        }
        Ok(ops)
    }

    /// Pixels as they are, for anybody.
    ///
    /// # Errors
    /// Where the compressor cannot.
    pub fn alone(&mut self, picture: &Framebuffer, rects: &[Rect]) -> io::Result<Vec<Op>> {
        let mut ops = Vec::new();
        for rects in grouped(rects) {
            self.collect(picture, &rects);
            ops.push(self.one_alone(rects)?);
        }
        Ok(ops)
    }

    /// What was collected, for anybody.
    fn one_alone(&mut self, rects: Vec<Rect>) -> io::Result<Op> {
        let compressed = self.alone.compress(bytemuck::cast_slice(&self.plain))?.into();
        Ok(Op::Pixels { stream: Stream::Alone, rects, compressed })
    }

    /// Pixels nearly as they are.
    ///
    /// # Errors
    /// Where the compressor cannot.
    pub fn jpeg(&mut self, picture: &Framebuffer, rect: Rect) -> io::Result<Vec<Op>> {
        let pieces = cut(rect, JPEG_ROWS);
        pieces.into_iter().map(|rect| self.one_jpeg(picture, rect)).collect()
    }

    fn one_jpeg(&mut self, picture: &Framebuffer, rect: Rect) -> io::Result<Op> {
        let stride = usize::from(picture.width());
        let start = rect.rows().start * stride + rect.columns().start;
        let end = (rect.rows().end - 1) * stride + rect.columns().end;
        let image = Image {
            pixels: bytemuck::cast_slice(&picture.pixels()[start..end]),
            width: rect.width.into(),
            pitch: stride * 4,
            height: rect.height.into(),
            format: PixelFormat::RGBX,
        };
        let picture = self.jpeg.compress_to_vec(image).map_err(io::Error::other)?;
        Ok(Op::Jpeg { rect, picture: picture.into() })
    }

    fn collect(&mut self, picture: &Framebuffer, rects: &[Rect]) {
        self.plain.clear();
        for rect in rects {
            let columns = rect.columns();
            rect.rows().for_each(|y| self.plain.extend_from_slice(part(picture, y, &columns)));
        }
    }
}

fn encoder() -> io::Result<Encoder<'static>> {
    let mut encoder = Encoder::new(LEVEL)?;
    encoder.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
    encoder.set_parameter(CParameter::ContentSizeFlag(false))?;
    encoder.set_parameter(CParameter::ChecksumFlag(false))?;
    Ok(encoder)
}

/// All of `plain`, so that a reader has it all without what comes next.
fn flushed(encoder: &mut Encoder<'_>, plain: &[u8]) -> io::Result<Bytes> {
    let mut out = Vec::with_capacity(compress_bound(plain.len()) + 64);
    let mut input = InBuffer::around(plain);
    let mut rest = OutBuffer::around(&mut out);
    encoder.run(&mut input, &mut rest)?;
    let left = encoder.flush(&mut rest)?;
    if left > 0 || input.pos() < plain.len() {
        return Err(io::Error::other("the compressor wants more room than its bound"));
    }
    Ok(out.into())
}

/// Rectangles cut and gathered so that none, and no group, is too large for one operation.
fn grouped(rects: &[Rect]) -> Vec<Vec<Rect>> {
    let mut groups: Vec<Vec<Rect>> = Vec::new();
    let mut room = 0;
    for rect in rects.iter().flat_map(|rect| cut(*rect, 1)) {
        let area = usize::from(rect.width) * usize::from(rect.height);
        match groups.last_mut() {
            Some(group) if area <= room && group.len() < OP_RECTS => group.push(rect),
            _ => {
                groups.push(vec![rect]);
                room = OP_PIXELS;
            }
        }
        room = room.saturating_sub(area);
    }
    groups
}

/// The same in pieces of no more than [`OP_PIXELS`], one above the other, of a multiple of `rows` but the last.
fn cut(rect: Rect, rows: usize) -> Vec<Rect> {
    let most = (OP_PIXELS / usize::from(rect.width).max(1) / rows).max(1) * rows;
    let tops = rect.rows().step_by(most);
    // Within a rectangle whose sides are u16.
    tops.map(|y| Rect { y: y as u16, height: most.min(rect.rows().end - y) as u16, ..rect }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_begins_with_enough_for_any_reader_and_ends_before_it_is_too_long() {
        let mut picture = Framebuffer::new(64, 64).unwrap();
        let mut random = 1_u32;
        for pixel in picture.row_mut(0, 0, 64) {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *pixel = random | 0xff00_0000;
        }
        let mut pack = Packer::new().unwrap();
        let stream_of = |width, pack: &mut Packer| {
            let rect = Rect { x: 0, y: 0, width, height: 1 };
            match pack.streamed(&picture, &[rect]).unwrap().remove(0) {
                Op::Pixels { stream, compressed, .. } => (stream, compressed.len() >= STREAM_LEAST),
                op => panic!("{op:?}"),
            }
        };
        assert_eq!(stream_of(2, &mut pack).0, Stream::Alone);
        assert_eq!(stream_of(64, &mut pack), (Stream::First, true));
        assert_eq!(stream_of(2, &mut pack), (Stream::Next, false));
        let said = (2..).take_while(|_| !pack.is_long() && stream_of(2, &mut pack).0 == Stream::Next).count();
        assert_eq!(said, STREAM_OPS - 2);
        pack.restart().unwrap();
        assert!(!pack.is_long());
        assert_eq!(stream_of(64, &mut pack).0, Stream::First);
    }
}
