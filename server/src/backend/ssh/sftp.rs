//! A machine's files: SFTP on a connection of its own, with many requests under way at once.
//!
//! One owner drives it all: [`Files::receive`] also moves what is to be sent, so that neither waits
//! for the other. What may be under way is bounded, and so is the memory: [`MOST_UNDER_WAY`] pieces
//! of [`PIECE_BYTES`]. A machine that answers what nobody asked, or nothing in time, is left.

mod download;
mod error;
mod listing;
mod upload;

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use russh::client::Msg;
use russh::{ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::mpsc;
use transom_protocol::path::MachinePath;
use transom_protocol::sftp::{Attributes, Extensions, Kind, Reply, Request, Status, hello, take_packet};

use super::connect::{Connection, connect_with};
use crate::backend::{BackendError, Target};

pub use download::{Opened, Piece};
pub use error::FileError;
pub use listing::{Found, Listing};
pub use upload::Uploading;

/// Bytes that are read or written by one request: what every server takes.
const PIECE_BYTES: u32 = 32 * 1024;
/// Requests under way at most: 2 MiB, which is 100 MB/s at a round trip of 20 ms.
const MOST_UNDER_WAY: usize = 64;
/// As much as may come in answer to them.
const WINDOW_BYTES: u32 = 2 * 1024 * 1024;
/// Requests that wait to be sent at most: those under way, and the farewell to them.
const QUEUE: usize = MOST_UNDER_WAY + 16;

/// A connection to the files of a machine.
pub struct Files {
    connection: Connection,
    reader: ChannelReadHalf,
    outgoing: mpsc::Sender<Bytes>,
    sending: Pin<Box<dyn Future<Output = ()> + Send>>,
    arrived: BytesMut,
    under_way: HashSet<u32>,
    last_id: u32,
    offered: Extensions,
    patience: Duration,
    lost: bool,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Files").field("under_way", &self.under_way.len()).finish_non_exhaustive()
    }
}

impl Files {
    /// Connects, logs in and agrees on the protocol.
    ///
    /// # Errors
    /// [`FileError::Machine`] as for a terminal, [`FileError::Unavailable`] where the machine has no
    /// SFTP.
    pub async fn connect(target: &Target) -> Result<Self, FileError> {
        let connection = connect_with(target, WINDOW_BYTES).await?;
        let Some(channel) = connection.subsystem(target, "sftp").await? else {
            connection.goodbye().await;
            return Err(FileError::Unavailable);
        };
        let (reader, writer) = channel.split();
        let (outgoing, waiting) = mpsc::channel(QUEUE);
        let mut files = Self {
            connection,
            reader,
            outgoing,
            sending: Box::pin(send_all(writer, waiting)),
            arrived: BytesMut::new(),
            under_way: HashSet::new(),
            last_id: 0,
            offered: Extensions::default(),
            patience: target.connect_timeout * 2,
            lost: false,
        };
        match files.agree().await {
            Ok(()) => Ok(files),
            Err(error) => {
                files.goodbye().await;
                Err(error)
            }
        }
    }

