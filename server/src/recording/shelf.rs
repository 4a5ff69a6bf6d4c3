//! Where recordings lie: begins them, opens and deletes them, and does their blocking work where it
//! holds nobody up.
//!
//! Few threads write at a time. With a disk that hangs, all recorders wait for those, and nothing
//! else does: what their sessions print meanwhile is missing, as [`super::event::Gap`]s say.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use transom_protocol::wire::Size;

use super::block::{Key, Press};
use super::event::Timed;
use super::file::{About, place};
use super::masks::Masks;
use super::reader::{ReadError, Reader};
use super::writer::Writer;
use crate::keys::random;
use crate::seal::Sealer;
use crate::shard::Background;

/// Recordings that are read at the same time, at most.
const READERS: usize = 16;

/// What the operator sees of recordings. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Bytes written, compressed.
    pub written: Counter,
    /// Output bytes that are missing.
    pub missing: Counter,
    /// Times that a recording could not be begun or written.
    pub failures: Counter,
}

/// A directory of recordings.
#[derive(Debug)]
pub struct Shelf {
    directory: PathBuf,
    limit: u64,
    sealer: Sealer,
    background: Background,
    writers: Semaphore,
    readers: Arc<Semaphore>,
    presses: Mutex<Vec<Press>>,
    figures: Figures,
}

/// A session that is to be recorded.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The session's id.
    pub session: String,
    /// The build's.
    pub build: String,
    /// What people call it.
    pub title: String,
    /// When it begins.
    pub began: Timestamp,
    /// The terminal's size at first.
    pub size: Size,
}

/// A recording that is being written.
#[derive(Debug)]
pub struct Recording {
    shelf: Arc<Shelf>,
    /// Away while it writes.
    writer: Option<Writer>,
    session: String,
}

impl Shelf {
    /// Recordings in `directory`, which is made when it is needed; none longer than `limit` bytes.
    #[must_use]
    pub fn new(directory: PathBuf, limit: u64, sealer: Sealer, background: Background) -> Self {
        Self {
            directory,
            limit,
            sealer,
            background,
            writers: Semaphore::new(Background::MAY_HANG),
            readers: Arc::new(Semaphore::new(READERS)),
            presses: Mutex::default(),
            figures: Figures::default(),
        }
    }

    /// What the operator sees.
    #[must_use]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Begins a recording.
    ///
    /// # Errors
    /// Where its file cannot be made.
    pub async fn begin(self: &Arc<Self>, subject: Subject) -> std::io::Result<Recording> {
        let (shelf, session) = (Arc::clone(self), subject.session.clone());
        let begun = self.blocking(move || shelf.begin_file(&subject)).await.and_then(|begun| begun);
        match begun {
            Ok(writer) => Ok(Recording { shelf: Arc::clone(self), writer: Some(writer), session }),
            Err(error) => {
                self.figures.failures.inc();
                Err(error)
            }
        }
    }

    fn begin_file(&self, subject: &Subject) -> std::io::Result<Writer> {
        make_directory(&self.directory)?;
        let bytes = random::<32>().map_err(std::io::Error::other)?;
        let sealed = self.sealer.seal(&place(&subject.build, &subject.session), bytes.as_slice());
        let key = Key::new(bytes.as_slice()).ok_or_else(|| std::io::Error::other("no key"))?;
        let about = About {
            session: subject.session.clone(),
            build: subject.build.clone(),
            title: subject.title.clone(),
            began: subject.began,
            size: (subject.size.cols, subject.size.rows),
            key: sealed.map_err(std::io::Error::other)?,
        };
        Writer::begin(self.path(&subject.session)?, &about, key, self.limit)
    }

    /// Opens a recording. `None` while too many are being read.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn open(
        self: &Arc<Self>,
        build: &str,
        session: &str,
    ) -> Result<Option<(Reader, OwnedSemaphorePermit)>, ReadError> {
        let Ok(permit) = Arc::clone(&self.readers).try_acquire_owned() else { return Ok(None) };
        let (path, sealer) = (self.path(session)?, self.sealer.clone());
        let (build, session) = (build.to_owned(), session.to_owned());
        let opening = move || {
            let file = File::open(path)?;
            // What is written meanwhile is not chased.
            let length = file.metadata()?.len();
            Reader::open(BufReader::new(file.take(length)), &sealer, &build, &session)
        };
        let reader = spawn_blocking(opening).await.map_err(std::io::Error::other)??;
        Ok(Some((reader, permit)))
    }

    /// Deletes a recording. One that is not there is gone already.
    ///
    /// # Errors
    /// Where it cannot be deleted.
    pub async fn delete(self: &Arc<Self>, session: &str) -> std::io::Result<()> {
        let path = self.path(session)?;
        let deleted = self.blocking(move || std::fs::remove_file(path)).await?;
        deleted.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
    }

    /// Ids of sessions are made here, of letters, digits, `-` and `_`; nothing else becomes a path.
    fn path(&self, session: &str) -> std::io::Result<PathBuf> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        if session.is_empty() || session.len() > 64 || !session.bytes().all(plain) {
            return Err(ErrorKind::NotFound.into());
        }
        Ok(self.directory.join(format!("{session}.rec")))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> std::io::Result<T> {
        let _permit = self.writers.acquire().await.map_err(std::io::Error::other)?;
        self.background.run(work).await.map_err(std::io::Error::other)
    }

    /// The work of [`Recording::write`], with memory that whoever writes uses in turn.
    fn write(
        &self,
        writer: &mut Writer,
        batch: &[Timed],
        masks: Option<&Arc<Masks>>,
        rest: bool,
    ) -> super::writer::Written {
        let idle = self.presses.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let written = match idle.map_or_else(Press::new, Ok) {
            Ok(mut press) => {
                let written = writer.write(batch, masks, &mut press);
                self.presses.lock().unwrap_or_else(PoisonError::into_inner).push(press);
                written
            }
            Err(error) => super::writer::Written { error: Some(error.to_string()), ..Default::default() },
        };
        if rest {
            writer.rest();
        }
        written
    }
}

impl Recording {
    /// Appends a batch; `rest` where nothing more is expected soon. Never fails: what cannot be
    /// written is missing.
    pub async fn write(&mut self, batch: Vec<Timed>, masks: Option<Arc<Masks>>, rest: bool) {
        let Some(mut writer) = self.writer.take() else { return };
        let shelf = Arc::clone(&self.shelf);
        let work = move || {
            let written = shelf.write(&mut writer, &batch, masks.as_ref(), rest);
            (writer, written)
        };
        let figures = &self.shelf.figures;
        match self.shelf.blocking(work).await {
            Ok((writer, written)) => {
                self.writer = Some(writer);
                figures.written.inc_by(written.bytes);
                figures.missing.inc_by(written.missing);
                if let Some(error) = written.error {
                    figures.failures.inc();
                    tracing::warn!(session.id = self.session, error, "recording not written");
                }
            }
            Err(error) => {
                figures.failures.inc();
                tracing::error!(session.id = self.session, %error, "recording given up");
            }
        }
    }

    /// Length of its file, in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.writer.as_ref().map_or(0, Writer::length)
    }
}

fn make_directory(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}
