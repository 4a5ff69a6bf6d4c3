//! What is known of a file: size, kind, mode, time.

use bytes::{Buf, BufMut, Bytes, BytesMut};

use super::SftpError;

const SIZE: u32 = 0x1;
const UIDGID: u32 = 0x2;
const PERMISSIONS: u32 = 0x4;
const TIMES: u32 = 0x8;
const EXTENDED: u32 = 0x8000_0000;
/// The bits of a mode that say what a file is.
const KIND_BITS: u32 = 0o170_000;
/// The bits that say who may do what with it.
const MODE_BITS: u32 = 0o7777;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes with a length.
    File,
    /// Holds others.
    Directory,
    /// Leads elsewhere.
    Link,
    /// A device, a pipe, a socket; or the far end does not say.
    Other,
}

/// Attributes of a file; each is `None` where the far end does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attributes {
    /// In bytes.
    pub size: Option<u64>,
    /// Kind and permissions as in `st_mode`.
    pub mode: Option<u32>,
    /// When it was last written, in seconds since 1970.
    pub modified_s: Option<u32>,
}

impl Attributes {
    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.mode.map(|mode| mode & KIND_BITS) {
            Some(0o100_000) => Kind::File,
            Some(0o040_000) => Kind::Directory,
            Some(0o120_000) => Kind::Link,
            _ => Kind::Other,
        }
    }

    /// Who may do what with it: the lower twelve bits of the mode.
    #[must_use]
    pub fn permissions(&self) -> Option<u32> {
        self.mode.map(|mode| mode & MODE_BITS)
    }

    pub(super) fn read(from: &mut Bytes) -> Result<Self, SftpError> {
        let short = |_| SftpError::Truncated;
        let flags = from.try_get_u32().map_err(short)?;
        let has = |flag: u32| flags & flag != 0;
        let mut attributes = Self::default();
        if has(SIZE) {
            attributes.size = Some(from.try_get_u64().map_err(short)?);
        }
        if has(UIDGID) {
            from.try_get_u64().map_err(short)?;
        }
        if has(PERMISSIONS) {
            attributes.mode = Some(from.try_get_u32().map_err(short)?);
        }
        if has(TIMES) {
            from.try_get_u32().map_err(short)?;
            attributes.modified_s = Some(from.try_get_u32().map_err(short)?);
        }
        if has(EXTENDED) {
            // Each pair takes eight bytes at least, so the packet's own length ends this.
            for _ in 0..from.try_get_u32().map_err(short)? {
                super::reply::string(from)?;
                super::reply::string(from)?;
            }
        }
        Ok(attributes)
    }
}

/// Attributes that set a mode, or nothing.
pub(super) fn put_mode(to: &mut BytesMut, mode: Option<u32>) {
    match mode {
        Some(mode) => {
            to.put_u32(PERMISSIONS);
            to.put_u32(mode & MODE_BITS);
        }
        None => to.put_u32(0),
    }
}
