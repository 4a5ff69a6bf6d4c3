//! What goes last: modes, character sets, the pen, the cursor, and what the next character may join.

use super::Writer;
use crate::session::terminal::screen::buffer::{Buffer, Saved};
use crate::session::terminal::screen::cell::{Cell, EXTENDED, PROTECTED, Pen, UNDERLINE};
use crate::session::terminal::screen::grapheme::{Cluster, next};
use crate::session::terminal::screen::terminal::Terminal;

impl Writer<'_> {
    pub(super) fn finish(&mut self, terminal: &Terminal) {
        let buffer = terminal.shown();
        let pending = buffer.x >= self.cols;
        let before = self.cell_before(buffer);
        let outside = terminal.modes.origin && !(buffer.top..=buffer.bottom).contains(&buffer.y);
        self.origin = terminal.modes.origin;
        if self.origin {
            self.text("\x1b[?6h");
            self.at = None;
        }

        let joined =
            before.filter(|(_, cell)| terminal.last.is_some() && self.state_of(*cell) == terminal.last);
        if let Some((x, cell)) = joined.filter(|_| !outside) {
            // The cluster before the cursor is printed again: the next character may join it.
            self.modes(terminal);
            self.charsets(terminal);
            self.last_pen(terminal);
            self.place(x, buffer);
            let text = self.characters(cell);
            if terminal.modes.insert {
                let first = text.first().map_or(1, |code| next(None, *code).0.width);
                self.text(&format!("\x1b[{first}P"));
            }
            self.print(&text);
            return;
        }
        match before {
            Some((x, cell)) if pending && !outside && cell.pen().is_plain() => {
                self.place(x, buffer);
                self.set_pen(cell.pen());
                let text = self.characters(cell);
                self.print(&text);
            }
            _ if (pending || outside) && !terminal.on_alternate => {
                // The alternate buffer takes the cursor over as it is, and gives it back.
                self.text("\x1b[?47h");
                let x = buffer.x.min(self.cols - 1);
                self.text(&format!("\x1b[{};{}H", buffer.y + 1, x + 1));
                self.text(if pending { "x\x1b[?47l" } else { "\x1b[?47l" });
            }
            _ if pending && self.is_blank(buffer) => {
                self.place(self.cols - 1, buffer);
                self.text("x");
                self.set_pen(buffer.lines[buffer.y].cells()[0].pen());
                // EL, unlike ECH, leaves a pending wrap.
                self.text("\x1b[1K");
            }
            _ => self.place(buffer.x.min(self.cols - 1), buffer),
        }
        let (moves, at) = (Self::restorable(terminal).is_some(), self.at);
        self.modes(terminal);
        self.charsets(terminal);
        if moves && !pending && !outside {
            self.last_pen(terminal);
            self.place(buffer.x, buffer);
        } else {
            self.at = at;
            self.set_plain_like(terminal.pen);
        }
    }

    /// Column and cell of what stands before the cursor, where printing it again makes the same.
    pub(super) fn cell_before(&self, buffer: &Buffer) -> Option<(usize, Cell)> {
        let cells = buffer.lines.get(buffer.y)?.cells();
        let last = buffer.x.checked_sub(1)?;
        let cell = *cells.get(last)?;
        let x = if cell.is_half() { last.checked_sub(1)? } else { last };
        let cell = *cells.get(x)?;
        let whole = x + cell.width() as usize == buffer.x;
        (cell.has_content() && whole && self.is_true(cell)).then_some((x, cell))
    }

    pub(super) fn state_of(&self, cell: Cell) -> Option<Cluster> {
        self.characters(cell).iter().fold(None, |last, code| Some(next(last, *code).0))
    }

    /// Whether the cursor's line is as erasing leaves it.
    pub(super) fn is_blank(&self, buffer: &Buffer) -> bool {
        let cells = buffer.lines[buffer.y].cells();
        let pen = cells[0].pen();
        pen == pen.erasing() && cells.iter().all(|cell| *cell == Cell::empty(pen))
    }

    /// Moves the cursor; rows count from the top margin in origin mode.
    fn place(&mut self, x: usize, buffer: &Buffer) {
        let y = if self.origin { buffer.y.saturating_sub(buffer.top) } else { buffer.y };
        self.text(&format!("\x1b[{};{}H", y + 1, x + 1));
        self.at = None;
    }

    /// Where pen or character set are as only DECRC makes them: what leads there.
    pub(super) fn restorable(terminal: &Terminal) -> Option<&'static str> {
        let charsets = terminal.charsets;
        let shifted = charsets.sets.get(charsets.level).copied().flatten();
        if charsets.active == shifted && terminal.pen.is_plain() {
            return None;
        }
        let leads = |saved: &Saved| {
            let underline = (saved.fg ^ terminal.pen.fg) & UNDERLINE;
            let extended = (saved.bg ^ terminal.pen.bg) & EXTENDED;
            let pen = terminal.pen.is_plain() || (underline == 0 && extended == 0);
            pen && saved.charset == charsets.active
        };
        let here = terminal.shown().saved;
        let other = terminal.alternate.saved;
        if leads(&here) {
            Some("\x1b8")
        } else {
            let found = !terminal.on_alternate && leads(&other);
            found.then_some("\x1b[?47h\x1b8\x1b[?47l")
        }
    }

    /// The pen at last. It may restore the cursor, but not save it: that one is the program's now.
    fn last_pen(&mut self, terminal: &Terminal) {
        let pen = terminal.pen;
        let Some(restore) = Self::restorable(terminal) else {
            self.set_plain_like(pen);
            return;
        };
        if pen.is_plain() {
            self.text(restore);
            self.set_plain(pen);
            return;
        }
        let mut extra = Pen { extra: pen.extra, link: pen.link, ..Pen::default() };
        if extra.style() != 0 {
            extra.fg |= UNDERLINE;
        }
        extra.update_extended();
        self.set_pen(extra);
        self.text(restore);
        self.change_flags(pen);
        self.pen = pen;
    }

    /// Sets the pen, or the plain one that looks like it.
    fn set_plain_like(&mut self, mut pen: Pen) {
        if !pen.is_plain() {
            let style = if pen.fg & UNDERLINE == 0 { 0 } else { pen.style().max(1) };
            pen.set_style(style);
        }
        self.set_pen(pen);
    }

    /// Sets colours and flags without a reset, which would touch the underline.
    fn change_flags(&mut self, pen: Pen) {
        let flags = Pen { extra: 0, link: 0, fg: pen.fg & !UNDERLINE, bg: pen.bg & !EXTENDED };
        let mut sgr = b"\x1b[22;23;25;27;28;29;39;49;55".to_vec();
        super::pen::flag_params(&mut sgr, flags);
        sgr.push(b'm');
        self.out.extend_from_slice(&sgr);
        self.text(if pen.bg & PROTECTED == 0 { "\x1b[0\"q" } else { "\x1b[1\"q" });
    }
}
