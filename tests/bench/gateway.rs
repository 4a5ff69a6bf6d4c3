//! A peer's gateway as a process on a free port, and the WebSockets to it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context as _;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use transom_tests::PATIENCE;
use transom_tests::machine::free_port;
use transom_tests::process::tree;

/// Where the peers are installed by `peers.sh`.
pub fn installed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-peers")
}

/// A running gateway, killed when dropped.
pub struct Gateway {
    child: Child,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl Gateway {
    /// Starts `program`; `arguments` are told the port. Waits until it listens.
    pub async fn start(
        program: &Path,
        arguments: impl FnOnce(u16) -> Vec<String>,
        directory: &Path,
    ) -> anyhow::Result<Self> {
        let port = free_port()?;
        let log = std::fs::File::create(directory.join(format!("gateway-{port}.log")))?;
        let child = Command::new(program)
            .args(arguments(port))
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        for _ in 0..(PATIENCE.as_millis() / 20) {
            if connect(port).await.is_ok() {
                return Ok(Self { child, port });
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("{} does not listen", program.display())
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // What it has started may outlive it.
        let tree = self.child.id().and_then(|pid| tree(pid).ok()).unwrap_or_default();
        if !tree.is_empty() {
            let _ = std::process::Command::new("kill")
                .arg("-KILL")
                .args(tree.iter().map(u32::to_string))
                .status();
        }
    }
}

/// A connection to a port of 127.0.0.1.
pub async fn connect(port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpSocket::new_v4()?.connect(([127, 0, 0, 1], port).into()).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// A WebSocket to a gateway.
pub struct Wire(WebSocketStream<TcpStream>);

impl Wire {
    /// Opens `path`, with a subprotocol where `protocol` is one.
    pub async fn open(port: u16, path: &str, protocol: &str) -> anyhow::Result<Self> {
        let mut request = format!("ws://127.0.0.1:{port}{path}").into_client_request()?;
        let headers = request.headers_mut();
        headers.insert("origin", format!("http://127.0.0.1:{port}").parse()?);
        if !protocol.is_empty() {
            headers.insert("sec-websocket-protocol", protocol.parse()?);
        }
        // Some send all they have in one frame.
        let room = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let stream = connect(port).await?;
        let (socket, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(room)).await?;
        Ok(Self(socket))
    }

    /// Sends a message.
    pub async fn send(&mut self, message: Message) -> anyhow::Result<()> {
        Ok(self.0.send(message).await?)
    }

    /// The next message. Dropping the future loses nothing.
    pub async fn receive(&mut self) -> anyhow::Result<Message> {
        Ok(self.0.next().await.context("the gateway hung up")??)
    }
}
