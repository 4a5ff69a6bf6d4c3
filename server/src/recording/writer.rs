//! Appends to a recording, batch by batch. Blocking.
//!
//! A batch becomes a block, or several. Where one cannot be written, the file is cut back to its
//! last whole block and the batch counts as missing; the next that can be written begins with a gap
//! that says how much. After a failure the disk is left alone for [`RETRY_MS`].

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::block::{Head, Key, Press};
use super::event::{Event, Gap, Timed, Why, write_output};
use super::file::About;
use super::masker::Masker;
use super::masks::Masks;

/// How long a disk that failed is left alone, in milliseconds.
const RETRY_MS: u64 = 5000;
/// Output within so many milliseconds becomes one record.
const TOGETHER_MS: u64 = 8;
/// Longest record of output, and from where on a block is full, in bytes.
const RECORD_BYTES: usize = 64 * 1024;
const FULL_BYTES: usize = 512 * 1024;

/// What came of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Bytes that the file has grown by.
    pub bytes: u64,
    /// Output bytes that are missing.
    pub missing: u64,
    /// What went wrong just now.
    pub error: Option<String>,
}

/// Appends to one recording.
#[derive(Debug)]
pub struct Writer {
    path: PathBuf,
    key: Key,
    /// Open while much comes.
    file: Option<File>,
    /// Number of the next block.
    number: u64,
    /// Length of the file up to its last whole block.
    length: u64,
    /// Most bytes of it.
    limit: u64,
    /// Output bytes written.
    offset: u64,
    masker: Option<(Box<Masker>, Arc<Masks>)>,
    missing: Option<Gap>,
    /// Set for good once the limit is reached.
    full: bool,
    retry_at_ms: u64,
}

/// What a block is put together from.
struct Draft<'p> {
    press: &'p mut Press,
    first_ms: u64,
    last_ms: u64,
    output: u64,
}

