//! What is asked of the machine.

use bytes::{BufMut, Bytes, BytesMut};

use super::attributes::put_mode;
use super::{POSIX_RENAME, STATVFS, VERSION, kind};

/// How a file is opened.
pub mod open {
    /// To be read.
    pub const READ: u32 = 0x1;
    /// To be written.
    pub const WRITE: u32 = 0x2;
    /// It is made.
    pub const CREATE: u32 = 0x8;
    /// It must not have been there.
    pub const EXCLUSIVE: u32 = 0x20;
}

/// One request. Paths are bytes; relative ones start where the far end says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are named as in the draft")]
pub enum Request<'a> {
    /// Opens a file; the reply is a handle.
    Open { path: &'a [u8], flags: u32, mode: Option<u32> },
    /// Closes a handle.
    Close { handle: &'a [u8] },
    /// Reads from a file; the reply is data, or the status that it is at its end.
    Read { handle: &'a [u8], offset: u64, len: u32 },
    /// Writes to a file.
    Write { handle: &'a [u8], offset: u64, data: &'a [u8] },
    /// Attributes of a path, not following it where it is a link.
    Lstat { path: &'a [u8] },
    /// Attributes of what is open.
    Fstat { handle: &'a [u8] },
    /// Sets the permissions of what is open.
    SetMode { handle: &'a [u8], mode: u32 },
    /// Opens a directory; the reply is a handle.
    OpenDir { path: &'a [u8] },
    /// The next names of a directory, or the status that there are no more.
    ReadDir { handle: &'a [u8] },
    /// Removes a file.
    Remove { path: &'a [u8] },
    /// Makes a directory.
    MakeDir { path: &'a [u8] },
    /// The canonical form of a path: a reply with one name.
    RealPath { path: &'a [u8] },
    /// Attributes of a path, following links.
    Stat { path: &'a [u8] },
    /// Gives a file another name. OpenSSH refuses where that name is taken.
    Rename { from: &'a [u8], to: &'a [u8] },
    /// Gives a file another name and replaces what had it.
    PosixRename { from: &'a [u8], to: &'a [u8] },
    /// How much room there is where a path is.
    Space { path: &'a [u8] },
}

/// The packet that begins the conversation.
#[must_use]
pub fn hello() -> Bytes {
    let mut packet = BytesMut::with_capacity(9);
    packet.put_u32(5);
    packet.put_u8(kind::INIT);
    packet.put_u32(VERSION);
    packet.freeze()
}

impl Request<'_> {
    /// The packet, with `id` to know its reply by.
    #[must_use]
    pub fn encode(&self, id: u32) -> Bytes {
        let mut body = BytesMut::with_capacity(self.about());
        // Its length, once that is known.
        body.put_u32(0);
        match *self {
            Self::Open { path, flags, mode } => {
                head(&mut body, kind::OPEN, id, &[path]);
                body.put_u32(flags);
                put_mode(&mut body, mode);
            }
            Self::Close { handle } => head(&mut body, kind::CLOSE, id, &[handle]),
            Self::Read { handle, offset, len } => {
                head(&mut body, kind::READ, id, &[handle]);
                body.put_u64(offset);
                body.put_u32(len);
            }
            Self::Write { handle, offset, data } => {
                head(&mut body, kind::WRITE, id, &[handle]);
                body.put_u64(offset);
                put_string(&mut body, data);
            }
            Self::Lstat { path } => head(&mut body, kind::LSTAT, id, &[path]),
            Self::Fstat { handle } => head(&mut body, kind::FSTAT, id, &[handle]),
            Self::SetMode { handle, mode } => {
                head(&mut body, kind::FSETSTAT, id, &[handle]);
                put_mode(&mut body, Some(mode));
            }
            Self::OpenDir { path } => head(&mut body, kind::OPENDIR, id, &[path]),
            Self::ReadDir { handle } => head(&mut body, kind::READDIR, id, &[handle]),
            Self::Remove { path } => head(&mut body, kind::REMOVE, id, &[path]),
            Self::MakeDir { path } => {
                head(&mut body, kind::MKDIR, id, &[path]);
                put_mode(&mut body, None);
            }
            Self::RealPath { path } => head(&mut body, kind::REALPATH, id, &[path]),
            Self::Stat { path } => head(&mut body, kind::STAT, id, &[path]),
            Self::Rename { from, to } => head(&mut body, kind::RENAME, id, &[from, to]),
            Self::PosixRename { from, to } => {
                head(&mut body, kind::EXTENDED, id, &[POSIX_RENAME, from, to]);
            }
            Self::Space { path } => head(&mut body, kind::EXTENDED, id, &[STATVFS, path]),
        }
        let len = u32::try_from(body.len().saturating_sub(4)).unwrap_or(u32::MAX);
        if let Some(place) = body.first_chunk_mut() {
            *place = len.to_be_bytes();
        }
        body.freeze()
    }

    /// How much room the packet takes, roughly: one allocation does.
    fn about(&self) -> usize {
        let strings = match self {
            Self::Write { handle, data, .. } => handle.len().saturating_add(data.len()),
            Self::Rename { from, to } | Self::PosixRename { from, to } => from.len().saturating_add(to.len()),
            Self::Open { path, .. } => path.len(),
            _ => 0,
        };
        strings.saturating_add(64)
    }
}

fn head(to: &mut BytesMut, kind: u8, id: u32, strings: &[&[u8]]) {
    to.put_u8(kind);
    to.put_u32(id);
    for string in strings {
        put_string(to, string);
    }
}

fn put_string(to: &mut BytesMut, string: &[u8]) {
    to.put_u32(u32::try_from(string.len()).unwrap_or(u32::MAX));
    to.put_slice(string);
}
