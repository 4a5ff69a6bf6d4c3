//! Printing: characters into cells, with wrapping, joining, insert mode and what becomes of a wide
//! character that loses a half.

use super::cell::Cell;
use super::clusters::CLUSTER_CHARS;
use super::grapheme::{Cluster, next};
use super::terminal::Terminal;

impl Terminal {
    pub(super) fn print_run(&mut self, mut run: &[u8]) {
        let joins = self.last.is_some_and(|last| !last.ends_before_ascii());
        if self.charsets.active.is_some() || self.modes.insert || joins {
            run.iter().for_each(|byte| self.print_code(u32::from(*byte)));
            return;
        }
        let (cols, pen) = (self.cols, self.pen);
        self.begin_run();
        while !run.is_empty() {
            if self.shown().x >= cols {
                if self.modes.wrap {
                    self.wrap();
                } else {
                    // Each overwrites the last cell.
                    self.buffer().x = cols - 1;
                    run = &run[run.len() - 1..];
                }
            }
            let buffer = self.buffer();
            let x = buffer.x;
            let (now, later) = run.split_at(run.len().min(cols - x));
            let blank = Cell::empty(pen);
            for (slot, byte) in buffer.line().cells_mut()[x..].iter_mut().zip(now) {
                *slot = blank.with_ascii(*byte);
            }
            buffer.x = x + now.len();
            run = later;
        }
        self.split_wide_behind();
        self.last = Some(Cluster::ASCII);
    }

    pub(super) fn print_code(&mut self, code: u32) {
        let code = if code < 127 { self.charsets.active.map_or(code, |set| set.map(code)) } else { code };
        let (cluster, joined) = next(self.last, code);
        let old = self.last.filter(|_| joined).map_or(0, |last| last.width) as usize;
        let (width, cols) = (cluster.width as usize, self.cols);
        self.begin_run();
        self.last = Some(cluster);

        if self.shown().x + width - old.min(width) > cols {
            if self.modes.wrap {
                self.wrap_with(old);
            } else {
                self.buffer().x = cols - 1;
                if width == 2 {
                    self.split_wide_behind();
                    return;
                }
            }
        }
        if joined && self.shown().x > 0 {
            self.join(code, cluster.width, width - old.min(width));
        } else {
            self.place(code, width, old);
        }
        self.split_wide_behind();
    }

    fn place(&mut self, code: u32, width: usize, old: usize) {
        let (pen, cols, insert) = (self.pen, self.cols, self.modes.insert);
        let buffer = self.buffer();
        let x = buffer.x;
        let line = buffer.line();
        if insert {
            line.insert(x, width - old.min(width), pen);
            if line.width(cols - 1) == 2 {
                line.set(cols - 1, Cell::empty(pen));
            }
        }
        line.set(x, Cell::new(code, width as u32, pen));
        if width == 2 {
            line.set(x + 1, Cell::new(0, 0, pen));
        }
        buffer.x = x + width;
    }

    /// Adds to the cell before the cursor.
    fn join(&mut self, code: u32, width: u32, wider: usize) {
        let pen = self.pen;
        let buffer = self.buffer();
        let x = buffer.x;
        let at = x.saturating_sub(if buffer.line().width(x - 1) > 0 { 1 } else { 2 });
        let Some(mut cell) = buffer.line().get(at) else { return };
        if cell.has_content() {
            self.extend_cluster(&mut cell, code);
        } else {
            cell = Cell::new(code, 1, cell.pen());
        }
        cell.set_width(width);
        let buffer = self.buffer();
        buffer.line().set(at, cell);
        for _ in 0..wider {
            let x = buffer.x;
            buffer.line().set(x, Cell::new(0, 0, pen));
            buffer.x += 1;
        }
    }

    fn extend_cluster(&mut self, cell: &mut Cell, code: u32) {
        if self.clusters.is_full() {
            self.collect_clusters();
        }
        let mut text = [0; CLUSTER_CHARS + 1];
        let mut len = 0;
        match cell.cluster() {
            Some(number) => {
                let old = self.clusters.get(number);
                len = old.len().min(CLUSTER_CHARS);
                text[..len].copy_from_slice(&old[..len]);
            }
            None => {
                text[0] = cell.code();
                len += 1;
            }
        }
        text[len] = code;
        if let Some(number) = self.clusters.number(&text[..=len]) {
            cell.set_cluster(number);
        }
    }

    fn wrap(&mut self) {
        self.wrap_with(0);
    }

    /// To the beginning of the next line, and the last `old` cells with it: they have become too wide.
    fn wrap_with(&mut self, old: usize) {
        let (cols, rows, pen, fill) = (self.cols, self.rows, self.pen, self.pen.erasing());
        let buffer = self.buffer();
        let from = buffer.x.saturating_sub(old).min(cols);
        let line = buffer.line();
        let moved: [Option<Cell>; 2] = [line.get(from), line.get(from + 1)];
        line.cells_mut()[from..].fill(Cell::empty(pen));
        buffer.x = old;
        buffer.y += 1;
        if buffer.y == buffer.bottom + 1 {
            buffer.y -= 1;
            buffer.scroll(fill, true);
        } else {
            buffer.y = buffer.y.min(rows - 1);
            buffer.line().wrapped = true;
        }
        for (at, cell) in moved.into_iter().take(old).enumerate() {
            if let Some(cell) = cell {
                buffer.line().set(at, cell);
            }
        }
    }

    /// Where the cursor was put on the second half of a wide character, the first goes. Within a run
    /// that is not looked for.
    fn begin_run(&mut self) {
        if self.last.is_some() {
            return;
        }
        let pen = self.pen;
        let buffer = self.buffer();
        let x = buffer.x;
        if x > 0 && buffer.line().width(x - 1) == 2 {
            buffer.line().set(x - 1, Cell::empty(pen));
        }
    }

    /// What was printed took the first half of a wide character: the second goes.
    fn split_wide_behind(&mut self) {
        let (pen, cols) = (self.pen, self.cols);
        let buffer = self.buffer();
        let x = buffer.x;
        if x < cols && buffer.line().get(x).is_some_and(Cell::is_half) {
            buffer.line().set(x, Cell::empty(pen));
        }
    }

    /// REP. More than fills the screen twice over is cut to what ends in the same column.
    pub(super) fn repeat(&mut self, count: usize) {
        let Some(last) = self.last else { return };
        let width = last.width.max(1) as usize;
        let buffer = self.buffer();
        let Some(at) = buffer.x.checked_sub(last.width as usize) else { return };
        let Some(cell) = buffer.line().get(at) else { return };
        let text: Vec<u32> = match cell.cluster() {
            Some(number) => self.clusters.get(number).to_vec(),
            None => vec![cell.code()],
        };
        if text == [0] {
            return;
        }
        let per_line = (self.cols / width).max(1);
        let most = per_line * self.rows * 2;
        let count = if count > most { most + count % per_line } else { count };
        for _ in 0..count {
            text.iter().for_each(|code| self.print_code(*code));
        }
    }
}
