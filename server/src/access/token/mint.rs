//! Sealing grants.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::claims::sound;
use super::verify::{Issuer, Keys};
use super::{ADMIN_TYPE, Algorithm, LIFE_S, PublicKey, SigningKey, TYPE, TokenError};
use crate::access::admin::AdminGrant;
use crate::access::{Grant, Person};

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
        let mut more = json!({
            "build": grant.build.as_str(),
            "epoch": grant.epoch,
            "caps": grant.capabilities.iter().map(|one| one.name()).collect::<Vec<_>>(),
        });
        for (name, id) in [("share", &grant.share), ("admin", &grant.admin)] {
            if let Some(id) = id {
                more[name] = id.as_str().into();
            }
        }
        self.seal(TYPE, &grant.person, more, grant.expires_at, now, jti)
    }

    /// Seals an administrator's grant in the same way.
    ///
    /// # Errors
    /// As [`Mint::mint`].
    pub fn mint_admin(&self, grant: &AdminGrant, now: Timestamp, jti: &str) -> Result<Sealed, TokenError> {
        self.seal(ADMIN_TYPE, &grant.person, json!({ "sid": grant.id }), grant.expires_at, now, jti)
    }

    fn seal(
        &self,
        kind: &str,
        person: &Person,
        mut claims: Value,
        until: Timestamp,
        now: Timestamp,
        jti: &str,
    ) -> Result<Sealed, TokenError> {
        let texts = [("sub", person.sub.as_str()), ("name", &person.name), ("jti", jti)];
        if let Some((name, _)) = texts.into_iter().find(|(_, text)| !sound(text)) {
            return Err(TokenError::Claim(name));
        }
        let iat = now.as_second();
        let exp = iat.saturating_add(LIFE_S).min(until.as_second());
        if exp <= iat {
            return Err(TokenError::Expired);
        }
        let public = self.key.public();
        let header = json!({ "typ": kind, "alg": public.algorithm().name(), "kid": public.kid() });
        let common = json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": person.sub,
            "name": person.name,
            "iat": iat,
            "nbf": iat,
            "exp": exp,
            "jti": jti,
        });
        if let (Some(claims), Value::Object(common)) = (claims.as_object_mut(), common) {
            claims.extend(common);
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(message.as_bytes()).map_err(|_| TokenError::Signature)?;
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        let expires_at = Timestamp::from_second(exp).map_err(|_| TokenError::Claim("exp"))?;
        Ok(Sealed { token, expires_at })
    }
}
