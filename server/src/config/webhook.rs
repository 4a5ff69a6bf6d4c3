//! `[[webhooks]]`: where events are sent, and which addresses that may be.

use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use reqwest::Url;
use serde::{Deserialize, Serialize};

use super::MachineNetworks;
use super::environment::WEBHOOK_SECRET;
use super::machines::{PRIVATE, embedded, v4, v6};
use super::service_key::named;
use crate::access::event::EventKind;
use crate::keys::HookSecret;

/// Longest address of a hook, in bytes.
const URL_BYTES: usize = 2048;

/// Where events are sent.
#[derive(Debug, Clone, Serialize)]
pub struct Webhook {
    /// What it is called in the API and the log.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Secrets that sign; all of them, so that one can be changed without a gap.
    pub secrets: Vec<HookSecret>,
    /// Kinds of events that it gets; all, where there are none.
    pub events: Vec<EventKind>,
    /// Which addresses it may have.
    pub allow_private: Reach,
    /// Files that secrets came from.
    pub secret_files: Vec<PathBuf>,
    /// The variable that secrets came from.
    #[serde(skip)]
    pub env: Option<String>,
}

/// Which addresses a hook may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "bool", into = "bool")]
pub enum Reach {
    /// Those of the internet, by https.
    Public,
    /// Those of private networks and the loopback as well, also by http. Never link-local ones and
    /// the clouds' metadata.
    Private,
}

impl From<bool> for Reach {
    fn from(private: bool) -> Self {
        if private { Self::Private } else { Self::Public }
    }
}

impl From<Reach> for bool {
    fn from(reach: Reach) -> Self {
        reach == Reach::Private
    }
}

/// Besides private networks: shared, benchmarking, documentation, protocol and reserved ranges (the
/// special-purpose registries of RFC 6890), where nothing of the internet is.
const SPECIAL: [IpNet; 14] = [
    v4(100, 64, 0, 0, 10),
    v4(192, 0, 0, 0, 24),
    v4(192, 0, 2, 0, 24),
    v4(192, 88, 99, 0, 24),
    v4(198, 18, 0, 0, 15),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v4(240, 0, 0, 0, 4),
    v6([0x64, 0xff9b, 1], 0, 48),
    v6([0x100, 0, 0], 0, 64),
    v6([0x2001, 0, 0], 0, 23),
    v6([0x2001, 0xdb8, 0], 0, 32),
    v6([0x5f00, 0, 0], 0, 16),
    v6([0xfec0, 0, 0], 0, 10),
];

impl Reach {
    /// Whether something may be sent to `address`.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        let everywhere = vec![v4(0, 0, 0, 0, 0), v6([0, 0, 0], 0, 0)];
        match self {
            // Only networks inside a guarded range open it, and these open the loopback alone.
            Self::Private => {
                let loopback = [v4(127, 0, 0, 0, 8), v6([0, 0, 0], 1, 128)];
                MachineNetworks(everywhere.into_iter().chain(loopback).collect()).allows(address)
            }
            Self::Public => {
                let address = address.to_canonical();
                let inner = embedded(address).map(IpAddr::from);
                let local = |ip: &IpAddr| PRIVATE.iter().chain(&SPECIAL).any(|range| range.contains(ip));
                MachineNetworks(everywhere).allows(address)
                    && ![Some(address), inner].iter().flatten().any(local)
            }
        }
    }

    /// Whether a hook may be at `url`, as far as that can be seen from it.
    ///
    /// # Errors
    ///
    /// Why not.
    pub fn check(self, url: &str) -> Result<(), &'static str> {
        let Ok(parsed) = Url::parse(url) else { return Err("`url` is no address") };
        if url.len() > URL_BYTES || !parsed.has_host() {
            return Err("`url` is no address of a web server");
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("`url` holds no user name and no password: what is sent is signed");
        }
        match (parsed.scheme(), self) {
            ("https", _) | ("http", Self::Private) => Ok(()),
            _ => Err("`url` is https, or http where `allow_private` is set"),
        }
    }
}

