//! Another size: rows come and go, wrapped lines of the normal buffer are laid out anew, as xterm.js
//! does it without a history.

use std::collections::VecDeque;

use super::buffer::Buffer;
use super::cell::{Cell, Pen};
use super::line::Line;
use super::terminal::Terminal;

impl Terminal {
    pub(super) fn resize(&mut self, cols: usize, rows: usize) {
        let (old_cols, old_rows) = (self.cols, self.rows);
        if (cols, rows) == (old_cols, old_rows) {
            return;
        }
        (self.cols, self.rows) = (cols, rows);
        for buffer in [&mut self.normal, &mut self.alternate] {
            buffer.resize((old_cols, old_rows), (cols, rows));
            buffer.resize_tabs(cols);
        }
    }
}

impl Buffer {
    fn resize(&mut self, (old_cols, old_rows): (usize, usize), (cols, rows): (usize, usize)) {
        if self.lines.is_empty() {
            self.bottom = rows - 1;
            return;
        }
        let lines = Vec::from(std::mem::take(&mut self.lines));
        let mut layout = Layout { lines, base: 0, y: self.y, saved: self.saved.y, cols, rows };
        if cols > old_cols {
            layout.lines.iter_mut().for_each(|line| line.resize(cols));
        }
        layout.change_rows(old_rows);
        (self.x, self.saved.x) = (self.x.min(cols - 1), self.saved.x.min(cols - 1));
        (self.top, self.bottom) = (0, rows - 1);
        if self.has_history && cols > old_cols {
            layout.reflow_larger(old_cols);
        } else if self.has_history && cols < old_cols {
            layout.reflow_smaller(old_cols);
        }
        layout.lines.iter_mut().for_each(|line| line.resize(cols));
        (self.lines, self.y, self.saved.y) = layout.finish();
    }
}

/// A buffer while its size changes. Lines above `base` are on their way out.
struct Layout {
    lines: Vec<Line>,
    base: usize,
    /// The cursor's row, from `base`.
    y: usize,
    /// The saved cursor's row, from the first line.
    saved: usize,
    cols: usize,
    rows: usize,
}

impl Layout {
    /// Rows are added below; lines below the cursor go before those at the top.
    fn change_rows(&mut self, old_rows: usize) {
        while self.lines.len() < self.rows {
            self.lines.push(Line::new(self.cols, Pen::default()));
        }
        for _ in self.rows..old_rows {
            if self.lines.len() > self.rows + self.base {
                if self.lines.len() > self.base + self.y + 1 {
                    self.lines.pop();
                } else {
                    self.base += 1;
                }
            }
        }
        self.y = self.y.min(self.rows - 1);
    }

    /// Whether the cursor is among these lines: the program itself mends those.
    fn has_cursor(&self, first: usize, count: usize) -> bool {
        (first..first + count).contains(&(self.base + self.y))
    }

    /// Pulls the beginnings of continued lines up.
    fn reflow_larger(&mut self, old_cols: usize) {
        let mut paragraphs = paragraphs(std::mem::take(&mut self.lines));
        let (mut first, mut removed) = (0, 0);
        for paragraph in &mut paragraphs {
            let count = paragraph.len();
            if count > 1 && !self.has_cursor(first, count) {
                lay_out(paragraph, old_cols, self.cols);
                while paragraph.len() > 1 && paragraph.last().is_some_and(|line| line.trimmed() == 0) {
                    paragraph.pop();
                }
                removed += count - paragraph.len();
            }
            first += count;
        }
        self.lines = paragraphs.into_iter().flatten().collect();
        for _ in 0..removed {
            if self.base > 0 {
                self.base -= 1;
                continue;
            }
            self.y = self.y.saturating_sub(1);
            if self.lines.len() < self.rows {
                self.lines.push(Line::new(self.cols, Pen::default()));
            }
        }
        self.saved = self.saved.saturating_sub(removed);
    }

    /// Divides lines that have become too long, from the last to the first.
    fn reflow_smaller(&mut self, old_cols: usize) {
        let mut length = self.lines.len();
        let mut paragraphs = paragraphs(std::mem::take(&mut self.lines));
        let (mut first, mut inserted) = (length, 0);
        for paragraph in paragraphs.iter_mut().rev() {
            let count = paragraph.len();
            first -= count;
            let fits = count == 1 && !paragraph[0].wrapped && paragraph[0].trimmed() <= self.cols;
            if fits || self.has_cursor(first, count) {
                continue;
            }
            lay_out(paragraph, old_cols, self.cols);
            while paragraph.len() < count {
                let mut line = Line::new(self.cols, Pen::default());
                line.wrapped = true;
                paragraph.push(line);
            }
            let added = paragraph.len() - count;
            inserted += added;
            for _ in 0..added {
                if self.base > 0 {
                    self.base += usize::from(self.base + self.rows < length + inserted);
                } else if self.y < self.rows - 1 {
                    // Room is made below.
                    self.y += 1;
                    length -= 1;
                } else {
                    self.base += 1;
                }
            }
            self.saved = (self.saved + added).min(self.base + self.rows - 1);
        }
        self.lines = paragraphs.into_iter().flatten().collect();
        self.lines.truncate(length + inserted);
    }

    /// The rows that remain, the cursor's and the saved cursor's.
    fn finish(mut self) -> (VecDeque<Line>, usize, usize) {
        let above = self.base.max(self.lines.len().saturating_sub(self.rows)).min(self.lines.len());
        self.lines.drain(..above);
        while self.lines.len() < self.rows {
            self.lines.push(Line::new(self.cols, Pen::default()));
        }
        let last = self.rows - 1;
        (self.lines.into(), self.y.min(last), self.saved.saturating_sub(above).min(last))
    }
}

/// Lines, each with those that go on from it.
fn paragraphs(lines: Vec<Line>) -> Vec<Vec<Line>> {
    let mut paragraphs: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        match paragraphs.last_mut().filter(|_| line.wrapped) {
            Some(last) => last.push(line),
            None => paragraphs.push(vec![line]),
        }
    }
    paragraphs
}

/// Cells of a line that count, the last one of a paragraph up to its last character.
fn length(paragraph: &[Line], at: usize, cols: usize) -> usize {
    let Some(next) = paragraph.get(at + 1) else { return paragraph[at].trimmed() };
    let ends_empty = paragraph[at].get(cols - 1).is_some_and(|cell| !cell.has_content() && cell.width() == 1);
    if ends_empty && next.width(0) == 2 { cols - 1 } else { cols }
}

/// Divides a paragraph into lines of `cols`; a wide character does not straddle two.
fn lay_out(paragraph: &mut Vec<Line>, old_cols: usize, cols: usize) {
    let mut text: Vec<Cell> = Vec::new();
    for at in 0..paragraph.len() {
        let cells = paragraph[at].cells();
        text.extend_from_slice(&cells[..length(paragraph, at, old_cols).min(cells.len())]);
    }
    let wrapped = paragraph.first().is_some_and(|line| line.wrapped);
    paragraph.clear();
    let mut rest = text.as_slice();
    while !rest.is_empty() || paragraph.is_empty() {
        let mut take = rest.len().min(cols);
        if take == cols && rest[take - 1].width() == 2 {
            take -= 1;
        }
        let (cells, later) = rest.split_at(take);
        let mut line = Line::new(cols, Pen::default());
        line.cells_mut()[..take].copy_from_slice(cells);
        line.wrapped = wrapped || !paragraph.is_empty();
        paragraph.push(line);
        rest = later;
    }
}
