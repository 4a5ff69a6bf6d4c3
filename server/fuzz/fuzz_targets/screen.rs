//! Whatever a machine prints, in whatever pieces and sizes, the emulator survives it, skims it to the same
//! screen, and makes snapshots that a screen of the same size takes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use transom_protocol::wire::Size;
use transom_server::session::terminal::screen::Screen;

/// A byte that no UTF-8 has: the next two are a new size.
const RESIZE: u8 = 0xff;

fuzz_target!(|data: &[u8]| {
    let [cols, rows, output @ ..] = data else { return };
    let size = |cols: u8, rows: u8| Size { cols: u16::from(cols % 100), rows: u16::from(rows % 40) };
    let mut screen = Screen::new(size(*cols, *rows));
    let mut skimmed = screen.clone();
    for (i, part) in output.split(|byte| *byte == RESIZE).enumerate() {
        let part = match part {
            [cols, rows, part @ ..] if i > 0 => {
                screen.resize(size(*cols, *rows));
                skimmed.resize(size(*cols, *rows));
                part
            }
            part => part,
        };
        let (one, other) = part.split_at(part.len() / 2);
        screen.advance(part);
        skimmed.skim(&[one, other]);
    }
    let snapshot = screen.snapshot();
    assert_eq!(skimmed.snapshot(), snapshot);
    let mut restored = Screen::new(screen.size());
    restored.advance(&snapshot);
    assert_eq!(restored.snapshot(), snapshot);
});
