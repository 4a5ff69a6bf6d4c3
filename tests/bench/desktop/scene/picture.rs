//! Pictures as X wants them: four bytes a pixel, blue first.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context as _, ensure};

/// A picture.
pub struct Picture {
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
    /// Blue, green, red, nothing; row by row.
    pub bytes: Vec<u8>,
}

impl Picture {
    /// A PNG file of eight bits a channel.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let opened = File::open(file).with_context(|| format!("no {}", file.display()))?;
        let mut reader = png::Decoder::new(BufReader::new(opened)).read_info()?;
        let mut bytes = vec![0; reader.output_buffer_size().context("too large")?];
        let info = reader.next_frame(&mut bytes)?;
        ensure!(info.color_type == png::ColorType::Rgba, "a PNG of another kind: {:?}", info.color_type);
        bytes.truncate(info.buffer_size());
        bytes.as_chunks_mut::<4>().0.iter_mut().for_each(|pixel| pixel.swap(0, 2));
        Ok(Self { width: info.width.try_into()?, height: info.height.try_into()?, bytes })
    }

    /// The same under one of a film's grains.
    pub fn with_grain(&self, number: u32) -> Self {
        let mut noise = number * 2 + 1;
        let mut bytes = self.bytes.clone();
        for pixel in bytes.as_chunks_mut::<4>().0 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // From -4 to 4, small ones more often.
            let more = (noise >> 16) as u8 % 5;
            let less = (noise >> 24) as u8 % 5;
            for part in &mut pixel[..3] {
                *part = part.saturating_add(more).saturating_sub(less);
            }
        }
        Self { width: self.width, height: self.height, bytes }
    }
}
