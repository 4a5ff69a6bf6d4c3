//! Plain `ssh`, which everything is held against.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use transom_protocol::limits;
use transom_tests::machine::Machine;

use crate::shell::Viewer;

/// A shell through `ssh -tt`.
pub struct Ssh {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    piece: Box<[u8]>,
}

/// What `ssh` is started with, here and by gateways that start it: the cipher that Transom prefers.
pub fn arguments(machine: &Machine, key: &Path) -> Vec<String> {
    let mut all: Vec<String> = ["-tt", "-F", "none", "-c", "aes128-gcm@openssh.com"].map(Into::into).into();
    for option in
        ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes", "LogLevel=ERROR"]
    {
        all.extend(["-o".into(), option.into()]);
    }
    all.extend(["-p".into(), machine.port.to_string(), "-i".into(), key.display().to_string()]);
    all.push(format!("{}@127.0.0.1", machine.user));
    all
}

/// A connection that stands, logged in, for terminals that are opened later.
pub struct Standing {
    socket: PathBuf,
    /// Ends with this.
    _master: Child,
}

impl Standing {
    /// Logs in, and keeps the connection under `directory`.
    pub async fn open(machine: &Machine, key: &Path, directory: &Path) -> anyhow::Result<Self> {
        let socket = directory.join("standing");
        let mut master = Command::new("ssh")
            .args(["-M", "-S"])
            .arg(&socket)
            .args(arguments(machine, key))
            .arg("echo in; exec sleep infinity")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdout = master.stdout.take().context("no pipe from ssh")?;
        ensure!(stdout.read(&mut [0; 64]).await? > 0, "ssh ended");
        Ok(Self { socket, _master: master })
    }

    /// Starts `command` on the machine, over this connection.
    pub fn start(&self, machine: &Machine, key: &Path, command: &str) -> anyhow::Result<Ssh> {
        Ssh::spawn(Command::new("ssh").arg("-S").arg(&self.socket).args(arguments(machine, key)).arg(command))
    }
}

impl Ssh {
    /// Starts `command` on the machine.
    pub fn start(machine: &Machine, key: &Path, command: &str) -> anyhow::Result<Self> {
        Self::spawn(Command::new("ssh").args(arguments(machine, key)).arg(command))
    }

    fn spawn(command: &mut Command) -> anyhow::Result<Self> {
        let mut child = command
            .env("TERM", "xterm-256color")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("OpenSSH's client is needed: apt-get install openssh-client")?;
        let stdin = child.stdin.take().context("no pipe to ssh")?;
        let stdout = child.stdout.take().context("no pipe from ssh")?;
        Ok(Self { child, stdin, stdout, piece: vec![0; limits::OUTPUT_BYTES].into() })
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }
}

impl Viewer for Ssh {
    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        self.stdin.write_all(text.as_bytes()).await?;
        Ok(self.stdin.flush().await?)
    }

    async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let len = self.stdout.read(&mut self.piece).await?;
        ensure!(len > 0, "ssh ended");
        Ok(self.piece[..len].to_vec())
    }

    async fn parsed(&mut self, _: u64, _: bool) -> anyhow::Result<()> {
        // The pipe itself makes the program wait.
        Ok(())
    }
}
