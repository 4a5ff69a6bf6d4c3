//! A line of the screen and the edits that keep wide characters whole, as xterm.js makes them.

use super::cell::{Cell, Pen};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    cells: Vec<Cell>,
    /// It goes on from the line above.
    pub(super) wrapped: bool,
}

impl Line {
    pub(super) fn new(cols: usize, fill: Pen) -> Self {
        Self { cells: vec![Cell::empty(fill); cols], wrapped: false }
    }

    pub(super) fn cells(&self) -> &[Cell] {
        &self.cells
    }

    pub(super) fn cells_mut(&mut self) -> &mut [Cell] {
        &mut self.cells
    }

    fn len(&self) -> usize {
        self.cells.len()
    }

    /// Width of a cell; 0 outside.
    pub(super) fn width(&self, at: usize) -> u32 {
        self.cells.get(at).map_or(0, |c| c.width())
    }

    pub(super) fn get(&self, at: usize) -> Option<Cell> {
        self.cells.get(at).copied()
    }

    pub(super) fn set(&mut self, at: usize, cell: Cell) {
        if let Some(slot) = self.cells.get_mut(at) {
            *slot = cell;
        }
    }

    /// All of it.
    pub(super) fn fill(&mut self, cell: Cell) {
        self.cells.fill(cell);
    }

    /// All of it but what is protected (DECSCA).
    pub(super) fn fill_unprotected(&mut self, cell: Cell) {
        for slot in self.cells.iter_mut().filter(|c| !c.is_protected()) {
            *slot = cell;
        }
    }

    /// ICH: room for `n` cells at `at`; what leaves the line is lost.
    pub(super) fn insert(&mut self, at: usize, n: usize, fill: Pen) {
        let (len, blank) = (self.len(), Cell::empty(fill));
        let at = at % len;
        if at > 0 && self.width(at - 1) == 2 {
            self.set(at - 1, blank);
        }
        if n < len - at {
            self.cells.copy_within(at..len - n, at + n);
            self.cells[at..at + n].fill(blank);
        } else {
            self.cells[at..].fill(blank);
        }
        if self.width(len - 1) == 2 {
            self.set(len - 1, blank);
        }
    }

    /// DCH: takes `n` cells out at `at`.
    pub(super) fn delete(&mut self, at: usize, n: usize, fill: Pen) {
        let (len, blank) = (self.len(), Cell::empty(fill));
        let at = at % len;
        if n < len - at {
            self.cells.copy_within(at + n..len, at);
            self.cells[len - n..].fill(blank);
        } else {
            self.cells[at..].fill(blank);
        }
        if at > 0 && self.width(at - 1) == 2 {
            self.set(at - 1, blank);
        }
        if self.cells[at].is_half() {
            self.set(at, blank);
        }
    }

    /// ECH and EL: empties `from..to`.
    pub(super) fn erase(&mut self, from: usize, to: usize, fill: Pen) {
        let (len, blank) = (self.len(), Cell::empty(fill));
        if from > 0 && self.width(from - 1) == 2 {
            self.set(from - 1, blank);
        }
        if to > 0 && to < len && self.width(to - 1) == 2 {
            self.set(to, blank);
        }
        let to = to.min(len);
        if from < to {
            self.cells[from..to].fill(blank);
        }
    }

    /// DECSEL: the same but for what is protected.
    pub(super) fn erase_unprotected(&mut self, from: usize, to: usize, fill: Pen) {
        let (len, blank) = (self.len(), Cell::empty(fill));
        if from > 0 && self.width(from - 1) == 2 && !self.cells[from - 1].is_protected() {
            self.set(from - 1, blank);
        }
        if to > 0 && to < len && self.width(to - 1) == 2 && !self.cells[to].is_protected() {
            self.set(to, blank);
        }
        let to = to.min(len);
        if from < to {
            for slot in self.cells[from..to].iter_mut().filter(|c| !c.is_protected()) {
                *slot = blank;
            }
        }
    }

    /// Length up to the last cell with content.
    pub(super) fn trimmed(&self) -> usize {
        let last = self.cells.iter().rposition(|c| c.has_content());
        last.map_or(0, |at| at + self.cells[at].width() as usize)
    }

    /// Other columns: cut off, or filled up with empty cells.
    pub(super) fn resize(&mut self, cols: usize) {
        self.cells.resize(cols, Cell::empty(Pen::default()));
        if self.cells.capacity() > 2 * cols {
            self.cells.shrink_to_fit();
        }
    }
}
