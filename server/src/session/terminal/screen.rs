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
//! Known differences from xterm.js, where that depends on lines that have scrolled out or on how its
//! input is cut into pieces:
//! - there is no history: rows that xterm.js would pull back from it after a resize are empty here, and
//!   what it does to lines there (ED 1 at the end of a line, ED 3 under a saved cursor) has no effect;
//! - lines that wrap are laid out anew as there, but not always where the cursor stands above them;
//! - xterm.js loses a character that is cut between two writes if its second byte is 0x80 (`—`, `…`);
//!   here it is whole. Whoever writes to xterm.js must not cut characters;
//! - titles, links, clusters, repetitions and sequences beyond the limits are cut or ignored.
//!
//! The title stack (CSI 22 t) is off in our page, and so it is here.
//!
//! Not restored by a snapshot, all of them rare (fewer than three in a hundred of the states that the
//! tests make up, none of the recorded programs'): half a wide character whose other half is gone (it is an
//! empty cell then); tab stops beyond the last column; on the alternate screen a pending wrap behind an
//! empty last cell, or a cursor outside the margins in origin mode; a pen or character set that DECRC
//! mixed from a saved cursor which has been overwritten since.

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
