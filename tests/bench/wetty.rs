//! wetty: Socket.IO over one WebSocket, JSON text, `commit` from the page for each 256 KiB parsed.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use transom_tests::machine::Machine;

use crate::gateway::{Gateway, Wire, installed};
use crate::shell::Viewer;

/// As wetty's page counts (`FlowControlClient` in its `src/client/wetty/flowcontrol.ts`).
const ACK_BYTES: u64 = 262_144;

/// A viewer of wetty.
pub struct Wetty {
    wire: Wire,
    received: u64,
    counted: u64,
    /// Where the open commits are due.
    pending: VecDeque<u64>,
    /// Whether a ping is to be answered.
    pinged: bool,
}

impl Wetty {
    /// Starts the gateway, which runs an `ssh` for each viewer.
    pub async fn gateway(machine: &Machine, key: &Path, shell: &str) -> anyhow::Result<Gateway> {
        let directory = key.parent().unwrap_or(key);
        let config = directory.join("wetty-ssh-config");
        std::fs::write(&config, "Ciphers aes128-gcm@openssh.com\nIdentitiesOnly yes\nLogLevel ERROR\n")?;
        let own = [
            installed().join("wetty/node_modules/wetty/build/main.js").display().to_string(),
            "--base=/wetty".into(),
            "--force-ssh".into(),
            "--host=127.0.0.1".into(),
            "--ssh-host=127.0.0.1".into(),
            format!("--ssh-port={}", machine.port),
            format!("--ssh-user={}", machine.user),
            "--ssh-auth=publickey".into(),
            format!("--ssh-key={}", key.display()),
            format!("--ssh-config={}", config.display()),
            "--known-hosts=/dev/null".into(),
            format!("--command={shell}"),
        ];
        let arguments = |port: u16| own.into_iter().chain([format!("--port={port}")]).collect();
        Gateway::start(Path::new("node"), arguments, directory).await
    }

    /// Opens a terminal.
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        let mut wire = Wire::open(port, "/wetty/socket.io/?EIO=4&transport=websocket", "").await?;
        wire.receive().await.context("no open packet")?;
        wire.send(Message::text("40")).await?;
        wire.receive().await.context("no connect packet")?;
        let mut wetty = Self { wire, received: 0, counted: 0, pending: VecDeque::new(), pinged: false };
        wetty.emit(&json!(["resize", { "cols": 80, "rows": 24 }])).await?;
        Ok(wetty)
    }

    async fn emit(&mut self, event: &Value) -> anyhow::Result<()> {
        self.wire.send(Message::text(format!("42{event}"))).await
    }
}

impl Viewer for Wetty {
    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        self.emit(&json!(["input", text])).await
    }

    async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        let text = match self.wire.receive().await? {
            Message::Text(text) => text,
            Message::Close(frame) => bail!("wetty closed: {frame:?}"),
            _ => return Ok(Vec::new()),
        };
        let Some(event) = text.strip_prefix("42") else {
            self.pinged |= text.as_str() == "2";
            return Ok(Vec::new());
        };
        let (name, data): (String, String) = match serde_json::from_str(event) {
            Ok(event) => event,
            // An event without data.
            Err(_) => return Ok(Vec::new()),
        };
        if name != "data" {
            return Ok(Vec::new());
        }
        self.received += data.len() as u64;
        self.counted += data.len() as u64;
        if self.counted >= ACK_BYTES {
            self.counted -= ACK_BYTES;
            self.pending.push_back(self.received);
        }
        Ok(data.into_bytes())
    }

    async fn parsed(&mut self, bytes: u64, _: bool) -> anyhow::Result<()> {
        if std::mem::take(&mut self.pinged) {
            self.wire.send(Message::text("3")).await?;
        }
        while self.pending.front().is_some_and(|due| *due <= bytes) {
            self.pending.pop_front();
            self.emit(&json!(["commit", ACK_BYTES])).await?;
        }
        Ok(())
    }
}
