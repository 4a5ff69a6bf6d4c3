//! What a server is started with: a directory with a configuration, fresh keys and a free port.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use transom_server::keys::{SecretHash, new_service_key, write_key_files};

use crate::machine::free_port;

/// The settings of one server; its files go when this is dropped.
pub struct Settings {
    /// A service key with every right.
    pub key: String,
    /// A service key that may only look.
    pub weak_key: String,
    address: SocketAddr,
    dir: tempfile::TempDir,
}

impl Settings {
    /// Writes them, with `more` lines at the head of the configuration.
    ///
    /// # Errors
    /// Where the files cannot be written or no port is free.
    pub fn write(more: &str) -> anyhow::Result<Self> {
        Self::write_in(tempfile::tempdir()?, more)
    }

    /// The same, for a server that listens on an address of its own.
    ///
    /// # Errors
    /// As [`Settings::write`].
    pub fn write_at(address: IpAddr, more: &str) -> anyhow::Result<Self> {
        Self::write_all(tempfile::tempdir()?, address, more)
    }

    /// The same, in a directory of the caller's.
    ///
    /// # Errors
    /// As [`Settings::write`].
    pub fn write_in(dir: tempfile::TempDir, more: &str) -> anyhow::Result<Self> {
        Self::write_all(dir, Ipv4Addr::LOCALHOST.into(), more)
    }

    fn write_all(dir: tempfile::TempDir, address: IpAddr, more: &str) -> anyhow::Result<Self> {
        write_key_files(&dir.path().join("keys"), false)?;
        let (key, weak_key) = (new_service_key()?, new_service_key()?);
        let port = free_port()?;
        let address = SocketAddr::new(address, port);
        let hash = |k: &str| SecretHash::of(k).as_str().to_owned();
        let text = format!(
            r#"public_url = "http://127.0.0.1:{port}"
machines.networks = ["127.0.0.0/8", "10.0.0.0/8"]
machines.connect_timeout_s = 5
{more}
[listen]
address = "{address}"
trusted_proxies = ["127.0.0.0/8"]
[store]
url = "sqlite:transom.db"
[keys]
directory = "keys"
[[service_keys]]
name = "ci"
sha256 = "{}"
allow = ["builds", "access", "tokens", "read", "recordings", "hooks", "audit", "admin"]
[[service_keys]]
name = "reader"
sha256 = "{}"
allow = ["read"]
"#,
            hash(key.expose()),
            hash(weak_key.expose()),
        );
        let settings = Self { key: key.expose().clone(), weak_key: weak_key.expose().clone(), address, dir };
        std::fs::write(settings.file(), text)?;
        Ok(settings)
    }

    /// The same keys in another directory and at another port.
    pub(crate) fn at_port(&self, port: u16, dir: tempfile::TempDir) -> Self {
        let address = SocketAddr::new(self.address.ip(), port);
        Self { key: self.key.clone(), weak_key: self.weak_key.clone(), address, dir }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The configuration.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.dir.path().join("transom.toml")
    }

    /// Where the server's files are.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// Where the server is to be reached.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The origin of its pages.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.address.port())
    }
}
