//! Connecting to a machine's sshd: host key, login, terminal.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::{
    Certificate, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate,
};
use russh::{Channel, ChannelMsg, Disconnect, Preferred, cipher};
use transom_protocol::wire::Size;

use super::certificate;
use super::launch::{self, Kit, Manner};
use super::valve::{Valve, Valved};
use crate::backend::{BackendError, Credential, Target};

/// Bytes the machine may send before it is let send more. Small, so that what is in flight when
/// somebody presses Ctrl-C is small: 256 KiB is 70 MB/s at a round trip of 3.7 ms.
const WINDOW_BYTES: u32 = 256 * 1024;
/// Messages of one channel that russh queues before its loop stops; the pump never lets it get there.
const CHANNEL_QUEUE: usize = 64;
/// How long taking leave may take.
const LEAVING: Duration = Duration::from_secs(1);
const CIPHERS: &[cipher::Name] =
    &[cipher::AES_128_GCM, cipher::AES_256_GCM, cipher::CHACHA20_POLY1305, cipher::AES_256_CTR];

/// A connection that is logged in.
pub(super) struct Connection {
    handle: Handle<HostKey>,
    valve: Valve,
}

/// Connects and logs in within the target's time limit, for terminals.
pub(super) async fn connect(target: &Target) -> Result<Connection, BackendError> {
    connect_with(target, WINDOW_BYTES).await
}

/// The same, with a window of `window` bytes for each channel.
pub(super) async fn connect_with(target: &Target, window: u32) -> Result<Connection, BackendError> {
    let limit = target.connect_timeout;
    tokio::time::timeout(limit, log_in(target, window))
        .await
        .unwrap_or_else(|_| Err(BackendError::Unreachable("it did not let us in in time".into())))
}

async fn log_in(target: &Target, window: u32) -> Result<Connection, BackendError> {
    let endpoint = &target.endpoint;
    let stream = target.dialer.connect(&endpoint.host, endpoint.port, target.connect_timeout).await?;
    let config = client::Config {
        window_size: window,
        channel_buffer_size: CHANNEL_QUEUE,
        keepalive_interval: Some(target.keepalive),
        keepalive_max: 3,
        nodelay: true,
        preferred: Preferred { cipher: Cow::Borrowed(CIPHERS), ..Preferred::DEFAULT },
        ..client::Config::default()
    };
    let seen = Arc::new(Mutex::new(None));
    let valve = Valve::default();
    let handler = HostKey { pins: endpoint.pins.clone(), refused: Arc::clone(&seen) };
    let stream = Valved::new(stream, valve.clone());
    let mut handle = client::connect_stream(Arc::new(config), stream, handler).await.map_err(|error| {
        match seen.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(fingerprint) => BackendError::HostKey(fingerprint),
            None => {
                tracing::debug!(%error, "no SSH connection");
                BackendError::Unreachable("it did not speak SSH as expected".into())
            }
        }
    })?;
    authenticate(&mut handle, target).await?;
    Ok(Connection { handle, valve })
}

async fn authenticate(handle: &mut Handle<HostKey>, target: &Target) -> Result<(), BackendError> {
    let user = target.endpoint.username.as_str();
    let lost = |error: russh::Error| match error {
        russh::Error::Disconnect | russh::Error::HUP | russh::Error::SendError | russh::Error::RecvError => {
            BackendError::Login("the machine closed the connection".into())
        }
        other => {
            tracing::debug!(error = %other, "login failed");
            BackendError::Login("the SSH protocol was not kept".into())
        }
    };
    let result = match &target.credential {
        Credential::None => {
            return Err(BackendError::Login("no login is registered".into()));
        }
        Credential::Password(password) => {
            handle.authenticate_password(user, password.as_str()).await.map_err(lost)?
        }
        Credential::Key { pem, passphrase } => {
            let key = read_key(pem, passphrase.as_ref().map(|p| p.as_str()))?;
            let hash = if key.algorithm().is_rsa() {
                handle.best_supported_rsa_hash().await.map_err(lost)?.flatten()
            } else {
                None
            };
            let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
            handle.authenticate_publickey(user, key).await.map_err(lost)?
        }
        Credential::Certificate { pem, certificate } => {
            let key = read_key(pem, None)?;
            let certified = Certificate::from_openssh(certificate)
                .map_err(|_| BackendError::Login("the registered certificate cannot be read".into()))?;
            certificate::log_in(handle, user, Arc::new(key), certified).await.map_err(lost)?
        }
    };
    if result.success() {
        Ok(())
    } else {
        Err(BackendError::Login("user name, key or password not accepted".into()))
    }
}

fn read_key(pem: &str, passphrase: Option<&str>) -> Result<PrivateKey, BackendError> {
    russh::keys::decode_secret_key(pem, passphrase)
        .map_err(|_| BackendError::Login("the registered private key cannot be read".into()))
}

impl Connection {
    /// Switches reading on and off.
    pub(super) fn valve(&self) -> Valve {
        self.valve.clone()
    }

