//! Where two pictures of the same size differ.

use std::ops::Range;

use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;

use super::cells::{CELL, Cells};

/// The cells among `within` where the two differ.
#[must_use]
pub fn differing(new: &Framebuffer, old: &Framebuffer, within: &Cells) -> Cells {
    let mut differing = Cells::none(new.width(), new.height());
    for row in 0..within.rows() {
        for run in within.runs(row) {
            let columns = run.start * CELL..(run.end * CELL).min(new.width().into());
            for y in row * CELL..((row + 1) * CELL).min(new.height().into()) {
                let (a, b) = (part(new, y, &columns), part(old, y, &columns));
                if a == b {
                    continue;
                }
                for (cell, (a, b)) in a.chunks(CELL).zip(b.chunks(CELL)).enumerate() {
                    if a != b {
                        differing.add(run.start + cell, row);
                    }
                }
            }
        }
    }
    differing
}

/// The smallest rectangle in `rect` that has all pixels that differ; `None` where none does.
#[must_use]
pub fn trimmed(new: &Framebuffer, old: &Framebuffer, rect: Rect) -> Option<Rect> {
    let columns = rect.columns();
    let same = |y: &usize| part(new, *y, &columns) == part(old, *y, &columns);
    let top = rect.rows().find(|y| !same(y))?;
    let bottom = rect.rows().rev().find(|y| !same(y)).map_or(top, |last| last) + 1;
    let (mut left, mut right) = (columns.end, columns.start);
    for y in top..bottom {
        // Only what is not known to be in it already.
        let before = columns.start..left;
        let differs = |(a, b): (&u32, &u32)| a != b;
        let found = part(new, y, &before).iter().zip(part(old, y, &before)).position(differs);
        left = found.map_or(left, |at| before.start + at);
        let behind = right..columns.end;
        let found = part(new, y, &behind).iter().zip(part(old, y, &behind)).rposition(differs);
        right = found.map_or(right, |at| behind.start + at + 1);
    }
    let number = |n: usize| u16::try_from(n).unwrap_or(u16::MAX);
    Some(Rect { x: number(left), y: number(top), width: number(right - left), height: number(bottom - top) })
}

/// Pixels of one row.
pub(super) fn part<'a>(picture: &'a Framebuffer, y: usize, columns: &Range<usize>) -> &'a [u32] {
    let start = y * usize::from(picture.width());
    &picture.pixels()[start + columns.start..start + columns.end]
}

/// Takes over `rect` from `new`.
pub(super) fn take_over(old: &mut Framebuffer, new: &Framebuffer, rect: Rect) {
    let columns = rect.columns();
    for (y, row) in rect.rows().zip(old.rows_mut(rect)) {
        row.copy_from_slice(part(new, y, &columns));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_difference_is_found_and_none_invented(
            places in proptest::collection::vec((0_u16..203, 0_u16..77, 1_u16..40, 1_u16..20), 0..8),
            looked in (0_u16..203, 0_u16..77),
        ) {
            let old = Framebuffer::new(203, 77).unwrap();
            let mut new = old.clone();
            for (i, (x, y, width, height)) in places.into_iter().enumerate() {
                let rect = Rect { x, y, width: width.min(203 - x), height: height.min(77 - y) };
                new.fill(rect, if i % 3 == 2 { old.pixels()[0] } else { i as u32 });
            }
            let differs = |x: usize, y: usize| new.pixels()[y * 203 + x] != old.pixels()[y * 203 + x];
            let within = Rect { x: looked.0, y: looked.1, width: 203 - looked.0, height: 77 - looked.1 };
            let mut cells = Cells::none(203, 77);
            cells.mark(within);
            let found = differing(&new, &old, &cells);
            for row in 0..found.rows() {
                for column in 0..203_usize.div_ceil(CELL) {
                    let mut pixels = (row * CELL..((row + 1) * CELL).min(77))
                        .flat_map(|y| (column * CELL..((column + 1) * CELL).min(203)).map(move |x| (x, y)));
                    prop_assert_eq!(found.has(column, row), cells.has(column, row) && pixels.any(|(x, y)| differs(x, y)));
                }
            }
            let all: Vec<_> = within.rows().flat_map(|y| within.columns().map(move |x| (x, y))).filter(|(x, y)| differs(*x, *y)).collect();
            let bounds = |of: fn(&(usize, usize)) -> usize| Some((all.iter().map(of).min()?, all.iter().map(of).max()? + 1));
            let expected = bounds(|p| p.0).zip(bounds(|p| p.1));
            let found = trimmed(&new, &old, within).map(|r| ((r.columns().start, r.columns().end), (r.rows().start, r.rows().end)));
            prop_assert_eq!(found, expected);
            let mut taken = old.clone();
            take_over(&mut taken, &new, within);
            prop_assert!(trimmed(&new, &taken, within).is_none());
        }
    }
}
