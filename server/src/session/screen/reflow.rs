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
        if !self.lines.is_empty() {
            if cols > old_cols {
                self.lines.iter_mut().for_each(|line| line.resize(cols));
            }
            while self.lines.len() < rows {
                self.lines.push_back(Line::new(cols, Pen::default()));
            }
            // Lines below the cursor go, then those at the top.
            let below = (self.lines.len() - rows).min(self.lines.len().saturating_sub(self.y + 1));
            self.lines.truncate(self.lines.len() - below);
            let above = self.lines.len() - rows;
            self.lines.drain(..above);
            if above > 0 {
                self.saved.y = self.saved.y.saturating_sub(above);
            }
            self.x = self.x.min(cols - 1);
            self.y = self.y.min(rows - 1);
            self.saved.x = self.saved.x.min(cols - 1);
            self.top = 0;
        }
        self.bottom = rows - 1;
        if self.has_history && !self.lines.is_empty() {
            if cols > old_cols {
                self.reflow_larger(old_cols, cols, rows);
            } else if cols < old_cols {
                self.reflow_smaller(old_cols, cols, rows);
            }
        }
        if cols < old_cols && self.has_history {
            self.lines.iter_mut().for_each(|line| line.resize(cols));
        }
        if cols < old_cols && !self.has_history {
            self.lines.iter_mut().for_each(|line| line.resize(cols));
        }
        debug_assert!(
            self.lines.is_empty() || self.lines.len() == rows,
            "{} lines of {old_rows}",
            self.lines.len()
        );
    }

    /// Pulls the beginnings of continued lines up.
    fn reflow_larger(&mut self, old_cols: usize, cols: usize, rows: usize) {
        let mut removed = 0;
        let lines = std::mem::take(&mut self.lines);
        let mut paragraphs = paragraphs(lines);
        let mut first = 0;
        for paragraph in &mut paragraphs {
            let count = paragraph.len();
            // The program itself mends the line that the cursor is on.
            if count > 1 && !(first..first + count).contains(&self.y) {
                removed += enlarge(paragraph, old_cols, cols);
            }
            first += count;
        }
        self.lines = paragraphs.into_iter().flatten().collect();
        for _ in 0..removed {
            self.y = self.y.saturating_sub(1);
            self.lines.push_back(Line::new(cols, Pen::default()));
        }
        self.lines.truncate(rows);
        if removed > 0 {
            self.saved.y = self.saved.y.saturating_sub(removed);
        }
    }

    /// Divides lines that have become too long.
    fn reflow_smaller(&mut self, old_cols: usize, cols: usize, rows: usize) {
        let lines = std::mem::take(&mut self.lines);
        let mut paragraphs = paragraphs(lines);
        let mut first: usize = paragraphs.iter().map(Vec::len).sum();
        let (cursor, mut y, mut base) = (self.y, self.y, 0usize);
        let (mut length, mut inserted) = (first, 0usize);
        // From the last to the first; the cursor stays in its line, which is left as it is.
        for paragraph in paragraphs.iter_mut().rev() {
            let count = paragraph.len();
            first -= count;
            let fits = count == 1 && paragraph[0].trimmed() <= cols;
            let starts_wrapped = paragraph[0].wrapped;
            let absolute = base + y;
            if (fits && !starts_wrapped) || (first..first + count).contains(&absolute) {
                continue;
            }
            let _ = cursor;
            let added = shrink(paragraph, old_cols, cols);
            let trimmed = if base == 0 && y != length - 1 {
                (y + added).saturating_sub(rows)
            } else {
                (length + added).saturating_sub(rows)
            };
            inserted += added;
            for _ in 0..added.saturating_sub(trimmed) {
                if base == 0 {
                    if y < rows - 1 {
                        y += 1;
                        length -= 1;
                    } else {
                        base += 1;
                    }
                } else if base < rows.min(length + inserted) - rows {
                    base += 1;
                }
            }
            self.saved.y = (self.saved.y + added).min(base + rows - 1);
        }
        let mut all: VecDeque<Line> = paragraphs.into_iter().flatten().collect();
        // Lines taken from the end for those that moved the cursor down.
        let popped = all.len() - (length + inserted);
        all.truncate(all.len() - popped);
        while all.len() > rows {
            all.pop_front();
        }
        while all.len() < rows {
            all.push_back(Line::new(cols, Pen::default()));
        }
        self.y = y.min(rows - 1);
        self.saved.y = self.saved.y.min(rows - 1);
        self.lines = all;
    }
}

/// Lines and what goes on from them.
fn paragraphs(lines: VecDeque<Line>) -> Vec<Vec<Line>> {
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

fn text(paragraph: &[Line], cols: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    for at in 0..paragraph.len() {
        let line = paragraph[at].cells();
        cells.extend_from_slice(&line[..length(paragraph, at, cols).min(line.len())]);
    }
    cells
}

/// Lays out `cells` in lines; a wide character does not straddle two.
fn lay_out(cells: &[Cell], cols: usize) -> Vec<Vec<Cell>> {
    let mut lines = Vec::new();
    let mut rest = cells;
    while !rest.is_empty() {
        let mut take = rest.len().min(cols);
        if take == cols && rest[take - 1].width() == 2 {
            take -= 1;
        }
        let (line, later) = rest.split_at(take.max(1));
        lines.push(line.to_vec());
        rest = later;
    }
    lines
}

fn enlarge(paragraph: &mut Vec<Line>, old_cols: usize, cols: usize) -> usize {
    let before = paragraph.len();
    replace(paragraph, old_cols, cols);
    before - paragraph.len()
}

fn shrink(paragraph: &mut Vec<Line>, old_cols: usize, cols: usize) -> usize {
    let before = paragraph.len();
    replace(paragraph, old_cols, cols);
    while paragraph.len() < before {
        let mut line = Line::new(cols, Pen::default());
        line.wrapped = true;
        paragraph.push(line);
    }
    paragraph.len() - before
}

fn replace(paragraph: &mut Vec<Line>, old_cols: usize, cols: usize) {
    let wrapped = paragraph.first().is_some_and(|line| line.wrapped);
    let laid_out = lay_out(&text(paragraph, old_cols), cols);
    *paragraph = laid_out
        .into_iter()
        .enumerate()
        .map(|(at, cells)| {
            let mut line = Line::new(cols, Pen::default());
            line.cells_mut()[..cells.len()].copy_from_slice(&cells);
            line.wrapped = at > 0 || wrapped;
            line
        })
        .collect();
    if paragraph.is_empty() {
        let mut line = Line::new(cols, Pen::default());
        line.wrapped = wrapped;
        paragraph.push(line);
    }
}
