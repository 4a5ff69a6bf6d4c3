//! Raw: pixels of four bytes, row by row (RFC 6143, section 7.7.1).

use crate::rfb::framebuffer::OPAQUE;
use crate::rfb::reader::Reader;
use crate::rfb::{Framebuffer, Rect};

/// A rectangle of raw pixels.
pub(in crate::rfb) struct Raw {
    rect: Rect,
    /// Pixels of the first row that are there already.
    column: u16,
}

impl Raw {
    pub(super) fn new(rect: Rect) -> Self {
        Self { rect, column: 0 }
    }

    /// Draws what there is; whether that was all of it.
    pub(super) fn draw(&mut self, plain: &mut Reader<'_>, screen: &mut Framebuffer) -> bool {
        while !self.rect.is_empty() {
            let wanted = self.rect.width.saturating_sub(self.column);
            let there = plain.rest().len().wrapping_shr(2);
            let taken = wanted.min(u16::try_from(there).unwrap_or(u16::MAX));
            if taken == 0 {
                return false;
            }
            let bytes = plain.take_up_to(usize::from(taken).saturating_mul(4));
            let row = screen.row_mut(self.rect.x.saturating_add(self.column), self.rect.y, taken);
            for (pixel, bytes) in row.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *pixel = u32::from_le_bytes(*bytes) | OPAQUE;
            }
            self.column = self.column.saturating_add(taken);
            if self.column == self.rect.width {
                self.column = 0;
                self.rect.y = self.rect.y.saturating_add(1);
                self.rect.height = self.rect.height.saturating_sub(1);
            }
        }
        true
    }
}
