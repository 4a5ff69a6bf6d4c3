//! The painter: compares what a machine shows with what viewers show, and says the difference once for all of them.
//!
//! ```text
//!  canvas ─▶ take: copies found, one diff, taken over into the shadow ─▶ (canvas free again)
//!         ─▶ paint: classes, FILL / zstd / JPEG ─▶ Frame, shared by all viewers in step
//!  shadow ─▶ blocks: parts changed since a frame, for everybody else
//! ```
//!
//! The shadow always has the machine's own pixels, so a wrong guess anywhere costs bytes and never a pixel.

use std::io;
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use transom_protocol::rect::Rect;
use transom_protocol::rfb::{Cursor, Framebuffer};
use transom_protocol::wire::picture::Op;

use super::blocks::Blocks;
use super::canvas::Canvas;
use super::cells::{CELL, Cells};
use super::diff::{differing, take_over, trimmed};
use super::frame::{Changes, Frame, Unfinished, pointer_op};
use super::kinds::{Kind, kind};
use super::lossy::{Lossy, Step};
use super::moves::{Move, moved};
use super::pack::Packer;
use super::tiles::{around, bounds, joined, tiles};

/// More than so many pixels that differ are worth looking for what has only moved.
const WORTH_MOVING: usize = 100_000;
/// Side of what is classed at once, in cells.
const CLASS_CELLS: usize = 4;
/// A part with fewer pixels is classed as what is around it: of a photograph that a window uncovers, strips show.
const FEW_PIXELS: u64 = 2048;

/// What paints a desktop for its viewers.
#[derive(Debug)]
pub struct Painter {
    /// What viewers show, loss aside.
    shadow: Framebuffer,
    lossy: Lossy,
    blocks: Blocks,
    pack: Packer,
    pointer: Option<Cursor>,
    /// Of the last frame.
    number: u32,
    /// Whether the shadow has the next one already.
    is_ahead: bool,
    /// What others were given with loss meanwhile; the next one's exact parts are not theirs.
    lossy_ahead: Vec<Rect>,
    restart: bool,
}

