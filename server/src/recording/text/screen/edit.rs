//! Erasing, moving and scrolling what stands on the screen.

use super::line::{Cell, Line};
use super::{Part, Screen};

impl Screen {
    /// Erases a part of the screen. What a whole screen held leaves instead: it was read.
    pub fn erase_screen(&mut self, part: Part) {
        if self.alternate {
            return;
        }
        let at_home = self.row == 0 && self.col == 0;
        match part {
            Part::All => self.let_go(),
            Part::After if at_home => self.let_go(),
            Part::After => {
                self.erase_line(Part::After);
                self.lines.truncate(self.row + 1);
            }
            Part::Before => {
                self.erase_line(Part::Before);
                for line in self.lines.iter_mut().take(self.row) {
                    *line = Line::default();
                }
            }
        }
    }

    /// Erases a part of the line.
    pub fn erase_line(&mut self, part: Part) {
        if self.alternate {
            return;
        }
        let (col, cols) = (self.col, self.cols);
        let line = self.line();
        match part {
            Part::After => {
                line.cells.truncate(col);
                line.wrapped = false;
            }
            Part::Before => {
                let until = (col + 1).min(cols).min(line.cells.len());
                line.cells[..until].fill(Cell::Char(' '));
            }
            Part::All => *line = Line::default(),
        }
    }

    /// Erases characters from the cursor on.
    pub fn erase(&mut self, count: usize) {
        if self.alternate {
            return;
        }
        let col = self.col;
        let line = self.line();
        for cell in line.cells.iter_mut().skip(col).take(count) {
            *cell = Cell::Char(' ');
        }
    }

    /// Takes characters out; what follows moves up.
    pub fn delete(&mut self, count: usize) {
        if self.alternate {
            return;
        }
        let col = self.col;
        let line = self.line();
        let (from, until) = (col.min(line.cells.len()), col.saturating_add(count).min(line.cells.len()));
        line.cells.drain(from..until);
    }

    /// Puts blanks in; what follows moves on.
    pub fn insert(&mut self, count: usize) {
        if self.alternate {
            return;
        }
        let (col, cols) = (self.col, self.cols);
        let line = self.line();
        if col < line.cells.len() {
            let blanks = std::iter::repeat_n(Cell::Char(' '), count.min(cols - col.min(cols)));
            line.cells.splice(col..col, blanks);
            line.cells.truncate(cols);
        }
    }

    /// Puts lines in at the cursor.
    pub fn insert_lines(&mut self, count: usize) {
        if (self.region.0..=self.region.1).contains(&self.row) {
            self.shift_down(self.row, count);
        }
    }

    /// Takes lines out at the cursor.
    pub fn delete_lines(&mut self, count: usize) {
        if (self.region.0..=self.region.1).contains(&self.row) {
            self.shift_up(self.row, count, false);
        }
    }

    /// Moves what scrolls up. Lines that leave at the top of the screen go into the transcript.
    pub fn scroll_up(&mut self, count: usize) {
        self.shift_up(self.region.0, count, self.region.0 == 0);
    }

    /// Moves what scrolls down.
    pub fn scroll_down(&mut self, count: usize) {
        self.shift_down(self.region.0, count);
    }

    fn shift_up(&mut self, top: usize, count: usize, leaves: bool) {
        if self.alternate {
            return;
        }
        let bottom = self.region.1;
        for _ in 0..count.min(bottom + 1 - top) {
            if bottom + 1 < self.lines.len() {
                // Rows under the region stay where they are.
                self.lines.insert(bottom + 1, Line::default());
            }
            if leaves {
                self.leave_first();
            } else if top < self.lines.len() {
                self.lines.remove(top);
            }
        }
    }

    fn shift_down(&mut self, top: usize, count: usize) {
        if self.alternate || top >= self.lines.len() {
            return;
        }
        let bottom = self.region.1;
        for _ in 0..count.min(bottom + 1 - top) {
            if bottom < self.lines.len() {
                self.lines.remove(bottom);
            }
            self.lines.insert(top.min(self.lines.len()), Line::default());
        }
    }
}
