//! Which parts of a picture: marks on a grid of cells of [`CELL`] by [`CELL`] pixels.

use std::ops::Range;

use transom_protocol::rect::Rect;

/// Side of a cell, in pixels.
pub const CELL: usize = 16;
const WORD: usize = 64;

/// Cells, some of them marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cells {
    width: u16,
    height: u16,
    /// Words of a row of cells.
    stride: usize,
    marks: Vec<u64>,
}

impl Cells {
    /// None of the cells of a picture of this size, in pixels.
    #[must_use]
    pub fn none(width: u16, height: u16) -> Self {
        let stride = usize::from(width).div_ceil(CELL).div_ceil(WORD);
        Self { width, height, stride, marks: vec![0; stride * usize::from(height).div_ceil(CELL)] }
    }

    /// None of the cells of the same picture.
    #[must_use]
    pub fn none_like(other: &Self) -> Self {
        Self { marks: vec![0; other.marks.len()], ..*other }
    }

    /// All of them.
    #[must_use]
    pub fn all(width: u16, height: u16) -> Self {
        let mut all = Self::none(width, height);
        all.mark(Rect { x: 0, y: 0, width, height });
        all
    }

    /// Whether they are those of a picture of this size.
    #[must_use]
    pub fn is_of(&self, width: u16, height: u16) -> bool {
        (self.width, self.height) == (width, height)
    }

    /// Whether none is marked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.marks.iter().all(|word| *word == 0)
    }

    /// How many are marked.
    #[must_use]
    pub fn count(&self) -> usize {
        self.marks.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Rows of cells.
    #[must_use]
    pub fn rows(&self) -> usize {
        usize::from(self.height).div_ceil(CELL)
    }

    /// Whether this cell is marked.
    #[must_use]
    pub fn has(&self, column: usize, row: usize) -> bool {
        self.marks[row * self.stride + column / WORD] >> (column % WORD) & 1 == 1
    }

    /// Marks one.
    pub fn add(&mut self, column: usize, row: usize) {
        self.marks[row * self.stride + column / WORD] |= 1 << (column % WORD);
    }

    /// Unmarks one.
    pub fn remove(&mut self, column: usize, row: usize) {
        self.marks[row * self.stride + column / WORD] &= !(1 << (column % WORD));
    }

    /// Marks each that has a pixel of `rect`, which is on the picture.
    pub fn mark(&mut self, rect: Rect) {
        if rect.is_empty() {
            return;
        }
        self.change(touched(rect.columns()), touched(rect.rows()), |word, mask| *word |= mask);
    }

    /// Unmarks each that has no pixel outside of `rect`, as far as it is on the picture.
    pub fn unmark_covered(&mut self, rect: Rect) {
        if rect.is_empty() {
            return;
        }
        let columns = covered(rect.columns(), self.width.into());
        self.change(columns, covered(rect.rows(), self.height.into()), |word, mask| *word &= !mask);
    }

    /// Marks those that `other`, of the same picture, has.
    pub fn join(&mut self, other: &Self) {
        self.marks.iter_mut().zip(&other.marks).for_each(|(word, others)| *word |= others);
    }

    /// Unmarks all.
    pub fn clear(&mut self) {
        self.marks.fill(0);
    }

    fn change(&mut self, columns: Range<usize>, rows: Range<usize>, change: impl Fn(&mut u64, u64)) {
        if columns.is_empty() {
            return;
        }
        for row in rows {
            for word in columns.start / WORD..=(columns.end - 1) / WORD {
                let from = columns.start.saturating_sub(word * WORD);
                let to = (columns.end - word * WORD).min(WORD);
                let mask = (u64::MAX >> (WORD - (to - from))) << from;
                change(&mut self.marks[row * self.stride + word], mask);
            }
        }
    }

    /// Stretches of marked cells in a row of cells, from left to right.
    pub fn runs(&self, row: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let mut column = 0;
        std::iter::from_fn(move || {
            let start = self.next(row, column, true)?;
            let end = self.next(row, start, false).unwrap_or(self.stride * WORD);
            column = end;
            Some(start..end)
        })
    }

    /// The first column from `column` on that is marked, or is not.
    fn next(&self, row: usize, column: usize, marked: bool) -> Option<usize> {
        let mut at = column;
        while at < self.stride * WORD {
            let word = self.marks[row * self.stride + at / WORD];
            let rest = (if marked { word } else { !word }) >> (at % WORD);
            if rest != 0 {
                return Some(at + rest.trailing_zeros() as usize);
            }
            at = (at / WORD + 1) * WORD;
        }
        None
    }

    /// Rectangles in pixels that cover the marked cells and no others, from top to bottom.
    #[must_use]
    pub fn rects(&self) -> Vec<Rect> {
        let mut done = Vec::new();
        // Columns, and the rows since which each goes down.
        let mut open: Vec<(Range<usize>, usize)> = Vec::new();
        for row in 0..=self.rows() {
            let runs: Vec<_> = if row < self.rows() { self.runs(row).collect() } else { Vec::new() };
            let mut still = Vec::with_capacity(runs.len());
            for run in runs {
                let since = open.iter().find(|(columns, _)| *columns == run).map_or(row, |(_, since)| *since);
                still.push((run, since));
            }
            done.extend(open.iter().filter(|was| !still.contains(was)).map(|was| self.rect(was, row)));
            open = still;
        }
        done
    }

    fn rect(&self, (columns, since): &(Range<usize>, usize), until: usize) -> Rect {
        let pixels = |cells: Range<usize>, most: u16| {
            let end = (cells.end * CELL).min(most.into());
            // Within the picture's sides, which are u16.
            ((cells.start * CELL) as u16, (end - cells.start * CELL) as u16)
        };
        let ((x, width), (y, height)) =
            (pixels(columns.clone(), self.width), pixels(*since..until, self.height));
        Rect { x, y, width, height }
    }
}

