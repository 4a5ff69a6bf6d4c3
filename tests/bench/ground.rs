//! What every bench stands on: one sshd, the server and its peers as processes, and a key that all use.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use transom_tests::machine::{Machine, keygen};
use transom_tests::process::Process;

use crate::gateway::{Gateway, installed};
use crate::line::{Line, Link, Way};
use crate::shell::Shell;
use crate::ssh::Ssh;
use crate::transom::Transom;
use crate::ttyd::Ttyd;
use crate::webssh::Webssh;
use crate::wetty::Wetty;

/// A machine with a build on it, reached in every way with the same key.
pub struct Ground {
    /// The build's machine.
    pub machine: Machine,
    /// The server under test.
    pub server: Process,
    login: Value,
    files: tempfile::TempDir,
    gateways: BTreeMap<Way, Gateway>,
}

impl Ground {
    /// Starts all of it, with one build, `b0`, that is ready. A peer that is not installed is left out.
    pub async fn prepare() -> anyhow::Result<Self> {
        let mut ground = Self::without_peers("").await?;
        for way in [Way::Ttyd, Way::Wetty, Way::Webssh] {
            if why_not(way).is_some() {
                continue;
            }
            match ground.gateway(way).await {
                Ok(gateway) => drop(ground.gateways.insert(way, gateway)),
                Err(error) => println!("  skipped: {} does not start: {error:#}", way.name()),
            }
        }
        Ok(ground)
    }

    /// The machine and the server, with more lines for its configuration.
    pub async fn without_peers(more: &str) -> anyhow::Result<Self> {
        let files = tempfile::tempdir()?;
        let key = files.path().join("key");
        keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"], &key)?;
        // A file of its own: the machine writes the one that it names by itself.
        let authorized = format!("AuthorizedKeysFile {}.pub\nMaxStartups 700", key.display());
        let machine = Machine::start_as(&transom_tests::machine::whoami()?, &authorized)?;
        let login = json!({ "kind": "key", "private_key": std::fs::read_to_string(&key)? });
        let server = Process::start(more).await?;
        let ground = Self { machine, server, login, files, gateways: BTreeMap::new() };
        ground.build("b0").await?;
        Ok(ground)
    }

    async fn gateway(&self, way: Way) -> anyhow::Result<Gateway> {
        let (key, shell) = (self.files.path().join("key"), self.shell());
        match way {
            Way::Ttyd => Ttyd::gateway(&self.machine, &key, &shell).await,
            Way::Wetty => Wetty::gateway(&self.machine, &key, &shell).await,
            _ => Webssh::gateway(&key).await,
        }
    }

    /// What starts a shell where Transom's starts.
    pub fn shell(&self) -> String {
        format!("cd {} && exec \"${{SHELL:-/bin/sh}}\" -i", self.machine.build_dir().display())
    }

    /// The ways that there are here.
    pub fn ways(&self) -> Vec<Way> {
        let is_there = |way: &Way| matches!(way, Way::Ssh | Way::Transom) || self.gateways.contains_key(way);
        Way::ALL.into_iter().filter(is_there).collect()
    }

    /// A peer's address.
    pub fn port(&self, way: Way) -> Option<u16> {
        self.gateways.get(&way).map(|g| g.port)
    }

    /// Registers one more build on the machine.
    pub async fn build(&self, id: &str) -> anyhow::Result<()> {
        self.server.build(id, json!({ "build_dir": self.machine.build_dir() })).await?;
        self.server.ready_machine(id, &self.machine, &self.login).await.context(self.server.log())
    }

    /// A terminal in this way; Transom's is one of build `b0`.
    pub async fn open(&self, way: Way) -> anyhow::Result<Shell> {
        self.open_of(way, "b0").await
    }

    /// A terminal in this way; Transom's is one of this build.
    pub async fn open_of(&self, way: Way, build: &str) -> anyhow::Result<Shell> {
        let token = if way == Way::Transom { self.server.controller(build).await? } else { String::new() };
        self.open_with(way, &token).await
    }

    /// The key with which plain clients log in.
    pub fn key(&self) -> std::path::PathBuf {
        self.files.path().join("key")
    }

    /// A place for files.
    pub fn directory(&self) -> &std::path::Path {
        self.files.path()
    }

    /// A terminal in this way; Transom's with a token that was fetched before.
    pub async fn open_with(&self, way: Way, token: &str) -> anyhow::Result<Shell> {
        self.connect(way, token).await.with_context(|| format!("no terminal through {}", way.name()))
    }

    async fn connect(&self, way: Way, token: &str) -> anyhow::Result<Shell> {
        let key = self.key();
        let gateway = self.gateways.get(&way);
        let port = gateway.map_or(0, |g| g.port);
        let link = match way {
            Way::Ssh => Link::Ssh(Box::new(Ssh::start(&self.machine, &key, &self.shell())?)),
            Way::Transom => Link::Transom(Box::new(Transom::open(&self.server, token).await?)),
            Way::Ttyd => Link::Ttyd(Box::new(Ttyd::open(port).await?)),
            Way::Wetty => Link::Wetty(Box::new(Wetty::open(port).await?)),
            Way::Webssh => Link::Webssh(Box::new(Webssh::open(port, &self.machine, &key).await?)),
            Way::Novnc | Way::Rfb => bail!("it shows desktops"),
        };
        let pid = match &link {
            Link::Ssh(ssh) => ssh.pid(),
            Link::Transom(_) => self.server.pid(),
            _ => gateway.map_or(0, Gateway::pid),
        };
        Ok(Shell::new(Line::new(link, pid, &self.machine.build_dir())))
    }
}

/// Why a peer is not here, as `peers.sh` said.
pub fn why_not(way: Way) -> Option<String> {
    let (place, name) = (installed(), way.name());
    let program = match way {
        Way::Ssh | Way::Transom | Way::Rfb => return None,
        Way::Ttyd => "ttyd/run",
        Way::Wetty => "wetty/node_modules/wetty/package.json",
        Way::Webssh => "webssh/bin/wssh",
        Way::Novnc => "novnc/installed.json",
    };
    let said = std::fs::read_to_string(place.join(format!("{name}.skipped")));
    match said {
        Ok(why) => Some(why.trim().to_owned()),
        Err(_) if place.join(program).exists() => None,
        Err(_) => Some("not installed: tests/bench/peers.sh target/bench-peers".to_owned()),
    }
}
