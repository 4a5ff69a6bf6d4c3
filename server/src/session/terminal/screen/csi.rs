//! Control sequences: moving, erasing, scrolling, margins.

use super::buffer::Tabs;
use super::cell::{Cell, PROTECTED, Pen};
use super::params::Params;
use super::terminal::Terminal;

/// A sequence's identity: prefix or intermediate bytes, and the last byte.
const fn with(before: u8, last: u8) -> u32 {
    (before as u32) << 8 | last as u32
}

const SL: u32 = with(b' ', b'@');
const SR: u32 = with(b' ', b'A');
const DECSED: u32 = with(b'?', b'J');
const DECSEL: u32 = with(b'?', b'K');
const DECSET: u32 = with(b'?', b'h');
const DECRST: u32 = with(b'?', b'l');
const DECSTR: u32 = with(b'!', b'p');
const DECSCUSR: u32 = with(b' ', b'q');
const DECSCA: u32 = with(b'"', b'q');
const DECIC: u32 = with(b'\'', b'}');
const DECDC: u32 = with(b'\'', b'~');

impl Terminal {
    pub(super) fn dispatch_csi(&mut self, ident: u32, params: &Params) {
        let n = params.count();
        match ident {
            SL => self.shift_columns(Some(0), n, false),
            SR => self.shift_columns(Some(0), n, true),
            DECIC => self.shift_columns(None, n, true),
            DECDC => self.shift_columns(None, n, false),
            DECSED => self.erase_in_display(params.get(0), true),
            DECSEL => self.erase_in_line(params.get(0), true),
            DECSET => params.values().iter().for_each(|mode| self.set_mode(*mode, true)),
            DECRST => params.values().iter().for_each(|mode| self.set_mode(*mode, false)),
            DECSTR => self.soft_reset(),
            DECSCUSR => self.set_cursor_style(params.get(0)),
            DECSCA => match params.get(0) {
                1 => self.pen.bg |= PROTECTED,
                0 | 2 => self.pen.bg &= !PROTECTED,
                _ => {}
            },
            0..128 => self.dispatch_plain(ident as u8, n, params),
            _ => {}
        }
    }

    fn dispatch_plain(&mut self, last: u8, n: usize, params: &Params) {
        let first = params.get(0).max(1) as usize - 1;
        let far = n as i64;
        match last {
            b'@' => self.edit_line(|line, x, fill| line.insert(x, n, fill)),
            b'A' => self.cursor_up(n),
            b'B' => self.cursor_down(n),
            b'C' | b'a' => self.move_cursor(far, 0),
            b'D' => self.move_cursor(-far, 0),
            b'E' => {
                self.cursor_down(n);
                self.buffer().x = 0;
            }
            b'F' => {
                self.cursor_up(n);
                self.buffer().x = 0;
            }
            b'G' | b'`' => {
                let y = self.shown().y;
                self.set_cursor(first, y);
            }
            b'H' | b'f' => self.set_cursor(params.get(1).max(1) as usize - 1, first),
            b'I' => self.tab(n),
            b'J' => self.erase_in_display(params.get(0), false),
            b'K' => self.erase_in_line(params.get(0), false),
            b'L' => self.edit_lines(|buffer, y, fill| buffer.insert_lines(y, n, fill)),
            b'M' => self.edit_lines(|buffer, y, fill| buffer.delete_lines(y, n, fill)),
            b'P' => self.edit_line(|line, x, fill| line.delete(x, n, fill)),
            b'S' => {
                let fill = self.pen.erasing();
                let buffer = self.buffer();
                buffer.delete_lines(buffer.top, n, fill);
            }
            b'T' => {
                let buffer = self.buffer();
                buffer.insert_lines(buffer.top, n, Pen::default());
            }
            b'X' => self.edit_line(|line, x, fill| line.erase(x, x.saturating_add(n), fill)),
            b'Z' => self.back_tab(n),
            b'b' => self.repeat(n),
            b'd' => {
                let x = self.shown().x;
                self.set_cursor(x, first);
            }
            b'e' => self.move_cursor(0, far),
            b'g' => {
                let buffer = self.buffer();
                match params.get(0) {
                    0 => buffer.tabs.set(buffer.x, false),
                    3 => buffer.tabs = Tabs::NONE,
                    _ => {}
                }
            }
            b'h' => params.values().iter().for_each(|mode| self.set_ansi_mode(*mode, true)),
            b'l' => params.values().iter().for_each(|mode| self.set_ansi_mode(*mode, false)),
            b'm' => self.select_rendition(params),
            b'r' => self.set_margins(params),
            b's' => self.save_cursor(),
            b'u' => self.restore_cursor(),
            _ => {}
        }
    }

