//! webssh: credentials over HTTP, then one WebSocket, without any flow control.

use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use transom_tests::machine::Machine;

use crate::gateway::{Gateway, Wire, installed};
use crate::shell::Viewer;

/// A viewer of webssh.
pub struct Webssh {
    wire: Wire,
}

impl Webssh {
    /// Starts the gateway, which speaks SSH itself.
    pub async fn gateway(key: &Path) -> anyhow::Result<Gateway> {
        let directory = key.parent().unwrap_or(key);
        let hosts = directory.join("webssh-known-hosts");
        std::fs::write(&hosts, "")?;
        let arguments = |port: u16| {
            vec![
                "--address=127.0.0.1".into(),
                format!("--port={port}"),
                "--xsrf=False".into(),
                "--fbidhttp=False".into(),
                "--maxconn=1000".into(),
                "--policy=autoadd".into(),
                format!("--hostfile={}", hosts.display()),
                "--logging=none".into(),
            ]
        };
        Gateway::start(&installed().join("webssh/bin/wssh"), arguments, directory).await
    }

    /// Opens a terminal.
    pub async fn open(port: u16, machine: &Machine, key: &Path) -> anyhow::Result<Self> {
        let form = format!(
            "hostname=127.0.0.1&port={}&username={}&term=xterm-256color&privatekey={}",
            machine.port,
            machine.user,
            escaped(&std::fs::read_to_string(key)?)
        );
        let answer: Value = reqwest::Client::new()
            .post(format!("http://127.0.0.1:{port}/"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await?
            .json()
            .await?;
        let id = answer["id"].as_str().with_context(|| format!("webssh does not connect: {answer}"))?;
        let mut wire = Wire::open(port, &format!("/ws?id={}", escaped(id)), "").await?;
        wire.send(Message::text(json!({ "resize": [80, 24] }).to_string())).await?;
        Ok(Self { wire })
    }
}

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

impl Viewer for Webssh {
    async fn send(&mut self, text: &str) -> anyhow::Result<()> {
        self.wire.send(Message::text(json!({ "data": text }).to_string())).await
    }

    async fn receive(&mut self) -> anyhow::Result<Vec<u8>> {
        match self.wire.receive().await? {
            Message::Binary(bytes) => Ok(bytes.to_vec()),
            Message::Close(frame) => bail!("webssh closed: {frame:?}"),
            _ => Ok(Vec::new()),
        }
    }

    async fn parsed(&mut self, _: u64, _: bool) -> anyhow::Result<()> {
        Ok(())
    }
}
