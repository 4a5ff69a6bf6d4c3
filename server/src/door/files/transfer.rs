//! A file on its way: from the first byte to the row in the audit, whoever breaks it off.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use serde_json::json;
use tokio::sync::mpsc;
use transom_protocol::path::MachinePath;
use transom_protocol::problem::Problem;

use super::desk::{Place, Purpose};
use super::{Asked, machine_version};
use crate::access::{Capability, Grant};
use crate::backend::{FileError, Files, Opened, Piece, Uploading};
use crate::door::attend::Attendance;
use crate::door::journal::Outcome;
use crate::door::{Actor, Door, Entry, Refused, require};
use crate::random;

/// How long what was half written may take to be removed, once nobody waits for it.
const TIDIED_WITHIN: Duration = Duration::from_secs(10);
/// The same at the end of access.
const TIDIED_AT_END: Duration = Duration::from_secs(1);

/// Which part of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// From one byte to another, this one included, or to its end.
    From(u64, Option<u64>),
    /// So many bytes at its end.
    Last(u64),
}

/// What both ways have in common.
struct Transfer {
    door: Door,
    entry: Arc<Entry>,
    grant: Grant,
    actor: Actor,
    action: &'static str,
    capability: Capability,
    path: String,
    files: Files,
    version: u64,
    _attendance: Attendance,
    _place: Place,
}

/// A file that is open to be fetched.
pub struct Download {
    transfer: Transfer,
    file: Opened,
    most: u64,
    /// Its name.
    pub name: Vec<u8>,
    /// First byte, and the one behind the last; without an end where it cannot be told.
    pub range: (u64, Option<u64>),
    /// Size of the whole file, where it can be told.
    pub size: Option<u64>,
    /// When it was last written, in seconds since 1970.
    pub modified_s: Option<u32>,
}

/// A file that is being put on the machine.
pub struct Upload {
    transfer: Transfer,
    file: Uploading,
    most: u64,
}

/// A file that was put on the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// Where it is.
    pub path: MachinePath,
    /// How large it is, in bytes.
    pub bytes: u64,
}

impl Door {
    async fn transfer(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        capability: Capability,
        (action, path): (&'static str, String),
        actor: &Actor,
    ) -> Result<Transfer, Refused> {
        require(grant, capability)?;
        self.admits(entry)?;
        let place = Place::at(entry, Purpose::Transfer, self.0.config.limits.transfers_per_build)?;
        let version = machine_version(&entry.record());
        let files = self.files(entry).await?;
        Ok(Transfer {
            _attendance: self.attend(grant, entry).await?,
            door: self.clone(),
            entry: Arc::clone(entry),
            grant: grant.clone(),
            actor: actor.clone(),
            action,
            capability,
            path,
            files,
            version,
            _place: place,
        })
    }

    /// Opens a file to be fetched, or the part of it that `part` says once its stamp (see
    /// [`Download::stamp`]) is known. Whoever fetches attends.
    ///
    /// # Errors
    /// Why it cannot be fetched: the grant, the life of access, the limits, the machine.
    pub async fn download(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        part: impl FnOnce(&str) -> Part + Send,
        actor: &Actor,
    ) -> Result<Download, Refused> {
        let result = self.try_download(grant, entry, asked, part, actor).await;
        let detail = json!({ "path": asked.text(), "bytes": result.as_ref().ok().and_then(|d| d.size) });
        self.audited(Some(&grant.build), actor, "files.download", result, detail).await
    }

    async fn try_download(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        part: impl FnOnce(&str) -> Part + Send,
        actor: &Actor,
    ) -> Result<Download, Refused> {
        let about = ("files.download", asked.text());
        let mut transfer = self.transfer(grant, entry, Capability::FilesRead, about, actor).await?;
        let place = asked.place(&entry.record())?;
        let opened = transfer.files.open(&place).await;
        let file = opened.map_err(|error| self.refusal_of_file(&error, entry))?;
        let most = self.0.config.limits.file_bytes;
        let (size, modified_s) = (file.size(), file.attributes.modified_s);
        if size.is_some_and(|size| size > most) {
            return Err(FileError::TooLarge.problem().into());
        }
        let name = place.split().map(|(_, name)| name.to_vec()).unwrap_or_default();
        let mut download = Download { transfer, file, most, name, range: (0, size), size, modified_s };
        let stamp = download.stamp();
        download.range = match (part(&stamp), size) {
            (Part::Whole, _) | (_, None) => (0, size),
            (Part::From(first, last), Some(size)) => {
                let end = last.map_or(size, |last| last.saturating_add(1).min(size));
                if first >= end {
                    return Err(Problem::RangeInvalid.into());
                }
                (first, Some(end))
            }
            (Part::Last(0), Some(_)) => return Err(Problem::RangeInvalid.into()),
            (Part::Last(bytes), Some(size)) => (size.saturating_sub(bytes), Some(size)),
        };
        Ok(download)
    }

    /// Opens a file to be put on the machine; `length` is its size where that is known. Whoever puts one
    /// there attends.
    ///
    /// # Errors
    /// As [`Door::download`]; [`Problem::FileExists`] where there is one and `replace` is not set.
    pub async fn upload(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        (length, replace): (Option<u64>, bool),
        actor: &Actor,
    ) -> Result<Upload, Refused> {
        let result = self.try_upload(grant, entry, asked, (length, replace), actor).await;
        let detail = json!({ "path": asked.text(), "bytes": length, "replace": replace });
        let begun = match result {
            Ok(begun) => begun,
            refused => {
                return self.denied(Some(&grant.build), actor, "files.upload", refused).await;
            }
        };
        let noted = self.note(Some(&grant.build), actor, "files.upload", Outcome::Allowed, detail).await;
        if let Err(refused) = noted {
            let Upload { mut transfer, file, .. } = begun;
            let _ = tokio::time::timeout(TIDIED_WITHIN, transfer.files.abandon(file)).await;
            return Err(refused);
        }
        Ok(begun)
    }

    async fn try_upload(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        (length, replace): (Option<u64>, bool),
        actor: &Actor,
    ) -> Result<Upload, Refused> {
        require(grant, Capability::FilesWrite)?;
        let most = self.0.config.limits.file_bytes;
        if length.is_some_and(|length| length > most) {
            return Err(FileError::TooLarge.problem().into());
        }
        let about = ("files.upload", asked.text());
        let mut transfer = self.transfer(grant, entry, Capability::FilesWrite, about, actor).await?;
        let place = asked.place(&entry.record())?;
        let begun = transfer.files.begin_upload(&place, replace, &random::id("u")).await;
        let file = begun.map_err(|error| match error {
            FileError::NotFound => {
                Refused::because(Problem::FileNotFound, "There is no such folder on the machine.")
            }
            error => self.refusal_of_file(&error, entry),
        })?;
        Ok(Upload { transfer, file, most })
    }
}

impl Download {
    /// What tells this version of the file from another: from its size and time.
    #[must_use]
    pub fn stamp(&self) -> String {
        format!("{:x}-{:x}", self.modified_s.unwrap_or_default(), self.size.unwrap_or_default())
    }

