//! What happens in a recording, and how that is written inside a block.
//!
//! A record is a kind byte, the milliseconds since the record before (since the recording began for
//! the first of a block), and what the kind needs. Numbers are LEB128, 64 bits at most.
//!
//! | kind | then |
//! |---|---|
//! | `o` output | length, bytes |
//! | `r` size | columns, rows |
//! | `g` gap | bytes missing, why (one byte) |
//! | `x` end | one byte; the status after `s`, length and name after `k` |

use bytes::Bytes;
use transom_protocol::wire::Size;

/// One event, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// Milliseconds since the recording began.
    pub at_ms: u64,
    /// What happened.
    pub event: Event,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Output of the terminal.
    Output(Bytes),
    /// The terminal has this size from here on.
    Size(Size),
    /// Output is missing here.
    Gap(Gap),
    /// The session is over.
    End(End),
}

/// Output that is not in the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// How many bytes.
    pub bytes: u64,
    /// Why.
    pub why: Why,
}

/// Why output is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It came faster than it could be written.
    Behind,
    /// The disk was full or failed.
    Disk,
    /// The recording had reached its greatest size.
    Limit,
}

impl Why {
    const ALL: [(u8, Self); 3] = [(b'b', Self::Behind), (b'd', Self::Disk), (b'l', Self::Limit)];

    /// For a person, after "bytes not recorded: ".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Behind => "they came faster than they could be written",
            Self::Disk => "the disk was full or failed",
            Self::Limit => "the recording had reached its greatest size",
        }
    }
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes not recorded: {}", self.bytes, self.why.words())
    }
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Its program exited with a status.
    Status(u32),
    /// Its program was killed by a signal, named without `SIG`.
    Signal(String),
    /// Its program ended, and nothing says how.
    Unknown,
    /// The connection was closed or lost.
    Closed,
}

/// Longest name of a signal that is kept, in bytes.
const SIGNAL_BYTES: usize = 64;

impl Event {
    /// Appends the record of this event, `since_ms` after the one before.
    pub fn write(&self, since_ms: u64, out: &mut Vec<u8>) {
        match self {
            Self::Output(bytes) => write_output(since_ms, &[bytes], out),
            Self::Size(size) => {
                head(b'r', since_ms, out);
                number(size.cols.into(), out);
                number(size.rows.into(), out);
            }
            Self::Gap(gap) => {
                head(b'g', since_ms, out);
                number(gap.bytes, out);
                out.extend(Why::ALL.iter().find(|(_, w)| *w == gap.why).map(|(byte, _)| *byte));
            }
            Self::End(end) => {
                head(b'x', since_ms, out);
                match end {
                    End::Status(status) => {
                        out.push(b's');
                        number((*status).into(), out);
                    }
                    End::Signal(name) => {
                        out.push(b'k');
                        let name = &name.as_bytes()[..name.len().min(SIGNAL_BYTES)];
                        number(name.len() as u64, out);
                        out.extend_from_slice(name);
                    }
                    End::Unknown => out.push(b'u'),
                    End::Closed => out.push(b'c'),
                }
            }
        }
    }

    /// Reads the record at the head of `block`, and takes it off. Returns the milliseconds since the
    /// one before, too; `None` for what is no record.
    pub fn read(block: &mut Bytes) -> Option<(u64, Self)> {
        let kind = byte(block)?;
        let since_ms = take_number(block)?;
        let event = match kind {
            b'o' => Self::Output(piece(block, usize::MAX)?),
            b'r' => {
                let cols = u16::try_from(take_number(block)?).ok()?;
                let rows = u16::try_from(take_number(block)?).ok()?;
                Self::Size(Size { cols, rows })
            }
            b'g' => {
                let bytes = take_number(block)?;
                let why = byte(block)?;
                Self::Gap(Gap { bytes, why: Why::ALL.iter().find(|(b, _)| *b == why)?.1 })
            }
            b'x' => Self::End(match byte(block)? {
                b's' => End::Status(u32::try_from(take_number(block)?).ok()?),
                b'k' => {
                    let name = piece(block, SIGNAL_BYTES)?;
                    End::Signal(String::from_utf8_lossy(&name).into_owned())
                }
                b'u' => End::Unknown,
                b'c' => End::Closed,
                _ => return None,
            }),
            _ => return None,
        };
        Some((since_ms, event))
    }
}

/// Appends the record of output that lies in `pieces`.
pub fn write_output(since_ms: u64, pieces: &[&[u8]], out: &mut Vec<u8>) {
    head(b'o', since_ms, out);
    number(pieces.iter().map(|p| p.len() as u64).sum(), out);
    for piece in pieces {
        out.extend_from_slice(piece);
    }
}

fn head(kind: u8, since_ms: u64, out: &mut Vec<u8>) {
    out.push(kind);
    number(since_ms, out);
}

fn number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

fn byte(block: &mut Bytes) -> Option<u8> {
    let byte = *block.first()?;
    bytes::Buf::advance(block, 1);
    Some(byte)
}

fn take_number(block: &mut Bytes) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let next = byte(block)?;
        let bits = u64::from(next & 0x7f);
        if shift == 63 && bits > 1 {
            return None;
        }
        number |= bits << shift;
        if next & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn piece(block: &mut Bytes, most: usize) -> Option<Bytes> {
    let len = usize::try_from(take_number(block)?).ok().filter(|len| *len <= most.min(block.len()))?;
    Some(block.split_to(len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..300).prop_map(|b| Event::Output(b.into())),
            (any::<u16>(), any::<u16>()).prop_map(|(cols, rows)| Event::Size(Size { cols, rows })),
            any::<u64>().prop_map(|bytes| Event::Gap(Gap { bytes, why: Why::Disk })),
            any::<u32>().prop_map(|status| Event::End(End::Status(status))),
            "[A-Z]{0,8}".prop_map(|name| Event::End(End::Signal(name))),
            Just(Event::End(End::Closed)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(events in proptest::collection::vec((any::<u64>(), any_event()), 0..30)) {
            let mut out = Vec::new();
            for (since, event) in &events {
                event.write(*since, &mut out);
            }
            let mut block = Bytes::from(out);
            let mut read = Vec::new();
            while let Some(next) = Event::read(&mut block) {
                read.push(next);
            }
            prop_assert_eq!(read, events);
            prop_assert!(block.is_empty());
        }

        #[test]
        fn whatever_is_read_ends(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let mut block = Bytes::from(bytes);
            while Event::read(&mut block).is_some() {}
        }
    }
}