impl Writer {
    /// A new recording: makes its file. `limit` is how long the file may get.
    ///
    /// # Errors
    /// Where it cannot be made, or is there already.
    pub fn begin(path: PathBuf, about: &About, key: Key, limit: u64) -> std::io::Result<Self> {
        let head = about.to_bytes()?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        if let Err(error) = file.write_all(&head) {
            // Nothing that is no recording stays.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        let length = head.len() as u64;
        Ok(Self {
            path,
            key,
            file: None,
            number: 0,
            length,
            limit,
            offset: 0,
            masker: None,
            missing: None,
            full: false,
            retry_at_ms: 0,
        })
    }

    /// Length of the file.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Appends a batch. Never fails: what cannot be written is missing.
    pub fn write(&mut self, batch: &[Timed], masks: Option<&Arc<Masks>>, press: &mut Press) -> Written {
        let over = matches!(batch.last(), Some(Timed { event: Event::End(_), .. }));
        let now_ms = batch.last().map_or(0, |t| t.at_ms);
        let output: u64 = batch.iter().map(|t| t.event.output_len()).sum();
        if !over && (self.full || now_ms < self.retry_at_ms) {
            self.miss(output, if self.full { Why::Limit } else { Why::Disk });
            return Written { missing: output, ..Written::default() };
        }
        press.plain.clear();
        let (number, offset) = (self.number, self.offset);
        let mut blocks = Vec::new();
        let put = if self.full && over {
            // Only how it ended, and how much is missing.
            self.miss(output, Why::Limit);
            self.pack(&batch[batch.len() - 1..], None, press, &mut blocks)
        } else {
            self.pack(batch, masks, press, &mut blocks)
        };
        let missed = if self.full { output } else { 0 };
        if !self.full && self.length + blocks.len() as u64 > self.limit {
            return self.stop(batch, press, output, offset);
        }
        let appended = put.and_then(|()| self.append(&blocks));
        match appended {
            Ok(()) => Written { bytes: blocks.len() as u64, missing: missed, error: None },
            Err(error) => {
                // A number serves once, even where nobody has seen what it sealed.
                self.number = self.number.max(number + 1);
                self.offset = offset;
                self.miss(output, Why::Disk);
                self.retry_at_ms = now_ms + RETRY_MS;
                Written { bytes: 0, missing: output, error: Some(error.to_string()) }
            }
        }
    }

    /// Closes the file and gives memory back while nothing comes.
    pub fn rest(&mut self) {
        self.file = None;
        if let Some((masker, _)) = &mut self.masker {
            masker.rest();
        }
    }

    /// The limit is reached: says so in the file, and writes nothing more but the end.
    fn stop(&mut self, batch: &[Timed], press: &mut Press, output: u64, offset: u64) -> Written {
        self.full = true;
        self.offset = offset;
        self.masker = None;
        self.miss(output, Why::Limit);
        let (mut blocks, end) = (Vec::new(), &batch[batch.len().saturating_sub(1)..]);
        let last = if matches!(end, [Timed { event: Event::End(_), .. }]) { end } else { &[] };
        let at = batch.last().map_or(0, |t| t.at_ms);
        let put = self.pack_at(at, last, None, press, &mut blocks).and_then(|()| self.append(&blocks));
        let bytes = if put.is_ok() { blocks.len() as u64 } else { 0 };
        Written { bytes, missing: output, error: Some("it has reached its greatest size".into()) }
    }

    fn miss(&mut self, bytes: u64, why: Why) {
        let before = self.missing.map_or(0, |gap| gap.bytes);
        if before + bytes > 0 {
            self.missing = Some(Gap { bytes: before + bytes, why });
        }
    }

    fn pack(
        &mut self,
        batch: &[Timed],
        masks: Option<&Arc<Masks>>,
        press: &mut Press,
        blocks: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        self.pack_at(batch.first().map_or(0, |t| t.at_ms), batch, masks, press, blocks)
    }

    fn pack_at(
        &mut self,
        at_ms: u64,
        batch: &[Timed],
        masks: Option<&Arc<Masks>>,
        press: &mut Press,
        blocks: &mut Vec<u8>,
    ) -> std::io::Result<()> {
        let gap = self.missing;
        let mut draft = Draft { press, first_ms: at_ms, last_ms: 0, output: 0 };
        if let Some(gap) = gap {
            // What was held back cannot go on behind a gap.
            self.release(at_ms, &mut draft);
            draft.put(&Timed { at_ms, event: Event::Gap(gap) });
        }
        let mut rest = batch;
        while let Some((first, more)) = rest.split_first() {
            rest = more;
            let Event::Output(bytes) = &first.event else {
                if matches!(first.event, Event::End(_) | Event::Gap(_)) {
                    self.release(first.at_ms, &mut draft);
                }
                draft.put(first);
                continue;
            };
            let (mut pieces, mut length) = (vec![bytes.clone()], bytes.len());
            while let Some((Timed { at_ms, event: Event::Output(next) }, more)) = rest.split_first() {
                if *at_ms > first.at_ms + TOGETHER_MS || length + next.len() > RECORD_BYTES {
                    break;
                }
                length += next.len();
                pieces.push(next.clone());
                rest = more;
            }
            self.output(first.at_ms, &pieces, masks, &mut draft);
            if draft.press.plain.len() >= FULL_BYTES {
                self.seal(&mut draft, blocks)?;
            }
        }
        self.seal(&mut draft, blocks)
    }

    /// Puts output into the draft, without the values that are masked.
    fn output(&mut self, at_ms: u64, pieces: &[Bytes], masks: Option<&Arc<Masks>>, draft: &mut Draft<'_>) {
        let Some(masks) = masks else {
            // Without masks there is nothing to hold back any more.
            self.release(at_ms, draft);
            let pieces: Vec<&[u8]> = pieces.iter().map(|p| &p[..]).collect();
            return draft.put_output(at_ms, &pieces);
        };
        let (masker, with) = self.masker.get_or_insert_with(|| (Box::default(), Arc::clone(masks)));
        *with = Arc::clone(masks);
        let mut out = Vec::new();
        for piece in pieces {
            masker.feed(masks, piece, &mut out);
        }
        draft.put_output(at_ms, &[&out]);
    }

    /// Puts what was held back into the draft.
    fn release(&mut self, at_ms: u64, draft: &mut Draft<'_>) {
        if let Some((mut masker, masks)) = self.masker.take() {
            let mut out = Vec::new();
            masker.end(&masks, &mut out);
            draft.put_output(at_ms, &[&out]);
        }
    }

    /// Makes a block of the draft.
    fn seal(&mut self, draft: &mut Draft<'_>, blocks: &mut Vec<u8>) -> std::io::Result<()> {
        if draft.press.plain.is_empty() {
            return Ok(());
        }
        let head = Head {
            stored: 0,
            plain: 0,
            number: self.number,
            first_ms: draft.first_ms,
            last_ms: draft.last_ms,
            offset: self.offset,
            output: draft.output,
        };
        self.number += 1;
        self.offset += draft.output;
        draft.output = 0;
        draft.press.pack(&self.key, head, blocks)
    }

    fn append(&mut self, blocks: &[u8]) -> std::io::Result<()> {
        if blocks.is_empty() {
            return Ok(());
        }
        let length = self.length;
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let mut file = OpenOptions::new().write(true).open(&self.path)?;
                // Whatever stands behind the last whole block is what could not be written.
                file.set_len(length)?;
                file.seek(SeekFrom::Start(length))?;
                self.file.insert(file)
            }
        };
        if let Err(error) = file.write_all(blocks) {
            let _ = file.set_len(length);
            self.file = None;
            return Err(error);
        }
        self.length += blocks.len() as u64;
        self.missing = None;
        Ok(())
    }
}

impl Draft<'_> {
    fn put(&mut self, timed: &Timed) {
        let since = self.since(timed.at_ms);
        timed.event.write(since, &mut self.press.plain);
    }

    fn put_output(&mut self, at_ms: u64, pieces: &[&[u8]]) {
        let length: usize = pieces.iter().map(|p| p.len()).sum();
        if length > 0 {
            let since = self.since(at_ms);
            write_output(since, pieces, &mut self.press.plain);
            self.output += length as u64;
        }
    }

    /// The first record of a block says its whole time.
    fn since(&mut self, at_ms: u64) -> u64 {
        if self.press.plain.is_empty() {
            self.first_ms = at_ms;
            self.last_ms = at_ms;
            return at_ms;
        }
        let since = at_ms.saturating_sub(self.last_ms);
        self.last_ms = self.last_ms.max(at_ms);
        since
    }
}

impl Event {
    fn output_len(&self) -> u64 {
        match self {
            Self::Output(bytes) => bytes.len() as u64,
            _ => 0,
        }
    }
}
