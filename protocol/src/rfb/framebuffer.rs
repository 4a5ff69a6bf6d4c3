//! The picture that a server draws.

use super::RfbError;
use crate::rect::{Rect, is_screen_size};

/// Pixels from the top left, row by row; in memory red, green, blue and 255.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framebuffer {
    width: u16,
    height: u16,
    pixels: Vec<u32>,
}

/// Black.
pub(super) const OPAQUE: u32 = u32::from_le_bytes([0, 0, 0, 0xff]);

impl Framebuffer {
    /// A black one.
    ///
    /// # Errors
    /// [`RfbError::ScreenSize`] where a side is 0, or it is over the limits.
    pub fn new(width: u16, height: u16) -> Result<Self, RfbError> {
        if !is_screen_size(width, height) {
            return Err(RfbError::ScreenSize(width, height));
        }
        let pixels = vec![OPAQUE; usize::from(width).saturating_mul(usize::from(height))];
        Ok(Self { width, height, pixels })
    }

    /// Pixels from left to right.
    #[must_use]
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Pixels from top to bottom.
    #[must_use]
    pub fn height(&self) -> u16 {
        self.height
    }

    /// All pixels.
    #[must_use]
    pub fn pixels(&self) -> &[u32] {
        &self.pixels
    }

    /// All of it.
    #[must_use]
    pub fn bounds(&self) -> Rect {
        Rect { x: 0, y: 0, width: self.width, height: self.height }
    }

    /// Whether all of `rect` is on the screen.
    #[must_use]
    pub fn contains(&self, rect: Rect) -> bool {
        rect.is_within(self.width, self.height)
    }

    /// Another size; what is on both screens stays.
    ///
    /// # Errors
    /// As [`Framebuffer::new`].
    pub fn resize(&mut self, width: u16, height: u16) -> Result<(), RfbError> {
        if (width, height) == (self.width, self.height) {
            return Ok(());
        }
        let mut other = Self::new(width, height)?;
        let both = usize::from(width.min(self.width));
        let rows = self.pixels.chunks_exact(usize::from(self.width));
        for (to, from) in other.pixels.chunks_exact_mut(usize::from(width)).zip(rows) {
            if let (Some(to), Some(from)) = (to.get_mut(..both), from.get(..both)) {
                to.copy_from_slice(from);
            }
        }
        *self = other;
        Ok(())
    }

    /// `width` pixels of row `y` from `x` on; none where they are not on the screen.
    pub fn row_mut(&mut self, x: u16, y: u16, width: u16) -> &mut [u32] {
        let start = usize::from(y).saturating_mul(usize::from(self.width)).saturating_add(usize::from(x));
        let end = start.saturating_add(usize::from(width));
        if !self.contains(Rect { x, y, width, height: 1 }) {
            return &mut [];
        }
        self.pixels.get_mut(start..end).unwrap_or_default()
    }

    /// The rows of `rect`, as far as they are on the screen.
    pub fn rows_mut(&mut self, rect: Rect) -> impl Iterator<Item = &mut [u32]> {
        let rows = self.pixels.chunks_exact_mut(usize::from(self.width));
        let rows = rows.skip(rect.y.into()).take(rect.height.into());
        rows.filter_map(move |row| row.get_mut(rect.columns()))
    }

    /// One colour everywhere in `rect`.
    pub fn fill(&mut self, rect: Rect, colour: u32) {
        for row in self.rows_mut(rect) {
            row.fill(colour);
        }
    }

    /// Moves what is at `from` to `to`, both on the screen; they may overlap.
    pub fn copy(&mut self, to: Rect, from: (u16, u16)) {
        let stride = usize::from(self.width);
        let at = |x: u16, y: u16| usize::from(y).saturating_mul(stride).saturating_add(usize::from(x));
        let source = Rect { x: from.0, y: from.1, ..to };
        if !self.contains(to) || !self.contains(source) {
            return;
        }
        let width = usize::from(to.width);
        let mut one = |row: u16| {
            let start = at(source.x, source.y.saturating_add(row));
            let target = at(to.x, to.y.saturating_add(row));
            // Both were looked at above.
            if target.saturating_add(width) <= self.pixels.len() {
                self.pixels.copy_within(start..start.saturating_add(width), target);
            }
        };
        if to.y > source.y {
            (0..to.height).rev().for_each(&mut one);
        } else {
            (0..to.height).for_each(&mut one);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(width: u16, height: u16) -> Framebuffer {
        let mut framebuffer = Framebuffer::new(width, height).unwrap();
        for (i, pixel) in framebuffer.pixels.iter_mut().enumerate() {
            *pixel = u32::try_from(i).unwrap();
        }
        framebuffer
    }

    #[test]
    fn copies_that_overlap_are_right_in_every_direction() {
        for (dx, dy) in [(1, 1), (1, 0), (0, 1), (2, 1), (0, 0)] {
            for towards in [true, false] {
                let before = numbered(7, 6);
                let mut after = before.clone();
                let (a, b) = ((dx, dy), (0, 0));
                let (to, from) = if towards { (a, b) } else { (b, a) };
                let to = Rect { x: to.0, y: to.1, width: 5, height: 4 };
                after.copy(to, from);
                for y in 0..4_u16 {
                    for x in 0..5_u16 {
                        let at = |x: u16, y: u16| usize::from(y) * 7 + usize::from(x);
                        assert_eq!(
                            after.pixels[at(to.x + x, to.y + y)],
                            before.pixels[at(from.0 + x, from.1 + y)]
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_on_both_screens_stays() {
        let mut framebuffer = numbered(4, 3);
        framebuffer.resize(2, 5).unwrap();
        assert_eq!(framebuffer.pixels(), [0, 1, 4, 5, 8, 9, OPAQUE, OPAQUE, OPAQUE, OPAQUE]);
        assert_eq!(framebuffer.resize(0, 5), Err(RfbError::ScreenSize(0, 5)));
        assert_eq!(framebuffer.resize(5, 9000), Err(RfbError::ScreenSize(5, 9000)));
        assert_eq!(framebuffer.resize(8192, 4097), Err(RfbError::ScreenSize(8192, 4097)));
    }

    #[test]
    fn what_is_outside_is_not_drawn() {
        let mut framebuffer = numbered(4, 3);
        let before = framebuffer.clone();
        framebuffer.copy(Rect { x: 2, y: 0, width: 3, height: 1 }, (0, 0));
        framebuffer.fill(Rect { x: 3, y: 1, width: 2, height: 1 }, 9);
        assert!(framebuffer.row_mut(0, 3, 1).is_empty() && framebuffer.row_mut(u16::MAX, 0, 2).is_empty());
        assert_eq!(framebuffer, before);
    }
}
