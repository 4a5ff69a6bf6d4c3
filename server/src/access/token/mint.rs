//! Sealing grants.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::claims::sound;
use super::verify::{Issuer, Keys};
use super::{Algorithm, LIFE_S, PublicKey, SigningKey, TYPE, TokenError};
use crate::access::Grant;

/// Makes our own tokens.
pub struct Mint {
    key: SigningKey,
    issuer: String,
    audience: String,
}

/// A token on its way to the person it was made for. It never prints.
pub struct Sealed {
    /// The token.
    pub token: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sealed").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Mint {
    /// A mint that signs with `key` and calls itself `issuer`; `audience` is the name that every
    /// token for this Transom bears.
    #[must_use]
    pub fn new(key: SigningKey, issuer: String, audience: String) -> Self {
        Self { key, issuer, audience }
    }

    /// What a [`super::Verifier`] must know to open our own tokens. `older` are keys that signed
    /// before this one and whose tokens may still be about.
    #[must_use]
    pub fn issuer(&self, older: Vec<PublicKey>) -> Issuer {
        let mut keys = older;
        keys.insert(0, self.key.public().clone());
        Issuer {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            algorithms: vec![Algorithm::EdDsa, Algorithm::Es256],
            keys: Keys::Fixed(keys),
            ours: true,
        }
    }

    /// Seals `grant` from `now` on for five minutes, or until it ends if that is sooner. `jti` is
    /// an id of no other token.
    ///
    /// # Errors
    /// `Expired` when the grant is over, `Claim` when a text would not open again.
    pub fn mint(&self, grant: &Grant, now: Timestamp, jti: &str) -> Result<Sealed, TokenError> {
        let texts = [("sub", grant.person.sub.as_str()), ("name", &grant.person.name), ("jti", jti)];
        if let Some((name, _)) = texts.into_iter().find(|(_, text)| !sound(text)) {
            return Err(TokenError::Claim(name));
        }
        let iat = now.as_second();
        let exp = iat.saturating_add(LIFE_S).min(grant.expires_at.as_second());
        if exp <= iat {
            return Err(TokenError::Expired);
        }
        let public = self.key.public();
        let header = json!({ "typ": TYPE, "alg": public.algorithm().name(), "kid": public.kid() });
        let mut claims = json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": grant.person.sub,
            "name": grant.person.name,
            "iat": iat,
            "nbf": iat,
            "exp": exp,
            "jti": jti,
            "build": grant.build.as_str(),
            "epoch": grant.epoch,
            "caps": grant.capabilities.iter().map(|one| one.name()).collect::<Vec<_>>(),
        });
        if let (Some(share), Some(claims)) = (&grant.share, claims.as_object_mut()) {
            claims.insert("share".to_owned(), share.as_str().into());
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(message.as_bytes()).map_err(|_| TokenError::Signature)?;
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        let expires_at = Timestamp::from_second(exp).map_err(|_| TokenError::Claim("exp"))?;
        Ok(Sealed { token, expires_at })
    }
}
