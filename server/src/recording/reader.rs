//! Reads a recording, block by block. Blocking; needs the memory of one block.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Take};

use bytes::Bytes;

use super::block::{HEAD_BYTES, Head, Key, unpack};
use super::event::{End, Event, Timed};
use super::file::{About, place};
use crate::seal::Sealer;

/// Why a recording cannot be read (on).
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is no such file, or it cannot be read.
    #[error("cannot read a recording")]
    Io(#[from] std::io::Error),
    /// Its key does not open: the sealing key is gone, or it is another session's file.
    #[error("a recording's key does not open")]
    Key,
    /// A block is not what was written.
    #[error("block {0} of a recording is damaged")]
    Damaged(u64),
}

/// A recording that is being read.
#[derive(Debug)]
pub struct Reader<R = BufReader<Take<File>>> {
    from: R,
    about: About,
    key: Key,
    blocks: u64,
    /// Number that the next block has at least.
    number: u64,
    offset: u64,
    last_ms: u64,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the head of the recording of `session`, which was on the machine of `build`.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn open(mut from: R, sealer: &Sealer, build: &str, session: &str) -> Result<Self, ReadError> {
        let about = About::read(&mut from)?;
        let bytes = sealer.open(&place(build, session), &about.key).map_err(|_| ReadError::Key)?;
        let key = Key::new(&bytes).ok_or(ReadError::Key)?;
        Ok(Self { from, about, key, blocks: 0, number: 0, offset: 0, last_ms: 0, ended: false })
    }

    /// Whose recording it is.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Whether the end of the session has been read.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The events of the next block; `None` behind the last whole one.
    ///
    /// # Errors
    /// [`ReadError`]; nothing behind it can be read.
    pub fn next_block(&mut self) -> Result<Option<Vec<Timed>>, ReadError> {
        let damaged = ReadError::Damaged(self.blocks);
        let mut bytes = [0; HEAD_BYTES];
        if !fill(&mut self.from, &mut bytes)? {
            return Ok(None);
        }
        let Some(head) = Head::from_bytes(&bytes) else { return Err(damaged) };
        if head.number < self.number || head.offset != self.offset {
            return Err(damaged);
        }
        let mut stored = vec![0; usize::try_from(head.stored).unwrap_or(usize::MAX)];
        if !fill(&mut self.from, &mut stored)? {
            return Ok(None);
        }
        let Some(plain) = unpack(&self.key, head, &mut stored) else { return Err(damaged) };
        let Some(events) = self.events(head, plain.into()) else { return Err(damaged) };
        self.blocks += 1;
        self.number = head.number.saturating_add(1);
        self.offset = head.offset.saturating_add(head.output);
        Ok(Some(events))
    }

    fn events(&mut self, head: Head, mut plain: Bytes) -> Option<Vec<Timed>> {
        let (mut events, mut at_ms, mut output) = (Vec::new(), 0_u64, 0_u64);
        while !plain.is_empty() {
            let (since, event) = Event::read(&mut plain)?;
            at_ms = at_ms.checked_add(since)?;
            if let Event::Output(bytes) = &event {
                output += bytes.len() as u64;
            }
            self.ended =
                matches!(event, Event::End(End::Status(_) | End::Signal(_) | End::Unknown | End::Closed));
            // Times never run backwards, whatever was recorded.
            self.last_ms = self.last_ms.max(at_ms);
            events.push(Timed { at_ms: self.last_ms, event });
        }
        (output == head.output).then_some(events)
    }
}

/// Whether there was enough to fill `bytes`.
fn fill(from: &mut impl Read, bytes: &mut [u8]) -> std::io::Result<bool> {
    match from.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
