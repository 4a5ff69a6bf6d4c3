//! Lines and their cells.

use super::Writer;
use crate::session::terminal::screen::buffer::Buffer;
use crate::session::terminal::screen::cell::{Cell, Pen};
use crate::session::terminal::screen::grapheme::next;
use crate::session::terminal::screen::line::Line;

/// Something wide to break.
const WIDE: u32 = '一' as u32;

impl Writer<'_> {
    /// All lines, on an empty buffer with the default pen and modes.
    pub(super) fn rows(&mut self, buffer: &Buffer) {
        let lines: Vec<&Line> = buffer.lines.iter().collect();
        if lines.first().is_some_and(|line| line.wrapped) {
            self.wrap_into(1);
            // SU, unlike a line feed, leaves no line in the history.
            self.text("\x1b[S");
        }
        for (y, line) in lines.iter().enumerate().skip(1) {
            if line.wrapped && !self.wraps_by_itself(lines[y - 1], line) {
                self.wrap_into(y);
            }
        }
        for (y, line) in lines.iter().enumerate() {
            self.odd_cells(y, line.cells());
        }
        for (y, line) in lines.iter().enumerate() {
            let goes_on = y > 0 && line.wrapped && self.wraps_by_itself(lines[y - 1], line);
            self.row(y, line.cells(), goes_on);
        }
    }

    /// Marks a row as going on from the one above, and leaves both empty.
    fn wrap_into(&mut self, y: usize) {
        self.goto(self.cols - 1, y - 1);
        self.text(&format!("xx\x08\x1b[X\x1b[{};{}H\x1b[X", y, self.cols));
        self.at = Some((self.cols - 1, y - 1));
    }

    /// Whether writing the end of one line and the beginning of the next wraps.
    fn wraps_by_itself(&self, above: &Line, line: &Line) -> bool {
        let (cells, first) = (above.cells(), line.cells()[0]);
        let ends = match cells {
            [.., last] if last.has_content() && last.width() == 1 => self.is_true(*last),
            [.., wide, half] if half.is_half() && wide.has_content() && wide.width() == 2 => {
                self.is_true(*wide)
            }
            _ => false,
        };
        let whole = first.width() == 1 || (first.width() == 2 && line.cells()[1].is_half());
        ends && first.has_content() && whole && first.pen().is_plain() && self.is_true(first)
    }

    /// Whether printing a cell's characters takes as many columns as the cell has.
    pub(super) fn is_true(&self, cell: Cell) -> bool {
        let (mut last, mut width) = (None, 0);
        for code in &self.characters(cell) {
            let (cluster, joined) = next(last, *code);
            if last.is_some() && !joined {
                return false;
            }
            width = cluster.width;
            last = Some(cluster);
        }
        width == cell.width()
    }

    pub(super) fn characters(&self, cell: Cell) -> Vec<u32> {
        cell.cluster().map_or_else(|| vec![cell.code()], |number| self.clusters.get(number).to_vec())
    }

    fn row(&mut self, y: usize, cells: &[Cell], goes_on: bool) {
        let mut x = 0;
        while let Some(&cell) = cells.get(x) {
            let width = cell.width().max(1) as usize;
            let whole = width < 2 || cells.get(x + 1).is_some_and(|half| half.is_half());
            if cell.has_content() && whole {
                if goes_on && x == 0 && self.at == Some((self.cols, y - 1)) {
                    self.at = Some((0, y));
                } else {
                    self.goto(x, y);
                }
                self.set_pen(cell.pen());
                let text = self.characters(cell);
                self.print(&text);
                if !self.is_true(cell) {
                    self.at = None;
                }
                x += width;
            } else if cell.has_content() || is_odd(cell) {
                x += 1;
            } else {
                let run =
                    cells[x..].iter().take_while(|other| other.pen() == cell.pen() && !other.has_content());
                let run = run.count().max(1);
                if cell.pen() != Pen::default() {
                    self.goto(x, y);
                    self.set_pen(cell.pen());
                    self.text(&format!("\x1b[{run}X"));
                }
                x += run;
            }
        }
    }

    /// Empty cells with more than a background, as they are left where half of something wide has
    /// been overwritten: done the same way.
    fn odd_cells(&mut self, y: usize, cells: &[Cell]) {
        let mut x = 0;
        while x < cells.len() {
            let run = cells[x..].iter().take_while(|cell| is_odd(**cell)).count();
            let end = x + run;
            if run > 0 && end < cells.len() {
                for (at, cell) in cells.iter().enumerate().take(end).skip(x) {
                    self.print_at(at, y, WIDE);
                    self.goto(at + 1, y);
                    self.set_pen(cell.pen());
                    self.print(&[u32::from(b' ')]);
                }
                self.mend(end, y, cells[end]);
            } else if run > 0 && x > 0 {
                for at in (x..end).rev() {
                    self.print_at(at - 1, y, WIDE);
                    self.goto(at - 1, y);
                    self.set_pen(cells[at].pen());
                    self.print(&[u32::from(b' ')]);
                }
                self.mend(x - 1, y, cells[x - 1]);
            }
            x = end + 1;
        }
    }

    fn print_at(&mut self, x: usize, y: usize, code: u32) {
        self.goto(x, y);
        self.print(&[code]);
    }

    /// What was printed on the way goes, where nothing else will be.
    fn mend(&mut self, x: usize, y: usize, cell: Cell) {
        if !cell.has_content() {
            self.goto(x, y);
            self.set_pen(cell.pen().erasing());
            self.text("\x1b[X");
        }
    }
}

/// Empty, and not as erasing leaves it.
fn is_odd(cell: Cell) -> bool {
    !cell.has_content() && cell.width() > 0 && cell.pen() != cell.pen().erasing()
}
