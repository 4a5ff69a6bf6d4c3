//! The zlib streams of a connection: each goes on from rectangle to rectangle.

use flate2::{Decompress, FlushDecompress, Status};

use super::{Drawing, STREAMS};
use crate::rfb::reader::Reader;
use crate::rfb::{Framebuffer, RfbError};

/// Plain bytes that are made ahead of drawing; more than any tile and any row has.
const PIECE_BYTES: usize = 64 * 1024;

/// All streams; each is begun when it is first used.
#[derive(Default)]
pub(in crate::rfb) struct Streams([Option<Box<Inflate>>; STREAMS]);

impl Streams {
    pub(super) fn get(&mut self, stream: usize) -> Result<&mut Inflate, RfbError> {
        let slot = self.0.get_mut(stream).ok_or(RfbError::Malformed("zlib stream"))?;
        Ok(slot.get_or_insert_with(|| Box::new(Inflate::new())))
    }

    /// The server begins this stream anew.
    pub(super) fn reset(&mut self, stream: usize) {
        if let Some(slot) = self.0.get_mut(stream) {
            *slot = None;
        }
    }
}

/// One stream.
pub(in crate::rfb) struct Inflate {
    stream: Decompress,
    /// Inflated and not drawn yet; room for another piece behind it.
    plain: Vec<u8>,
}

impl Inflate {
    fn new() -> Self {
        Self { stream: Decompress::new(true), plain: Vec::new() }
    }

    /// Draws what has arrived of `left` compressed bytes; whether that was all of them.
    pub(super) fn draw(
        &mut self,
        input: &mut Reader<'_>,
        left: &mut usize,
        drawing: &mut Drawing,
        screen: &mut Framebuffer,
    ) -> Result<bool, RfbError> {
        loop {
            let mut plain = Reader::new(&self.plain);
            let complete = drawing.draw(&mut plain, screen)?;
            let drawn = self.plain.len().saturating_sub(plain.rest().len());
            self.plain.drain(..drawn);
            if complete && !self.plain.is_empty() {
                return Err(RfbError::Malformed("zlib data: more than the rectangle has"));
            }
            if *left == 0 {
                // What a full buffer kept back is still to come.
                let before = self.plain.len();
                self.inflate(&[])?;
                return match (self.plain.len() > before, complete) {
                    (false, true) => Ok(true),
                    (false, false) => Err(RfbError::Malformed("zlib data: less than the rectangle has")),
                    (true, _) => continue,
                };
            }
            let piece = Reader::new(input.rest()).take_up_to(*left);
            if piece.is_empty() {
                return Ok(false);
            }
            let taken = self.inflate(piece)?;
            input.take_up_to(taken);
            *left = left.saturating_sub(taken);
        }
    }

    /// Fills the buffer from `compressed`; how many bytes of that were taken.
    fn inflate(&mut self, compressed: &[u8]) -> Result<usize, RfbError> {
        let plain_before = self.plain.len();
        self.plain.reserve(PIECE_BYTES);
        let before = self.stream.total_in();
        let status = self
            .stream
            .decompress_vec(compressed, &mut self.plain, FlushDecompress::Sync)
            .map_err(|_| RfbError::Malformed("zlib data"))?;
        let taken = usize::try_from(self.stream.total_in().saturating_sub(before)).unwrap_or(0);
        let stuck = taken == 0 && self.plain.len() == plain_before && !compressed.is_empty();
        if stuck || status == Status::StreamEnd {
            return Err(RfbError::Malformed("zlib data: the stream ends"));
        }
        Ok(taken)
    }
}

/// A text that is a zlib stream of its own, of `most` bytes at most.
pub(in crate::rfb) fn inflated(compressed: &[u8], most: usize) -> Result<Vec<u8>, RfbError> {
    let mut stream = Decompress::new(true);
    let mut plain = Vec::new();
    let mut rest = compressed;
    loop {
        let (before, had) = (stream.total_in(), plain.len());
        plain.reserve(PIECE_BYTES);
        let status = stream
            .decompress_vec(rest, &mut plain, FlushDecompress::Sync)
            .map_err(|_| RfbError::Malformed("zlib data"))?;
        let taken = usize::try_from(stream.total_in().saturating_sub(before)).unwrap_or(0);
        rest = rest.get(taken..).unwrap_or_default();
        if plain.len() > most {
            return Err(RfbError::TooLong { what: "a clipboard", bytes: plain.len() as u64 });
        }
        if status == Status::StreamEnd || (taken == 0 && plain.len() == had) {
            return Ok(plain);
        }
    }
}
