//! Takes secret values out of a stream, however it is cut into pieces.
//!
//! Values are looked for twice: in the bytes as they are, and in what is left of them without control
//! characters and escape sequences, so that a value is found though a line was wrapped in its midst
//! or each of its characters has a colour of its own. Each longest run of bytes that belongs to
//! values is replaced by one stand-in; every other byte stays as it is, escape sequences between the
//! characters of a value included.
//!
//! What may be the beginning of a value is held back until more has come or the stream ends: no
//! more than the longest value, or [`HELD_BYTES`] where escape sequences fill its midst. A value with
//! more than that in its midst is not found. Sequences that carry text (titles) count as text.

use std::ops::Range;
use std::sync::Arc;

use super::masks::Masks;

/// Most bytes that are held back.
const HELD_BYTES: usize = 64 * 1024;
/// Longest escape sequence that is recognised as one.
const SEQUENCE_BYTES: usize = 256;

/// A stream without its secret values.
#[derive(Debug, Default)]
pub struct Masker {
    /// Bytes that were not given out yet. They begin outside of any escape sequence.
    held: Vec<u8>,
    /// Which of them belong to values already found.
    found: Vec<Range<usize>>,
    /// Whether the last byte before them did.
    inside: bool,
    /// What is left of a text without its escape sequences, and where each part of that stood.
    visible: Visible,
}

impl Masker {
    /// Takes `bytes` in and appends to `out` what can be given out.
    pub fn feed(&mut self, masks: &Arc<Masks>, bytes: &[u8], out: &mut Vec<u8>) {
        self.held.extend_from_slice(bytes);
        self.visible.read(&self.held);
        self.search(masks);
        let until = self.undecided(masks);
        self.give(masks, until, out);
    }

    /// Gives out what was held back: nothing follows, or not what would have.
    pub fn end(&mut self, masks: &Arc<Masks>, out: &mut Vec<u8>) {
        let until = self.held.len();
        self.give(masks, until, out);
        self.inside = false;
    }

    /// Gives memory back while nothing comes.
    pub fn rest(&mut self) {
        self.held.shrink_to_fit();
        self.found.shrink_to_fit();
        self.visible = Visible::default();
    }

    /// Whether nothing is held back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn search(&mut self, masks: &Masks) {
        if masks.find.is_match(&self.held) {
            self.found.extend(masks.find.find_overlapping_iter(&self.held).map(|m| m.range()));
        }
        if masks.find.is_match(&self.visible.text) {
            for value in masks.find.find_overlapping_iter(&self.visible.text) {
                self.visible.places(value.range(), &mut self.found);
            }
        }
        self.found.sort_unstable_by_key(|r| (r.start, r.end));
        self.found.dedup_by(|next, before| {
            let joined = next.start <= before.end;
            if joined {
                before.end = before.end.max(next.end);
            }
            joined
        });
    }

    /// The first byte of which it is open whether it belongs to a value.
    fn undecided(&self, masks: &Masks) -> usize {
        let as_it_is = masks.begun(&self.held);
        let seen = self.visible.place(masks.begun(&self.visible.text)).unwrap_or(self.held.len());
        let until = as_it_is.min(self.visible.unfinished.unwrap_or(self.held.len()));
        let until = if self.held.len() - seen.min(until) > HELD_BYTES { until } else { until.min(seen) };
        self.visible.sequence_start(until)
    }

    fn give(&mut self, masks: &Masks, until: usize, out: &mut Vec<u8>) {
        let mut at = 0;
        for range in self.found.iter().take_while(|r| r.start < until) {
            if range.start > at {
                out.extend_from_slice(&self.held[at..range.start]);
                self.inside = false;
            }
            if !self.inside {
                out.extend_from_slice(masks.stand_in());
            }
            self.inside = true;
            at = range.end.min(until);
        }
        if until > at {
            out.extend_from_slice(&self.held[at..until]);
            self.inside = false;
        }
        self.held.drain(..until);
        self.found.retain_mut(|range| {
            *range = range.start.saturating_sub(until)..range.end.saturating_sub(until);
            range.start < range.end
        });
    }
}

