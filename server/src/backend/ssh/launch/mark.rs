//! The marks by which the launcher tells how far it is, taken out of the machine's output.
//!
//! A mark is an OSC sequence of a number that nobody uses: `ESC ] 7337 ; transom ; … BEL`. They are
//! looked for until the shell has shown its first prompt, and in its first output only; from then on
//! bytes pass untouched. Whatever a machine writes into one, nothing depends on it but which of its
//! own shells is tried next.

use bytes::{Bytes, BytesMut};

const START: &[u8] = b"\x1b]7337;transom;";
const END: u8 = 0x07;
/// Longest mark, in bytes, with its start and end.
const LONGEST: usize = 64;
/// Output within which marks are looked for, in bytes.
const WITHIN: usize = 1024 * 1024;

/// How far the launcher is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::backend::ssh) enum Mark {
    /// Nothing was heard of it.
    Silent,
    /// It runs: the account's own shell has let it.
    Started,
    /// It has found no perl ([`super::Kit`]), and has ended.
    Wanting,
    /// The user's rc files are through, the first prompt is there.
    Ready,
}

/// Takes the marks out of a shell's first output.
#[derive(Debug)]
pub(in crate::backend::ssh) struct Marks {
    reached: Mark,
    /// What may be the beginning of a mark; less than [`LONGEST`].
    held: BytesMut,
    seen: usize,
}

impl Marks {
    /// Nothing was heard yet.
    pub(in crate::backend::ssh) fn new() -> Self {
        Self { reached: Mark::Silent, held: BytesMut::new(), seen: 0 }
    }

    /// How far the launcher is.
    pub(in crate::backend::ssh) fn reached(&self) -> Mark {
        self.reached
    }

    /// The output without the marks. What may be the beginning of one is held back.
    pub(in crate::backend::ssh) fn strip(&mut self, data: Bytes) -> Bytes {
        let looks = self.reached < Mark::Ready && self.seen < WITHIN;
        self.seen = self.seen.saturating_add(data.len());
        if self.held.is_empty() && (!looks || !data.contains(&START[0])) {
            return data;
        }
        let mut input = std::mem::take(&mut self.held);
        input.extend_from_slice(&data);
        let mut output = BytesMut::with_capacity(input.len());
        while self.reached < Mark::Ready
            && let Some(at) = input.iter().position(|b| *b == START[0])
        {
            output.extend_from_slice(&input.split_to(at));
            match mark(&input) {
                Found::Not => output.extend_from_slice(&input.split_to(1)),
                Found::Mark { length, reached } => {
                    self.reached = self.reached.max(reached);
                    let _ = input.split_to(length);
                }
                Found::Beginning if looks => {
                    self.held = input;
                    return output.freeze();
                }
                Found::Beginning => break,
            }
        }
        output.unsplit(input);
        output.freeze()
    }

    /// What was held back, when nothing more comes.
    pub(in crate::backend::ssh) fn rest(&mut self) -> Bytes {
        std::mem::take(&mut self.held).freeze()
    }
}

enum Found {
    Not,
    Beginning,
    Mark { length: usize, reached: Mark },
}

/// What stands at the start of `input`, which starts with an escape character.
fn mark(input: &[u8]) -> Found {
    let common = input.len().min(START.len());
    if input[..common] != START[..common] {
        return Found::Not;
    }
    let Some(end) = input.iter().take(LONGEST).position(|b| *b == END) else {
        return if input.len() < LONGEST { Found::Beginning } else { Found::Not };
    };
    let Some(said) = input.get(START.len()..end) else { return Found::Not };
    let reached = match said {
        b"started" => Mark::Started,
        b"wanting" => Mark::Wanting,
        _ if said.starts_with(b"ready;") => Mark::Ready,
        _ => return Found::Not,
    };
    Found::Mark { length: end + 1, reached }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_taken_out_wherever_the_output_is_cut() {
        let before = b"hi \x1b[1mbold\x1b]0;title\x07$ ";
        // After the first prompt nothing is looked for any more.
        let after = b"$ \x1b]7337;transom;ready;none\x07 end\x1b";
        let said =
            [b"\x1b]7337;transom;started\x07", &before[..], b"\x1b]7337;transom;ready;exact\x07", &after[..]]
                .concat();
        let wanted = [&before[..], after].concat();
        for first in 0..=said.len() {
            for second in first..=said.len() {
                let mut marks = Marks::new();
                let mut shown = Vec::new();
                for piece in [&said[..first], &said[first..second], &said[second..]] {
                    shown.extend_from_slice(&marks.strip(Bytes::copy_from_slice(piece)));
                }
                shown.extend_from_slice(&marks.rest());
                assert_eq!(marks.reached(), Mark::Ready);
                assert_eq!(shown, wanted, "cut at {first} and {second}");
            }
        }
    }

    #[test]
    fn what_is_no_mark_passes_and_no_more_than_a_mark_is_held() {
        let mut marks = Marks::new();
        let long = [START, &[b'x'; 200]].concat();
        for byte in &long {
            marks.strip(Bytes::copy_from_slice(&[*byte]));
            assert!(marks.held.len() < LONGEST);
        }
        for said in [&b"\x1b]7337;transom;what\x07"[..], b"\x1b]7337;transom\x07", b"\x1b\x1b\x1b]"] {
            let mut marks = Marks::new();
            let mut shown = marks.strip(Bytes::copy_from_slice(said)).to_vec();
            shown.extend_from_slice(&marks.rest());
            assert_eq!(shown, said);
            assert_eq!(marks.reached(), Mark::Silent);
        }
    }
}
