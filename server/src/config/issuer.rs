//! CIs that sign access tokens of their own.

use std::path::PathBuf;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// A CI whose tokens are accepted: either by fixed keys, or by those at an address.
#[derive(Debug, Clone, Serialize)]
pub struct Issuer {
    /// What stands in `iss`.
    pub iss: String,
    /// What must stand in `aud`.
    pub audience: String,
    /// Algorithms that are accepted.
    pub algorithms: Vec<Algorithm>,
    /// Public keys, PEM; empty where `jwks_url` is set.
    pub keys: Vec<String>,
    /// Where its keys are published (RFC 7517): https, or http on the loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_url: Option<String>,
}

/// How a CI's token may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// Ed25519.
    EdDSA,
    /// ECDSA with P-256.
    ES256,
    /// RSA, PKCS#1 v1.5.
    RS256,
}

/// One `[[issuers]]`.
#[derive(Deserialize)]
#[serde(try_from = "Unchecked")]
pub(super) struct IssuerFile {
    pub(super) iss: String,
    pub(super) audience: Option<String>,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) keys: Vec<PathBuf>,
    pub(super) jwks_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    iss: String,
    audience: Option<String>,
    #[serde(default = "all")]
    algorithms: Vec<Algorithm>,
    #[serde(default)]
    keys: Vec<PathBuf>,
    jwks_url: Option<String>,
}

fn all() -> Vec<Algorithm> {
    vec![Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256]
}

impl TryFrom<Unchecked> for IssuerFile {
    type Error = &'static str;

    fn try_from(file: Unchecked) -> Result<Self, Self::Error> {
        let Unchecked { iss, audience, algorithms, keys, jwks_url } = file;
        if iss.is_empty() || audience.as_ref().is_some_and(String::is_empty) {
            return Err("`iss` and `audience` cannot be empty");
        }
        if algorithms.is_empty() {
            return Err("`algorithms` cannot be empty");
        }
        if keys.is_empty() == jwks_url.is_none() {
            return Err("set one of `keys` and `jwks_url`");
        }
        if jwks_url.as_deref().is_some_and(|url| !is_safe(url)) {
            return Err("`jwks_url` is https, or http on the loopback");
        }
        Ok(Self { iss, audience, algorithms, keys, jwks_url })
    }
}

fn is_safe(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let origin = super::Origin::try_from(url.origin().ascii_serialization());
    url.scheme() == "https" || origin.is_ok_and(|origin| origin.is_loopback())
}
