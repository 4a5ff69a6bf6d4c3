//! A line of the screen, and its places.

/// One place of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Char(char),
    /// A character with others upon it.
    Cluster(Box<str>),
    /// The second half of a wide one.
    Rest,
}

/// One line of the screen.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) cells: Vec<Cell>,
    /// Whether the next line goes on with it.
    pub(super) wrapped: bool,
}

impl Line {
    pub(super) fn text(&self, out: &mut String) {
        for cell in &self.cells {
            match cell {
                Cell::Char(char) => out.push(*char),
                Cell::Cluster(text) => out.push_str(text),
                Cell::Rest => {}
            }
        }
    }

    pub(super) fn reach(&mut self, column: usize) {
        if self.cells.len() < column {
            self.cells.resize(column, Cell::Char(' '));
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|c| *c == Cell::Char(' '))
    }
}
