//! The server put together: parts, listeners, drain.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use transom_protocol::problem::Problem;

use crate::access::token::{Algorithm, Issuer, Keys, Mint, PublicKey, SigningKey, Verifier};
use crate::api::{self, App};
use crate::backend::Backends;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::door::{Door, Parts};
use crate::hooks::{Hooks, HooksError};
use crate::jwks::Jwks;
use crate::lifetime::Lifetime;
use crate::recording::Shelf;
use crate::seal::Sealer;
use crate::session::registry::Registry;
use crate::shard::{Roaming, Shards};
use crate::store::Store;
use crate::telemetry::Metrics;

/// How long a client may take for the TLS handshake, and for the head of a request.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of a viewer's output that the kernel may hold: little, so that what is skipped is skipped.
const SEND_BUFFER_BYTES: u32 = 256 * 1024;
/// Pause after the system could not give another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Why a server cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A configured key cannot be used.
    #[error("cannot use the {0}")]
    Key(String),
    /// The store cannot be opened.
    #[error("cannot open the store")]
    Store(#[from] crate::store::StoreError),
    /// Sealing keys cannot be used.
    #[error("cannot use the sealing keys")]
    Seal(#[from] crate::seal::SealError),
    /// No threads for the sessions.
    #[error("cannot start the threads of the sessions")]
    Shards(#[source] std::io::Error),
    /// No HTTP client for the key sets of issuers.
    #[error("cannot make an HTTP client")]
    Http(#[from] reqwest::Error),
    /// No webhooks.
    #[error("cannot send webhooks")]
    Hooks(#[from] HooksError),
    /// The TLS certificate or its key.
    #[error("cannot use the TLS certificate")]
    Tls(#[from] crate::tls::TlsError),
}

/// A Transom server.
pub struct Server {
    app: App,
    router: Router,
    tls: Option<TlsAcceptor>,
    connections: Lifetime,
    sessions: Lifetime,
    tasks: Lifetime,
}

impl Server {
    /// A server that is ready to serve: the store is open and what was under way goes on.
    ///
    /// # Errors
    /// [`StartError`] says which part is missing.
    pub async fn new(config: Config, clock: Clock) -> Result<Self, StartError> {
        // Another one may be installed already, in a process that has several servers.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = Arc::new(config);
        let (connections, viewers) = (Lifetime::default(), Lifetime::default());
        let (sessions, tasks) = (Lifetime::default(), Lifetime::default());
        let sealer = Sealer::new(&config.keys.seal)?;
        let kept = &config.recordings;
        let shards = Shards::start().map_err(StartError::Shards)?;
        let shelf =
            Shelf::new(kept.directory.clone(), kept.session_bytes, sealer.clone(), shards.background());
        let shelf = kept.enabled.then(|| Arc::new(shelf));
        let figures = shelf.as_ref().map(|s| s.figures().clone()).unwrap_or_default();
        let store = Store::open(&config.store, sealer).await?;
        let (mint, verifier) = tokens(&config)?;
        let jwks = Jwks::new(&verifier, tasks.clone())?;
        let limits = &config.limits;
        let registry = Registry::new(
            sessions.clone(),
            shards,
            usize::try_from(limits.sessions_per_build).unwrap_or(usize::MAX),
            usize::try_from(limits.scrollback_bytes).unwrap_or(usize::MAX),
        );
        let hooks = Hooks::open(&config, store.clone(), clock.clone(), tasks.clone()).await?;
        let tls = config.listen.tls.as_ref().map(crate::tls::acceptor).transpose()?;
        let door = Door::open(Parts {
            config: Arc::clone(&config),
            clock,
            store,
            mint,
            verifier,
            jwks,
            backends: Backends::all(),
            registry,
            shelf,
            hooks,
            lifetime: tasks.clone(),
        })
        .await?;
        let app = App { config, door, viewers, metrics: Metrics::new(&figures) };
        let router = api::router(app.clone());
        Ok(Self { app, router, tls, connections, sessions, tasks })
    }

    /// The door, for tests that look behind it.
    #[must_use]
    pub fn door(&self) -> &Door {
        &self.app.door
    }

    /// A listener on the configured address.
    ///
    /// # Errors
    /// Where the address is taken or not ours.
    pub fn listen(&self) -> std::io::Result<TcpListener> {
        listener(self.app.config.listen.address)
    }

    /// Serves until [`Server::drain`]. The loop waits for no client: one that is slow, or silent,
    /// keeps nobody out.
    pub async fn serve(&self, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.connections.ending() => return,
            };
            match accepted {
                Ok((stream, peer)) => {
                    let _ = stream.set_nodelay(true);
                    let (router, tls, lifetime) =
                        (self.router.clone(), self.tls.clone(), self.connections.clone());
                    self.connections
                        .spawn(async move { connection(stream, peer, tls, router, lifetime).await });
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Stops: takes no more connections, tells every viewer to come back at once, lets go of the
    /// machines, and waits for `grace` at most.
    pub async fn drain(&self, grace: Duration) {
        self.connections.end();
        let left = self.app.viewers.drain(grace).await;
        for session in self.app.door.registry().all() {
            session.close(Problem::Restarting);
        }
        let sessions = self.sessions.drain(grace).await;
        let tasks = self.tasks.drain(grace).await;
        let connections = self.connections.drain(Duration::from_secs(1)).await;
        if left + sessions + tasks + connections > 0 {
            tracing::warn!(
                viewers = left,
                sessions,
                tasks,
                connections,
                "stopped before everything had ended"
            );
        }
        self.app.door.store().close().await;
    }
}

fn listener(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket =
        if address.is_ipv6() { tokio::net::TcpSocket::new_v6()? } else { tokio::net::TcpSocket::new_v4()? };
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BUFFER_BYTES)?;
    socket.bind(address)?;
    socket.listen(1024)
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    lifetime: Lifetime,
) {
    match tls {
        None => http(Roaming::new(stream), peer, router, lifetime).await,
        Some(tls) => match tokio::time::timeout(HEAD_WITHIN, tls.accept(Roaming::new(stream))).await {
            Ok(Ok(stream)) => http(stream, peer, router, lifetime).await,
            Ok(Err(error)) => tracing::debug!(%error, "TLS handshake failed"),
            Err(_) => tracing::debug!("TLS handshake took too long"),
        },
    }
}

async fn http(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    lifetime: Lifetime,
) {
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_WITHIN);
    let serving = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    tokio::pin!(serving);
    tokio::select! {
        result = &mut serving => {
            if let Err(error) = result {
                tracing::trace!(%error, "connection ended");
            }
            return;
        }
        () = lifetime.ending() => serving.as_mut().graceful_shutdown(),
    }
    let _ = serving.await;
}

/// Who makes our tokens, and whose tokens are opened.
fn tokens(config: &Config) -> Result<(Mint, Verifier), StartError> {
    let key = |what: &str| StartError::Key(what.to_owned());
    let public_url = config.public_url.as_str().to_owned();
    let mut signing = Vec::new();
    for token_key in &config.keys.token {
        signing.push(SigningKey::from_pem(&token_key.to_pem()).map_err(|_| key("token signing key"))?);
    }
    let mut signing = signing.into_iter();
    let newest = signing.next().ok_or_else(|| key("token signing key: there is none"))?;
    let older = signing.map(|k| k.public().clone()).collect();
    let mint = Mint::new(newest, public_url.clone(), public_url);
    let mut issuers = vec![mint.issuer(older)];
    for issuer in &config.issuers {
        let algorithms: Vec<_> = issuer.algorithms.iter().map(|a| algorithm(*a)).collect();
        let keys = match &issuer.jwks_url {
            Some(url) => Keys::Jwks(url.clone()),
            None => {
                let mut keys = Vec::new();
                for pem in &issuer.keys {
                    keys.push(PublicKey::from_pem(pem, None).map_err(|_| key("public key of an issuer"))?);
                }
                Keys::Fixed(keys)
            }
        };
        let (iss, aud) = (issuer.iss.clone(), issuer.audience.clone());
        issuers.push(Issuer { iss, aud, algorithms, keys, ours: false });
    }
    Ok((mint, Verifier::new(issuers)))
}

fn algorithm(configured: config::Algorithm) -> Algorithm {
    match configured {
        config::Algorithm::EdDSA => Algorithm::EdDsa,
        config::Algorithm::ES256 => Algorithm::Es256,
        config::Algorithm::RS256 => Algorithm::Rs256,
    }
}
