//! What a back end is: one async function over one link to the session.
//!
//! A back end belongs to a family (terminal or desktop) and turns that family's inputs into its
//! protocol and the protocol into that family's events. It knows no viewer, no grant, no store.
//! Dropping its future disconnects from the machine. A new protocol is one file here and one line
//! in [`Backends::all`].

mod desktop;
mod dial;
mod ssh;
mod vnc;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{self, Size};
use zeroize::Zeroizing;

pub use desktop::{Desktop, DesktopEvent, DesktopInput};
pub use dial::{Dialer, Resolved};
pub use ssh::{FileError, Files, Found, Listing, Opened, Piece, Uploading};
pub use ssh::{Ssh, generate_key, is_certificate, is_pin, looks_like_key, public_key_of};
pub use vnc::Vnc;

use crate::access::BuildId;
use crate::access::build::{Endpoint, Platform};

/// What a kind of session takes in and gives out.
pub trait Family: Send + 'static {
    /// From the viewers to the machine.
    type Input: Send + 'static;
    /// From the machine to the viewers.
    type Event: Send + 'static;
    /// The same on the wire.
    const FAMILY: wire::Family;
}

/// The family of byte streams that a terminal emulator draws.
#[derive(Debug)]
pub struct Terminal;

impl Family for Terminal {
    type Input = TerminalInput;
    type Event = TerminalEvent;
    const FAMILY: wire::Family = wire::Family::Terminal;
}

/// What goes into a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalInput {
    /// Typed or pasted bytes.
    Bytes(Bytes),
    /// The terminal has a new size.
    Resize(Size),
    /// Wants [`TerminalEvent::Probed`] with the same number. Numbers rise; the newest answers for all.
    Probe(u64),
}

/// What comes out of a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalEvent {
    /// The program was started; output follows.
    Ready,
    /// Output.
    Output(Bytes),
    /// The machine has answered the probe, and what it sent before its answer is above.
    Probed(u64),
}

/// A back end's two ends of the session: bounded, so whoever is slow is waited for.
#[derive(Debug)]
pub struct Link<F: Family> {
    /// What the viewers send. Ends when the session is closed.
    pub input: mpsc::Receiver<F::Input>,
    /// What the machine shows.
    pub output: mpsc::Sender<F::Event>,
}

impl<F: Family> Link<F> {
    /// Whether the session is closed.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.input.is_closed() || self.output.is_closed()
    }
}

/// How a program on the machine ended by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exit {
    /// With a status.
    Status(u32),
    /// By a signal, named without `SIG`.
    Signal(String),
    /// The machine closed the channel and said neither.
    Unknown,
}

/// Why a back end could not connect, or stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// The address is outside the configured networks.
    #[error("address {0} is outside the configured networks")]
    Target(String),
    /// No connection: refused, no route, no such name, no answer in time, no protocol spoken.
    #[error("machine unreachable: {0}")]
    Unreachable(String),
    /// The far end is not the machine that was registered.
    #[error("host key {0} is not the registered one")]
    HostKey(String),
    /// The machine does not accept the login.
    #[error("login refused: {0}")]
    Login(String),
    /// Logged in, but no terminal, desktop or program was given.
    #[error("session refused: {0}")]
    Session(String),
    /// The connection was lost while it was in use.
    #[error("connection lost: {0}")]
    Gone(String),
}

impl BackendError {
    /// The same cause in the table that everybody branches on.
    #[must_use]
    pub fn problem(&self) -> Problem {
        match self {
            Self::Target(_) => Problem::TargetRefused,
            Self::Unreachable(_) => Problem::MachineUnreachable,
            Self::HostKey(_) => Problem::HostKeyMismatch,
            Self::Login(_) => Problem::LoginRefused,
            Self::Session(_) => Problem::SessionRefused,
            Self::Gone(_) => Problem::MachineGone,
        }
    }

    /// What a person may read about it beyond the problem's own sentence: plain words that follow a
    /// colon.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Target(_) | Self::HostKey(_) => None,
            Self::Unreachable(why) | Self::Login(why) | Self::Session(why) | Self::Gone(why) => Some(why),
        }
    }
}

/// What Transom logs in with. Never shown to anybody.
#[derive(Clone)]
pub enum Credential {
    /// A private key in OpenSSH's format, and its passphrase where it has one.
    Key {
        /// The key.
        pem: Zeroizing<String>,
        /// Its passphrase.
        passphrase: Option<Zeroizing<String>>,
    },
    /// Nothing: whoever reaches it is let in.
    None,
    /// A password.
    Password(Zeroizing<String>),
    /// A private key and the OpenSSH certificate for it.
    Certificate {
        /// The key.
        pem: Zeroizing<String>,
        /// The certificate, one line.
        certificate: String,
    },
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credential(***)")
    }
}

/// Everything that a back end needs to reach one machine.
#[derive(Debug, Clone)]
pub struct Target {
    /// Where it listens and what proves that it is the right one.
    pub endpoint: Endpoint,
    /// How to log in.
    pub credential: Credential,
    /// Its operating system.
    pub platform: Platform,
    /// The build that it runs.
    pub build: BuildId,
    /// The session that wants it; empty where none does.
    pub session: String,
    /// Where programs start.
    pub build_dir: Option<String>,
    /// How often the link is probed; three misses and the machine is gone.
    pub keepalive: Duration,
    /// How long connecting and logging in may take together.
    pub connect_timeout: Duration,
    /// The only way to open a connection.
    pub dialer: Dialer,
}

