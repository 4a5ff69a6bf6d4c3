//! The ways to a shell, or to a desktop, that are compared, under one name.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::shell::Viewer;
use crate::ssh::Ssh;
use crate::transom::Transom;
use crate::ttyd::Ttyd;
use crate::webssh::Webssh;
use crate::wetty::Wetty;

/// A way to a shell on the machine, or to its desktop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// Plain `ssh -tt`, to pipes.
    Ssh,
    /// The server under test.
    Transom,
    /// ttyd, which runs an `ssh` for each viewer.
    Ttyd,
    /// wetty, which does too.
    Wetty,
    /// webssh, which speaks SSH itself.
    Webssh,
    /// noVNC through websockify, to a desktop.
    Novnc,
    /// A VNC client without a browser.
    Rfb,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ssh, Self::Transom, Self::Ttyd, Self::Wetty, Self::Webssh, Self::Novnc, Self::Rfb];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Transom => "transom",
            Self::Ttyd => "ttyd",
            Self::Wetty => "wetty",
            Self::Webssh => "webssh",
            Self::Novnc => "novnc",
            Self::Rfb => "rfb",
        }
    }

    /// Whether it is somebody else's gateway: the bench goes on without it.
    pub fn is_peer(self) -> bool {
        !matches!(self, Self::Ssh | Self::Transom | Self::Rfb)
    }
}

/// An open terminal.
pub enum Link {
    /// See [`Way::Ssh`].
    Ssh(Box<Ssh>),
    /// See [`Way::Transom`].
    Transom(Box<Transom>),
    /// See [`Way::Ttyd`].
    Ttyd(Box<Ttyd>),
    /// See [`Way::Wetty`].
    Wetty(Box<Wetty>),
    /// See [`Way::Webssh`].
    Webssh(Box<Webssh>),
}

/// A viewer's line to the machine, and the process that it goes through.
pub struct Line {
    /// The open terminal.
    pub link: Link,
    /// The gateway, or `ssh`.
    pub pid: u32,
    directory: PathBuf,
}

macro_rules! each {
    ($link:expr, $it:ident => $call:expr) => {
        match $link {
            Link::Ssh($it) => $call,
            Link::Transom($it) => $call,
            Link::Ttyd($it) => $call,
            Link::Wetty($it) => $call,
            Link::Webssh($it) => $call,
        }
    };
}

impl Line {
    /// A line through process `pid` to a machine that builds in `directory`.
    pub fn new(link: Link, pid: u32, directory: &Path) -> Self {
        Self { link, pid, directory: directory.to_owned() }
    }

    /// Where the machine builds.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Types.
    pub async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        each!(&mut self.link, it => it.send(text).await)
    }

    /// The next piece of output; nothing where something else came. Dropping the future loses nothing.
    pub async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let receiving = async { each!(&mut self.link, it => it.receive().await) };
        tokio::time::timeout(transom_tests::PATIENCE, receiving).await.context("nothing came")?
    }

    /// Of all that was received, so much is parsed; and whether that is all there is.
    pub async fn parsed(&mut self, bytes: u64, all: bool) -> anyhow::Result<()> {
        each!(&mut self.link, it => it.parsed(bytes, all).await)
    }

    /// Presents a newer token, where there are tokens.
    pub async fn renew(&mut self, token: &str) -> anyhow::Result<()> {
        match &mut self.link {
            Link::Transom(transom) => transom.renew(token).await,
            _ => Ok(()),
        }
    }

    /// Whether the piece that came last replaces all that came before.
    pub fn starts_over(&mut self) -> bool {
        match &mut self.link {
            Link::Transom(transom) => std::mem::take(&mut transom.started_over),
            _ => false,
        }
    }

    /// Whether the piece that came last restores a screen, rather than being output.
    pub fn is_screen(&self) -> bool {
        matches!(&self.link, Link::Transom(transom) if transom.is_screen)
    }

    /// Waits for the end of a terminal whose program was killed.
    pub async fn hang_up(self) -> anyhow::Result<()> {
        match self.link {
            Link::Transom(transom) => transom.ended().await,
            _ => Ok(()),
        }
    }

    /// Ends the terminal: Transom's outlive their viewers.
    pub async fn end(self) -> anyhow::Result<()> {
        match self.link {
            Link::Transom(transom) => transom.end().await,
            _ => Ok(()),
        }
    }
}
