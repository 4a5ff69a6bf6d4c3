//! The surface of a terminal: its output as a bounded log with absolute offsets.
//!
//! Blocks of [`BLOCK_BYTES`] in order. A block is due to be forgotten when the rest alone fills the
//! limit; it goes when the screen behind the log ([`super::backdrop`]) has taken it in, so that screen
//! is always exactly at the log's oldest byte. A few emptied blocks are kept beside the log. Changes of
//! size are marks in it, so every viewer reflows at the same byte.

use std::collections::VecDeque;

use bytes::Bytes;
use transom_protocol::limits;
use transom_protocol::wire::Size;

const BLOCK_BYTES: usize = 64 * 1024;
/// Most emptied blocks that are kept, for as long as the log is: as many as are forgotten at once.
const EMPTIED_BLOCKS: usize = super::backdrop::FAR_BEHIND;
/// Output before the newest byte that a new viewer gets as its history, in bytes: some 3000 lines,
/// which a browser parses in a few milliseconds.
const HISTORY_BYTES: u64 = 256 * 1024;

/// Where a viewer is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Offset of the next byte it needs; `None` before its first.
    pub offset: Option<u64>,
    /// Number of the last change of size that it was told.
    pub resizes: u64,
}

impl Cursor {
    /// A viewer that has seen nothing.
    pub const START: Self = Self { offset: None, resizes: 0 };
}

/// What a viewer gets next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It has everything.
    UpToDate,
    /// Output from `offset` on.
    Output {
        /// Offset of the first byte.
        offset: u64,
        /// The bytes, 64 KiB at most.
        bytes: Bytes,
    },
    /// The terminal has this size from here on.
    Size(Size),
    /// Its place is not kept, or it has none yet: it needs a screen first.
    Lost,
    /// It starts anew at `offset`.
    Reset {
        /// Offset of the next byte.
        offset: u64,
        /// Bytes that it will not see.
        skipped: u64,
        /// The terminal's size there.
        size: Size,
        /// Output that restores the screen as it is there.
        screen: Bytes,
    },
}

/// Which screen somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Horizon {
    /// The newest, and nothing before it.
    Newest,
    /// One some way back, so that the output behind it makes a history.
    Recent,
}

/// A piece of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Output.
    Output(Bytes),
    /// The terminal has this size from here on.
    Size(Size),
}

/// A stretch of the log from its oldest byte on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The size at its beginning.
    pub size: Size,
    /// What is in it, in order.
    pub pieces: Vec<Piece>,
    /// Where a viewer is that has seen it all.
    pub end: Cursor,
    /// Offset of its end.
    pub until: u64,
    /// The size at its end.
    pub end_size: Size,
}

/// The output of one terminal, bounded.
#[derive(Debug)]
pub struct Scrollback {
    limit: usize,
    sealed: VecDeque<Bytes>,
    open: Vec<u8>,
    /// Forgotten blocks, to be filled again: new ones would leave holes all over the heap.
    emptied: Vec<Vec<u8>>,
    head: u64,
    marks: VecDeque<Mark>,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    number: u64,
    offset: u64,
    size: Size,
}

impl Scrollback {
    /// An empty log that keeps at least the last `limit` bytes.
    #[must_use]
    pub fn new(limit: usize, size: Size) -> Self {
        Self {
            limit,
            sealed: VecDeque::new(),
            open: Vec::new(),
            emptied: Vec::new(),
            head: 0,
            marks: VecDeque::from([Mark { number: 1, offset: 0, size }]),
        }
    }

    /// Offset behind the newest byte.
    #[must_use]
    pub fn head(&self) -> u64 {
        self.head
    }

    /// Offset of the oldest byte that is kept.
    #[must_use]
    pub fn tail(&self) -> u64 {
        self.head - (self.sealed.len() * BLOCK_BYTES + self.open.len()) as u64
    }

    /// The newest size.
    #[must_use]
    pub fn size(&self) -> Size {
        self.marks.back().map_or_else(Size::default, |m| m.size)
    }

    /// Appends output.
    pub fn append(&mut self, mut output: &[u8]) {
        self.head += output.len() as u64;
        while !output.is_empty() {
            let (now, later) = output.split_at(output.len().min(BLOCK_BYTES - self.open.len()));
            self.open.extend_from_slice(now);
            output = later;
            if self.open.len() == BLOCK_BYTES {
                let next = self.emptied.pop().unwrap_or_else(|| Vec::with_capacity(BLOCK_BYTES));
                self.sealed.push_back(Bytes::from(std::mem::replace(&mut self.open, next)));
            }
        }
    }

    /// How many blocks are due to be forgotten.
    #[must_use]
    pub fn due(&self) -> usize {
        let surplus = (self.sealed.len() * BLOCK_BYTES + self.open.len()).saturating_sub(self.limit);
        (surplus / BLOCK_BYTES).min(self.sealed.len().saturating_sub(1))
    }

