//! Floods of log lines: what scrolls away anyway is skipped.
//!
//! A log is text, `CR LF`, tabs, SGR and EL. As long as nothing else comes, lines that have scrolled
//! out leave only the pen behind. So if a stretch of the output is a log, and `rows` line feeds or
//! more follow behind a `CR LF` in it, then nothing before that point can be seen at its end, for
//! the cursor was at the beginning of the last line there and each line feed took one line away.

use super::Screen;
use super::terminal::Terminal;

impl Screen {
    /// The same as [`Screen::advance`] over all blocks, but cheap for logs. It pays where there are
    /// several times as many lines as the screen has rows.
    pub fn skim(&mut self, blocks: &[&[u8]]) {
        let mut log = blocks.first().map_or(0, |block| log_length(block));
        for (at, block) in blocks.iter().enumerate() {
            let next = blocks.get(at + 1).map_or(&[][..], |next| &next[..log_length(next)]);
            self.skim_block(block, log, next);
            log = next.len();
        }
    }

    /// `log` bytes at the front of the block are a log, and so is `next` behind the block.
    fn skim_block(&mut self, block: &[u8], log: usize, next: &[u8]) {
        let (mut block, mut log) = (block, log);
        while !block.is_empty() {
            if !self.terminal.shows_a_log() {
                return self.advance(block);
            }
            if !self.parser.is_at_rest() {
                log = 0;
            }
            let next = if log == block.len() { next } else { &[] };
            let skipped = self.skippable(&block[..log], next);
            if skipped > 0 {
                self.skip(&block[..skipped]);
            }
            // What is no log is taken up to the end of its line.
            let rest = &block[log..];
            let other = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            self.advance(&block[skipped..log + other]);
            block = &rest[other..];
            log = log_length(block);
        }
    }

    /// How much of a log is gone at the end of it and what follows.
    fn skippable(&self, log: &[u8], next: &[u8]) -> usize {
        let rows = self.terminal.rows;
        let following = memchr::memchr_iter(b'\n', next).take(rows).count();
        // Where enough follows.
        let Some(last) = memchr::memrchr_iter(b'\n', log).nth(rows - following) else { return 0 };
        let Some(end) = memchr::memrchr_iter(b'\n', &log[..=last]).find(|at| *at > 0 && log[at - 1] == b'\r')
        else {
            return 0;
        };
        // The cursor has come to the last row by then.
        let below = rows - 1 - self.terminal.shown().y;
        if below == 0 || memchr::memchr_iter(b'\n', &log[..=end]).nth(below - 1).is_some() {
            end + 1
        } else {
            0
        }
    }

    /// Whether anything of a log would be skipped.
    #[cfg(test)]
    pub(super) fn skips(&self, log: &[u8]) -> bool {
        self.parser.is_at_rest()
            && self.terminal.shows_a_log()
            && self.skippable(&log[..log_length(log)], &[]) > 0
    }

    /// Takes from a log what outlives its lines: the pen, and where the cursor is.
    fn skip(&mut self, log: &[u8]) {
        let from = memchr::memrchr_iter(0x1b, log).find(|at| is_reset(&log[*at..])).unwrap_or(0);
        for at in memchr::memchr_iter(0x1b, &log[from..]) {
            let sequence = &log[from + at..];
            let end = sequence.iter().position(|b| matches!(b, b'm' | b'K')).unwrap_or(0);
            if sequence[end] == b'm' {
                self.advance(&sequence[..=end]);
            }
        }
        let (rows, buffer) = (self.terminal.rows, self.terminal.buffer());
        (buffer.x, buffer.y, buffer.saved.y) = (0, rows - 1, 0);
        self.terminal.last = None;
    }
}

impl Terminal {
    /// The state in which a log scrolls and does nothing else.
    fn shows_a_log(&self) -> bool {
        let buffer = self.shown();
        !self.on_alternate
            && (buffer.top, buffer.bottom) == (0, self.rows - 1)
            && !self.modes.insert
            && !self.modes.origin
            && !self.modes.reverse_wrap
            && !self.lasting.newline
    }
}

/// `CSI m` or `CSI 0 m`.
fn is_reset(sequence: &[u8]) -> bool {
    sequence.starts_with(b"\x1b[m") || sequence.starts_with(b"\x1b[0m")
}

/// Bytes at the front that are a log, whole sequences only.
fn log_length(bytes: &[u8]) -> usize {
    let text = &bytes[..text_length(bytes)];
    memchr::memchr_iter(0x1b, text).find(|at| !begins_with_sequence(&text[*at..])).unwrap_or(text.len())
}

/// Whether a whole SGR or EL is at the front.
fn begins_with_sequence(bytes: &[u8]) -> bool {
    const MOST: usize = 64;
    let [0x1b, b'[', rest @ ..] = bytes else { return false };
    let last = rest.iter().take(MOST).find(|b| !(b'0'..=b';').contains(b));
    matches!(last, Some(b'm' | b'K'))
}

/// Bytes at the front that are characters, BEL, BS, TAB, LF, CR and ESC. Broken UTF-8 is harmless:
/// xterm.js drops it byte by byte. C1 controls are not: they are 0xC2 and a byte below 0xA0.
fn text_length(bytes: &[u8]) -> usize {
    let (chunks, rest) = bytes.as_chunks::<64>();
    for (number, chunk) in chunks.iter().enumerate() {
        if chunk.iter().fold(0, |odd, byte| odd | u8::from(is_odd(*byte))) != 0
            && let Some(at) = (number * 64..number * 64 + 64).find(|at| is_control(bytes, *at))
        {
            return at;
        }
    }
    (bytes.len() - rest.len()..bytes.len()).find(|at| is_control(bytes, *at)).unwrap_or(bytes.len())
}

/// A byte that is no text, or perhaps none.
fn is_odd(byte: u8) -> bool {
    let low = (byte < 0x20) & (byte != 0x1b) & (byte != b'\r') & !(0x07..=0x0a).contains(&byte);
    low | (byte == 0x7f) | (byte == 0xc2)
}

fn is_control(bytes: &[u8], at: usize) -> bool {
    let byte = bytes[at];
    is_odd(byte) && (byte != 0xc2 || bytes.get(at + 1).is_none_or(|next| (0x80..0xa0).contains(next)))
}
