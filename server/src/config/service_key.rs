//! Service keys: what the CI's control plane shows, and what it may do with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::keys::SecretHash;

/// One thing that a service key may allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Report builds and their machines.
    Builds,
    /// Turn access on and end it; end sessions.
    Access,
    /// Mint access tokens.
    Tokens,
    /// Look at builds and sessions.
    Read,
    /// Read the transcripts of terminals.
    Recordings,
    /// Look after webhooks and their deliveries.
    Hooks,
    /// Read the audit.
    Audit,
    /// Send somebody to the administrators' page, and away from there.
    Admin,
}

impl Right {
    /// What a key may do that doesn't say: everything but read the audit and administer.
    const USUAL: [Self; 6] =
        [Self::Builds, Self::Access, Self::Tokens, Self::Read, Self::Recordings, Self::Hooks];
}

/// A service key as it is known here: by its hash.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceKey {
    /// What it is called in the log and the audit.
    pub name: String,
    /// Hash of the key.
    pub sha256: SecretHash,
    /// What it may do.
    pub allow: BTreeSet<Right>,
}

impl ServiceKey {
    /// A key with the usual rights.
    #[must_use]
    pub fn new(name: String, sha256: SecretHash) -> Self {
        Self { name, sha256, allow: Right::USUAL.into() }
    }

    /// Whether it may do `right`.
    #[must_use]
    pub fn allows(&self, right: Right) -> bool {
        self.allow.contains(&right)
    }
}

/// One `[[service_keys]]`. Its key comes as a hash in the file, or from the environment.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceKeyFile {
    #[serde(deserialize_with = "name")]
    pub(super) name: String,
    sha256: Option<Hash>,
    env: Option<String>,
    allow: Option<BTreeSet<Right>>,
}

/// Where a service key comes from.
pub(super) enum Source {
    File(SecretHash),
    Variable(String),
}

impl ServiceKeyFile {
    /// Where its key comes from; without a word the variable named for it.
    pub(super) fn source(&self) -> Result<Source, &'static str> {
        match (&self.sha256, &self.env) {
            (Some(hash), None) => Ok(Source::File(hash.0.clone())),
            (None, Some(name)) if name.starts_with("TRANSOM_") => Ok(Source::Variable(name.clone())),
            (None, Some(_)) => Err("`env` names a variable that begins with `TRANSOM_`"),
            (None, None) => Ok(Source::Variable(variable_of(&self.name))),
            (Some(_), Some(_)) => Err("set one of `sha256` and `env`, not both"),
        }
    }

    pub(super) fn with_key(self, sha256: SecretHash) -> ServiceKey {
        let key = ServiceKey::new(self.name, sha256);
        ServiceKey { allow: self.allow.unwrap_or(key.allow), ..key }
    }
}

/// The variable that holds the key called `name`: `ci-main` is in `TRANSOM_SERVICE_KEY_CI_MAIN`.
fn variable_of(name: &str) -> String {
    named(super::environment::SERVICE_KEY, name)
}

/// The variable for something called `name`.
pub(super) fn named(prefix: &str, name: &str) -> String {
    format!("{prefix}{}", name.to_ascii_uppercase().replace(['-', '.'], "_"))
}

struct Hash(SecretHash);

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        SecretHash::parse(&String::deserialize(from)?).map(Self).map_err(serde::de::Error::custom)
    }
}

pub(super) fn name<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let name = String::deserialize(from)?;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.');
    if (1..=64).contains(&name.len()) && name.bytes().all(plain) {
        Ok(name)
    } else {
        Err(serde::de::Error::custom("such a name has 1 to 64 characters of a-z 0-9 - _ ."))
    }
}
