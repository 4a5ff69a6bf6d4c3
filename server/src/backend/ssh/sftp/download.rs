//! Reading a file: many reads under way, handed on in order, no faster than they are taken.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use transom_protocol::path::MachinePath;
use transom_protocol::sftp::{Attributes, Kind, Reply, Request, Status, open};

use super::{FileError, Files, MOST_UNDER_WAY, PIECE_BYTES, unexpected};

/// Reads under way at first. Each one that is answered lets one more go, so that they double with
/// every round trip.
const FIRST_UNDER_WAY: usize = 8;
/// A piece that is smaller gets memory of its own, instead of keeping that of a whole packet.
const SMALL_BYTES: usize = 4096;
/// How long whoever reads may take nothing: a download that is paused may go on.
const TAKEN_WITHIN: Duration = Duration::from_secs(300);

/// What goes to whoever reads: bytes, or why there are no more.
pub type Piece = Result<Bytes, FileError>;

/// A file that is open to be read.
#[derive(Debug)]
pub struct Opened {
    handle: Bytes,
    /// What was known of it when it was opened.
    pub attributes: Attributes,
}

impl Opened {
    /// Its size in bytes; `None` where it cannot be told before it is read, as with `/proc`, whose
    /// files say that they are empty.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        self.attributes.size.filter(|size| *size > 0)
    }
}

/// A part of the file that was asked for.
struct Slot {
    id: u32,
    offset: u64,
    len: u32,
    data: Option<Bytes>,
}

impl Files {
    /// Opens a plain file to be read.
    ///
    /// # Errors
    /// Why it cannot be; [`FileError::IsDirectory`], [`FileError::NotAFile`].
    pub async fn open(&mut self, path: &MachinePath) -> Result<Opened, FileError> {
        // Before it is opened: opening a pipe waits for whoever writes to it.
        plain(&self.stat(path).await?)?;
        let wanted = Request::Open { path: path.bytes(), flags: open::READ, mode: None };
        let handle = self.handle(wanted).await?;
        let attributes = self.attributes(Request::Fstat { handle: &handle }).await?;
        plain(&attributes)?;
        Ok(Opened { handle, attributes })
    }

    /// Reads from `from` to `until`, or to the end of the file but no further than `most`, hands it to
    /// `output` and closes the file. Returns how many bytes were handed on.
    ///
    /// # Errors
    /// [`FileError::Shrank`] where there is less than `until`, [`FileError::TooLarge`] beyond `most`,
    /// [`FileError::Abandoned`] where nobody takes it any more, and whatever the machine does.
    pub async fn download(
        &mut self,
        file: &Opened,
        from: u64,
        until: Option<u64>,
        most: u64,
        output: &mpsc::Sender<Piece>,
    ) -> Result<u64, FileError> {
        let done = match until {
            Some(until) => self.read_known(&file.handle, from, until, output).await?,
            None => self.read_unknown(&file.handle, from, most, output).await?,
        };
        self.done(Request::Close { handle: &file.handle }).await?;
        Ok(done)
    }

    async fn read_known(
        &mut self,
        handle: &Bytes,
        from: u64,
        until: u64,
        output: &mpsc::Sender<Piece>,
    ) -> Result<u64, FileError> {
        let mut slots: VecDeque<Slot> = VecDeque::new();
        let (mut asked, mut handed, mut at_once) = (from, from, FIRST_UNDER_WAY);
        while handed < until {
            while asked < until && slots.len() < at_once {
                let len = PIECE_BYTES.min(u32::try_from(until - asked).unwrap_or(PIECE_BYTES));
                let id = self.send(Request::Read { handle, offset: asked, len })?;
                slots.push_back(Slot { id, offset: asked, len, data: None });
                asked += u64::from(len);
            }
            let ready = slots.front().is_some_and(|slot| slot.data.is_some());
            let waiting = slots.iter().any(|slot| slot.data.is_none());
            tokio::select! {
                room = room(output), if ready => {
                    let room = room?;
                    if let Some(data) = slots.pop_front().and_then(|slot| slot.data) {
                        handed += data.len() as u64;
                        room.send(Ok(data));
                    }
                }
                reply = self.receive(), if waiting => {
                    let (id, reply) = reply?;
                    self.place(handle, &mut slots, id, reply)?;
                    at_once = (at_once + 1).min(MOST_UNDER_WAY);
                }
                () = output.closed(), if !ready => return Err(FileError::Abandoned),
            }
        }
        Ok(handed - from)
    }

    /// Puts a reply where it belongs, and asks again for what is missing of it.
    fn place(
        &mut self,
        handle: &Bytes,
        slots: &mut VecDeque<Slot>,
        id: u32,
        reply: Reply,
    ) -> Result<(), FileError> {
        let Some(at) = slots.iter().position(|slot| slot.id == id && slot.data.is_none()) else {
            return Ok(());
        };
        let data = match reply {
            Reply::Data(data) => data,
            Reply::Status(Status::Eof) => return Err(FileError::Shrank),
            other => return Err(unexpected(&other)),
        };
        let slot = &mut slots[at];
        let len = u32::try_from(data.len()).unwrap_or(u32::MAX);
        if len == 0 || len > slot.len {
            return Err(FileError::Misbehaved("it gave another length than was asked for"));
        }
        let (offset, missing) = (slot.offset + u64::from(len), slot.len - len);
        slot.len = len;
        slot.data = Some(compact(data));
        if missing > 0 {
            if slots.len() > 2 * MOST_UNDER_WAY {
                return Err(FileError::Misbehaved("it gives crumbs"));
            }
            let id = self.send(Request::Read { handle, offset, len: missing })?;
            slots.insert(at + 1, Slot { id, offset, len: missing, data: None });
        }
        Ok(())
    }

    /// One read after the other, until the machine says that there is no more.
    async fn read_unknown(
        &mut self,
        handle: &Bytes,
        from: u64,
        most: u64,
        output: &mpsc::Sender<Piece>,
    ) -> Result<u64, FileError> {
        let mut offset = from;
        loop {
            let data = match self.call(Request::Read { handle, offset, len: PIECE_BYTES }).await? {
                Reply::Data(data) if !data.is_empty() && data.len() <= PIECE_BYTES as usize => data,
                Reply::Data(_) => {
                    return Err(FileError::Misbehaved("it gave another length than was asked for"));
                }
                Reply::Status(Status::Eof) => return Ok(offset - from),
                other => return Err(unexpected(&other)),
            };
            offset += data.len() as u64;
            if offset > most {
                return Err(FileError::TooLarge);
            }
            room(output).await?.send(Ok(compact(data)));
        }
    }
}

async fn room(output: &mpsc::Sender<Piece>) -> Result<mpsc::Permit<'_, Piece>, FileError> {
    match tokio::time::timeout(TAKEN_WITHIN, output.reserve()).await {
        Ok(Ok(room)) => Ok(room),
        Ok(Err(_)) | Err(_) => Err(FileError::Abandoned),
    }
}

fn compact(data: Bytes) -> Bytes {
    if data.len() < SMALL_BYTES { Bytes::copy_from_slice(&data) } else { data }
}

fn plain(attributes: &Attributes) -> Result<(), FileError> {
    match (attributes.kind(), attributes.mode) {
        (Kind::File, _) | (_, None) => Ok(()),
        (Kind::Directory, _) => Err(FileError::IsDirectory),
        _ => Err(FileError::NotAFile),
    }
}
