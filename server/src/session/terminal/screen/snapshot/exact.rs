//! For tests: whether a snapshot restores everything, and if not, which of the known limits it is.

use super::Writer;
use crate::session::terminal::screen::Screen;
use crate::session::terminal::screen::buffer::Buffer;
use crate::session::terminal::screen::terminal::Terminal;

impl Screen {
    /// What a snapshot of this state does not restore, of the limits listed at [`super`]'s top.
    pub(in crate::session::terminal::screen) fn loses(&self) -> Option<&'static str> {
        let terminal = &self.terminal;
        let writer = Writer::new(terminal);
        let buffer = terminal.shown();
        let outside = terminal.modes.origin && !(buffer.top..=buffer.bottom).contains(&buffer.y);
        let pending = buffer.x >= writer.cols;
        let before = writer.cell_before(buffer);
        let rejoined = before.is_some_and(|(_, cell)| writer.state_of(cell) == terminal.last);
        if terminal.last.is_some() && (!rejoined || outside) {
            return Some("the last character is not before the cursor");
        }
        let printable = before.is_some_and(|(_, cell)| cell.pen().is_plain()) || writer.is_blank(buffer);
        if terminal.on_alternate && (outside || (pending && !rejoined && !printable)) {
            return Some("cursor of the alternate screen");
        }
        let charsets = terminal.charsets;
        let plain = charsets.active == charsets.sets[charsets.level] && terminal.pen.is_plain();
        let placed = rejoined && terminal.last.is_some() || !(pending || outside);
        if !plain && (Writer::restorable(terminal).is_none() || !placed) {
            return Some("pen or character set of another saved cursor");
        }
        [&terminal.normal, &terminal.alternate].into_iter().find_map(|buffer| lost_cells(terminal, buffer))
    }
}

fn lost_cells(terminal: &Terminal, buffer: &Buffer) -> Option<&'static str> {
    let writer = Writer::new(terminal);
    for line in &buffer.lines {
        let cells = line.cells();
        for (x, cell) in cells.iter().enumerate() {
            let lead = x > 0 && cells[x - 1].width() == 2 && cells[x - 1].has_content();
            let followed = cells.get(x + 1).is_some_and(|next| next.is_half());
            if (cell.is_half() && !lead) || (cell.width() == 2 && !followed) {
                return Some("half a character");
            }
            if cell.has_content() && !writer.is_true(*cell) {
                return Some("a character of another width");
            }
        }
    }
    None
}
