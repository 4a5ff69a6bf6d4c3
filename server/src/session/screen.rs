//! What a terminal shows, exactly at one offset of its output, and how to bring another one there.
//!
//! A [`Screen`] is a model of the page's own emulator, xterm.js 6 with `unicode-graphemes`: it takes
//! the same decisions on the same bytes, because what it writes ([`Screen::snapshot`]) is read by
//! that one. Everything is pure: no clock, no I/O, no replies to the machine's queries.
//!
//! Bounded, whatever the machine sends (most per screen of 1000 × 1000 cells, the protocol's limit):
//! 20 bytes per cell of at most two buffers, 40 MB; clusters of several characters 16 Ki × 24 characters;
//! links 1024 × 2.3 KB; an unfinished sequence 64 KiB; title, directory, progress 4 KiB each. A screen of
//! 120 × 40 has about 100 KB, twice that while the alternate buffer is shown.
//!
//! Known differences from xterm.js, all of them where it depends on how its input is cut into pieces or
//! on lines that have scrolled out:
//! - it has no history: after a resize, rows that xterm.js would pull back from there are empty, and
//!   a saved cursor (DECSC) does not move above the first row;
//! - xterm.js loses a character that is cut between two writes if its second byte is 0x80 (`—`, `…`);
//!   here it is whole. Whoever writes to xterm.js must not cut characters;
//! - titles, links, clusters and sequences longer than the limits above are cut or ignored;
//! - the title stack (CSI 22 t) is off in our page, and so it is here.
//!
//! Not restored by a snapshot: half a wide character whose other half is gone (shown as an empty
//! cell), tab stops beyond the last column, and on the alternate screen a pending wrap behind an
//! empty last cell of a line that has other text.

mod buffer;
mod cell;
mod charset;
mod clusters;
mod colors;
mod control;
mod csi;
mod grapheme;
mod line;
mod links;
mod mode;
mod osc;
mod params;
mod parser;
mod print;
mod reflow;
mod sgr;
mod skim;
mod snapshot;
mod terminal;

use transom_protocol::limits::{TERMINAL_MAX, TERMINAL_MIN};
use transom_protocol::wire::Size;

use parser::Parser;
use terminal::Terminal;

/// A terminal's state at one offset of its output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    parser: Parser,
    terminal: Terminal,
}

impl Screen {
    /// A fresh terminal. A size outside the protocol's limits is brought within.
    #[must_use]
    pub fn new(size: Size) -> Self {
        let (cols, rows) = within(size);
        Self { parser: Parser::new(), terminal: Terminal::new(cols, rows) }
    }

    /// Takes the next output. How it is cut into pieces makes no difference.
    pub fn advance(&mut self, bytes: &[u8]) {
        self.parser.advance(bytes, &mut self.terminal);
    }

    /// Changes the size between two bytes of output.
    pub fn resize(&mut self, size: Size) {
        let (cols, rows) = within(size);
        self.terminal.resize(cols, rows);
    }

    /// The size now.
    #[must_use]
    pub fn size(&self) -> Size {
        let side = |n: usize| u16::try_from(n).unwrap_or(TERMINAL_MAX);
        Size { cols: side(self.terminal.cols), rows: side(self.terminal.rows) }
    }
}

fn within(size: Size) -> (usize, usize) {
    let side = |n: u16| usize::from(n.clamp(TERMINAL_MIN, TERMINAL_MAX));
    (side(size.cols), side(size.rows))
}

#[cfg(test)]
mod tests;