    /// What is due to be forgotten.
    #[must_use]
    pub fn due_stretch(&self) -> Stretch {
        self.stretch(self.tail() + (self.due() * BLOCK_BYTES) as u64)
    }

    /// What leads to the screen at `horizon`.
    #[must_use]
    pub fn stretch_to(&self, horizon: Horizon) -> Stretch {
        self.stretch(match horizon {
            Horizon::Newest => self.head,
            Horizon::Recent => self.tail().max(self.head.saturating_sub(HISTORY_BYTES)),
        })
    }

    /// The log from its oldest byte to `until`, changes of size there included.
    fn stretch(&self, until: u64) -> Stretch {
        let (mut at, tail) = (self.tail(), self.tail());
        let mut pieces = Vec::new();
        let passed = self.marks.iter().filter(|m| m.offset > tail && m.offset <= until);
        for mark in passed.map(Some).chain([None]) {
            let stop = mark.map_or(until, |m| m.offset);
            while at < stop {
                let bytes = self.read(at, stop);
                at += bytes.len() as u64;
                pieces.push(Piece::Output(bytes));
            }
            pieces.extend(mark.map(|m| Piece::Size(m.size)));
        }
        let end = self.mark_at(until);
        Stretch {
            size: self.mark_at(tail).size,
            pieces,
            end: Cursor { offset: Some(until), resizes: end.number },
            until,
            end_size: end.size,
        }
    }

    /// Forgets the whole blocks below `offset`.
    pub fn forget(&mut self, offset: u64) {
        while self.sealed.len() > 1 && self.tail() + BLOCK_BYTES as u64 <= offset {
            // One that somebody still reads is theirs.
            let block = self.sealed.pop_front().filter(Bytes::is_unique).map(Vec::from);
            if let Some(mut block) = block.filter(|_| self.emptied.len() < EMPTIED_BLOCKS) {
                block.clear();
                self.emptied.push(block);
            }
        }
        let tail = self.tail();
        while self.marks.get(1).is_some_and(|next| next.offset <= tail) {
            self.marks.pop_front();
        }
    }

    /// Marks a change of size at the head.
    pub fn resize(&mut self, size: Size) {
        let number = self.marks.back().map_or(1, |m| m.number + 1);
        let offset = self.head;
        self.marks.push_back(Mark { number, offset, size });
    }

    /// What a viewer at `cursor` gets next, and moves the cursor behind it. Right for any cursor,
    /// stale or invented.
    pub fn since(&self, cursor: &mut Cursor) -> Step {
        let (tail, head) = (self.tail(), self.head);
        let Some(offset) = cursor.offset.filter(|o| (tail..=head).contains(o)) else {
            if cursor.offset.is_some() || tail > 0 || head > HISTORY_BYTES {
                return Step::Lost;
            }
            let mark = self.mark_at(0);
            *cursor = Cursor { offset: Some(0), resizes: mark.number };
            return Step::Reset { offset: 0, skipped: 0, size: mark.size, screen: Bytes::new() };
        };
        // A cursor from a resumed viewer knows no mark: it takes the one in force where it stands.
        let told = cursor.resizes;
        let next = self.marks.iter().find(|m| m.number > told);
        if let Some(mark) = next.filter(|m| m.offset <= offset) {
            let mark = self.marks.iter().rev().find(|m| m.offset <= offset).unwrap_or(mark);
            cursor.resizes = mark.number;
            return Step::Size(mark.size);
        }
        let until = next.map_or(head, |m| m.offset);
        if offset >= until {
            return Step::UpToDate;
        }
        let bytes = self.read(offset, until);
        cursor.offset = Some(offset + bytes.len() as u64);
        Step::Output { offset, bytes }
    }

    /// Up to 64 KiB of the block at `offset`, not beyond `until`.
    fn read(&self, offset: u64, until: u64) -> Bytes {
        let distance = usize::try_from(offset - self.tail()).unwrap_or(usize::MAX);
        let wanted = usize::try_from(until - offset).unwrap_or(usize::MAX).min(limits::OUTPUT_BYTES);
        let (block, at) = (distance / BLOCK_BYTES, distance % BLOCK_BYTES);
        let end = at.saturating_add(wanted).min(BLOCK_BYTES);
        match self.sealed.get(block) {
            Some(sealed) => sealed.slice(at..end),
            None => Bytes::copy_from_slice(&self.open[at..end.min(self.open.len())]),
        }
    }

    fn mark_at(&self, offset: u64) -> Mark {
        let first = Mark { number: 0, offset: 0, size: Size::default() };
        self.marks.iter().rev().find(|m| m.offset <= offset).copied().unwrap_or(first)
    }
}

#[cfg(test)]
mod tests;
