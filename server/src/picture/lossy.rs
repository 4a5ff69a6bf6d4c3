//! What viewers see with a little loss, until it settles.

use std::time::{Duration, Instant};

use transom_protocol::rect::Rect;

use super::cells::{CELL, Cells};
use super::moves::Move;

/// What has not changed for so long is sent again without loss.
const SETTLED: Duration = Duration::from_millis(500);

/// How much of what has settled is sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So much that no key waits behind it.
    Whole,
    /// So little that it does not show beside what moves.
    Small,
}

impl Step {
    /// Cells at most.
    fn cells(self) -> usize {
        match self {
            Self::Whole => 120,
            Self::Small => 12,
        }
    }
}

/// Cells that were sent with loss, and when they last changed.
#[derive(Debug)]
pub struct Lossy {
    cells: Cells,
    columns: usize,
    /// Of each cell, in milliseconds since `began`.
    changed: Vec<u32>,
    began: Instant,
}

impl Lossy {
    /// Nothing is, on a picture of this size.
    #[must_use]
    pub fn none(width: u16, height: u16, now: Instant) -> Self {
        let cells = Cells::none(width, height);
        let columns = usize::from(width).div_ceil(CELL);
        Self { changed: vec![0; columns * cells.rows()], cells, columns, began: now }
    }

    /// `rect` was sent with loss.
    pub fn sent_lossy(&mut self, rect: Rect, now: Instant) {
        self.cells.mark(rect);
        self.touch(rect, now);
    }

    /// `rect` was sent as it is.
    pub fn sent_exactly(&mut self, rect: Rect) {
        self.cells.unmark_covered(rect);
    }

    /// Pixels moved, and what was lost in them with them.
    pub fn moved(&mut self, Move { to, from }: Move, now: Instant) {
        let source = Rect { x: from.0, y: from.1, ..to };
        let mut carried = false;
        let mut after = Cells::none_like(&self.cells);
        for row in source.rows().start / CELL..source.rows().end.div_ceil(CELL) {
            for run in self.cells.runs(row) {
                let columns = (run.start * CELL).max(source.columns().start)
                    ..(run.end * CELL).min(source.columns().end);
                let rows = (row * CELL).max(source.rows().start)..((row + 1) * CELL).min(source.rows().end);
                if columns.is_empty() || rows.is_empty() {
                    continue;
                }
                carried = true;
                // Both places are on the picture, whose sides are u16.
                after.mark(Rect {
                    x: (columns.start - source.columns().start + to.columns().start) as u16,
                    y: (rows.start - source.rows().start + to.rows().start) as u16,
                    width: columns.len() as u16,
                    height: rows.len() as u16,
                });
            }
        }
        self.cells.unmark_covered(to);
        if carried {
            self.cells.join(&after);
            self.touch(to, now);
        }
    }

    /// When something will have settled; `None` where nothing is lossy.
    #[must_use]
    pub fn settles_at(&self) -> Option<Instant> {
        let cells = (0..self.cells.rows())
            .flat_map(|row| self.cells.runs(row).flatten().map(move |column| (column, row)));
        let first = cells.map(|(column, row)| self.changed[row * self.columns + column]).min()?;
        Some(self.began + Duration::from_millis(first.into()) + SETTLED)
    }

    /// Some of what has settled by `now`, from the top; it counts as sent as it is.
    pub fn settled(&mut self, now: Instant, most: Step) -> Vec<Rect> {
        let mut step = Cells::none_like(&self.cells);
        let (mut left, settled_until) = (most.cells(), self.ms(now).checked_sub(SETTLED.as_millis() as u32));
        let Some(settled_until) = settled_until else { return Vec::new() };
        for row in 0..self.cells.rows() {
            let settled = |column: &usize| self.changed[row * self.columns + column] <= settled_until;
            for column in self.cells.runs(row).flatten().filter(settled).take(left) {
                step.add(column, row);
                left -= 1;
            }
        }
        let rects = step.rects();
        rects.iter().for_each(|rect| self.cells.unmark_covered(*rect));
        rects
    }

    fn touch(&mut self, rect: Rect, now: Instant) {
        let now = self.ms(now);
        for row in rect.rows().start / CELL..rect.rows().end.div_ceil(CELL) {
            let columns = rect.columns().start / CELL..rect.columns().end.div_ceil(CELL);
            self.changed[row * self.columns..][columns].fill(now);
        }
    }

    fn ms(&self, now: Instant) -> u32 {
        u32::try_from(now.saturating_duration_since(self.began).as_millis()).unwrap_or(u32::MAX)
    }
}
