//! The surface of a terminal: its output as a bounded log with absolute offsets.
//!
//! Blocks of [`BLOCK_BYTES`] in order; the oldest is forgotten when the rest alone fills the limit.
//! Changes of size are marks in the log, so every viewer reflows at the same byte.

use std::collections::VecDeque;

use bytes::Bytes;
use transom_protocol::limits;
use transom_protocol::wire::Size;

const BLOCK_BYTES: usize = 64 * 1024;
/// How far behind the oldest byte a line's end is looked for, so that a reset does not start in the
/// middle of an escape sequence or a character.
const LINE_SEARCH_BYTES: usize = 8 * 1024;

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
    /// It starts anew at `offset`.
    Reset {
        /// Offset of the next byte.
        offset: u64,
        /// Bytes that it will not see.
        skipped: u64,
        /// The terminal's size there.
        size: Size,
    },
}

/// The output of one terminal, bounded.
#[derive(Debug)]
pub struct Scrollback {
    limit: usize,
    sealed: VecDeque<Bytes>,
    open: Vec<u8>,
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
                self.sealed.push_back(Bytes::from(std::mem::take(&mut self.open)));
            }
        }
        while self.sealed.len() > 1 && (self.sealed.len() - 1) * BLOCK_BYTES + self.open.len() >= self.limit {
            self.sealed.pop_front();
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
            let start = self.line_start(tail);
            let mark = self.mark_at(start);
            let seen = cursor.offset.filter(|o| *o < start).unwrap_or(0);
            *cursor = Cursor { offset: Some(start), resizes: mark.number };
            return Step::Reset { offset: start, skipped: start - seen, size: mark.size };
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

    /// The first line that begins at or behind `tail`; all of it where nothing was forgotten.
    fn line_start(&self, tail: u64) -> u64 {
        if tail == 0 {
            return 0;
        }
        let oldest = self.sealed.front().map_or(self.open.as_slice(), |b| b);
        let searched = &oldest[..oldest.len().min(LINE_SEARCH_BYTES)];
        searched.iter().position(|b| *b == b'\n').map_or(tail, |at| tail + at as u64 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WIDE: Size = Size { cols: 132, rows: 43 };

    fn drained(log: &Scrollback, cursor: &mut Cursor) -> (Vec<u8>, Vec<Step>) {
        let (mut bytes, mut others) = (Vec::new(), Vec::new());
        loop {
            match log.since(cursor) {
                Step::UpToDate => return (bytes, others),
                Step::Output { bytes: more, .. } => bytes.extend_from_slice(&more),
                other => others.push(other),
            }
        }
    }

    #[test]
    fn a_new_viewer_gets_everything_that_is_kept() {
        let mut log = Scrollback::new(1 << 20, Size::default());
        log.append(b"hello ");
        log.append(b"world");
        let mut cursor = Cursor::START;
        let (bytes, others) = drained(&log, &mut cursor);
        assert_eq!(bytes, b"hello world");
        assert_eq!(others, [Step::Reset { offset: 0, skipped: 0, size: Size::default() }]);
        assert_eq!(log.since(&mut cursor), Step::UpToDate);
    }

    #[test]
    fn a_resumed_viewer_goes_on_at_its_byte() {
        let mut log = Scrollback::new(1 << 20, Size::default());
        log.append(b"0123456789");
        let mut cursor = Cursor { offset: Some(4), resizes: 1 };
        assert_eq!(log.since(&mut cursor), Step::Output { offset: 4, bytes: Bytes::from_static(b"456789") });
    }

    #[test]
    fn sizes_come_between_the_bytes_where_they_changed() {
        let mut log = Scrollback::new(1 << 20, Size::default());
        log.append(b"narrow");
        log.resize(WIDE);
        log.append(b"wide");
        let mut cursor = Cursor::START;
        let steps: Vec<_> = std::iter::from_fn(|| match log.since(&mut cursor) {
            Step::UpToDate => None,
            step => Some(step),
        })
        .collect();
        assert_eq!(steps[1], Step::Output { offset: 0, bytes: Bytes::from_static(b"narrow") });
        assert_eq!(steps[2], Step::Size(WIDE));
        assert_eq!(steps[3], Step::Output { offset: 6, bytes: Bytes::from_static(b"wide") });
    }

    #[test]
    fn a_viewer_left_behind_starts_anew_at_a_line_and_is_told_what_it_missed() {
        let mut log = Scrollback::new(BLOCK_BYTES, Size::default());
        log.append("0123456789\r\n".repeat(20_000).as_bytes());
        let mut cursor = Cursor { offset: Some(12), resizes: 1 };
        let Step::Reset { offset, skipped, .. } = log.since(&mut cursor) else { panic!("no reset") };
        assert_eq!(offset % 12, 0);
        assert_eq!(skipped, offset - 12);
        let (bytes, _) = drained(&log, &mut cursor);
        assert_eq!(bytes.len() as u64, log.head() - offset);
    }

    #[test]
    fn memory_stays_within_the_limit_and_two_blocks() {
        let mut log = Scrollback::new(1 << 20, Size::default());
        for _ in 0..1000 {
            log.append(&[b'y'; 10_000]);
            log.resize(WIDE);
        }
        let kept = log.head() - log.tail();
        assert!(kept >= 1 << 20 && kept < (1 << 20) + 2 * BLOCK_BYTES as u64, "{kept}");
        assert!(log.marks.len() < 150);
    }

    proptest! {
        #[test]
        fn any_cursor_gets_to_the_head_without_a_gap(
            pieces in proptest::collection::vec((0usize..40_000, any::<bool>()), 0..40),
            offset in proptest::option::of(0u64..2_000_000),
            resizes in 0u64..50,
        ) {
            let mut log = Scrollback::new(BLOCK_BYTES * 2, Size::default());
            let mut written = Vec::new();
            for (i, (len, resized)) in pieces.iter().enumerate() {
                let piece = vec![(i % 251) as u8; *len];
                written.extend_from_slice(&piece);
                log.append(&piece);
                if *resized { log.resize(WIDE); }
            }
            let mut cursor = Cursor { offset, resizes };
            let mut at = offset;
            let mut steps = 0;
            loop {
                steps += 1;
                prop_assert!(steps < 10_000);
                match log.since(&mut cursor) {
                    Step::UpToDate => break,
                    Step::Size(_) => {}
                    Step::Reset { offset, .. } => at = Some(offset),
                    Step::Output { offset, bytes } => {
                        prop_assert_eq!(Some(offset), at);
                        let from = offset as usize;
                        prop_assert_eq!(&bytes[..], &written[from..from + bytes.len()]);
                        prop_assert!(!bytes.is_empty() && bytes.len() <= limits::OUTPUT_BYTES);
                        at = Some(offset + bytes.len() as u64);
                    }
                }
            }
            prop_assert_eq!(at, Some(log.head()));
        }
    }
}
