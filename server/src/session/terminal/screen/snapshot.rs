//! The way back: output that brings a freshly reset terminal into a screen's state.
//!
//! It leans on what xterm.js does with each sequence, told where it is used. Nothing that is written
//! asks the terminal for an answer.

#[cfg(test)]
mod exact;
mod finish;
mod pen;
mod rows;

use super::Screen;
use super::buffer::{Buffer, Saved, Tabs};
use super::cell::Pen;
use super::charset::Charset;
use super::clusters::Clusters;
use super::colors::Rgb;
use super::grapheme::{Cluster, next};
use super::links::Links;
use super::terminal::{Mouse, MouseEncoding, Terminal};

impl Screen {
    /// Output which, written to a freshly reset terminal of the same size, brings it into this state,
    /// so that whatever follows is understood the same. It may end within a sequence or a character.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let terminal = &self.terminal;
        let mut writer = Writer::new(terminal);
        writer.preamble(terminal);
        writer.hidden_alternate(terminal);
        writer.buffer(&terminal.normal);
        if terminal.on_alternate {
            writer.set_pen(Pen::default());
            writer.text("\x1b[?47h");
            writer.at = None;
            writer.buffer(&terminal.alternate);
        }
        writer.finish(terminal);
        if terminal.last.is_none() && writer.last.is_some() {
            writer.text("\0");
        }
        let mut bytes = writer.out;
        bytes.extend_from_slice(&self.parser.unfinished());
        bytes
    }
}

/// Output, and what it has done to the terminal so far.
struct Writer<'a> {
    out: Vec<u8>,
    cols: usize,
    rows: usize,
    clusters: &'a Clusters,
    links: &'a Links,
    pen: Pen,
    /// Cursor, where it is known.
    at: Option<(usize, usize)>,
    /// What a character printed now might join.
    last: Option<Cluster>,
    /// Origin mode is on.
    origin: bool,
}

impl<'a> Writer<'a> {
    fn new(terminal: &'a Terminal) -> Self {
        Self {
            out: Vec::with_capacity(4096),
            cols: terminal.cols,
            rows: terminal.rows,
            clusters: &terminal.clusters,
            links: &terminal.links,
            pen: Pen::default(),
            at: None,
            last: None,
            origin: false,
        }
    }

