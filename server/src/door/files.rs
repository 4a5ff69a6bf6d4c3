//! The files of a build's machine: who may look, fetch and put, where a path leads, and the end of it.
//!
//! Each transfer has a connection of its own. Looks share a few, kept for a moment: clicking through
//! folders need not log in each time. Whoever transfers attends, so the machine is not taken away under
//! a file; whoever looks does not.

mod desk;
mod ticket;
mod transfer;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use transom_protocol::path::MachinePath;
use transom_protocol::problem::Problem;
use transom_protocol::sftp::Attributes;

use super::{Actor, Door, Entry, Refused, ended, require};
use crate::access::build::{BuildRecord, Platform};
use crate::access::lifecycle::State;
use crate::access::{Capability, Grant};
use crate::backend::{FileError, Files, Listing};

pub use desk::Desk;
use desk::{Place, Purpose};
pub use ticket::Ticket;
pub use transfer::{Download, Part, Upload, Uploaded};

/// How long a connection that nobody uses is kept.
const KEPT: Duration = Duration::from_secs(30);
/// How long such a connection may take to show that it still stands; a new one is made otherwise.
const ANSWERED_WITHIN: Duration = Duration::from_secs(3);
/// How long a look may take in all.
const LOOK_WITHIN: Duration = Duration::from_secs(60);

/// Which file somebody asks for. Without a path it is the build directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked(pub Option<MachinePath>);

impl Asked {
    /// For the audit.
    fn text(&self) -> String {
        self.0.as_ref().map(MachinePath::text).unwrap_or_default()
    }

    /// Where it leads: itself where it is absolute, from home where it begins with `~/`, else from the
    /// build directory. A relative outcome starts at home: that is where SFTP starts.
    fn place(&self, record: &BuildRecord) -> Result<MachinePath, Refused> {
        let home = || MachinePath::new(".").map_err(wrong);
        let build_dir = match &record.about.build_dir {
            Some(dir) => build_dir(record.about.platform, dir).map_err(wrong)?,
            None => home()?,
        };
        let Some(path) = &self.0 else { return Ok(build_dir) };
        match path.bytes() {
            b"~" | b"~/" => home(),
            [b'~', b'/', rest @ ..] => MachinePath::new([b"./", rest].concat()).map_err(wrong),
            _ => path.within(&build_dir).map_err(wrong),
        }
    }
}

/// The build directory as SFTP writes it: on Windows `/C:/build`.
fn build_dir(platform: Platform, dir: &str) -> Result<MachinePath, transom_protocol::path::PathError> {
    match platform {
        Platform::Windows => {
            let slashes = dir.replace('\\', "/");
            let rooted = if slashes.starts_with('/') { slashes } else { format!("/{slashes}") };
            MachinePath::new(rooted)
        }
        Platform::Linux | Platform::Macos => MachinePath::new(dir),
    }
}

fn wrong(error: transom_protocol::path::PathError) -> Refused {
    Refused::because(Problem::Malformed, format!("The path is not valid: {error}."))
}

impl Door {
    /// What is in a folder. Without a path it is the build directory, or home where that is not there.
    ///
    /// # Errors
    /// Why it cannot be shown: the grant, the life of access, the limits, the machine.
    pub async fn list_files(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        actor: &Actor,
    ) -> Result<Listing, Refused> {
        let result = self.try_list(grant, entry, asked).await;
        self.audited(Some(&grant.build), actor, "files.list", result, json!({ "path": asked.text() })).await
    }

    async fn try_list(&self, grant: &Grant, entry: &Arc<Entry>, asked: &Asked) -> Result<Listing, Refused> {
        require(grant, Capability::FilesRead)?;
        let most = usize::try_from(self.0.config.limits.directory_entries).unwrap_or(usize::MAX);
        let place = asked.place(&entry.record())?;
        self.look(entry, async |files| match files.list(&place, most).await {
            Err(FileError::NotFound) if asked.0.is_none() => {
                let home = MachinePath::new(".").map_err(|_| FileError::NotFound)?;
                files.list(&home, most).await
            }
            listed => listed,
        })
        .await
    }

