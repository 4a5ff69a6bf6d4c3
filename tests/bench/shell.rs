//! A shell on the machine, through the server or through plain `ssh`.

use std::future::Future;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, bail, ensure};
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use transom_protocol::limits;
use transom_tests::machine::Machine;
use transom_tests::process::Process;
use transom_tests::socket::Socket;

/// What the shell shows when it waits.
pub const PROMPT: &str = "bench> ";

/// A shell that can be typed into and looked at.
pub trait Shell {
    /// Types.
    fn type_text(&mut self, text: &str) -> impl Future<Output = anyhow::Result<()>>;
    /// The next piece of output.
    fn more(&mut self) -> impl Future<Output = anyhow::Result<&[u8]>>;
    /// The process in the middle: the server, or `ssh`.
    fn pid(&self) -> u32;
}

/// Waits until the output ends with `text`; returns how many bytes came.
pub async fn until_ends_with(shell: &mut impl Shell, text: &str) -> anyhow::Result<u64> {
    let (mut tail, mut bytes) = (Vec::new(), 0);
    while !tail.ends_with(text.as_bytes()) {
        let piece = shell.more().await?;
        bytes += piece.len() as u64;
        tail.extend_from_slice(&piece[piece.len().saturating_sub(text.len())..]);
        tail.drain(..tail.len().saturating_sub(text.len()));
    }
    Ok(bytes)
}

/// Gives the shell a plain prompt and no line editor.
pub async fn settle(shell: &mut impl Shell) -> anyhow::Result<()> {
    // In two pieces, so that the echo of the command is not taken for the prompt.
    shell
        .type_text(
            "PS1='bench'\"> \"; PROMPT_COMMAND=; set +o emacs; bind 'set enable-bracketed-paste off'\r",
        )
        .await?;
    until_ends_with(shell, PROMPT).await?;
    Ok(())
}

/// A shell through the server, with a viewer that parses in no time.
pub struct Browser {
    /// The viewer's WebSocket.
    pub socket: Socket,
    acked: u64,
    pid: u32,
}

impl Browser {
    /// Connects and opens a terminal.
    pub async fn open(server: &Process, token: &str) -> anyhow::Result<Self> {
        let mut socket = server.socket().await?;
        (socket.acks, socket.keeps) = (false, false);
        let socket = socket.open(token).await?;
        Ok(Self { socket, acked: 0, pid: server.pid() })
    }

    async fn ack(&mut self) -> anyhow::Result<()> {
        if self.acked < self.socket.offset {
            self.acked = self.socket.offset;
            self.socket.ack().await?;
        }
        Ok(())
    }
}

impl Shell for Browser {
    async fn type_text(&mut self, text: &str) -> anyhow::Result<()> {
        self.socket.type_text(text).await
    }

    async fn more(&mut self) -> anyhow::Result<&[u8]> {
        let before = self.socket.offset;
        while self.socket.offset == before {
            let ready = self.socket.step().now_or_never();
            let closed = match ready {
                Some(step) => step?,
                // As the page does: acknowledge when there is nothing left to parse.
                None => {
                    self.ack().await?;
                    self.socket.step().await?
                }
            };
            if let Some(closed) = closed {
                bail!("{closed:?}");
            }
        }
        ensure!(self.socket.skipped == 0, "{} bytes were skipped", self.socket.skipped);
        if self.socket.offset - self.acked >= limits::ACK_EVERY_BYTES {
            self.ack().await?;
        }
        Ok(&self.socket.output)
    }

    fn pid(&self) -> u32 {
        self.pid
    }
}

/// A shell through `ssh -tt`.
pub struct Ssh {
    child: Child,
    stdin: ChildStdin,
    stdout: ChildStdout,
    piece: Box<[u8]>,
}

impl Ssh {
    /// Starts `command` on the machine, with the cipher that the server prefers.
    pub fn start(machine: &Machine, key: &Path, command: &str) -> anyhow::Result<Self> {
        let mut child = Command::new("ssh")
            .args(["-tt", "-F", "none", "-c", "aes128-gcm@openssh.com", "-p", &machine.port.to_string()])
            .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-i"])
            .arg(key)
            .arg(format!("{}@127.0.0.1", machine.user))
            .arg(command)
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
}

impl Shell for Ssh {
    async fn type_text(&mut self, text: &str) -> anyhow::Result<()> {
        self.stdin.write_all(text.as_bytes()).await?;
        Ok(self.stdin.flush().await?)
    }

    async fn more(&mut self) -> anyhow::Result<&[u8]> {
        let reading = self.stdout.read(&mut self.piece);
        let len = tokio::time::timeout(transom_tests::PATIENCE, reading).await.context("nothing came")??;
        ensure!(len > 0, "ssh ended");
        Ok(&self.piece[..len])
    }

    fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }
}
