//! What has moved up or down: scrolled text is sent as a copy, not as pixels.
//!
//! Rows of a few narrow columns of both pictures are hashed; rows that are found again elsewhere vote for a
//! distance. What really moved by it is then found pixel by pixel, in strips of [`STRIP`] columns, so a wrong vote
//! costs time and never a pixel.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;

use super::diff::part;

/// Width of what moves together, in pixels.
const STRIP: usize = 64;
/// Width of the columns that vote, in pixels.
const SAMPLE: usize = 32;
/// Votes that make a distance worth a closer look.
const VOTES: usize = 24;
/// A row that stands in the picture more often than this says nothing about distances.
const AMBIGUOUS: u8 = 2;
/// Rows that are worth a copy.
const ROWS: usize = 16;
/// Copies of one picture at most.
const MOVES: usize = 32;

/// Pixels that are elsewhere now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// Where they are now.
    pub to: Rect,
    /// Left and top of where they were.
    pub from: (u16, u16),
}

/// What within `area` of `new` stood higher or lower in `area` of `old`, in the order in which it can be moved.
#[must_use]
pub fn moved(new: &Framebuffer, old: &Framebuffer, area: Rect) -> Vec<Move> {
    let Some(distance) = distance(new, old, area) else { return Vec::new() };
    let columns = area.columns();
    let strips = columns.clone().step_by(STRIP).map(|x| x..(x + STRIP).min(columns.end));
    let mut moves = Vec::new();
    let mut open: Vec<(Range<usize>, usize)> = Vec::new();
    for strip in strips.map(Some).chain([None]) {
        let runs = strip.as_ref().map_or_else(Vec::new, |strip| runs(new, old, area, strip, distance));
        let x = strip.map_or(columns.end, |strip| strip.start);
        let since =
            |run: &Range<usize>| open.iter().find(|(rows, _)| rows == run).map_or(x, |(_, since)| *since);
        let still: Vec<_> = runs.into_iter().map(|run| (run.clone(), since(&run))).collect();
        for (rows, since) in open.into_iter().filter(|was| !still.contains(was)) {
            moves.push((rows, since..x));
        }
        open = still;
    }
    moves.sort_by_key(|(rows, columns)| std::cmp::Reverse(rows.len() * columns.len()));
    moves.truncate(MOVES);
    // What another one overwrites goes first.
    moves.sort_by_key(|(rows, _)| if distance > 0 { -(rows.start as isize) } else { rows.start as isize });
    moves.into_iter().map(|(rows, columns)| one(&rows, &columns, distance)).collect()
}

fn one(rows: &Range<usize>, columns: &Range<usize>, distance: isize) -> Move {
    // All of it is on the picture, whose sides are u16.
    let to = Rect {
        x: columns.start as u16,
        y: rows.start as u16,
        width: columns.len() as u16,
        height: rows.len() as u16,
    };
    Move { to, from: (to.x, (rows.start as isize - distance) as u16) }
}

/// Rows of a strip that are in `new` what they were in `old`, `distance` above.
fn runs(
    new: &Framebuffer,
    old: &Framebuffer,
    area: Rect,
    strip: &Range<usize>,
    distance: isize,
) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = None;
    // Rows that did not change at all need no copy to be right; a run has to have some that did.
    let mut changed = 0;
    for y in area.rows().map(Some).chain([None]) {
        let is_moved = y.is_some_and(|y| {
            let was = y.checked_add_signed(-distance).filter(|was| area.rows().contains(was));
            was.is_some_and(|was| part(new, y, strip) == part(old, was, strip))
        });
        match (is_moved, start, y) {
            (true, _, Some(y)) => {
                start.get_or_insert(y);
                changed += usize::from(part(new, y, strip) != part(old, y, strip));
            }
            (false, Some(from), _) => {
                let end = y.unwrap_or(area.rows().end);
                if end - from >= ROWS && changed > 0 {
                    runs.push(from..end);
                }
                (start, changed) = (None, 0);
            }
            _ => {}
        }
    }
    runs
}