/// One `[[webhooks]]`.
#[derive(Deserialize)]
#[serde(try_from = "Unchecked")]
pub(super) struct WebhookFile {
    pub(super) name: String,
    url: String,
    events: Vec<EventKind>,
    allow_private: Reach,
    pub(super) secret_files: Vec<PathBuf>,
    env: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    #[serde(deserialize_with = "super::service_key::name")]
    name: String,
    url: String,
    #[serde(default)]
    events: Vec<EventKind>,
    #[serde(default = "public")]
    allow_private: Reach,
    #[serde(default)]
    secret_files: Vec<PathBuf>,
    env: Option<String>,
}

fn public() -> Reach {
    Reach::Public
}

impl TryFrom<Unchecked> for WebhookFile {
    type Error = &'static str;

    fn try_from(file: Unchecked) -> Result<Self, Self::Error> {
        let Unchecked { name, url, events, allow_private, secret_files, env } = file;
        allow_private.check(&url)?;
        if env.as_deref().is_some_and(|name| !name.starts_with("TRANSOM_")) {
            return Err("`env` names a variable that begins with `TRANSOM_`");
        }
        Ok(Self { name, url, events, allow_private, secret_files, env })
    }
}

impl WebhookFile {
    /// The variable that its secrets may come from: of `ci-main` that is
    /// `TRANSOM_WEBHOOK_SECRET_CI_MAIN`, unless the entry names another.
    pub(super) fn variable(&self) -> String {
        self.env.clone().unwrap_or_else(|| named(WEBHOOK_SECRET, &self.name))
    }

    pub(super) fn with_secrets(
        self,
        secrets: Vec<HookSecret>,
        secret_files: Vec<PathBuf>,
        env: String,
    ) -> Webhook {
        let Self { name, url, events, allow_private, .. } = self;
        Webhook { name, url, secrets, events, allow_private, secret_files, env: Some(env) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed<'a>(reach: Reach, addresses: &[&'a str]) -> Vec<&'a str> {
        addresses.iter().copied().filter(|address| reach.allows(address.parse().unwrap())).collect()
    }

    const PUBLIC: [&str; 5] = ["8.8.8.8", "172.32.0.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"];
    const INSIDE: [&str; 9] = [
        "127.0.0.1",
        "::1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "fd12::1",
        "::ffff:127.0.0.1",
        "100.64.0.1",
        "64:ff9b::a00:1",
    ];
    const NEVER: [&str; 9] = [
        "0.0.0.0",
        "::",
        "255.255.255.255",
        "224.0.0.1",
        "ff02::1",
        "169.254.169.254",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:169.254.169.254",
    ];

    #[test]
    fn public_hooks_are_on_the_internet_and_nowhere_else() {
        assert_eq!(allowed(Reach::Public, &PUBLIC), PUBLIC);
        assert!(allowed(Reach::Public, &INSIDE).is_empty());
        assert!(allowed(Reach::Public, &NEVER).is_empty());
        assert!(
            allowed(Reach::Public, &["203.0.113.5", "198.18.0.1", "240.0.0.1", "2001:db8::1"]).is_empty()
        );
    }

    #[test]
    fn private_hooks_may_be_inside_but_never_at_metadata_or_link_local_addresses() {
        assert_eq!(allowed(Reach::Private, &PUBLIC), PUBLIC);
        assert_eq!(allowed(Reach::Private, &INSIDE[..8]), INSIDE[..8]);
        assert!(allowed(Reach::Private, &NEVER).is_empty());
    }

    #[test]
    fn an_address_says_how_it_is_reached_and_holds_no_password() {
        assert!(Reach::Public.check("https://ci.example/hooks?tenant=7").is_ok());
        assert!(Reach::Private.check("http://127.0.0.1:8090/hooks").is_ok());
        for url in
            ["http://ci.example/", "ftp://ci.example/", "https://u:p@ci.example/", "ci.example", "data:,"]
        {
            assert!(Reach::Public.check(url).is_err(), "{url}");
        }
    }
}