impl Painter {
    /// One whose viewers show nothing.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn new(now: Instant) -> io::Result<Self> {
        let shadow = Framebuffer::new(1, 1).map_err(io::Error::other)?;
        Ok(Self {
            lossy: Lossy::none(1, 1, now),
            blocks: Blocks::new(1, 1, 0),
            pack: Packer::new()?,
            pointer: None,
            number: 0,
            is_ahead: false,
            lossy_ahead: Vec::new(),
            restart: true,
            shadow,
        })
    }

    /// Number of the frame that the shadow has; 0 before the first. It may have one that is yet to be painted.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number + u32::from(self.is_ahead)
    }

    /// The next frame begins the stream anew.
    pub fn restart(&mut self) {
        self.restart = true;
    }

    /// Takes what is new on a canvas into the shadow; the canvas is free then.
    pub fn take(&mut self, canvas: &mut Canvas, now: Instant) -> Changes {
        let screen = &canvas.screen;
        let (width, height) = (screen.width(), screen.height());
        let resized = (width, height) != (self.shadow.width(), self.shadow.height());
        if resized {
            // It was taken from a framebuffer of this size.
            self.shadow = Framebuffer::new(width, height).unwrap_or_else(|_| screen.clone());
            self.lossy = Lossy::none(width, height, now);
            self.blocks = Blocks::new(width, height, self.number + 1);
            canvas.damage = Cells::all(width, height);
            canvas.moves.clear();
        }
        let mut moves = std::mem::take(&mut canvas.moves);
        for Move { to, from } in &moves {
            self.shadow.copy(*to, *from);
        }
        let mut changed = differing(screen, &self.shadow, &canvas.damage);
        if changed.count() * CELL * CELL > WORTH_MOVING && !resized {
            let found = bounds(&changed).map_or_else(Vec::new, |area| {
                trimmed(screen, &self.shadow, area)
                    .map_or_else(Vec::new, |area| moved(screen, &self.shadow, area))
            });
            for Move { to, from } in &found {
                self.shadow.copy(*to, *from);
                changed.mark(*to);
            }
            if !found.is_empty() {
                changed = differing(screen, &self.shadow, &changed);
                moves.extend(found);
            }
        }
        let rects = changed.rects().into_iter().filter_map(|rect| trimmed(screen, &self.shadow, rect));
        let rects: Vec<Rect> = rects.collect();
        rects.iter().for_each(|rect| take_over(&mut self.shadow, screen, *rect));
        canvas.damage.clear();
        let pointer = canvas.pointer.take();
        if pointer.is_some() {
            self.pointer.clone_from(&pointer);
        }
        let changes = Changes { resized, moves, rects, pointer };
        if !changes.is_empty() {
            // Whoever catches up from now on has them, too.
            self.is_ahead = true;
            let drawn = changes.moves.iter().map(|moved| moved.to).chain(changes.rects.iter().copied());
            drawn.for_each(|rect| self.blocks.drawn(rect, self.number + 1));
        }
        changes
    }

    /// Says what has changed.
    ///
    /// # Errors
    /// Where the encoders cannot.
    pub fn paint(&mut self, changes: &Changes, now: Instant) -> io::Result<Option<Frame>> {
        if changes.is_empty() {
            return Ok(None);
        }
        let mut frame = self.begin()?;
        if changes.resized {
            Op::Reset { width: self.shadow.width(), height: self.shadow.height() }.write(&mut frame.ops);
        }
        for moved in &changes.moves {
            Op::Copy { to: moved.to, from: moved.from }.write(&mut frame.ops);
            self.lossy.moved(*moved, now);
        }
        let (mut exact, mut photos) = (Vec::new(), Vec::new());
        for rect in &changes.rects {
            self.sort(*rect, &mut exact, &mut photos, &mut frame);
        }
        self.exactly(&exact, &mut frame)?;
        for rect in photos {
            for op in self.pack.jpeg(&self.shadow, rect)? {
                op.write(&mut frame.ops);
            }
            self.lossy.sent_lossy(rect, now);
        }
        if let Some(pointer) = &changes.pointer {
            pointer_op(pointer).write(&mut frame.ops);
        }
        for rect in self.lossy_ahead.drain(..) {
            self.lossy.sent_lossy(rect, now);
        }
        Ok(Some(frame.end(self.number)))
    }

    /// When something that was sent with loss will have settled.
    #[must_use]
    pub fn settles_at(&self) -> Option<Instant> {
        self.lossy.settles_at()
    }

    /// Says some of what has settled without loss.
    ///
    /// # Errors
    /// Where the encoders cannot.
    pub fn refine(&mut self, now: Instant, step: Step) -> io::Result<Option<Frame>> {
        let settled = self.lossy.settled(now, step);
        if settled.is_empty() {
            return Ok(None);
        }
        let mut frame = self.begin()?;
        settled.iter().for_each(|rect| self.blocks.refined(*rect, self.number));
        self.exactly(&settled, &mut frame)?;
        Ok(Some(frame.end(self.number)))
    }

    /// All that has changed behind frame `since`, for a viewer that has that one; 0 for one that has none.
    ///
    /// # Errors
    /// Where the encoders cannot.
    pub fn catch_up(&mut self, since: u32, now: Instant) -> io::Result<Bytes> {
        let mut ops = BytesMut::new();
        if self.blocks.is_new_to(since) {
            Op::Reset { width: self.shadow.width(), height: self.shadow.height() }.write(&mut ops);
        }
        let lossy = self.blocks.write_since(since, &self.shadow, &mut self.pack, &mut ops)?;
        lossy.iter().for_each(|rect| self.lossy.sent_lossy(*rect, now));
        if self.is_ahead {
            self.lossy_ahead.extend(lossy);
        }
        if let Some(pointer) = &self.pointer {
            pointer_op(pointer).write(&mut ops);
        }
        Ok(ops.freeze())
    }

    fn begin(&mut self) -> io::Result<Unfinished> {
        let restarts = std::mem::take(&mut self.restart) || self.pack.is_long();
        if restarts {
            self.pack.restart()?;
        }
        self.number += 1;
        self.is_ahead = false;
        Ok(Unfinished { restarts, is_streamed: false, ops: BytesMut::new() })
    }

    fn exactly(&mut self, rects: &[Rect], frame: &mut Unfinished) -> io::Result<()> {
        for op in self.pack.streamed(&self.shadow, rects)? {
            op.write(&mut frame.ops);
            frame.is_streamed = true;
        }
        rects.iter().for_each(|rect| self.lossy.sent_exactly(*rect));
        Ok(())
    }

    /// Which way each part of `rect` goes; one colour goes at once.
    fn sort(&mut self, rect: Rect, exact: &mut Vec<Rect>, photos: &mut Vec<Rect>, frame: &mut Unfinished) {
        let side = CLASS_CELLS * CELL;
        let is_small = usize::from(rect.width) <= side && usize::from(rect.height) <= side;
        match kind(&self.shadow, rect) {
            Kind::Solid(colour) => {
                let [red, green, blue, _] = colour.to_le_bytes();
                Op::Fill { rect, colour: [red, green, blue] }.write(&mut frame.ops);
                self.lossy.sent_exactly(rect);
            }
            _ if is_small => exact.push(rect),
            _ => {
                let size = (self.shadow.width(), self.shadow.height());
                let sorted: Vec<(Rect, bool)> = tiles(rect, side)
                    .map(|tile| {
                        let classed = if tile.area() < FEW_PIXELS { around(tile, side, size) } else { tile };
                        (tile, kind(&self.shadow, classed) == Kind::Photo)
                    })
                    .collect();
                if sorted.iter().any(|(_, is_photo)| *is_photo) {
                    let of =
                        |wanted| sorted.iter().filter(move |(_, is)| *is == wanted).map(|(tile, _)| *tile);
                    exact.extend(joined(of(false)));
                    photos.extend(joined(of(true)));
                } else {
                    exact.push(rect);
                }
            }
        }
    }
}