/// How far down most of what can be told apart has moved.
fn distance(new: &Framebuffer, old: &Framebuffer, area: Rect) -> Option<isize> {
    if usize::from(area.height) < ROWS + VOTES {
        return None;
    }
    let mut votes: HashMap<isize, usize, BuildHasherDefault<Ready>> = HashMap::default();
    for quarter in 1..=3 {
        let middle = area.columns().start + usize::from(area.width) * quarter / 4;
        let sample = middle.saturating_sub(SAMPLE / 2).max(area.columns().start)..;
        let sample = sample.start..(sample.start + SAMPLE).min(area.columns().end);
        let mut rows: HashMap<u64, (usize, u8), BuildHasherDefault<Ready>> = HashMap::default();
        for y in area.rows() {
            let (_, times) =
                rows.entry(hash(part(old, y, &sample))).and_modify(|(row, _)| *row = y).or_insert((y, 0));
            *times = times.saturating_add(1);
        }
        for y in area.rows() {
            let row = part(new, y, &sample);
            if let Some((was, times)) = rows.get(&hash(row))
                && *times <= AMBIGUOUS
                && *was != y
            {
                *votes.entry(y as isize - *was as isize).or_default() += 1;
            }
        }
    }
    let (distance, votes) =
        votes.into_iter().max_by_key(|(distance, votes)| (*votes, distance.unsigned_abs()))?;
    (votes >= VOTES).then_some(distance)
}

/// Mixes all pixels of a row; good enough for votes.
fn hash(row: &[u32]) -> u64 {
    let mix = |hash: u64, pixel: &u32| {
        (hash ^ u64::from(*pixel)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29)
    };
    row.iter().fold(0, mix)
}

/// A hasher of numbers that are hashes already, or few.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut eight = [0; 8];
            eight[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0 ^ u64::from_le_bytes(eight)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows of text, each of its own.
    fn page(width: u16, height: u16, seed: u32) -> Framebuffer {
        let mut page = Framebuffer::new(width, height).unwrap();
        for (y, row) in page.rows_mut(Rect { x: 0, y: 0, width, height }).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let noise = (x as u32 / 3).wrapping_mul(2_654_435_761)
                    ^ (y as u32).wrapping_add(seed).wrapping_mul(40_503);
                *pixel = if y % 20 < 14 && noise.is_multiple_of(3) { noise } else { 0 };
            }
        }
        page
    }

    #[test]
    fn a_scrolled_window_is_a_copy_of_all_that_is_still_there() {
        let (area, by) = (Rect { x: 101, y: 53, width: 613, height: 380 }, 37);
        let old = page(800, 500, 1);
        let mut new = old.clone();
        let inner = Rect { height: area.height - by, ..area };
        new.copy(inner, (area.x, area.y + by));
        for (y, row) in new.rows_mut(Rect { y: inner.y + inner.height, height: by, ..area }).enumerate() {
            row.fill(y as u32 + 7);
        }
        assert_eq!(moved(&new, &old, area), [Move { to: inner, from: (area.x, area.y + by) }]);
    }

    #[test]
    fn what_only_changes_colour_moves_nowhere() {
        let old = page(640, 400, 3);
        let mut new = old.clone();
        let all = old.bounds();
        new.rows_mut(all).flatten().for_each(|pixel| *pixel = pixel.wrapping_add(0x01_01_01));
        assert_eq!(moved(&new, &old, all), []);
    }

    proptest! {
        #[test]
        fn copies_in_their_order_bring_nothing_that_is_not_in_the_new_picture(
            by in -120_i32..120, seed in 0_u32..50, blot in (0_u16..300, 0_u16..200),
        ) {
            let old = page(400, 320, seed);
            let mut new = page(400, 320, seed.wrapping_add_signed(by));
            new.fill(Rect { x: blot.0, y: blot.1, width: 40, height: 30 }, 5);
            let mut copied = old.clone();
            let moves = moved(&new, &old, old.bounds());
            for Move { to, from } in &moves {
                copied.copy(*to, *from);
            }
            for Move { to, .. } in &moves {
                for y in to.rows() {
                    prop_assert_eq!(part(&copied, y, &to.columns()), part(&new, y, &to.columns()));
                }
            }
        }
    }
}