    fn cursor_up(&mut self, n: usize) {
        let buffer = self.shown();
        let most = if buffer.y >= buffer.top { buffer.y - buffer.top } else { usize::MAX };
        self.move_cursor(0, -(n.min(most) as i64));
    }

    fn cursor_down(&mut self, n: usize) {
        let buffer = self.shown();
        let most = if buffer.y <= buffer.bottom { buffer.bottom - buffer.y } else { usize::MAX };
        self.move_cursor(0, n.min(most) as i64);
    }

    fn edit_line(&mut self, edit: impl FnOnce(&mut super::line::Line, usize, Pen)) {
        self.restrict_cursor();
        let fill = self.pen.erasing();
        let buffer = self.buffer();
        let x = buffer.x;
        edit(buffer.line(), x, fill);
    }

    fn edit_lines(&mut self, edit: impl FnOnce(&mut super::buffer::Buffer, usize, Pen)) {
        self.restrict_cursor();
        let fill = self.pen.erasing();
        let buffer = self.buffer();
        let y = buffer.y;
        if (buffer.top..=buffer.bottom).contains(&y) {
            edit(buffer, y, fill);
            buffer.x = 0;
        }
    }

    /// SL, SR, DECIC, DECDC: all lines within the margins, from column `at` or the cursor's.
    fn shift_columns(&mut self, at: Option<usize>, n: usize, right: bool) {
        let fill = self.pen.erasing();
        let buffer = self.buffer();
        let (top, bottom, x) = (buffer.top, buffer.bottom, at.unwrap_or(buffer.x));
        if !(top..=bottom).contains(&buffer.y) {
            return;
        }
        for line in buffer.lines.range_mut(top..=bottom) {
            if right {
                line.insert(x, n, fill);
            } else {
                line.delete(x, n, fill);
            }
            line.wrapped = false;
        }
    }

    fn erase_in_line(&mut self, part: i32, selective: bool) {
        self.restrict_row();
        let (cols, x, y) = (self.cols, self.shown().x, self.shown().y);
        match part {
            0 => self.erase(y, x, cols, x == 0, selective),
            1 => self.erase(y, 0, x + 1, false, selective),
            2 => self.erase(y, 0, cols, true, selective),
            _ => {}
        }
    }

    fn erase_in_display(&mut self, part: i32, selective: bool) {
        self.restrict_row();
        let (cols, rows) = (self.cols, self.rows);
        let (x, y) = (self.shown().x, self.shown().y);
        match part {
            0 => {
                self.erase(y, x, cols, x == 0, selective);
                self.erase_lines(y + 1..rows, selective);
            }
            1 => {
                self.erase(y, 0, x + 1, true, selective);
                if x + 1 >= cols
                    && let Some(line) = self.buffer().lines.get_mut(y + 1)
                {
                    line.wrapped = false;
                }
                self.erase_lines(0..y, selective);
            }
            2 => self.erase_lines(0..rows, selective),
            _ => {}
        }
    }

    fn erase(&mut self, y: usize, from: usize, to: usize, unwrap: bool, selective: bool) {
        let fill = self.pen.erasing();
        let line = &mut self.buffer().lines[y];
        if selective {
            line.erase_unprotected(from, to, fill);
        } else {
            line.erase(from, to, fill);
        }
        if unwrap {
            line.wrapped = false;
        }
    }

    fn erase_lines(&mut self, rows: std::ops::Range<usize>, selective: bool) {
        let blank = Cell::empty(self.pen.erasing());
        for line in self.buffer().lines.range_mut(rows) {
            if selective {
                line.fill_unprotected(blank);
            } else {
                line.fill(blank);
            }
            line.wrapped = false;
        }
    }

    /// DECSTBM.
    fn set_margins(&mut self, params: &Params) {
        let rows = self.rows;
        let top = params.count();
        let bottom = match params.values().get(1) {
            Some(bottom) if (1..=rows as i64).contains(&i64::from(*bottom)) => *bottom as usize,
            _ => rows,
        };
        if bottom > top {
            let buffer = self.buffer();
            (buffer.top, buffer.bottom) = (top - 1, bottom - 1);
            self.set_cursor(0, 0);
        }
    }
}