    /// What is known of a file or a folder, with its canonical path.
    ///
    /// # Errors
    /// As [`Door::list_files`].
    pub async fn stat_file(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        actor: &Actor,
    ) -> Result<(MachinePath, Attributes), Refused> {
        let result = match require(grant, Capability::FilesRead).and_then(|()| asked.place(&entry.record())) {
            Ok(place) => {
                let look = self.look(entry, async |files| {
                    let attributes = files.stat(&place).await?;
                    Ok((files.real_path(&place).await?, attributes))
                });
                look.await
            }
            Err(refused) => Err(refused),
        };
        self.audited(Some(&grant.build), actor, "files.stat", result, json!({ "path": asked.text() })).await
    }

    /// Makes a folder; says whether there was none.
    ///
    /// # Errors
    /// As [`Door::list_files`].
    pub async fn make_directory(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        actor: &Actor,
    ) -> Result<bool, Refused> {
        let result = match require(grant, Capability::FilesWrite).and_then(|()| asked.place(&entry.record()))
        {
            Ok(place) => self.look(entry, async |files| files.make_directory(&place).await).await,
            Err(refused) => Err(refused),
        };
        self.audited(Some(&grant.build), actor, "files.mkdir", result, json!({ "path": asked.text() })).await
    }

    /// A short piece of work on a connection that others may have used before.
    async fn look<T: Send>(
        &self,
        entry: &Arc<Entry>,
        work: impl AsyncFnOnce(&mut Files) -> Result<T, FileError> + Send,
    ) -> Result<T, Refused> {
        self.admits(entry)?;
        let _place = Place::at(entry, Purpose::Look, 0)?;
        let version = machine_version(&entry.record());
        let working = async {
            let mut files = self.files(entry).await?;
            let result = work(&mut files).await.map_err(|error| self.refusal_of_file(&error, entry));
            self.keep_files(entry, version, files, result.as_ref().err());
            result
        };
        tokio::time::timeout(LOOK_WITHIN, working)
            .await
            .unwrap_or_else(|_| Err(self.refusal_of_file(&FileError::Silent, entry)))
    }

    /// A connection to the files of the machine: one that waits and still answers, or a new one.
    async fn files(&self, entry: &Arc<Entry>) -> Result<Files, Refused> {
        let record = entry.record();
        while let Some(mut waited) = entry.desk.take(machine_version(&record)) {
            let home = MachinePath::new(".").map_err(wrong)?;
            let answered = tokio::time::timeout(ANSWERED_WITHIN, waited.real_path(&home)).await;
            if matches!(answered, Ok(Ok(_))) {
                return Ok(waited);
            }
        }
        let target = self.files_target(&record).await?;
        Files::connect(&target).await.map_err(|error| self.refusal_of_file(&error, entry))
    }

    /// Keeps a connection for a moment, where it can be used again: not after a machine has misbehaved.
    fn keep_files(&self, entry: &Arc<Entry>, version: u64, files: Files, failure: Option<&Refused>) {
        if failure.is_some_and(|refused| refused.problem == Problem::TransferFailed) {
            return;
        }
        let Some(id) = entry.desk.keep(version, files) else { return };
        // An end that came meanwhile has let go of the others already.
        if self.admits(entry).is_err() || machine_version(&entry.record()) != version {
            entry.desk.drop_waiting(&id);
            return;
        }
        let entry = Arc::clone(entry);
        self.0.lifetime.spawn_until_end(async move {
            tokio::time::sleep(KEPT).await;
            entry.desk.drop_waiting(&id);
        });
    }

    /// Why something did not come of a file, for a person. After the end of access that is the reason.
    fn refusal_of_file(&self, error: &FileError, entry: &Entry) -> Refused {
        let life = self.life(&entry.record());
        if life.state == State::Ended {
            return ended(&life);
        }
        tracing::debug!(build.id = %entry.record().id, %error, "files");
        Refused::with_why(error.problem(), error.why())
    }
}

fn machine_version(record: &BuildRecord) -> u64 {
    record.machine.as_ref().map_or(0, |machine| machine.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_windows_build_directory_is_written_as_sftp_does() {
        let written = |dir: &str| build_dir(Platform::Windows, dir).unwrap().text();
        assert_eq!(written(r"C:\builds\app"), "/C:/builds/app");
        assert_eq!(build_dir(Platform::Linux, r"/b\c").unwrap().text(), r"/b\c");
    }
}