fn touched(pixels: Range<usize>) -> Range<usize> {
    pixels.start / CELL..pixels.end.div_ceil(CELL)
}

fn covered(pixels: Range<usize>, most: usize) -> Range<usize> {
    let end = if pixels.end >= most { most.div_ceil(CELL) } else { pixels.end / CELL };
    pixels.start.div_ceil(CELL)..end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rects() -> impl Strategy<Value = Vec<Rect>> {
        let rect = (0_u16..1500, 0_u16..200, 0_u16..600, 0_u16..120);
        proptest::collection::vec(rect.prop_map(|(x, y, width, height)| Rect { x, y, width, height }), 0..12)
    }

    proptest! {
        #[test]
        fn marks_are_what_was_marked_and_rectangles_cover_exactly_that(rects in rects()) {
            let (width, height) = (2101_u16, 323_u16);
            let mut cells = Cells::none(width, height);
            let mut plain = std::collections::BTreeSet::new();
            for (i, rect) in rects.iter().enumerate() {
                let hit = |column: usize, row: usize, all: bool| {
                    let pixels = |cell: usize, most: u16| cell * CELL..((cell + 1) * CELL).min(most.into());
                    let within = |a: std::ops::Range<usize>, b: std::ops::Range<usize>| {
                        if all { b.start <= a.start && a.end <= b.end } else { a.start.max(b.start) < a.end.min(b.end) }
                    };
                    !rect.is_empty() && within(pixels(column, width), rect.columns()) && within(pixels(row, height), rect.rows())
                };
                let grid = (0..cells.rows()).flat_map(|row| (0..usize::from(width).div_ceil(CELL)).map(move |column| (column, row)));
                if i % 3 == 2 {
                    plain.retain(|(column, row)| !hit(*column, *row, true));
                    cells.unmark_covered(*rect);
                } else {
                    plain.extend(grid.filter(|(column, row)| hit(*column, *row, false)));
                    cells.mark(*rect);
                }
            }
            prop_assert_eq!(cells.count(), plain.len());
            prop_assert_eq!(cells.is_empty(), plain.is_empty());
            prop_assert!(plain.iter().all(|(column, row)| cells.has(*column, *row)));
            let mut again = Cells::none(width, height);
            let found = cells.rects();
            let area: u64 = found.iter().map(|rect| rect.area()).sum();
            for rect in found {
                prop_assert!(rect.is_within(width, height) && !rect.is_empty());
                again.mark(rect);
            }
            prop_assert_eq!(&again, &cells);
            let side = |cell: usize, most: u16| CELL.min(usize::from(most) - cell * CELL);
            let plain_area: usize = plain.iter().map(|(c, r)| side(*c, width) * side(*r, height)).sum();
            prop_assert_eq!(area, plain_area as u64, "no pixel twice");
        }
    }
}
