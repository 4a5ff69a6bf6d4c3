//! SFTP of version 3 (draft-ietf-secsh-filexfer-02), a client's side: requests are written, replies read.
//!
//! A packet is a u32 length, a kind byte, a u32 id that ties a reply to its request (none in the two
//! packets that begin the conversation) and fields of that kind, all big endian. A string is a u32
//! length and bytes: names are bytes of the machine's choice, never text. OpenSSH's extensions
//! `posix-rename@openssh.com` and `statvfs@openssh.com` are used where the far end offers them
//! (openssh-portable/PROTOCOL, section 4).

mod attributes;
mod reply;
mod request;

pub use attributes::{Attributes, Kind};
pub use reply::{Extensions, Name, Reply, Space, Status, take_packet};
pub use request::{Request, hello, open};

/// Kinds of packets.
mod kind {
    pub(super) const INIT: u8 = 1;
    pub(super) const VERSION: u8 = 2;
    pub(super) const OPEN: u8 = 3;
    pub(super) const CLOSE: u8 = 4;
    pub(super) const READ: u8 = 5;
    pub(super) const WRITE: u8 = 6;
    pub(super) const LSTAT: u8 = 7;
    pub(super) const FSTAT: u8 = 8;
    pub(super) const FSETSTAT: u8 = 10;
    pub(super) const OPENDIR: u8 = 11;
    pub(super) const READDIR: u8 = 12;
    pub(super) const REMOVE: u8 = 13;
    pub(super) const MKDIR: u8 = 14;
    pub(super) const REALPATH: u8 = 16;
    pub(super) const STAT: u8 = 17;
    pub(super) const RENAME: u8 = 18;
    pub(super) const STATUS: u8 = 101;
    pub(super) const HANDLE: u8 = 102;
    pub(super) const DATA: u8 = 103;
    pub(super) const NAME: u8 = 104;
    pub(super) const ATTRS: u8 = 105;
    pub(super) const EXTENDED: u8 = 200;
    pub(super) const EXTENDED_REPLY: u8 = 201;
}

/// The version that is spoken.
const VERSION: u32 = 3;
const POSIX_RENAME: &[u8] = b"posix-rename@openssh.com";
const STATVFS: &[u8] = b"statvfs@openssh.com";

/// Why bytes are no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SftpError {
    /// A packet that says it is longer than any may be, or shorter than its own head.
    #[error("packet of {0} bytes")]
    Length(u32),
    /// Fewer bytes than the fields need.
    #[error("packet ends early")]
    Truncated,
    /// A kind that no server sends.
    #[error("unknown packet kind {0}")]
    UnknownKind(u8),
    /// A handle or a name that is longer than any may be.
    #[error("a string of {0} bytes is over the limit")]
    TooLong(usize),
    /// Another version than the one that was asked for.
    #[error("version {0} is not spoken")]
    Version(u32),
}
