//! What has changed, and the frame that says so.

use bytes::{Bytes, BytesMut};
use transom_protocol::rect::Rect;
use transom_protocol::rfb::Cursor;
use transom_protocol::wire::picture::Op;

use super::moves::Move;

/// What has changed since the last frame, already in the shadow.
#[derive(Debug, Default)]
pub struct Changes {
    pub(super) resized: bool,
    pub(super) moves: Vec<Move>,
    pub(super) rects: Vec<Rect>,
    pub(super) pointer: Option<Cursor>,
}

impl Changes {
    /// Whether there is nothing to be said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.resized && self.moves.is_empty() && self.rects.is_empty() && self.pointer.is_none()
    }

    /// Pixels to be encoded: what painting them takes, roughly.
    #[must_use]
    pub fn pixels(&self) -> u64 {
        self.rects.iter().map(|rect| rect.area()).sum()
    }
}

/// What changes the picture of a viewer that has all frames before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Frames count from 1.
    pub number: u32,
    /// The stream begins anew here: whoever has the frame before is in step from here on.
    pub restarts: bool,
    /// Whether only viewers in step can read it.
    pub is_streamed: bool,
    /// The operations, one behind the other.
    pub ops: Bytes,
}

/// One that operations are still written to.
#[derive(Debug)]
pub(super) struct Unfinished {
    pub restarts: bool,
    pub is_streamed: bool,
    pub ops: BytesMut,
}

impl Unfinished {
    /// Done, as frame `number`.
    pub fn end(self, number: u32) -> Frame {
        Frame { number, restarts: self.restarts, is_streamed: self.is_streamed, ops: self.ops.freeze() }
    }
}

/// What shows this pointer.
pub(super) fn pointer_op(pointer: &Cursor) -> Op {
    let pixels = bytemuck::cast_slice(&pointer.pixels);
    let pixels = Bytes::copy_from_slice(pixels);
    Op::Pointer { width: pointer.width, height: pointer.height, hotspot: pointer.hotspot, pixels }
}
