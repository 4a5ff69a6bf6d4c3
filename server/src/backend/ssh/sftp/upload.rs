//! Writing a file: under another name beside it, many writes under way, renamed when all is there.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use transom_protocol::path::MachinePath;
use transom_protocol::sftp::{Kind, Reply, Request, Status, open};

use super::{FileError, Files, MOST_UNDER_WAY, PIECE_BYTES, unexpected};

/// What a new file is: everybody may read it.
const NEW_MODE: u32 = 0o644;
/// What a file is that is not all there.
const PARTIAL_MODE: u32 = 0o600;
/// What those are called.
const PARTIAL_NAME: &str = ".transom-upload-";
/// How long whoever sends a file may send nothing.
const BODY_WITHIN: Duration = Duration::from_secs(60);

/// A file that is being written.
#[derive(Debug)]
pub struct Uploading {
    handle: Bytes,
    partial: MachinePath,
    path: MachinePath,
    mode: u32,
    replace: bool,
}

impl Uploading {
    /// Where it will be: the canonical path where it leads through a link.
    #[must_use]
    pub fn path(&self) -> &MachinePath {
        &self.path
    }
}

impl Files {
    /// Opens a new file beside `path`, named with `mark`, which nobody guesses. Without `replace` there
    /// must be none at `path`.
    ///
    /// # Errors
    /// Why it cannot be; [`FileError::Exists`], [`FileError::IsDirectory`], [`FileError::NotAFile`].
    pub async fn begin_upload(
        &mut self,
        path: &MachinePath,
        replace: bool,
        mark: &str,
    ) -> Result<Uploading, FileError> {
        let mut path = path.clone();
        let there = match self.attributes(Request::Lstat { path: path.bytes() }).await {
            Ok(link) if link.kind() == Kind::Link => match self.stat(&path).await {
                // What it leads to is written, as any program on the machine would.
                Ok(target) => {
                    path = self.real_path(&path).await?;
                    Some(target)
                }
                // One that leads nowhere is in the way like any other file.
                Err(FileError::NotFound) => Some(link),
                Err(error) => return Err(error),
            },
            Ok(there) => Some(there),
            Err(FileError::NotFound) => None,
            Err(error) => return Err(error),
        };
        match there.map(|there| there.kind()) {
            Some(Kind::Directory) => return Err(FileError::IsDirectory),
            Some(_) if !replace => return Err(FileError::Exists),
            Some(Kind::Other) => return Err(FileError::NotAFile),
            _ => {}
        }
        let kept = there.filter(|there| there.kind() == Kind::File).and_then(|there| there.permissions());
        let (directory, _) = path.split().ok_or(FileError::IsDirectory)?;
        let partial =
            MachinePath::new(format!("{PARTIAL_NAME}{mark}")).and_then(|name| name.within(&directory));
        let partial = partial.map_err(|_| FileError::NotFound)?;
        let flags = open::WRITE | open::CREATE | open::EXCLUSIVE;
        let wanted = Request::Open { path: partial.bytes(), flags, mode: Some(PARTIAL_MODE) };
        let handle = match self.handle(wanted).await {
            Err(FileError::Failure) => return Err(self.no_space_or_failure(&directory).await),
            other => other?,
        };
        Ok(Uploading { handle, partial, path, mode: kept.unwrap_or(NEW_MODE), replace })
    }

    /// Writes `body`, of `most` bytes at most. Returns how many there were. While
    /// [`MOST_UNDER_WAY`] pieces are not yet written, no more is taken from `body`.
    ///
    /// # Errors
    /// [`FileError::Abandoned`] where `body` breaks off, [`FileError::TooLarge`], and whatever the machine
    /// does.
    pub async fn write<E>(
        &mut self,
        file: &Uploading,
        body: impl Stream<Item = Result<Bytes, E>> + Send,
        most: u64,
    ) -> Result<u64, FileError> {
        let mut body = std::pin::pin!(body);
        let (mut offset, mut ended) = (0, false);
        let (mut held, mut under_way) = (Bytes::new(), 0);
        loop {
            while under_way < MOST_UNDER_WAY && !held.is_empty() {
                let piece = held.split_to(held.len().min(PIECE_BYTES as usize));
                self.send(Request::Write { handle: &file.handle, offset, data: &piece })?;
                offset += piece.len() as u64;
                under_way += 1;
            }
            if ended && held.is_empty() && under_way == 0 {
                return Ok(offset);
            }
            tokio::select! {
                // Whatever has been written makes room first.
                biased;
                reply = self.receive(), if under_way > 0 => {
                    under_way -= 1;
                    match reply? {
                        (_, Reply::Status(Status::Ok)) => {}
                        (_, Reply::Status(Status::Failure)) => {
                            return Err(self.no_space_or_failure(&file.partial).await);
                        }
                        (_, other) => return Err(unexpected(&other)),
                    }
                }
                some = tokio::time::timeout(BODY_WITHIN, body.next()), if held.is_empty() && !ended => match some {
                    Ok(Some(Ok(some))) => {
                        if offset + some.len() as u64 > most {
                            return Err(FileError::TooLarge);
                        }
                        held = some;
                    }
                    Ok(None) => ended = true,
                    Ok(Some(Err(_))) | Err(_) => return Err(FileError::Abandoned),
                }
            }
        }
    }

    /// Closes the file and gives it its name and its mode.
    ///
    /// # Errors
    /// Why that did not work; [`FileError::Exists`] where somebody else made one meanwhile.
    pub async fn finish_upload(&mut self, file: &Uploading) -> Result<(), FileError> {
        match self.done(Request::SetMode { handle: &file.handle, mode: file.mode }).await {
            // Not every disk has modes; the file counts, not its mode.
            Ok(()) | Err(FileError::Failure | FileError::Denied) => {}
            Err(error) => return Err(error),
        }
        // What could not be kept may be known only now.
        match self.done(Request::Close { handle: &file.handle }).await {
            Err(FileError::Failure) => return Err(self.no_space_or_failure(&file.partial).await),
            other => other?,
        }
        let (from, to) = (file.partial.bytes(), file.path.bytes());
        if file.replace && self.offered.posix_rename {
            return self.done(Request::PosixRename { from, to }).await;
        }
        let renamed = self.done(Request::Rename { from, to }).await;
        if !matches!(renamed, Err(FileError::Failure)) {
            return renamed;
        }
        match (file.replace, self.attributes(Request::Lstat { path: to }).await) {
            // Without that extension there is a moment in which there is none.
            (true, Ok(_)) => {
                self.done(Request::Remove { path: to }).await?;
                self.done(Request::Rename { from, to }).await
            }
            (false, Ok(_)) => Err(FileError::Exists),
            _ => renamed,
        }
    }

    /// Forgets what was written, as far as the machine still answers.
    pub async fn abandon(&mut self, file: Uploading) {
        let _ = self.send(Request::Close { handle: &file.handle });
        let _ = self.done(Request::Remove { path: file.partial.bytes() }).await;
    }

    /// Version 3 has no word for a full disk, so that is asked.
    async fn no_space_or_failure(&mut self, path: &MachinePath) -> FileError {
        if self.offered.space
            && let Ok(Reply::Space(space)) = self.call(Request::Space { path: path.bytes() }).await
            && space.available < u64::from(PIECE_BYTES)
        {
            return FileError::NoSpace;
        }
        FileError::Failure
    }
}