    /// Writes controls or sequences.
    fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.last = None;
    }

    fn goto(&mut self, x: usize, y: usize) {
        match self.at {
            Some(at) if at == (x, y) => return,
            Some((from, row)) if row == y && from < x && from < self.cols => {
                let by = x - from;
                self.text(&if by == 1 { "\x1b[C".to_owned() } else { format!("\x1b[{by}C") });
            }
            _ if x == 0 => self.text(&format!("\x1b[{}H", y + 1)),
            _ => self.text(&format!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
    }

    /// Prints one cluster at the cursor.
    fn print(&mut self, text: &[u32]) {
        let joins = text.first().is_some_and(|code| self.last.is_some() && next(self.last, *code).1);
        if joins {
            // NUL does nothing but keep the two apart.
            self.text("\0");
        }
        let mut width = 0;
        for code in text {
            let (cluster, joined) = next(self.last, *code);
            width = if joined { width - self.last.map_or(0, |c| c.width).min(width) } else { width }
                + cluster.width;
            self.last = Some(cluster);
            let mut utf8 = [0; 4];
            let character = char::from_u32(*code).unwrap_or(char::REPLACEMENT_CHARACTER);
            self.out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
        }
        self.at = self.at.map(|(x, y)| (x + width as usize, y)).filter(|(x, _)| *x <= self.cols);
    }

    /// What no reset touches, and an end to whatever was unfinished.
    fn preamble(&mut self, terminal: &Terminal) {
        let lasting = &terminal.lasting;
        self.text("\x18\x1b]104\x07\x1b]110\x07\x1b]111\x07\x1b]112\x07\x1b[20l");
        for (index, color) in &lasting.colors.palette {
            self.text(&format!("\x1b]4;{index};{}\x07", spec(*color)));
        }
        for (number, color) in (10..).zip(lasting.colors.special) {
            if let Some(color) = color {
                self.text(&format!("\x1b]{number};{}\x07", spec(color)));
            }
        }
        for (number, note) in [(2, &lasting.title), (7, &lasting.directory), (9, &lasting.progress)] {
            if let Some(note) = note {
                self.text(&format!("\x1b]{number};{note}\x07"));
            }
        }
        if let Some(blink) = lasting.blink {
            self.switch("?12", blink);
        }
        self.switch("?25", !lasting.cursor_hidden);
    }

    fn switch(&mut self, mode: &str, on: bool) {
        self.text(&format!("\x1b[{mode}{}", if on { 'h' } else { 'l' }));
    }

    /// The alternate buffer is empty while it is not shown but for its saved cursor.
    fn hidden_alternate(&mut self, terminal: &Terminal) {
        if !terminal.on_alternate && terminal.alternate.saved != Saved::default() {
            self.text("\x1b[?47h");
            self.saved(terminal.alternate.saved);
            self.set_pen(Pen::default());
            self.text("\x1b[?47l");
            self.at = None;
        }
    }

    /// Everything that belongs to one buffer but its cursor.
    fn buffer(&mut self, buffer: &Buffer) {
        self.rows(buffer);
        if buffer.tabs != Tabs::every_eighth(self.cols) {
            self.text("\x1b[3g");
            for x in (0..self.cols).filter(|x| buffer.tabs.get(*x)) {
                self.goto(x, 0);
                self.text("\x1bH");
            }
        }
        // Also where it is the default: the writing may have saved a cursor.
        self.saved(buffer.saved);
        if (buffer.top, buffer.bottom) != (0, self.rows - 1) {
            self.text(&format!("\x1b[{};{}r", buffer.top + 1, buffer.bottom + 1));
            self.at = None;
        }
    }

    fn saved(&mut self, saved: Saved) {
        self.goto(saved.x, saved.y);
        self.force_bits(saved.fg, saved.bg);
        self.designate(0, saved.charset);
        self.text("\x1b7");
        self.designate(0, None);
        self.set_pen(Pen::default());
    }

    fn designate(&mut self, level: usize, set: Option<Charset>) {
        let before = b"()*+".get(level).map_or('(', |b| char::from(*b));
        self.text(&format!("\x1b{before}{}", char::from(set.map_or(b'B', Charset::name))));
    }

    fn modes(&mut self, terminal: &Terminal) {
        let (modes, lasting) = (&terminal.modes, &terminal.lasting);
        let switched = [
            ("?1", modes.application_cursor),
            ("?45", modes.reverse_wrap),
            ("?2004", modes.bracketed_paste),
            ("?1004", modes.focus),
            ("20", lasting.newline),
            ("4", modes.insert),
            ("?2026", modes.synchronized),
        ];
        for (mode, _) in switched.into_iter().filter(|(_, on)| *on) {
            self.switch(mode, true);
        }
        if !modes.wrap {
            self.switch("?7", false);
        }
        if modes.application_keypad {
            self.text("\x1b=");
        }
        if modes.mouse != Mouse::Off {
            self.switch(&format!("?{}", modes.mouse as u16), true);
        }
        if modes.mouse_encoding != MouseEncoding::Default {
            self.switch(&format!("?{}", modes.mouse_encoding as u16), true);
        }
        // Seven and eight set nothing but the blinking.
        let style = match (modes.cursor_shape, modes.cursor_blink) {
            (None, None) => return,
            (shape, blink) => shape.unwrap_or(3) * 2 + if blink == Some(true) { 1 } else { 2 },
        };
        self.text(&format!("\x1b[{style} q"));
    }

    fn charsets(&mut self, terminal: &Terminal) {
        let charsets = terminal.charsets;
        for (level, set) in charsets.sets.into_iter().enumerate().filter(|(_, set)| set.is_some()) {
            self.designate(level, set);
        }
        match charsets.level {
            1 => self.text("\x0e"),
            2 => self.text("\x1bn"),
            3 => self.text("\x1bo"),
            _ => {}
        }
    }
}

fn spec([r, g, b]: Rgb) -> String {
    format!("rgb:{r:02x}/{g:02x}/{b:02x}")
}
