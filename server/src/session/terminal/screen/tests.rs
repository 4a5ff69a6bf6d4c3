//! Snapshots against three judges: the screen itself, xterm.js (the page's emulator) and vt100 (an
//! independent one).

mod consistency;
mod recordings;
mod streams;
mod vt100;
mod xterm;

use transom_protocol::wire::Size;

use super::Screen;
use streams::{Dice, Repertoire, stream};

/// A stream cut in two.
struct Case {
    seed: u64,
    size: Size,
    prefix: Vec<u8>,
    rest: Vec<u8>,
}

impl Case {
    fn new(seed: u64, repertoire: Repertoire) -> Self {
        let mut dice = Dice::new(seed);
        let (cols, rows) = (2 + dice.below(30), 2 + dice.below(10));
        let pieces = 10 + dice.below(60);
        let mut prefix = stream(&mut dice, repertoire, pieces, cols, rows);
        let rest = prefix.split_off(dice.below(prefix.len() + 1));
        Self { seed, size: Size { cols: cols as u16, rows: rows as u16 }, prefix, rest }
    }

    fn screen(&self) -> Screen {
        let mut screen = Screen::new(self.size);
        screen.advance(&self.prefix);
        screen
    }
}

/// Whether two screens show the same and go on the same: numbers of links and clusters aside.
fn alike(a: &Screen, b: &Screen) -> bool {
    a.snapshot() == b.snapshot()
}