    async fn agree(&mut self) -> Result<(), FileError> {
        self.queue(hello())?;
        // The reply to the first packet has no id; it is known by that of no request.
        self.under_way.insert(0);
        match self.receive().await {
            Ok((0, Reply::Version(offered))) => self.offered = offered,
            Ok(_) => return Err(FileError::Misbehaved("it began with another packet")),
            // It was granted, and then there was no program, or another one.
            Err(FileError::Machine(BackendError::Gone(_))) => return Err(FileError::Unavailable),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Whether it can be used for something else: it stands, and nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.lost && self.under_way.is_empty() && self.arrived.is_empty()
    }

    /// Takes leave; the machine need not answer.
    pub async fn goodbye(self) {
        let Self { connection, reader, sending, .. } = self;
        drop((reader, sending));
        connection.goodbye().await;
    }

    /// What is known of `path`, following links.
    ///
    /// # Errors
    /// Why the machine does not say.
    pub async fn stat(&mut self, path: &MachinePath) -> Result<Attributes, FileError> {
        self.attributes(Request::Stat { path: path.bytes() }).await
    }

    /// The canonical form of `path`; whether it exists is not said.
    ///
    /// # Errors
    /// Why the machine does not say.
    pub async fn real_path(&mut self, path: &MachinePath) -> Result<MachinePath, FileError> {
        match self.call(Request::RealPath { path: path.bytes() }).await? {
            Reply::Names(names) => match names.as_slice() {
                [one] => MachinePath::new(one.name.to_vec()).map_err(|_| FileError::Misbehaved("no path")),
                _ => Err(FileError::Misbehaved("a path has one canonical form")),
            },
            other => Err(unexpected(&other)),
        }
    }

    /// Makes a directory; says whether there was none.
    ///
    /// # Errors
    /// Why it is not made; [`FileError::NotDirectory`] where something else has its name.
    pub async fn make_directory(&mut self, path: &MachinePath) -> Result<bool, FileError> {
        let refused = match self.done(Request::MakeDir { path: path.bytes() }).await {
            Ok(()) => return Ok(true),
            Err(refused) => refused,
        };
        match (&refused, self.stat(path).await) {
            (FileError::Failure, Ok(there)) if there.kind() == Kind::Directory => Ok(false),
            (FileError::Failure, Ok(_)) => Err(FileError::NotDirectory),
            _ => Err(refused),
        }
    }

    async fn attributes(&mut self, request: Request<'_>) -> Result<Attributes, FileError> {
        match self.call(request).await? {
            Reply::Attributes(attributes) => Ok(attributes),
            other => Err(unexpected(&other)),
        }
    }

    async fn handle(&mut self, request: Request<'_>) -> Result<Bytes, FileError> {
        match self.call(request).await? {
            Reply::Handle(handle) => Ok(handle),
            other => Err(unexpected(&other)),
        }
    }

    async fn done(&mut self, request: Request<'_>) -> Result<(), FileError> {
        match self.call(request).await? {
            Reply::Status(Status::Ok) => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Sends a request and waits for its reply. Replies to what was given up are left aside.
    async fn call(&mut self, request: Request<'_>) -> Result<Reply, FileError> {
        let id = self.send(request)?;
        loop {
            let (answered, reply) = self.receive().await?;
            if answered == id {
                return Ok(reply);
            }
        }
    }

    /// Puts a request in the queue. It goes out while somebody waits for a reply.
    fn send(&mut self, request: Request<'_>) -> Result<u32, FileError> {
        self.last_id = self.last_id.wrapping_add(1).max(1);
        self.queue(request.encode(self.last_id))?;
        self.under_way.insert(self.last_id);
        Ok(self.last_id)
    }

    fn queue(&mut self, packet: Bytes) -> Result<(), FileError> {
        self.outgoing.try_send(packet).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => FileError::Silent,
            mpsc::error::TrySendError::Closed(_) => gone(),
        })
    }

    /// The next reply to anything that is under way. May be dropped and called again.
    async fn receive(&mut self) -> Result<(u32, Reply), FileError> {
        let patience = self.patience;
        let result = tokio::time::timeout(patience, self.next_reply()).await;
        let result = result.unwrap_or(Err(FileError::Silent));
        self.lost |= result.is_err();
        result
    }

    async fn next_reply(&mut self) -> Result<(u32, Reply), FileError> {
        loop {
            if let Some(packet) = take_packet(&mut self.arrived)? {
                let (id, reply) = Reply::parse(packet)?;
                if !self.under_way.remove(&id) {
                    return Err(FileError::Misbehaved("it answered what nobody asked"));
                }
                return Ok((id, reply));
            }
            tokio::select! {
                message = self.reader.wait() => match message {
                    Some(ChannelMsg::Data { data }) => self.arrived.extend_from_slice(&data),
                    Some(ChannelMsg::Close | ChannelMsg::Eof) | None => return Err(gone()),
                    Some(_) => {}
                },
                () = &mut self.sending, if !self.lost => {
                    self.lost = true;
                    return Err(gone());
                }
            }
        }
    }
}

async fn send_all(writer: ChannelWriteHalf<Msg>, mut waiting: mpsc::Receiver<Bytes>) {
    while let Some(packet) = waiting.recv().await {
        if writer.data_bytes(packet).await.is_err() {
            return;
        }
    }
}

fn gone() -> FileError {
    FileError::Machine(BackendError::Gone("the machine ended the file transfer".into()))
}

/// What a reply means where another one was hoped for.
fn unexpected(reply: &Reply) -> FileError {
    match reply {
        Reply::Status(Status::NotFound) => FileError::NotFound,
        Reply::Status(Status::Denied) => FileError::Denied,
        Reply::Status(Status::NoSpace) => FileError::NoSpace,
        Reply::Status(Status::Failure | Status::Unsupported | Status::Eof) => FileError::Failure,
        _ => FileError::Misbehaved("it answered something else than was asked"),
    }
}