    /// Hands the file to `output` until it is all there, nobody takes it, access ends, or `ending`
    /// resolves. A reader is told by an error that it is not all.
    pub async fn run(self, output: mpsc::Sender<Piece>, ending: impl Future<Output = ()> + Send) {
        let Self { mut transfer, file, most, range: (from, until), .. } = self;
        let outcome = {
            let (door, entry, files) = (&transfer.door, &transfer.entry, &mut transfer.files);
            tokio::select! {
                done = files.download(&file, from, until, most, &output) => {
                    done.map_err(|error| (door.refusal_of_file(&error, entry), error))
                }
                refused = door.over(entry, &transfer.grant, transfer.capability) => {
                    Err((refused, FileError::Abandoned))
                }
                () = ending => Err((Problem::Restarting.into(), FileError::Abandoned)),
            }
        };
        if let Err((_, error)) = &outcome {
            // Where there is no room for it, dropping the rest says the same.
            let _ = output.try_send(Err(error.clone()));
        }
        transfer.end(outcome.map_err(|(refused, _)| refused)).await;
    }
}

impl Upload {
    /// Writes `body` until it is all there and has its name. Breaks off, and removes what was written,
    /// where `body` breaks off, access ends, or `ending` resolves.
    ///
    /// # Errors
    /// Why the file is not there.
    pub async fn run<E>(
        self,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        ending: impl Future<Output = ()> + Send,
    ) -> Result<Uploaded, Refused> {
        let Self { mut transfer, file, most } = self;
        let path = file.path().clone();
        let (outcome, tidied_within) = {
            let (door, entry, files) = (&transfer.door, &transfer.entry, &mut transfer.files);
            let writing = async {
                let bytes = files.write(&file, body, most).await?;
                files.finish_upload(&file).await?;
                Ok(bytes)
            };
            tokio::select! {
                done = writing => {
                    (done.map_err(|error: FileError| door.refusal_of_file(&error, entry)), TIDIED_WITHIN)
                }
                refused = door.over(entry, &transfer.grant, transfer.capability) => {
                    (Err(refused), TIDIED_AT_END)
                }
                () = ending => (Err(Problem::Restarting.into()), TIDIED_AT_END),
            }
        };
        if outcome.is_err() {
            let _ = tokio::time::timeout(tidied_within, transfer.files.abandon(file)).await;
        }
        let uploaded = outcome.clone().map(|bytes| Uploaded { path, bytes });
        transfer.end(outcome).await;
        uploaded
    }
}

impl Transfer {
    /// Writes down how it ended, and keeps the connection where it can be used again.
    async fn end(self, outcome: Result<u64, Refused>) {
        let detail = match &outcome {
            Ok(bytes) => json!({ "path": self.path, "bytes": bytes }),
            Err(refused) => json!({ "path": self.path, "problem": refused.problem.name() }),
        };
        let build = &self.grant.build;
        let action = format!("{}.end", self.action);
        let _ = self.door.note(Some(build), &self.actor, &action, Outcome::Ended, detail).await;
        self.door.keep_files(&self.entry, self.version, self.files, outcome.as_ref().err());
    }
}
