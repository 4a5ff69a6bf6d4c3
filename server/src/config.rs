//! One TOML file and the environment, checked once, become one [`Config`].
//!
//! Nothing else reads the environment. Relative paths in the file start at the file's directory.

pub mod check;
mod environment;
mod issuer;
mod machines;
mod origin;
mod read;
mod recordings;
mod sections;
mod service_key;
mod webhook;

pub use environment::Environment;
pub use issuer::{Algorithm, Issuer};
pub use machines::{MachineNetworks, Machines};
pub use origin::{FrameAncestor, Origin};
pub use recordings::Recordings;
pub use sections::{Keys, Limits, Listen, Log, LogFormat, StoreConfig, Tls, Web};
pub use service_key::{Right, ServiceKey};
pub use webhook::{Reach, Webhook};

use serde::Serialize;

use crate::access::Policy;

/// Everything that the operator decides, complete and valid.
///
/// Serializing it shows the effective configuration with every secret hidden.
#[derive(Debug, Clone, Serialize)]
pub struct Config {
    /// Where browsers reach this server: `https://transom.example`.
    pub public_url: Origin,
    /// Where it listens, and how it stops.
    pub listen: Listen,
    /// Which other sites may use it.
    pub web: Web,
    /// What must outlive the process.
    pub store: StoreConfig,
    /// Keys for tokens and for the store.
    pub keys: Keys,
    /// What access allows unless a build says otherwise.
    pub policy: Policy,
    /// Bounds on what people may have at once.
    pub limits: Limits,
    /// What terminals showed, kept.
    pub recordings: Recordings,
    /// How machines are reached, and which.
    pub machines: Machines,
    /// What is logged, and how.
    pub log: Log,
    /// The CI's control planes, by key.
    pub service_keys: Vec<ServiceKey>,
    /// Where events are sent.
    pub webhooks: Vec<Webhook>,
    /// CIs that sign access tokens of their own.
    pub issuers: Vec<Issuer>,
}

impl Config {
    /// The service key with which somebody knocked, where it is one of ours.
    ///
    /// Takes the same time for every wrong key.
    #[must_use]
    pub fn service_key(&self, presented: &str) -> Option<&ServiceKey> {
        let hash = crate::keys::SecretHash::of(presented);
        self.service_keys.iter().fold(None, |found, key| if key.sha256 == hash { Some(key) } else { found })
    }

    /// Whether a page of `origin`, as a browser writes it in an `Origin` header, may open a socket.
    #[must_use]
    pub fn allows_origin(&self, origin: &str) -> bool {
        self.public_url.as_str() == origin
            || self.web.origins.iter().any(|allowed| allowed.as_str() == origin)
    }
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A place in the file is wrong.
    #[error("{path}:{line}:{column}: {message}")]
    Wrong {
        /// The file as it was named.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A file cannot be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A key file that nobody named in the configuration is wrong or missing.
    #[error("{path}: {message}")]
    Key {
        /// The key file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// An environment variable is wrong. Its value is never repeated.
    #[error("environment variable {name}: {message}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong with it.
        message: String,
    },
}

#[cfg(test)]
mod tests;
