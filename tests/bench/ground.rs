//! What every bench stands on: one sshd, the server as a process, and a key that both ways in use.

use anyhow::Context as _;
use serde_json::{Value, json};
use transom_tests::machine::{Machine, keygen};
use transom_tests::process::Process;

use crate::shell::{Browser, Ssh};

/// A machine with a build on it, reached by the server and by plain `ssh` with the same key.
pub struct Ground {
    /// The build's machine.
    pub machine: Machine,
    /// The server under test.
    pub server: Process,
    login: Value,
    files: tempfile::TempDir,
}

impl Ground {
    /// Starts both, with one build, `b0`, that is ready.
    pub async fn prepare() -> anyhow::Result<Self> {
        let files = tempfile::tempdir()?;
        let key = files.path().join("key");
        keygen(&["-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f"], &key)?;
        // A file of its own: the machine writes the one that it names by itself.
        let authorized = format!("AuthorizedKeysFile {}.pub\nMaxStartups 500", key.display());
        let machine = Machine::start_as(&transom_tests::machine::whoami()?, &authorized)?;
        let login = json!({ "kind": "key", "private_key": std::fs::read_to_string(&key)? });
        let server = Process::start("").await?;
        let ground = Self { machine, server, login, files };
        ground.build("b0").await?;
        Ok(ground)
    }

    /// Registers one more build on the machine.
    pub async fn build(&self, id: &str) -> anyhow::Result<()> {
        self.server.build(id, json!({ "build_dir": self.machine.build_dir() })).await?;
        self.server.ready_machine(id, &self.machine, &self.login).await.context(self.server.log())
    }

    /// A terminal of build `b0` through the server.
    pub async fn browser(&self) -> anyhow::Result<Browser> {
        let token = self.server.controller("b0").await?;
        Browser::open(&self.server, &token).await
    }

    /// The key with which plain clients log in.
    pub fn key(&self) -> std::path::PathBuf {
        self.files.path().join("key")
    }

    /// The same shell through `ssh -tt`, which reads and writes pipes.
    pub fn ssh(&self) -> anyhow::Result<Ssh> {
        let shell = format!("cd {} && exec \"${{SHELL:-/bin/sh}}\" -i", self.machine.build_dir().display());
        Ssh::start(&self.machine, &self.key(), &shell)
    }
}
