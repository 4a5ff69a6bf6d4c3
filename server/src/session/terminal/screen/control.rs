//! Controls and escape sequences without parameters.

use super::cell::Cell;
use super::charset::Charset;
use super::params::Params;
use super::parser::Perform;
use super::terminal::Terminal;

impl Perform for Terminal {
    fn print_ascii(&mut self, run: &[u8]) {
        self.print_run(run);
    }

    fn print(&mut self, code: u32) {
        self.print_code(code);
    }

    fn execute(&mut self, code: u8) {
        self.last = None;
        match code {
            b'\n' | 0x0b | 0x0c => self.line_feed(),
            b'\r' => self.buffer().x = 0,
            0x08 => self.backspace(),
            b'\t' => self.tab(1),
            0x0e => self.charsets.shift(1),
            0x0f => self.charsets.shift(0),
            0x84 => self.index(),
            0x85 => self.next_line(),
            0x88 => self.set_tab(),
            _ => {}
        }
    }

    fn csi(&mut self, ident: u32, params: &Params) {
        self.dispatch_csi(ident, params);
        self.last = None;
    }

    fn esc(&mut self, ident: u32) {
        self.last = None;
        let [_, _, intermediate, last] = ident.to_be_bytes();
        if ident > 0xffff {
            return;
        }
        match (intermediate, last) {
            (0, b'7') => self.save_cursor(),
            (0, b'8') => self.restore_cursor(),
            (0, b'D') => self.index(),
            (0, b'E') => self.next_line(),
            (0, b'H') => self.set_tab(),
            (0, b'M') => self.reverse_index(),
            (0, b'=') => self.modes.application_keypad = true,
            (0, b'>') => self.modes.application_keypad = false,
            (0, b'c') => self.reset(),
            (0, b'n' | b'}') => self.charsets.shift(2),
            (0, b'o' | b'|') => self.charsets.shift(3),
            (0, b'~') => self.charsets.shift(1),
            (b'%', b'@' | b'G') => {
                self.charsets.shift(0);
                self.charsets.designate(0, None);
            }
            (b'#', b'8') => self.fill_with_e(),
            (b'(' | b')' | b'*' | b'+' | b'-' | b'.', _) => {
                let level = match intermediate {
                    b'(' => 0,
                    b')' | b'-' => 1,
                    b'*' | b'.' => 2,
                    _ => 3,
                };
                if let Some(set) = Charset::designated(last) {
                    self.charsets.designate(level, set);
                }
            }
            _ => {}
        }
    }

    fn osc(&mut self, payload: &[u8]) {
        self.last = None;
        self.dispatch_osc(payload);
    }

    fn dcs_end(&mut self) {
        self.last = None;
    }
}

impl Terminal {
    fn line_feed(&mut self) {
        let (rows, cols, newline) = (self.rows, self.cols, self.lasting.newline);
        let buffer = self.buffer();
        if newline {
            buffer.x = 0;
        }
        buffer.y += 1;
        if buffer.y == buffer.bottom + 1 {
            buffer.y -= 1;
            self.scroll(false);
        } else if buffer.y >= rows {
            buffer.y = rows - 1;
        } else {
            buffer.line().wrapped = false;
        }
        let buffer = self.buffer();
        if buffer.x >= cols {
            buffer.x -= 1;
        }
    }

    /// IND.
    fn index(&mut self) {
        self.restrict_cursor();
        let rows = self.rows;
        let buffer = self.buffer();
        buffer.y += 1;
        if buffer.y == buffer.bottom + 1 {
            buffer.y -= 1;
            self.scroll(false);
        } else if buffer.y >= rows {
            buffer.y = rows - 1;
        }
        self.restrict_cursor();
    }

    fn next_line(&mut self) {
        self.buffer().x = 0;
        self.index();
    }

    /// RI.
    fn reverse_index(&mut self) {
        self.restrict_cursor();
        let fill = self.pen.erasing();
        let buffer = self.buffer();
        if buffer.y == buffer.top {
            let top = buffer.top;
            buffer.insert_lines(top, 1, fill);
        } else {
            buffer.y = buffer.y.saturating_sub(1);
            self.restrict_cursor();
        }
    }

    /// BS; with reverse wrap-around it goes back over a soft line break within the margins.
    fn backspace(&mut self) {
        if !self.modes.reverse_wrap {
            self.restrict_cursor();
            let buffer = self.buffer();
            buffer.x = buffer.x.saturating_sub(1);
            return;
        }
        self.restrict_row();
        let cols = self.cols;
        let buffer = self.buffer();
        if buffer.x > 0 {
            buffer.x -= 1;
        } else if buffer.y > buffer.top && buffer.y <= buffer.bottom && buffer.line().wrapped {
            buffer.line().wrapped = false;
            buffer.y -= 1;
            buffer.x = cols - 1;
            let last = buffer.line().get(cols - 1);
            if last.is_some_and(|cell| cell.width() > 0 && !cell.has_content()) {
                buffer.x -= 1;
            }
        }
        self.restrict_cursor();
    }

    pub(super) fn tab(&mut self, count: usize) {
        let cols = self.cols;
        let buffer = self.buffer();
        if buffer.x >= cols {
            return;
        }
        for _ in 0..count.min(cols) {
            buffer.x = buffer.tabs.next(buffer.x, cols);
        }
    }

    pub(super) fn back_tab(&mut self, count: usize) {
        let cols = self.cols;
        let buffer = self.buffer();
        if buffer.x >= cols {
            return;
        }
        for _ in 0..count.min(cols) {
            buffer.x = buffer.tabs.previous(buffer.x);
        }
    }

    /// HTS.
    fn set_tab(&mut self) {
        let cols = self.cols;
        let buffer = self.buffer();
        if buffer.x < cols {
            buffer.tabs.set(buffer.x, true);
        }
    }

    /// DECALN.
    fn fill_with_e(&mut self) {
        self.set_cursor(0, 0);
        let mut pen = self.pen;
        (pen.extra, pen.link) = (0, 0);
        let alternate = self.on_alternate;
        let buffer = self.buffer();
        // In origin mode xterm.js begins at the top margin, and comes round where there is no history.
        let from = if alternate { 0 } else { buffer.y };
        for line in buffer.lines.iter_mut().skip(from) {
            line.fill(Cell::new(u32::from(b'E'), 1, pen));
            line.wrapped = false;
        }
        self.set_cursor(0, 0);
    }
}
