//! A picture that a machine draws, and what it has drawn since it was last looked at.

use transom_protocol::rect::Rect;
use transom_protocol::rfb::{Cursor, Framebuffer, RfbError};

use super::cells::Cells;
use super::moves::Move;

/// What a machine says has moved is taken from it so many times between two pictures.
const MOST_MOVES: usize = 64;

/// A picture that a machine draws, and what it has drawn since it was last looked at.
#[derive(Debug)]
pub struct Canvas {
    /// The picture.
    pub screen: Framebuffer,
    /// What may have changed.
    pub damage: Cells,
    /// What the machine says has moved, in its order.
    pub moves: Vec<Move>,
    /// How the pointer looks, where that is new.
    pub pointer: Option<Cursor>,
}

impl Canvas {
    /// A black one; all of it is new.
    ///
    /// # Errors
    /// Where a side is 0, or over the limit.
    pub fn new(width: u16, height: u16) -> Result<Self, RfbError> {
        let screen = Framebuffer::new(width, height)?;
        Ok(Self { screen, damage: Cells::all(width, height), moves: Vec::new(), pointer: None })
    }

    /// Something was drawn.
    pub fn drawn(&mut self, rect: Rect) {
        self.damage.mark(rect);
    }

    /// Something has moved.
    pub fn moved(&mut self, moved: Move) {
        self.damage.mark(moved.to);
        // The comparison finds whatever else has moved.
        if self.moves.len() < MOST_MOVES {
            self.moves.push(moved);
        }
    }

    /// The screen may have another size: all of it is new then.
    pub fn resized(&mut self) {
        if !self.damage.is_of(self.screen.width(), self.screen.height()) {
            self.damage = Cells::all(self.screen.width(), self.screen.height());
            self.moves.clear();
        }
    }

    /// Whether anything was drawn since it was last looked at.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.pointer.is_some() || !self.damage.is_empty()
    }
}
