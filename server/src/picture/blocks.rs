//! When which part of a picture changed last, and the same parts encoded for those who are not in step.

use std::io;

use bytes::{Bytes, BytesMut};
use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;
use transom_protocol::wire::picture::Op;

use super::kinds::{Kind, kind};
use super::pack::Packer;

/// A block, in pixels: wide, for text repeats itself along its rows.
const WIDTH: usize = 256;
const HEIGHT: usize = 64;

/// All blocks of a picture.
#[derive(Debug)]
pub struct Blocks {
    size: (u16, u16),
    /// The frame that gave the picture its size.
    born: u32,
    columns: usize,
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, Default)]
struct Block {
    /// The frame that changed its pixels last.
    drawn: u32,
    /// The frame that said some of them without loss last.
    refined: u32,
    /// How it is sent at first, and whether that loses something; `None` before anybody wanted it.
    first: Option<(Bytes, bool)>,
    /// How it is sent without loss, where that is something else.
    exact: Option<Bytes>,
}

impl Blocks {
    /// The blocks of a picture that frame `born` gave this size.
    #[must_use]
    pub fn new(width: u16, height: u16, born: u32) -> Self {
        let (columns, rows) = (usize::from(width).div_ceil(WIDTH), usize::from(height).div_ceil(HEIGHT));
        let blocks = vec![Block { drawn: born, ..Block::default() }; columns * rows];
        Self { size: (width, height), born, columns, blocks }
    }

    /// Whether somebody who has frame `since` has a picture of another size, or none.
    #[must_use]
    pub fn is_new_to(&self, since: u32) -> bool {
        since < self.born
    }

    /// Frame `number` changes pixels of `rect`.
    pub fn drawn(&mut self, rect: Rect, number: u32) {
        self.each(rect, |block| *block = Block { drawn: number, ..Block::default() });
    }

    /// Frame `number` says pixels of `rect` without loss.
    pub fn refined(&mut self, rect: Rect, number: u32) {
        self.each(rect, |block| block.refined = number);
    }

    fn each(&mut self, rect: Rect, change: impl Fn(&mut Block)) {
        for row in rect.rows().start / HEIGHT..rect.rows().end.div_ceil(HEIGHT) {
            let columns = rect.columns().start / WIDTH..rect.columns().end.div_ceil(WIDTH);
            self.blocks[row * self.columns..][columns].iter_mut().for_each(&change);
        }
    }

    /// Writes every block that changed behind frame `since`. Returns those that were written with loss.
    ///
    /// # Errors
    /// Where the encoders cannot.
    pub fn write_since(
        &mut self,
        since: u32,
        picture: &Framebuffer,
        pack: &mut Packer,
        out: &mut BytesMut,
    ) -> io::Result<Vec<Rect>> {
        let mut lossy = Vec::new();
        let everything = self.is_new_to(since);
        for (at, block) in self.blocks.iter_mut().enumerate() {
            let rect = rect(at, self.columns, self.size);
            if block.drawn > since || everything {
                let (ops, is_lossy) = match &block.first {
                    Some(first) => first,
                    None => block.first.insert(first(rect, picture, pack)?),
                };
                out.extend_from_slice(ops);
                lossy.extend(is_lossy.then_some(rect));
            } else if block.refined > since {
                let ops = match (&block.exact, &block.first) {
                    (Some(ops), _) | (None, Some((ops, false))) => ops,
                    _ => block.exact.insert(written(&pack.alone(picture, &[rect])?)),
                };
                out.extend_from_slice(ops);
            }
        }
        Ok(lossy)
    }
}

fn rect(at: usize, columns: usize, (width, height): (u16, u16)) -> Rect {
    let (x, y) = (at % columns * WIDTH, at / columns * HEIGHT);
    // On the picture, whose sides are u16.
    Rect {
        x: x as u16,
        y: y as u16,
        width: WIDTH.min(usize::from(width) - x) as u16,
        height: HEIGHT.min(usize::from(height) - y) as u16,
    }
}

/// How a block is sent to whom it is new, and whether that loses something.
fn first(rect: Rect, picture: &Framebuffer, pack: &mut Packer) -> io::Result<(Bytes, bool)> {
    let kind = kind(picture, rect);
    let ops = match kind {
        Kind::Solid(colour) => {
            let [red, green, blue, _] = colour.to_le_bytes();
            vec![Op::Fill { rect, colour: [red, green, blue] }]
        }
        Kind::Sharp => pack.alone(picture, &[rect])?,
        Kind::Photo => pack.jpeg(picture, rect)?,
    };
    Ok((written(&ops), kind == Kind::Photo))
}

fn written(ops: &[Op]) -> Bytes {
    let mut bytes = BytesMut::new();
    ops.iter().for_each(|op| op.write(&mut bytes));
    bytes.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_encoded_once_for_all_who_lack_it() {
        let mut picture = Framebuffer::new(600, 200).unwrap();
        let all = picture.bounds();
        for (y, row) in picture.rows_mut(all).enumerate() {
            for (x, pixel) in row.iter_mut().enumerate() {
                let grey = (x * x / 7 + y * 3) as u32 % 256;
                *pixel = (grey * if y < 100 { 0x01_0101 } else { 1 }) | 0xff00_0000;
            }
        }
        let (mut blocks, mut pack) = (Blocks::new(600, 200, 1), Packer::new().unwrap());
        let mut written = |blocks: &mut Blocks, since, picture: &Framebuffer| {
            let mut out = BytesMut::new();
            blocks.write_since(since, picture, &mut pack, &mut out).unwrap();
            out
        };
        let first = written(&mut blocks, 0, &picture);
        // Nobody told the blocks: whatever is encoded anew would be black.
        let black = Framebuffer::new(600, 200).unwrap();
        assert_eq!(written(&mut blocks, 0, &black), first);
        blocks.refined(all, 2);
        let exact = written(&mut blocks, 1, &picture);
        assert!(!exact.is_empty() && written(&mut blocks, 1, &black) == exact);
        blocks.drawn(Rect { x: 0, y: 0, width: 1, height: 1 }, 3);
        assert_ne!(written(&mut blocks, 0, &black), first, "one that has changed");
    }
}
