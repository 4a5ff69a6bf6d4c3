//! What a browser makes of a desktop's pictures.

use anyhow::{Context as _, ensure};
use bytes::BytesMut;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;
use transom_protocol::wire::picture::{Op, Stream};
use zstd::stream::raw::{Decoder, InBuffer, Operation as _, OutBuffer};

/// A picture as a viewer shows it.
pub struct Picture {
    /// The pixels.
    pub screen: Framebuffer,
    /// How the pointer looks: width, height, what points.
    pub pointer: Option<(u16, u16, (u16, u16))>,
    /// How often each operation came: reset, copy, fill, pixels, JPEG.
    pub ops: [u64; 5],
    /// What is in step.
    stream: Option<Decoder<'static>>,
    rest: BytesMut,
}

impl Picture {
    /// Nothing is shown yet.
    ///
    /// # Errors
    /// Never, in fact.
    pub fn new() -> anyhow::Result<Self> {
        let screen = Framebuffer::new(1, 1)?;
        Ok(Self { screen, pointer: None, ops: [0; 5], stream: None, rest: BytesMut::new() })
    }

    /// Draws what came; what is not complete waits for more.
    ///
    /// # Errors
    /// Where a browser could not.
    pub fn draw(&mut self, ops: &[u8]) -> anyhow::Result<()> {
        self.rest.extend_from_slice(ops);
        while let Some(op) = Op::read(&mut self.rest)? {
            self.one(op)?;
        }
        Ok(())
    }

    /// Whether everything that came was complete.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.rest.is_empty()
    }

    fn one(&mut self, op: Op) -> anyhow::Result<()> {
        match op {
            Op::Reset { width, height } => {
                self.ops[0] += 1;
                self.screen = Framebuffer::new(width, height)?;
            }
            Op::Copy { to, from } => {
                self.ops[1] += 1;
                self.check(to)?;
                self.check(Rect { x: from.0, y: from.1, ..to })?;
                self.screen.copy(to, from);
            }
            Op::Fill { rect, colour: [red, green, blue] } => {
                self.ops[2] += 1;
                self.check(rect)?;
                self.screen.fill(rect, u32::from_le_bytes([red, green, blue, 255]));
            }
            Op::Pixels { stream, rects, compressed } => {
                self.ops[3] += 1;
                let area: u64 = rects.iter().map(|rect| rect.area()).sum();
                let plain = self.inflate(stream, &compressed, usize::try_from(area)? * 4)?;
                let mut plain = &plain[..];
                for rect in rects {
                    plain = self.fill(rect, plain)?;
                }
            }
            Op::Jpeg { rect, picture } => {
                self.ops[4] += 1;
                let image = turbojpeg::decompress(&picture, turbojpeg::PixelFormat::RGBA)?;
                ensure!(
                    (image.width, image.height) == (rect.width.into(), rect.height.into()),
                    "another size"
                );
                self.fill(rect, &image.pixels)?;
            }
            Op::Pointer { width, height, hotspot, .. } => self.pointer = Some((width, height, hotspot)),
        }
        Ok(())
    }

    fn check(&self, rect: Rect) -> anyhow::Result<()> {
        ensure!(self.screen.contains(rect), "{rect:?} is outside");
        Ok(())
    }

    /// Draws pixels; returns those that belong to the next.
    fn fill<'p>(&mut self, rect: Rect, pixels: &'p [u8]) -> anyhow::Result<&'p [u8]> {
        self.check(rect)?;
        let (mine, rest) =
            pixels.split_at_checked(usize::try_from(rect.area())? * 4).context("too few pixels")?;
        let mut mine = mine.as_chunks::<4>().0.iter();
        for pixel in self.screen.rows_mut(rect).flatten() {
            *pixel = u32::from_le_bytes(*mine.next().context("too few pixels")?);
        }
        Ok(rest)
    }

    fn inflate(&mut self, stream: Stream, compressed: &[u8], bytes: usize) -> anyhow::Result<Vec<u8>> {
        if stream == Stream::Alone {
            return Ok(zstd::bulk::decompress(compressed, bytes)?);
        }
        if stream == Stream::First {
            self.stream = Some(Decoder::new()?);
        }
        let decoder = self.stream.as_mut().context("it is not in step")?;
        let mut plain = Vec::with_capacity(bytes);
        let mut input = InBuffer::around(compressed);
        while plain.len() < bytes {
            let (before, had) = (input.pos(), plain.len());
            {
                let mut out = OutBuffer::around_pos(&mut plain, had);
                decoder.run(&mut input, &mut out)?;
            }
            ensure!(input.pos() > before || plain.len() > had, "the stream stops");
        }
        ensure!(input.pos() == compressed.len(), "the stream has more than its rectangles");
        Ok(plain)
    }
}
