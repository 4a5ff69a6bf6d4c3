//! Tokens as somebody might make them who has got hold of the server's own key, or of another.

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::Ed25519KeyPair;
use serde_json::Value;

use crate::front::Front;

/// A key that seals whatever it is given.
pub struct Forge(Ed25519KeyPair);

impl Forge {
    /// With the key of `front` itself.
    ///
    /// # Errors
    /// Where its file cannot be read.
    pub fn of(front: &Front) -> anyhow::Result<Self> {
        let pem = std::fs::read_to_string(front.dir().join("keys/token.pem"))?;
        let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
        Self::from_der(&STANDARD.decode(text)?)
    }

    /// With a key that nobody knows.
    ///
    /// # Errors
    /// Where there is no randomness.
    pub fn stranger() -> anyhow::Result<Self> {
        let der = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new());
        Self::from_der(der.ok().context("no randomness")?.as_ref())
    }

    fn from_der(der: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok().context("no Ed25519 key")?))
    }

    /// `token` with its header and claims changed, sealed anew.
    ///
    /// # Errors
    /// Where it is no token.
    pub fn again(&self, token: &str, change: impl FnOnce(&mut Value, &mut Value)) -> anyhow::Result<String> {
        let mut parts = token.split('.');
        let mut part = || -> anyhow::Result<Value> {
            Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next().context("no token")?)?)?)
        };
        let (mut header, mut claims) = (part()?, part()?);
        change(&mut header, &mut claims);
        let text = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", text(&header), text(&claims));
        let signature = URL_SAFE_NO_PAD.encode(self.0.sign(message.as_bytes()));
        Ok(format!("{message}.{signature}"))
    }

    /// `token` as one for something else.
    ///
    /// # Errors
    /// As [`Forge::again`].
    pub fn of_other_type(&self, token: &str) -> anyhow::Result<String> {
        self.again(token, |header, _| header["typ"] = "JWT".into())
    }

    /// `token` as it was ten minutes ago.
    ///
    /// # Errors
    /// As [`Forge::again`].
    pub fn expired(&self, token: &str) -> anyhow::Result<String> {
        self.again(token, |_, claims| {
            for name in ["iat", "nbf", "exp"] {
                claims[name] = (claims[name].as_i64().unwrap_or_default() - 600).into();
            }
        })
    }
}