/// What a back end does, boxed.
pub type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, BackendError>> + Send + 'a>>;

/// One protocol toward machines, of the family `F`.
pub trait Backend<F: Family>: Send + Sync + 'static {
    /// Its name in registrations, for example `ssh`.
    fn protocol(&self) -> &'static str;

    /// What it asks of them.
    fn terms(&self) -> Terms;

    /// Connects and logs in. Dropping the line, or the future, disconnects.
    ///
    /// # Errors
    /// [`BackendError`] says why the machine cannot be used.
    fn connect(&self, target: Target) -> Running<'static, Box<dyn Line<F>>>;
}

/// What a protocol asks of a machine's registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Its name, for people.
    pub name: &'static str,
    /// People have names, machines have keys, and whoever logs in may use one: as in SSH. Otherwise there is a
    /// password or none, and a certificate's fingerprint where the connection is encrypted.
    pub has_keys: bool,
}

/// A connection to a machine that is logged in, for one session. It may wait for that session.
pub trait Line<F: Family>: Send + Sync + 'static {
    /// Whether the machine is still at the other end, as far as is known.
    fn is_alive(&self) -> bool;

    /// Starts what the session shows. `start` is the session's first input.
    ///
    /// # Errors
    /// [`BackendError`] where the machine refuses, or is gone.
    fn start<'a>(&'a mut self, target: &'a Target, start: F::Input) -> Running<'a, ()>;

    /// Runs what was started to its end.
    ///
    /// # Errors
    /// [`BackendError`] where it ended otherwise than by its program's own exit.
    fn run(self: Box<Self>, link: Link<F>) -> Running<'static, Exit>;

    /// Takes leave without a session.
    fn goodbye(self: Box<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// How long a line that was ready beforehand may take to start; then a new one is made. It may have
/// died unseen.
const SPARE_STARTS_WITHIN: Duration = Duration::from_secs(2);

/// Runs one session to its end, over `spare` where it still works.
///
/// # Errors
/// As [`Backend::connect`], [`Line::start`] and [`Line::run`].
pub async fn run<F: Family>(
    backend: &dyn Backend<F>,
    spare: Option<Box<dyn Line<F>>>,
    target: Target,
    start: F::Input,
    link: Link<F>,
) -> Result<Exit, BackendError>
where
    F::Input: Clone,
{
    if let Some(mut line) = spare.filter(|line| line.is_alive()) {
        let started = tokio::time::timeout(SPARE_STARTS_WITHIN, line.start(&target, start.clone())).await;
        if matches!(started, Ok(Ok(()))) {
            return line.run(link).await;
        }
    }
    let mut line = backend.connect(target.clone()).await?;
    line.start(&target, start).await?;
    line.run(link).await
}

/// Every back end there is, by family and name.
#[derive(Clone, Default)]
pub struct Backends {
    terminals: BTreeMap<&'static str, Arc<dyn Backend<Terminal>>>,
    desktops: BTreeMap<&'static str, Arc<dyn Backend<Desktop>>>,
}

impl Backends {
    /// All that Transom speaks.
    #[must_use]
    pub fn all() -> Self {
        Self::default().terminal(Ssh).desktop(Vnc)
    }

    /// Adds a back end that gives terminals.
    #[must_use]
    pub fn terminal(mut self, backend: impl Backend<Terminal>) -> Self {
        self.terminals.insert(backend.protocol(), Arc::new(backend));
        self
    }

    /// The first of `endpoints` that can give a terminal, with its back end.
    #[must_use]
    pub fn terminal_of<'e>(
        &self,
        endpoints: &'e [Endpoint],
    ) -> Option<(&'e Endpoint, Arc<dyn Backend<Terminal>>)> {
        endpoints.iter().find_map(|e| Some((e, Arc::clone(self.terminals.get(e.protocol.as_str())?))))
    }

    /// Adds a back end that gives desktops.
    #[must_use]
    pub fn desktop(mut self, backend: impl Backend<Desktop>) -> Self {
        self.desktops.insert(backend.protocol(), Arc::new(backend));
        self
    }

    /// The first of `endpoints` that can give a desktop, with its back end.
    #[must_use]
    pub fn desktop_of<'e>(
        &self,
        endpoints: &'e [Endpoint],
    ) -> Option<(&'e Endpoint, Arc<dyn Backend<Desktop>>)> {
        endpoints.iter().find_map(|e| Some((e, Arc::clone(self.desktops.get(e.protocol.as_str())?))))
    }

    /// The first of `endpoints` that can give files.
    #[must_use]
    pub fn files_of<'e>(&self, endpoints: &'e [Endpoint]) -> Option<&'e Endpoint> {
        endpoints.iter().find(|e| e.protocol == Backend::protocol(&Ssh))
    }

    /// What `protocol` asks of registrations; `None` where it is not known.
    #[must_use]
    pub fn terms_of(&self, protocol: &str) -> Option<Terms> {
        let terminal = self.terminals.get(protocol).map(|backend| backend.terms());
        terminal.or_else(|| self.desktops.get(protocol).map(|backend| backend.terms()))
    }
}
