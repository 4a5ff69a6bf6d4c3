//! The plain sections of the file, with their defaults and bounds.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer, Serialize};
use tracing_subscriber::filter::{LevelFilter, Targets};
use transom_protocol::limits;

use super::{FrameAncestor, Origin};
use crate::keys::{SealKey, Secret, TokenKey};

/// `[listen]`: where the server listens, and how it stops.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "ListenFile")]
pub struct Listen {
    /// Address and port.
    pub address: SocketAddr,
    /// Certificate and key, where the server speaks TLS itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<Tls>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How long open connections may take to end when the server stops, in seconds (0 to 600).
    pub drain_s: u64,
}

impl Listen {
    /// Whether the peer at `address` is a proxy whose `X-Forwarded-For` is believed.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&address))
    }
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: (Ipv4Addr::LOCALHOST, 8080).into(),
            tls: None,
            trusted_proxies: Vec::new(),
            drain_s: 10,
        }
    }
}

/// Files with which the server speaks TLS.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tls {
    /// The chain of certificates, PEM.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ListenFile {
    address: SocketAddr,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    #[serde(deserialize_with = "cidrs")]
    trusted_proxies: Vec<IpNet>,
    #[serde(deserialize_with = "between::<_, 0, 600>")]
    drain_s: u64,
}

impl Default for ListenFile {
    fn default() -> Self {
        let Listen { address, trusted_proxies, drain_s, .. } = Listen::default();
        Self { address, tls_certificate: None, tls_key: None, trusted_proxies, drain_s }
    }
}

impl TryFrom<ListenFile> for Listen {
    type Error = &'static str;

    fn try_from(file: ListenFile) -> Result<Self, Self::Error> {
        let ListenFile { address, trusted_proxies, drain_s, .. } = file;
        let tls = match (file.tls_certificate, file.tls_key) {
            (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
            (None, None) => None,
            _ => return Err("`tls_certificate` and `tls_key` go together: set both or none"),
        };
        Ok(Self { address, tls, trusted_proxies, drain_s })
    }
}

/// `[web]`: which other sites may use this server from a browser.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Web {
    /// Origins besides `public_url` whose pages may open sockets.
    pub origins: Vec<Origin>,
    /// Who may frame our pages.
    pub frame_ancestors: Vec<FrameAncestor>,
}

/// `[store]`: where builds, codes and the audit are kept.
#[derive(Debug, Clone, Serialize)]
pub struct StoreConfig {
    /// `sqlite:…` with an absolute path, or `postgres://…` without a password.
    pub url: String,
    /// The password for PostgreSQL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Connections at most (1 to 100).
    pub connections: u32,
}

/// Keys for tokens and for the store; never empty.
#[derive(Debug, Clone, Serialize)]
pub struct Keys {
    /// Keys for access tokens: the first signs, all verify.
    pub token: Vec<TokenKey>,
    /// Keys for the store: the first seals, all open.
    pub seal: Vec<SealKey>,
    /// The files that they came from.
    pub files: Vec<PathBuf>,
}

/// `[limits]`: bounds on what people may have at once. The wire format sets the upper bounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Live sessions of one build (1 to 16).
    #[serde(deserialize_with = "between::<_, 1, { limits::SESSIONS_PER_BUILD as u64 }>")]
    pub sessions_per_build: u64,
    /// Viewers of one session (1 to 64).
    #[serde(deserialize_with = "between::<_, 1, { limits::VIEWERS_PER_SESSION as u64 }>")]
    pub viewers_per_session: u64,
    /// Output kept of one terminal, in bytes (64 KiB to 64 MiB).
    #[serde(deserialize_with = "between::<_, 65_536, 67_108_864>")]
    pub scrollback_bytes: u64,
    /// Largest file that is sent to a machine or fetched from one, in bytes (0 to 1 TiB).
    #[serde(deserialize_with = "between::<_, 0, 1_099_511_627_776>")]
    pub file_bytes: u64,
    /// Files of one build that are under way at once (1 to 64); each takes up to 4 MiB of memory.
    #[serde(deserialize_with = "between::<_, 1, 64>")]
    pub transfers_per_build: u64,
    /// Files that are shown of one folder (1 to 100 000).
    #[serde(deserialize_with = "between::<_, 1, 100_000>")]
    pub directory_entries: u64,
    /// Minutes that the people of one project may be at its machines in one day of UTC, over all builds; 0 is
    /// as many as they like.
    #[serde(deserialize_with = "between::<_, 0, 10_000_000>")]
    pub minutes_per_project_and_day: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions_per_build: limits::SESSIONS_PER_BUILD as u64,
            viewers_per_session: limits::VIEWERS_PER_SESSION as u64,
            scrollback_bytes: limits::SCROLLBACK_BYTES as u64,
            file_bytes: 10 * 1024 * 1024 * 1024,
            transfers_per_build: 4,
            directory_entries: 5000,
            minutes_per_project_and_day: 0,
        }
    }
}

/// `[log]`: what is logged, and how.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// A level (`info`), or directives by module (`info,transom_server::session=debug`).
    #[serde(deserialize_with = "directives")]
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A whole number from `MIN` to `MAX`.
pub(super) fn between<'de, D: Deserializer<'de>, const MIN: u64, const MAX: u64>(
    from: D,
) -> Result<u64, D::Error> {
    let number = i64::deserialize(from)?;
    let fits = u64::try_from(number).ok().filter(|number| (MIN..=MAX).contains(number));
    fits.ok_or_else(|| serde::de::Error::custom(format!("{number} is out of range, expected {MIN} to {MAX}")))
}

fn cidrs<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<IpNet>, D::Error> {
    let list = Vec::<String>::deserialize(from)?;
    list.iter().map(|text| super::machines::parse_network(text).map_err(serde::de::Error::custom)).collect()
}

fn directives<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    // A word that is no level would be taken for the name of a module.
    let known = |part: &str| part.contains('=') || part.parse::<LevelFilter>().is_ok();
    if text.split(',').all(known) && text.parse::<Targets>().is_ok() {
        return Ok(text);
    }
    Err(serde::de::Error::custom(format!(
        "`{text}` is no level: expected off, error, warn, info, debug, trace, or directives like `info,transom_server=debug`"
    )))
}
