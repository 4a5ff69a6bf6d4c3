//! The only place that opens a connection to a machine.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};

use super::BackendError;

/// Decides which addresses may be dialled. Cheap to clone.
#[derive(Clone)]
pub struct Dialer {
    allows: Arc<dyn Fn(IpAddr) -> bool + Send + Sync>,
}

impl fmt::Debug for Dialer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dialer")
    }
}

/// Addresses of a host that may be dialled, checked after the name was resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved(Vec<SocketAddr>);

impl From<Resolved> for Vec<SocketAddr> {
    fn from(resolved: Resolved) -> Self {
        resolved.0
    }
}

impl Dialer {
    /// A dialer for the addresses that `allows` lets through.
    pub fn new(allows: impl Fn(IpAddr) -> bool + Send + Sync + 'static) -> Self {
        Self { allows: Arc::new(allows) }
    }

    /// Resolves `host` and keeps the addresses that may be dialled.
    ///
    /// # Errors
    /// [`BackendError::Unreachable`] for a name that leads nowhere, [`BackendError::Target`] where
    /// no address is inside the configured networks.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Resolved, BackendError> {
        let found: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(ip) => vec![SocketAddr::new(ip, port)],
            Err(_) => lookup_host((host, port))
                .await
                .map_err(|_| BackendError::Unreachable("its name is not known".into()))?
                .collect(),
        };
        let allowed: Vec<_> = found.iter().copied().filter(|a| (self.allows)(a.ip())).collect();
        match (found.is_empty(), allowed.is_empty()) {
            (true, _) => Err(BackendError::Unreachable("its name has no address".into())),
            (_, true) => Err(BackendError::Target(host.to_owned())),
            _ => Ok(Resolved(allowed)),
        }
    }

    /// Connects to the first address that answers. What was checked is what is dialled: the name is
    /// resolved once.
    ///
    /// # Errors
    /// As [`Dialer::resolve`], and [`BackendError::Unreachable`] where nothing answers in time.
    #[expect(clippy::disallowed_methods, reason = "this is the place")]
    pub async fn connect(&self, host: &str, port: u16, limit: Duration) -> Result<TcpStream, BackendError> {
        let attempt = async {
            let Resolved(addresses) = self.resolve(host, port).await?;
            let mut why = String::new();
            for address in addresses {
                match TcpStream::connect(address).await {
                    Ok(stream) => {
                        let _ = stream.set_nodelay(true);
                        return Ok(stream);
                    }
                    Err(error) => why = in_words(&error),
                }
            }
            Err(BackendError::Unreachable(why))
        };
        tokio::time::timeout(limit, attempt)
            .await
            .unwrap_or_else(|_| Err(BackendError::Unreachable("no answer in time".into())))
    }
}

fn in_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match error.kind() {
        K::ConnectionRefused => "the connection was refused".into(),
        K::HostUnreachable | K::NetworkUnreachable => "there is no route to it".into(),
        K::TimedOut => "no answer in time".into(),
        kind => kind.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_outside_the_networks_is_never_dialled() {
        let dialer = Dialer::new(|ip| ip.to_string().starts_with("10."));
        let refused = dialer.connect("127.0.0.1", 1, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(refused, BackendError::Target("127.0.0.1".into()));
        let by_name = dialer.connect("localhost", 1, Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(by_name, BackendError::Target("localhost".into()));
    }

    #[tokio::test]
    async fn a_closed_port_is_unreachable_in_words() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let dialer = Dialer::new(|_| true);
        let refused = dialer.connect("127.0.0.1", port, Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(refused, BackendError::Unreachable("the connection was refused".into()));
    }
}
