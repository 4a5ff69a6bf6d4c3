//! One of the two buffers of a terminal: lines, cursor, margins, tab stops, saved cursor.

use std::collections::VecDeque;

use super::cell::{Cell, Pen};
use super::charset::Charset;
use super::line::Line;

const TAB_WIDTH: usize = 8;
const TAB_WORDS: usize = 16;

/// What DECSC keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Saved {
    pub(super) x: usize,
    /// Where the line that the cursor was on is now; it moves with the text, as in xterm.js.
    pub(super) y: usize,
    pub(super) fg: u32,
    pub(super) bg: u32,
    pub(super) charset: Option<Charset>,
}

/// Columns with a tab stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tabs([u64; TAB_WORDS]);

impl Tabs {
    pub(super) const NONE: Self = Self([0; TAB_WORDS]);

    pub(super) fn every_eighth(cols: usize) -> Self {
        let mut tabs = Self::NONE;
        (0..cols).step_by(TAB_WIDTH).for_each(|at| tabs.set(at, true));
        tabs
    }

    pub(super) fn get(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    pub(super) fn set(&mut self, at: usize, on: bool) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word = (*word & !(1 << (at % 64))) | (u64::from(on) << (at % 64));
        }
    }

    pub(super) fn next(&self, from: usize, cols: usize) -> usize {
        (from + 1..cols).find(|at| self.get(*at)).unwrap_or(cols - 1)
    }

    pub(super) fn previous(&self, from: usize) -> usize {
        (0..from).rev().find(|at| self.get(*at)).unwrap_or(0)
    }

    /// More stops after a change of the number of columns.
    fn resize(&mut self, cols: usize) {
        let from = if self.get(cols) { cols } else { self.previous(cols) };
        (from..cols).step_by(TAB_WIDTH).for_each(|at| self.set(at, true));
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Buffer {
    /// One per row; none while the alternate buffer is not shown.
    pub(super) lines: VecDeque<Line>,
    /// Column of the cursor; as large as the number of columns where the next character wraps.
    pub(super) x: usize,
    pub(super) y: usize,
    pub(super) top: usize,
    pub(super) bottom: usize,
    pub(super) tabs: Tabs,
    pub(super) saved: Saved,
    /// The normal one: lines scroll out into a history and are reflowed.
    pub(super) has_history: bool,
}

impl Buffer {
    pub(super) fn new(cols: usize, rows: usize, has_history: bool) -> Self {
        Self {
            lines: VecDeque::new(),
            x: 0,
            y: 0,
            top: 0,
            bottom: rows - 1,
            tabs: Tabs::every_eighth(cols),
            saved: Saved::default(),
            has_history,
        }
    }

    pub(super) fn show(&mut self, cols: usize, rows: usize, fill: Pen) {
        if self.lines.is_empty() {
            self.lines = std::iter::repeat_n(Line::new(cols, fill), rows).collect();
        }
    }

    /// Forgets everything but the saved cursor.
    pub(super) fn clear(&mut self, cols: usize, rows: usize) {
        let saved = self.saved;
        *self = Self { saved, ..Self::new(cols, rows, self.has_history) };
    }

    /// The cursor's line.
    pub(super) fn line(&mut self) -> &mut Line {
        let y = self.y;
        &mut self.lines[y]
    }

    /// One line up within the margins.
    pub(super) fn scroll(&mut self, fill: Pen, wrapped: bool) {
        if self.top == 0 && self.bottom + 1 == self.lines.len() {
            self.lines.rotate_left(1);
        } else {
            self.lines.make_contiguous()[self.top..=self.bottom].rotate_left(1);
        }
        let line = &mut self.lines[self.bottom];
        line.fill(Cell::empty(fill));
        line.wrapped = wrapped;
        if self.top == 0 && self.has_history {
            self.saved.y = self.saved.y.saturating_sub(1);
        }
    }

    /// Takes `n` lines out at `from`, within the bottom margin; empty ones come in below.
    pub(super) fn delete_lines(&mut self, from: usize, n: usize, fill: Pen) {
        let part = &mut self.lines.make_contiguous()[from..=self.bottom];
        let n = n.min(part.len());
        part.rotate_left(n);
        let kept = part.len() - n;
        blank(&mut part[kept..], fill);
    }

    /// Pushes `n` empty lines in at `from`, within the bottom margin.
    pub(super) fn insert_lines(&mut self, from: usize, n: usize, fill: Pen) {
        let part = &mut self.lines.make_contiguous()[from..=self.bottom];
        let n = n.min(part.len());
        part.rotate_right(n);
        blank(&mut part[..n], fill);
    }

    pub(super) fn resize_tabs(&mut self, cols: usize) {
        self.tabs.resize(cols);
    }
}

fn blank(lines: &mut [Line], fill: Pen) {
    for line in lines {
        line.fill(Cell::empty(fill));
        line.wrapped = false;
    }
}
