//! A screen without colours, whose lines go into the transcript as they leave it.

mod edit;
mod line;

use std::collections::VecDeque;

use transom_protocol::wire::Size;
use unicode_width::UnicodeWidthChar as _;

use line::{Cell, Line};

const TAB: usize = 8;
/// Characters without a width of their own that are kept on one that has.
const MARKS: usize = 8;

/// A part of a line or of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// From the cursor on.
    After,
    /// Up to the cursor.
    Before,
    /// All of it.
    All,
}

/// The screen.
#[derive(Debug)]
pub struct Screen {
    lines: VecDeque<Line>,
    cols: usize,
    rows: usize,
    row: usize,
    col: usize,
    /// Whether a line that is full goes on in the next.
    pub wrap: bool,
    saved: (usize, usize),
    /// First and last row of what scrolls.
    region: (usize, usize),
    alternate: bool,
    last: char,
    /// A line that has begun to leave the screen, and whole ones that have left it.
    leaving: String,
    left: String,
}

impl Screen {
    /// An empty screen.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let (cols, rows) = (usize::from(size.cols.max(1)), usize::from(size.rows.max(1)));
        Self {
            lines: VecDeque::new(),
            cols,
            rows,
            row: 0,
            col: 0,
            wrap: true,
            saved: (0, 0),
            region: (0, rows - 1),
            alternate: false,
            last: ' ',
            leaving: String::new(),
            left: String::new(),
        }
    }

    /// Appends the lines that have left the screen to `out`.
    pub fn take(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.left.as_bytes());
        self.left.clear();
        if self.left.capacity() > 1 << 20 {
            self.left = String::new();
        }
    }

    /// Everything leaves.
    pub fn finish(&mut self) {
        self.let_go();
        self.end_leaving();
    }

    /// A line of its own, behind everything so far.
    pub fn remark(&mut self, words: &str) {
        self.finish();
        self.left.push_str(words);
        self.left.push('\n');
        (self.row, self.col) = (0, 0);
    }

    /// The screen has another size. Lines stay as they are.
    pub fn resize(&mut self, size: Size) {
        (self.cols, self.rows) = (usize::from(size.cols.max(1)), usize::from(size.rows.max(1)));
        while self.lines.len() > self.rows && self.row > 0 {
            if self.row + 1 < self.lines.len() && self.lines.back().is_some_and(Line::is_blank) {
                self.lines.pop_back();
                continue;
            }
            self.leave_first();
            self.row -= 1;
        }
        self.row = self.row.min(self.rows - 1);
        self.col = self.col.min(self.cols);
        self.region = (0, self.rows - 1);
    }

    /// A character at the cursor.
    pub fn print(&mut self, char: char) {
        if self.alternate {
            return;
        }
        let width = char.width().unwrap_or(0).min(self.cols);
        if width == 0 {
            return self.put_upon(char);
        }
        if self.col + width > self.cols {
            if self.wrap {
                self.line().wrapped = true;
                self.col = 0;
                self.line_feed();
            } else {
                self.col = self.cols - width;
            }
        }
        let col = self.col;
        let line = self.line();
        line.reach(col);
        for (at, cell) in [Cell::Char(char), Cell::Rest].into_iter().take(width).enumerate() {
            match line.cells.get_mut(col + at) {
                Some(old) => *old = cell,
                None => line.cells.push(cell),
            }
        }
        // Half of a wide character is none.
        if let Some(rest @ Cell::Rest) = line.cells.get_mut(col + width) {
            *rest = Cell::Char(' ');
        }
        self.col += width;
        self.last = char;
    }

    fn put_upon(&mut self, mark: char) {
        let col = self.col;
        let line = self.line();
        let before = line.cells.iter_mut().take(col).rev().find(|c| **c != Cell::Rest);
        match before {
            Some(cell @ Cell::Char(_)) => {
                let Cell::Char(char) = *cell else { return };
                *cell = Cell::Cluster(format!("{char}{mark}").into());
            }
            Some(Cell::Cluster(text)) if text.chars().count() < MARKS => {
                *text = format!("{text}{mark}").into()
            }
            _ => {}
        }
    }

    /// The last character again.
    pub fn repeat(&mut self, count: usize) {
        for _ in 0..count.min(self.cols * self.rows) {
            self.print(self.last);
        }
    }

    /// To the next line, which may make room for a new one.
    pub fn line_feed(&mut self) {
        if self.alternate {
            return;
        }
        if self.row == self.region.1 {
            self.scroll_up(1);
        } else if self.row + 1 < self.rows {
            self.row += 1;
        }
    }

    /// To the line before, which may make room for a new one.
    pub fn reverse_line_feed(&mut self) {
        if self.row == self.region.0 { self.scroll_down(1) } else { self.up(1) }
    }

    /// To the beginning of the line.
    pub fn carriage_return(&mut self) {
        self.col = 0;
    }

    /// To the next stop.
    pub fn tab(&mut self) {
        self.col = ((self.col / TAB + 1) * TAB).min(self.cols - 1);
    }

    /// Columns to the left.
    pub fn left(&mut self, count: usize) {
        self.col = self.col.min(self.cols - 1).saturating_sub(count);
    }

    /// Columns to the right.
    pub fn right(&mut self, count: usize) {
        self.col = (self.col + count).min(self.cols - 1);
    }

    /// Lines up.
    pub fn up(&mut self, count: usize) {
        self.row = self.row.saturating_sub(count);
    }

    /// Lines down.
    pub fn down(&mut self, count: usize) {
        self.row = (self.row + count).min(self.rows - 1);
    }

    /// To a column, from 0.
    pub fn column(&mut self, column: usize) {
        self.col = column.min(self.cols - 1);
    }

    /// To a row, from 0.
    pub fn row(&mut self, row: usize) {
        self.row = row.min(self.rows - 1);
    }

    /// Remembers where the cursor is.
    pub fn save(&mut self) {
        self.saved = (self.row, self.col);
    }

    /// Back to where it was.
    pub fn restore(&mut self) {
        let (row, col) = self.saved;
        (self.row, self.col) = (row.min(self.rows - 1), col.min(self.cols - 1));
    }

    /// To the other screen, of which nothing is kept, or back from it.
    pub fn alternate(&mut self, on: bool) {
        if on && !self.alternate {
            self.save();
        }
        if !on && self.alternate {
            self.restore();
        }
        self.alternate = on;
    }

    /// As it was at first; what stands there leaves.
    pub fn reset(&mut self) {
        self.alternate = false;
        self.let_go();
        (self.row, self.col, self.wrap, self.region) = (0, 0, true, (0, self.rows - 1));
    }

    /// Rows from `top` to `bottom` scroll, counted from 1; 0 is the first and the last.
    pub fn region(&mut self, top: usize, bottom: usize) {
        let top = top.max(1) - 1;
        let bottom = if bottom == 0 { self.rows } else { bottom.min(self.rows) } - 1;
        if top < bottom {
            self.region = (top, bottom);
            (self.row, self.col) = (0, 0);
        }
    }

    fn line(&mut self) -> &mut Line {
        let row = self.row.min(self.rows - 1);
        if self.lines.len() <= row {
            self.lines.resize(row + 1, Line::default());
        }
        &mut self.lines[row]
    }

    /// The first line leaves; a screen with nothing on it has an empty one.
    fn leave_first(&mut self) {
        let line = self.lines.pop_front().unwrap_or_default();
        line.text(&mut self.leaving);
        // However far it wraps, a line has an end here.
        if !line.wrapped || self.leaving.len() > 1 << 20 {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.left.push_str(self.leaving.trim_end_matches(' '));
        self.left.push('\n');
        self.leaving.clear();
    }

    fn end_leaving(&mut self) {
        if !self.leaving.is_empty() {
            self.end_line();
        }
    }

    /// All lines leave, but for empty ones at the end.
    fn let_go(&mut self) {
        while self.lines.back().is_some_and(Line::is_blank) {
            self.lines.pop_back();
        }
        while !self.lines.is_empty() {
            self.leave_first();
        }
        self.end_leaving();
    }
}
