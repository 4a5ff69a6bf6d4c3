//! What is in a directory: bounded, whatever the machine says.

use std::collections::VecDeque;

use bytes::Bytes;
use transom_protocol::path::MachinePath;
use transom_protocol::sftp::{Attributes, Kind, Reply, Request, Status};

use super::{FileError, Files, MOST_UNDER_WAY, unexpected};

/// Requests for more names that are under way at once.
const AHEAD: usize = 4;
/// Bytes of names that are kept at most.
const MOST_NAME_BYTES: usize = 4 * 1024 * 1024;
/// Replies without a new name after which a directory counts as endless.
const MOST_EMPTY: usize = 64;

/// One thing in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name: bytes of the machine's choice, without `/` and NUL.
    pub name: Vec<u8>,
    /// What is known of it; of what it leads to, where it is a link to something.
    pub attributes: Attributes,
    /// Whether it is a link.
    pub link: bool,
}

/// A directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Its canonical path.
    pub path: MachinePath,
    /// What is in it, by name.
    pub entries: Vec<Found>,
    /// Whether there is more than was asked for.
    pub truncated: bool,
}

impl Files {
    /// What is in the directory at `path`: `most` entries at most.
    ///
    /// # Errors
    /// Why the machine does not say; [`FileError::NotDirectory`].
    pub async fn list(&mut self, path: &MachinePath, most: usize) -> Result<Listing, FileError> {
        let path = self.real_path(path).await?;
        let attributes = self.stat(&path).await?;
        if attributes.mode.is_some() && attributes.kind() != Kind::Directory {
            return Err(FileError::NotDirectory);
        }
        let handle = self.handle(Request::OpenDir { path: path.bytes() }).await?;
        let read = self.read_directory(&handle, most).await;
        let closed = self.done(Request::Close { handle: &handle }).await;
        let (mut entries, truncated) = read?;
        closed?;
        self.follow_links(&path, &mut entries).await?;
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Listing { path, entries, truncated })
    }

    async fn read_directory(&mut self, handle: &Bytes, most: usize) -> Result<(Vec<Found>, bool), FileError> {
        let (mut entries, mut bytes, mut empty) = (Vec::new(), 0, 0);
        let mut under_way = VecDeque::new();
        loop {
            while under_way.len() < AHEAD {
                under_way.push_back(self.send(Request::ReadDir { handle })?);
            }
            let Some(expected) = under_way.pop_front() else { continue };
            let reply = loop {
                match self.receive().await? {
                    (id, reply) if id == expected => break reply,
                    (id, _) if under_way.contains(&id) => {
                        return Err(FileError::Misbehaved("a directory was read out of order"));
                    }
                    _ => {}
                }
            };
            match reply {
                Reply::Names(names) => {
                    let before = entries.len();
                    for name in names {
                        let plain = !matches!(&*name.name, b"" | b"." | b"..")
                            && !name.name.iter().any(|b| matches!(b, b'/' | 0));
                        if !plain {
                            continue;
                        }
                        if entries.len() >= most || bytes >= MOST_NAME_BYTES {
                            return Ok((entries, true));
                        }
                        bytes += name.name.len();
                        let link = name.attributes.kind() == Kind::Link;
                        entries.push(Found { name: name.name.to_vec(), attributes: name.attributes, link });
                    }
                    empty = if entries.len() > before { 0 } else { empty + 1 };
                    if empty > MOST_EMPTY {
                        return Err(FileError::Misbehaved("a directory has no end"));
                    }
                }
                Reply::Status(Status::Eof) => return Ok((entries, false)),
                other => return Err(unexpected(&other)),
            }
        }
    }

    /// Learns what links lead to. One that leads nowhere stays a link.
    async fn follow_links(
        &mut self,
        directory: &MachinePath,
        entries: &mut [Found],
    ) -> Result<(), FileError> {
        let links: Vec<_> = (0..entries.len()).filter(|i| entries[*i].link).collect();
        for some in links.chunks(MOST_UNDER_WAY) {
            let mut asked = Vec::new();
            for i in some {
                let path = MachinePath::new(entries[*i].name.clone()).and_then(|name| name.within(directory));
                let Ok(path) = path else { continue };
                asked.push((self.send(Request::Stat { path: path.bytes() })?, *i));
            }
            let mut left = asked.len();
            while left > 0 {
                let (id, reply) = self.receive().await?;
                let Some((_, i)) = asked.iter().find(|(asked, _)| *asked == id) else { continue };
                left -= 1;
                if let Reply::Attributes(attributes) = reply {
                    entries[*i].attributes = attributes;
                }
            }
        }
        Ok(())
    }
}
