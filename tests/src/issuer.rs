//! A CI that signs access tokens of its own, with nothing of the server's in it but the format.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

/// Head of an Ed25519 public key in DER (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A signing CI.
pub struct Issuer {
    key: Ed25519KeyPair,
    /// What stands in `iss`.
    pub iss: String,
    /// Name of the key.
    pub kid: String,
}

impl Issuer {
    /// One with a new key.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn new(iss: &str, kid: &str) -> anyhow::Result<Self> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).ok().context("no key")?;
        let key = Ed25519KeyPair::from_pkcs8(made.as_ref()).ok().context("no key")?;
        Ok(Self { key, iss: iss.to_owned(), kid: kid.to_owned() })
    }

    /// Its public key, PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        let der = [&SPKI[..], self.key.public_key().as_ref()].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der))
    }

    /// Its public key as a JWK set (RFC 7517).
    #[must_use]
    pub fn jwks(&self) -> Value {
        let x = URL_SAFE_NO_PAD.encode(self.key.public_key().as_ref());
        json!({ "keys": [
            { "kty": "OKP", "crv": "Ed25519", "x": x, "kid": self.kid, "alg": "EdDSA", "use": "sig" },
        ]})
    }

    /// The claims of a good token for `build`, from `now` on.
    #[must_use]
    pub fn claims(&self, aud: &str, build: &str, now: Timestamp) -> Value {
        let iat = now.as_second();
        json!({
            "iss": self.iss, "aud": aud, "sub": "ci-7", "name": "Kim", "iat": iat, "nbf": iat,
            "exp": iat + 300, "jti": format!("{build}-{iat}"), "build": build, "epoch": 0,
            "caps": ["terminal.view", "terminal.control"],
        })
    }

    /// Signs `claims` with `more` instead of what stands there.
    #[must_use]
    pub fn sign(&self, claims: &Value, more: &Value) -> String {
        let mut claims = claims.clone();
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let header = json!({ "typ": "transom-access+jwt", "alg": "EdDSA", "kid": self.kid });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(message.as_bytes()));
        format!("{message}.{signature}")
    }

    /// Publishes its key set over HTTP until the process ends: where, and how often it was fetched.
    ///
    /// # Errors
    /// Where no port is free.
    pub fn publish(&self) -> anyhow::Result<(String, Arc<AtomicUsize>)> {
        let (listener, fetched) = (TcpListener::bind("127.0.0.1:0")?, Arc::new(AtomicUsize::new(0)));
        let url = format!("http://{}/jwks.json", listener.local_addr()?);
        let (body, count) = (self.jwks().to_string(), Arc::clone(&fetched));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let _ = stream.read(&mut [0; 4096]);
                count.fetch_add(1, Ordering::SeqCst);
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Ok((url, fetched))
    }
}
