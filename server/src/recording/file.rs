//! The file of a recording: a head that says whose it is, then blocks.
//!
//! `TRANSREC`, the version of the format (2 bytes), the length of the head (4 bytes, little endian),
//! the head (JSON, see [`About`]), and [blocks](super::block) to the end. A block that is cut off is
//! where the server went down; everything before it counts.

use std::io::Read;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::wire::Size;

const MAGIC: &[u8; 8] = b"TRANSREC";
const VERSION: u16 = 1;
/// Longest head, in bytes.
const ABOUT_BYTES: usize = 16 * 1024;

/// Whose recording it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The session.
    pub session: String,
    /// The build whose machine it was on.
    pub build: String,
    /// What people call it.
    pub title: String,
    /// When it began: the zero of its times.
    pub began: Timestamp,
    /// The terminal's size at first.
    pub size: (u16, u16),
    /// Its key, sealed for this session of this build.
    pub key: String,
}

impl About {
    /// The terminal's size at first.
    #[must_use]
    pub fn size(&self) -> Size {
        Size { cols: self.size.0, rows: self.size.1 }
    }

    /// The first bytes of the file.
    ///
    /// # Errors
    /// Where they would be too many.
    pub fn to_bytes(&self) -> std::io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self)?;
        let length = u32::try_from(json.len()).ok().filter(|_| json.len() <= ABOUT_BYTES);
        let length = length.ok_or_else(|| std::io::Error::other("a head that is too long"))?;
        Ok([MAGIC.as_slice(), &VERSION.to_le_bytes(), &length.to_le_bytes(), &json].concat())
    }

    /// Reads the first bytes of a file.
    ///
    /// # Errors
    /// Where they are not those of a recording.
    pub fn read(from: &mut impl Read) -> std::io::Result<Self> {
        let no_recording = || std::io::Error::new(std::io::ErrorKind::InvalidData, "no recording");
        let mut fixed = [0; 14];
        from.read_exact(&mut fixed)?;
        let (magic, rest) = fixed.split_at(8);
        let (version, length) = rest.split_at(2);
        let length = u32::from_le_bytes(length.try_into().map_err(|_| no_recording())?);
        let length = usize::try_from(length).ok().filter(|l| *l <= ABOUT_BYTES);
        let length = length.filter(|_| magic == MAGIC && version == VERSION.to_le_bytes());
        let mut json = vec![0; length.ok_or_else(no_recording)?];
        from.read_exact(&mut json)?;
        serde_json::from_slice(&json).map_err(|_| no_recording())
    }
}

/// The place for which the recording's key is sealed.
#[must_use]
pub fn place<'a>(build: &'a str, session: &'a str) -> [&'a str; 3] {
    ["recording", build, session]
}