    /// Whether the connection still stands, as far as is known.
    pub(super) fn is_alive(&self) -> bool {
        !self.handle.is_closed()
    }

    /// A channel for the next terminal, opened before that is wanted; nothing runs on the machine for it
    /// yet. `None` where the machine gives none: who wants the terminal is told why.
    pub(super) async fn reserve(&self, target: &Target) -> Option<Channel<client::Msg>> {
        tokio::time::timeout(target.connect_timeout, self.handle.channel_open_session()).await.ok()?.ok()
    }

    /// Starts the shell on `reserved`, or on a channel of its own, with a PTY of `size`.
    pub(super) async fn terminal(
        &self,
        reserved: Option<Channel<client::Msg>>,
        target: &Target,
        size: Size,
        manner: Manner,
        kit: Kit,
    ) -> Result<Channel<client::Msg>, BackendError> {
        let opening = async {
            let mut channel = match reserved {
                Some(channel) => channel,
                None => self.handle.channel_open_session().await.map_err(refused)?,
            };
            // Both at once, a round trip saved: sshd answers in order.
            channel
                .request_pty(true, "xterm-256color", size.cols.into(), size.rows.into(), 0, 0, &[])
                .await
                .map_err(refused)?;
            match launch::command(target, manner, kit) {
                Some(command) => channel.exec(true, command).await.map_err(refused)?,
                None => channel.request_shell(true).await.map_err(refused)?,
            }
            granted(&mut channel, "it gave no terminal").await?;
            granted(&mut channel, "it started no shell").await?;
            Ok(channel)
        };
        tokio::time::timeout(target.connect_timeout, opening)
            .await
            .unwrap_or_else(|_| Err(BackendError::Session("no answer in time".into())))
    }

    /// Opens a channel and starts the subsystem `name` on it; `None` where the machine has none of that
    /// name.
    pub(super) async fn subsystem(
        &self,
        target: &Target,
        name: &str,
    ) -> Result<Option<Channel<client::Msg>>, BackendError> {
        let opening = async {
            let mut channel = self.handle.channel_open_session().await.map_err(refused)?;
            channel.request_subsystem(true, name).await.map_err(refused)?;
            Ok(granted(&mut channel, "it has no such subsystem").await.is_ok().then_some(channel))
        };
        tokio::time::timeout(target.connect_timeout, opening)
            .await
            .unwrap_or_else(|_| Err(BackendError::Session("no answer in time".into())))
    }

    /// Waits for the machine's answer to a request of no effect (RFC 4254, section 4). It answers in order, so
    /// the channels have by then what it sent before.
    pub(super) async fn probe(&self) {
        let _ = self.handle.send_ping().await;
    }

    /// Takes leave; the machine need not answer.
    pub(super) async fn goodbye(mut self) {
        self.valve.open();
        let leaving = async {
            let _ = self.handle.disconnect(Disconnect::ByApplication, "", "").await;
            let _ = (&mut self.handle).await;
        };
        let _ = tokio::time::timeout(LEAVING, leaving).await;
    }
}

/// russh hears of a dropped handle, or of leave taken, only where no key exchange is under way, and behind a
/// closed valve none ends. Of the end of the stream it hears always.
impl Drop for Connection {
    fn drop(&mut self) {
        self.valve.shut();
    }
}

fn refused(error: russh::Error) -> BackendError {
    tracing::debug!(%error, "no terminal");
    let why = match error {
        russh::Error::ChannelOpenFailure(_) => "it allows no session on the connection",
        _ => "the connection was closed",
    };
    BackendError::Session(why.into())
}

/// Waits for the answer to the last request. sshd sends nothing else before the shell starts.
async fn granted(channel: &mut Channel<client::Msg>, otherwise: &str) -> Result<(), BackendError> {
    loop {
        match channel.wait().await {
            Some(ChannelMsg::Success) => return Ok(()),
            Some(ChannelMsg::WindowAdjusted { .. }) => {}
            Some(_) | None => return Err(BackendError::Session(otherwise.into())),
        }
    }
}

/// Accepts the registered host keys and no other: a changed key is refused, never learned.
pub(super) struct HostKey {
    pins: Vec<String>,
    refused: Arc<Mutex<Option<String>>>,
}

impl client::Handler for HostKey {
    type Error = russh::Error;

    async fn check_server_key(&mut self, offered: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = offered else {
            return Ok(false);
        };
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let known = self.pins.iter().any(|pin| pin_matches(pin, key, &fingerprint));
        if !known {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        }
        Ok(known)
    }
}

/// A pin is a `SHA256:` fingerprint or a public key line as `ssh-keyscan` or a `.pub` file has it.
fn pin_matches(pin: &str, key: &PublicKey, fingerprint: &str) -> bool {
    if pin.starts_with("SHA256:") {
        return pin.trim_end_matches('=') == fingerprint;
    }
    PublicKey::from_openssh(pin).is_ok_and(|pinned| pinned.key_data() == key.key_data())
}
