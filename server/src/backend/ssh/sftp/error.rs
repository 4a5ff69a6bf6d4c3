//! Why something did not come of a machine's files.

use transom_protocol::problem::Problem;
use transom_protocol::sftp::SftpError;

use crate::backend::BackendError;

/// Why something did not come of a machine's files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The machine could not be reached, or is gone.
    #[error(transparent)]
    Machine(#[from] BackendError),
    /// The machine has no SFTP.
    #[error("the machine offers no SFTP")]
    Unavailable,
    /// There is no such file.
    #[error("no such file")]
    NotFound,
    /// Whoever is logged in may not do that.
    #[error("permission denied")]
    Denied,
    /// It is there already.
    #[error("the file exists")]
    Exists,
    /// A directory where a file was asked for.
    #[error("is a directory")]
    IsDirectory,
    /// Something else where a directory was asked for.
    #[error("is no directory")]
    NotDirectory,
    /// A device, a pipe or a socket where a file was asked for.
    #[error("is no plain file")]
    NotAFile,
    /// More bytes than the server lets pass.
    #[error("file too large")]
    TooLarge,
    /// Beyond the end of the file.
    #[error("no such part of the file")]
    Range,
    /// No space left on the machine.
    #[error("no space left")]
    NoSpace,
    /// The machine did not say why.
    #[error("refused without a reason")]
    Failure,
    /// The file got shorter while it was read.
    #[error("the file got shorter while it was read")]
    Shrank,
    /// Whoever wanted it went away.
    #[error("abandoned by the other side")]
    Abandoned,
    /// The machine did not keep to the protocol.
    #[error("protocol not kept: {0}")]
    Misbehaved(&'static str),
    /// The machine did not answer in time.
    #[error("no answer in time")]
    Silent,
}

impl From<SftpError> for FileError {
    fn from(error: SftpError) -> Self {
        tracing::debug!(%error, "no SFTP as it should be");
        Self::Misbehaved("a packet is malformed")
    }
}

impl FileError {
    /// The same cause in the table that everybody branches on.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Machine(error) => error.problem(),
            Self::Unavailable => Problem::FilesUnavailable,
            Self::NotFound => Problem::FileNotFound,
            Self::Denied => Problem::FileForbidden,
            Self::Exists => Problem::FileExists,
            Self::IsDirectory => Problem::IsDirectory,
            Self::NotDirectory => Problem::NotDirectory,
            Self::NotAFile => Problem::NotAFile,
            Self::TooLarge => Problem::FileTooLarge,
            Self::Range => Problem::RangeInvalid,
            Self::NoSpace => Problem::NoSpace,
            Self::Abandoned => Problem::Malformed,
            Self::Failure | Self::Shrank | Self::Misbehaved(_) | Self::Silent => Problem::TransferFailed,
        }
    }

    /// What a person may read about it beyond the problem's own sentence: plain words that follow a
    /// colon.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Machine(error) => error.why(),
            Self::Failure => Some("it refused without a reason"),
            Self::Shrank => Some("the file got shorter while it was read"),
            Self::Abandoned => Some("the file did not arrive whole"),
            Self::Misbehaved(_) => Some("it did not keep to SFTP"),
            Self::Silent => Some("no answer in time"),
            _ => None,
        }
    }
}
