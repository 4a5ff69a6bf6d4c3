//! What the machine answers. It is hostile until it is parsed.

use bytes::{Buf, Bytes, BytesMut};

use super::{Attributes, POSIX_RENAME, STATVFS, SftpError, VERSION, kind};
use crate::limits;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Well.
    Ok,
    /// There is no more to read.
    Eof,
    /// There is no such file.
    NotFound,
    /// Whoever is logged in may not do that.
    Denied,
    /// The far end does not know how.
    Unsupported,
    /// There is no room left. Version 3 has no word for it, but some say it all the same.
    NoSpace,
    /// Something else, which version 3 does not tell apart.
    Failure,
}

impl Status {
    fn of(code: u32) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::Eof,
            2 | 10 => Self::NotFound,
            3 | 12 => Self::Denied,
            8 => Self::Unsupported,
            14 | 15 => Self::NoSpace,
            _ => Self::Failure,
        }
    }
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its name: bytes of the machine's choice.
    pub name: Bytes,
    /// What is known of it.
    pub attributes: Attributes,
}

/// What the far end can do beyond version 3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extensions {
    /// [`super::Request::PosixRename`].
    pub posix_rename: bool,
    /// [`super::Request::Space`].
    pub space: bool,
}

/// Room on the disk, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// For whoever is logged in.
    pub available: u64,
}

/// One reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// The conversation begins.
    Version(Extensions),
    /// How the request ended.
    Status(Status),
    /// Something is open: 1 to 256 bytes.
    Handle(Bytes),
    /// What was read.
    Data(Bytes),
    /// Names.
    Names(Vec<Name>),
    /// Attributes.
    Attributes(Attributes),
    /// Room on the disk.
    Space(Space),
}

/// Takes the first whole packet from what has arrived; `None` where it is not all there yet.
///
/// # Errors
/// [`SftpError::Length`] for a packet that no server sends.
pub fn take_packet(arrived: &mut BytesMut) -> Result<Option<Bytes>, SftpError> {
    let Some(head) = arrived.first_chunk() else { return Ok(None) };
    let len = u32::from_be_bytes(*head);
    let whole = usize::try_from(len).unwrap_or(usize::MAX);
    if !(5..=limits::SFTP_PACKET_BYTES).contains(&whole) {
        return Err(SftpError::Length(len));
    }
    if arrived.len().saturating_sub(4) < whole {
        return Ok(None);
    }
    arrived.advance(4);
    Ok(Some(arrived.split_to(whole).freeze()))
}

impl Reply {
    /// Reads a packet without its length; the id is 0 in the one that begins the conversation.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(mut packet: Bytes) -> Result<(u32, Self), SftpError> {
        let from = &mut packet;
        let kind = from.try_get_u8().map_err(|_| SftpError::Truncated)?;
        let first = number(from)?;
        let reply = match kind {
            kind::VERSION if first == VERSION => return Ok((0, Self::Version(extensions(from)?))),
            kind::VERSION => return Err(SftpError::Version(first)),
            kind::STATUS => Self::Status(Status::of(number(from)?)),
            kind::HANDLE => Self::Handle(bounded(from, limits::SFTP_HANDLE_BYTES)?),
            kind::DATA => Self::Data(string(from)?),
            kind::NAME => Self::Names(names(from)?),
            kind::ATTRS => Self::Attributes(Attributes::read(from)?),
            // The only extended request that is answered by one (PROTOCOL, section 4.4).
            kind::EXTENDED_REPLY => Self::Space(space(from)?),
            other => return Err(SftpError::UnknownKind(other)),
        };
        Ok((first, reply))
    }
}

fn number(from: &mut Bytes) -> Result<u32, SftpError> {
    from.try_get_u32().map_err(|_| SftpError::Truncated)
}

pub(super) fn string(from: &mut Bytes) -> Result<Bytes, SftpError> {
    let len = usize::try_from(number(from)?).unwrap_or(usize::MAX);
    if len > from.len() {
        return Err(SftpError::Truncated);
    }
    Ok(from.split_to(len))
}

fn bounded(from: &mut Bytes, most: usize) -> Result<Bytes, SftpError> {
    let string = string(from)?;
    if string.len() > most { Err(SftpError::TooLong(string.len())) } else { Ok(string) }
}

fn names(from: &mut Bytes) -> Result<Vec<Name>, SftpError> {
    let mut names = Vec::new();
    // Each name takes twelve bytes at least, so the packet's own length ends this.
    for _ in 0..number(from)? {
        let name = bounded(from, limits::FILE_PATH_BYTES)?;
        // As `ls -l` shows it: made for people, of no fixed form.
        string(from)?;
        names.push(Name { name, attributes: Attributes::read(from)? });
    }
    Ok(names)
}

fn extensions(from: &mut Bytes) -> Result<Extensions, SftpError> {
    let mut offered = Extensions::default();
    while !from.is_empty() {
        let (name, value) = (string(from)?, string(from)?);
        match &*name {
            POSIX_RENAME if &*value == b"1" => offered.posix_rename = true,
            STATVFS if &*value == b"2" => offered.space = true,
            _ => {}
        }
    }
    Ok(offered)
}

fn space(from: &mut Bytes) -> Result<Space, SftpError> {
    let mut field = || from.try_get_u64().map_err(|_| SftpError::Truncated);
    let (_block, fragment, _blocks, _free) = (field()?, field()?, field()?, field()?);
    Ok(Space { available: field()?.saturating_mul(fragment) })
}
