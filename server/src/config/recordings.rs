//! `[recordings]`: what terminals showed, kept on disk.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::sections::between;

/// Whether and where terminals are recorded, and for how long that is kept.
#[derive(Debug, Clone, Serialize)]
pub struct Recordings {
    /// Whether terminals are recorded. Without it there are no transcripts.
    pub enabled: bool,
    /// Where the files are; made when it is needed.
    pub directory: PathBuf,
    /// How long they are kept, in days (1 to 3650).
    pub days: u64,
    /// Most bytes of one session's file, compressed (64 KiB to 1 TiB).
    pub session_bytes: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RecordingsFile {
    enabled: bool,
    directory: Option<PathBuf>,
    #[serde(deserialize_with = "between::<_, 1, 3650>")]
    days: u64,
    #[serde(deserialize_with = "between::<_, 65_536, 1_099_511_627_776>")]
    session_bytes: u64,
}

impl Default for RecordingsFile {
    fn default() -> Self {
        Self { enabled: true, directory: None, days: 30, session_bytes: 1 << 30 }
    }
}

impl RecordingsFile {
    /// Relative paths start at `directory`; unless it says otherwise, recordings lie beside the file of
    /// the store.
    pub(super) fn read(self, directory: &Path, store: &str) -> Recordings {
        let beside = store.strip_prefix("sqlite:").map(Path::new).filter(|path| path.is_absolute());
        let beside = beside.and_then(Path::parent).unwrap_or(directory);
        Recordings {
            enabled: self.enabled,
            directory: self.directory.map_or_else(|| beside.join("recordings"), |own| directory.join(own)),
            days: self.days,
            session_bytes: self.session_bytes,
        }
    }
}
