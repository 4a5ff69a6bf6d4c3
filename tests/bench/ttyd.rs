//! ttyd: one WebSocket, a command byte in front of each message, PAUSE and RESUME from the page.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::bail;
use tokio_tungstenite::tungstenite::Message;
use transom_tests::machine::Machine;

use crate::gateway::{Gateway, Wire, installed};
use crate::shell::Viewer;

/// As ttyd's page counts: a callback for each so many bytes written to xterm.js, PAUSE with more than
/// `HIGH` of them open, RESUME with fewer than `LOW` (its `flowControl` in `html/src/components/app.tsx`).
const LIMIT: u64 = 100_000;
const HIGH: usize = 10;
const LOW: usize = 4;

/// A viewer of ttyd.
pub struct Ttyd {
    wire: Wire,
    received: u64,
    written: u64,
    /// Where the open callbacks are due.
    pending: VecDeque<u64>,
    /// Whether the gateway is to be told to pause.
    pauses: bool,
}

impl Ttyd {
    /// Starts the gateway, which runs an `ssh` for each viewer.
    pub async fn gateway(machine: &Machine, key: &Path, shell: &str) -> anyhow::Result<Gateway> {
        let mut ssh = vec!["ssh".to_owned()];
        ssh.extend(crate::ssh::arguments(machine, key));
        ssh.push(shell.to_owned());
        let arguments = |port: u16| {
            // A viewer that reads nothing answers no pings; its browser would.
            let own = ["-W", "-i", "127.0.0.1", "-d", "1", "-P", "300", "-t", "rendererType=dom", "-p"]
                .map(Into::into);
            own.into_iter().chain([port.to_string()]).chain(ssh).collect()
        };
        Gateway::start(&installed().join("ttyd/run"), arguments, key.parent().unwrap_or(key)).await
    }

    /// Opens a terminal.
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        let mut wire = Wire::open(port, "/ws", "tty").await?;
        wire.send(Message::text(r#"{"AuthToken":"","columns":80,"rows":24}"#)).await?;
        Ok(Self { wire, received: 0, written: 0, pending: VecDeque::new(), pauses: false })
    }
}

impl Viewer for Ttyd {
    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        self.wire.send(Message::binary(format!("0{text}").into_bytes())).await
    }

    async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let bytes = match self.wire.receive().await? {
            Message::Binary(bytes) => bytes,
            Message::Close(frame) => bail!("ttyd closed: {frame:?}"),
            _ => return Ok(Vec::new()),
        };
        let Some((b'0', output)) = bytes.split_first() else { return Ok(Vec::new()) };
        self.received += output.len() as u64;
        self.written += output.len() as u64;
        if self.written > LIMIT {
            self.written = 0;
            self.pending.push_back(self.received);
            self.pauses |= self.pending.len() > HIGH;
        }
        Ok(output.to_vec())
    }

    async fn parsed(&mut self, bytes: u64, _: bool) -> anyhow::Result<()> {
        if std::mem::take(&mut self.pauses) {
            self.wire.send(Message::binary("2")).await?;
        }
        while self.pending.front().is_some_and(|due| *due <= bytes) {
            self.pending.pop_front();
            if self.pending.len() < LOW {
                self.wire.send(Message::binary("3")).await?;
            }
        }
        Ok(())
    }
}