/// A text without control characters and escape sequences.
#[derive(Debug, Default)]
struct Visible {
    text: Vec<u8>,
    /// Where each run of the text begins, and where that stood.
    runs: Vec<(usize, usize)>,
    /// Where the escape sequences stood.
    sequences: Vec<Range<usize>>,
    /// Where an escape sequence begins that has no end yet.
    unfinished: Option<usize>,
}

impl Visible {
    fn read(&mut self, bytes: &[u8]) {
        self.text.clear();
        self.runs.clear();
        self.sequences.clear();
        self.unfinished = None;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if !byte.is_ascii_control() {
                let length = plain(&bytes[at..]);
                self.runs.push((self.text.len(), at));
                self.text.extend_from_slice(&bytes[at..at + length]);
                at += length;
            } else if *byte == 0x1b {
                match sequence(&bytes[at..]) {
                    Some(length) => {
                        self.sequences.push(at..at + length);
                        at += length;
                    }
                    None => {
                        self.unfinished = Some(at);
                        return;
                    }
                }
            } else {
                at += 1;
            }
        }
    }

    /// Where the byte at `seen` of the text stood.
    fn place(&self, seen: usize) -> Option<usize> {
        if seen >= self.text.len() {
            return None;
        }
        let run = self.runs.partition_point(|(start, _)| *start <= seen).checked_sub(1)?;
        self.runs.get(run).map(|(start, stood)| stood + (seen - start))
    }

    /// Where the bytes of a part of the text stood.
    fn places(&self, part: Range<usize>, out: &mut Vec<Range<usize>>) {
        let mut run = self.runs.partition_point(|(start, _)| *start <= part.start).saturating_sub(1);
        while let Some((start, stood)) = self.runs.get(run).copied().filter(|(start, _)| *start < part.end) {
            let end = self.runs.get(run + 1).map_or(self.text.len(), |(next, _)| *next).min(part.end);
            let begin = part.start.max(start);
            out.push(stood + (begin - start)..stood + (end - start));
            run += 1;
        }
    }

    /// The beginning of the escape sequence around `at`, or `at` itself.
    fn sequence_start(&self, at: usize) -> usize {
        let next = self.sequences.partition_point(|s| s.start < at);
        let around = next.checked_sub(1).and_then(|i| self.sequences.get(i)).filter(|s| at < s.end);
        around.map_or(at, |s| s.start)
    }
}

/// How many bytes without a control character `bytes` begin with.
fn plain(bytes: &[u8]) -> usize {
    let mut length = 0;
    // Without a branch for each byte, which a compiler makes fast.
    for chunk in bytes.chunks_exact(32) {
        if chunk.iter().fold(false, |any, b| any | b.is_ascii_control()) {
            break;
        }
        length += chunk.len();
    }
    length + bytes[length..].iter().take_while(|b| !b.is_ascii_control()).count()
}

/// Length of the escape sequence that `bytes` begin with; `None` where its end has not come yet.
fn sequence(bytes: &[u8]) -> Option<usize> {
    let last = match bytes.get(1)? {
        b'[' => |b: u8| (0x40..=0x7e).contains(&b),
        0x20..=0x2f => |b: u8| (0x30..=0x7e).contains(&b),
        // Whatever breaks a sequence off is looked at anew.
        0x1b | 0x80.. | 0..0x20 | 0x7f => return Some(1),
        _ => return Some(2),
    };
    for (at, byte) in bytes.iter().enumerate().take(SEQUENCE_BYTES).skip(2) {
        if last(*byte) {
            return Some(at + 1);
        }
        if *byte == 0x1b || *byte >= 0x80 {
            return Some(at);
        }
    }
    (bytes.len() >= SEQUENCE_BYTES).then_some(SEQUENCE_BYTES)
}

#[cfg(test)]
mod tests;
