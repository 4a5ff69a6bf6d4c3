//! Rectangles of a desktop's picture.

use crate::limits;

/// A rectangle in pixels; it may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rect {
    /// From the left.
    pub x: u16,
    /// From the top.
    pub y: u16,
    /// To the right.
    pub width: u16,
    /// Down.
    pub height: u16,
}

/// Whether a desktop may have this size.
#[must_use]
pub fn is_screen_size(width: u16, height: u16) -> bool {
    let sides = 1..=limits::DESKTOP_SIDE_MAX;
    let area = u64::from(width).saturating_mul(u64::from(height));
    sides.contains(&width) && sides.contains(&height) && area <= limits::DESKTOP_PIXELS_MAX
}

impl Rect {
    /// How many pixels it has.
    #[must_use]
    pub fn area(self) -> u64 {
        u64::from(self.width).saturating_mul(u64::from(self.height))
    }

    /// Whether it has no pixels.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// Its first column, and the one behind its last.
    #[must_use]
    pub fn columns(self) -> std::ops::Range<usize> {
        let x = usize::from(self.x);
        x..x.saturating_add(self.width.into())
    }

    /// Its first row, and the one behind its last.
    #[must_use]
    pub fn rows(self) -> std::ops::Range<usize> {
        let y = usize::from(self.y);
        y..y.saturating_add(self.height.into())
    }

    /// Whether all of it is on a screen of this size.
    #[must_use]
    pub fn is_within(self, width: u16, height: u16) -> bool {
        let ends =
            |start: u16, length: u16, most: u16| start.checked_add(length).is_some_and(|end| end <= most);
        ends(self.x, self.width, width) && ends(self.y, self.height, height)
    }
}
