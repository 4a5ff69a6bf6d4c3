//! Connecting to a machine's VNC server: version, security, login.

use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use transom_protocol::rfb::{Handshake, Login, Random, ServerInit, Step};
use zeroize::Zeroizing;

use super::hangup::Hangup;
use super::sealed::{self, Sealed};
use super::{broken, pinned};
use crate::backend::{BackendError, Credential, Target};
use crate::clock::tick;

/// A socket, or what is encrypted on one.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

/// A server that is logged in to.
pub(super) struct Connection {
    pub stream: Box<dyn Stream>,
    /// That it has gone.
    pub hangup: Hangup,
    /// What it said of its screen.
    pub init: ServerInit,
    /// What it has sent behind that.
    pub input: BytesMut,
    /// Whether it answers as what is in the next rack does.
    pub is_near: bool,
}

/// A machine that takes less to accept a connection is near.
const NEAR: Duration = Duration::from_millis(2);

/// Connects and logs in within the target's time limit.
pub(super) async fn connect(target: &Target) -> Result<Connection, BackendError> {
    tokio::time::timeout(target.connect_timeout, log_in(target))
        .await
        .unwrap_or_else(|_| Err(BackendError::Unreachable("it did not let us in in time".into())))
}

async fn log_in(target: &Target) -> Result<Connection, BackendError> {
    let endpoint = &target.endpoint;
    let knocked = tick();
    let socket = target.dialer.connect(&endpoint.host, endpoint.port, target.connect_timeout).await?;
    let is_near = knocked.elapsed() < NEAR;
    let hangup = Hangup::of(&socket, target.keepalive).map_err(lost)?;
    let mut stream: Box<dyn Stream> = Box::new(socket);
    let password = match &target.credential {
        Credential::Password(password) => Some(password.clone()),
        _ => None,
    };
    let login = Login {
        username: Some(endpoint.username.clone()).filter(|name| !name.is_empty()),
        // Without a password there is none to be asked for: that is what was registered.
        none: password.is_none(),
        password,
        pinned: !endpoint.pins.is_empty(),
    };
    let mut random = Zeroizing::new([0; 640]);
    crate::random::fill(&mut *random);
    let mut handshake = Handshake::new(login, Random(random));
    let mut input = BytesMut::new();
    loop {
        match handshake.step(&mut input)? {
            Step::Wait => {
                if stream.read_buf(&mut input).await.map_err(lost)? == 0 {
                    return Err(lost(std::io::ErrorKind::UnexpectedEof.into()));
                }
            }
            Step::Send(bytes) => {
                stream.write_all(&bytes).await.map_err(lost)?;
                stream.flush().await.map_err(lost)?;
            }
            Step::Tls if input.is_empty() => {
                stream = Box::new(pinned::secured(stream, &endpoint.pins).await?);
            }
            // What came in the clear behind the agreement is nobody's word.
            Step::Tls => return Err(BackendError::Unreachable("it did not speak TLS as expected".into())),
            Step::Key(key) => {
                let fingerprint = pinned::fingerprint(&key);
                if !endpoint.pins.contains(&fingerprint) {
                    return Err(BackendError::HostKey(fingerprint));
                }
                handshake.trust(sealed::new_key().await?);
            }
            Step::Seal => {
                if let Some(seals) = handshake.seals() {
                    stream = Box::new(Sealed::new(stream, seals, std::mem::take(&mut input)));
                }
            }
            Step::Ready(init) => return Ok(Connection { stream, hangup, init, input, is_near }),
        }
    }
}

fn lost(error: std::io::Error) -> BackendError {
    broken(error, BackendError::Unreachable("it closed the connection during the login".into()))
}
