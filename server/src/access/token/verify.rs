//! Opening tokens.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use transom_protocol::limits::TOKEN_BYTES;

use super::claims::{Object, admin, grant};
use super::{ADMIN_TYPE, Algorithm, PublicKey, TYPE, TokenError};
use crate::access::Grant;
use crate::access::admin::AdminGrant;

/// Somebody whose tokens are accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// The `iss` of its tokens.
    pub iss: String,
    /// What it calls this Transom: the `aud` that its tokens must contain.
    pub aud: String,
    /// The algorithms that it may sign with; a key has one of them besides.
    pub algorithms: Vec<Algorithm>,
    /// Where its keys come from.
    pub keys: Keys,
    /// Whether that is this Transom itself.
    pub ours: bool,
}

/// Where an issuer's keys come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// They are configured.
    Fixed(Vec<PublicKey>),
    /// They are fetched from the JWK set at this address.
    Jwks(String),
}

/// Opens the tokens of the configured issuers.
#[derive(Debug, Clone)]
pub struct Verifier {
    issuers: Vec<Issuer>,
}

/// A token that was read and not yet believed.
pub struct Unopened<'a> {
    issuer: &'a Issuer,
    algorithm: Algorithm,
    kid: Option<String>,
    claims: Object,
    message: &'a str,
    signature: Vec<u8>,
}

impl fmt::Debug for Unopened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unopened").field("iss", &self.issuer.iss).finish_non_exhaustive()
    }
}

impl Verifier {
    /// A verifier for these issuers. Of two with the same name the first one counts.
    #[must_use]
    pub fn new(issuers: Vec<Issuer>) -> Self {
        Self { issuers }
    }

    /// The addresses of the key sets that are needed to open everybody's tokens.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.issuers.iter().filter_map(|issuer| match &issuer.keys {
            Keys::Jwks(address) => Some(address.as_str()),
            Keys::Fixed(_) => None,
        })
    }

    /// Opens a token whose issuer has configured keys. One whose keys must be fetched first is
    /// refused as `UnknownKey`: go by [`Verifier::read`] for those.
    ///
    /// # Errors
    /// The first reason not to believe it.
    pub fn open(&self, token: &str, now: Timestamp) -> Result<Grant, TokenError> {
        let unopened = self.read(token)?;
        match unopened.keys() {
            Keys::Fixed(keys) => unopened.open_with(keys, now),
            Keys::Jwks(_) => Err(TokenError::UnknownKey),
        }
    }

    /// Opens an administrator's token, which nobody but we can have made.
    ///
    /// # Errors
    /// The first reason not to believe it.
    pub fn open_admin(&self, token: &str, now: Timestamp) -> Result<AdminGrant, TokenError> {
        let unopened = self.read_as(token, ADMIN_TYPE)?;
        match unopened.keys() {
            Keys::Fixed(keys) if unopened.issuer.ours => {
                unopened.proven_by(keys)?;
                admin(&unopened.claims, unopened.issuer, now)
            }
            _ => Err(TokenError::UnknownIssuer),
        }
    }

    /// Reads a token as far as to know whose keys open it. Nothing that it says is believed yet.
    ///
    /// # Errors
    /// When it is no access token, or nobody knows who it claims to be from.
    pub fn read<'a>(&'a self, token: &'a str) -> Result<Unopened<'a>, TokenError> {
        self.read_as(token, TYPE)
    }

    fn read_as<'a>(&'a self, token: &'a str, kind: &str) -> Result<Unopened<'a>, TokenError> {
        if token.is_empty() {
            return Err(TokenError::Missing);
        }
        if token.len() > TOKEN_BYTES {
            return Err(TokenError::TooLarge);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, claims) = message.split_once('.').ok_or(TokenError::Malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed);
        let header = Object::parse(&decode(header)?)?;
        if header.text("typ") != Ok(kind) {
            return Err(TokenError::WrongType);
        }
        // Extensions that must be understood, and keys that a token brings along.
        for member in ["crit", "b64", "zip", "enc", "jwk", "jku", "x5u", "x5c"] {
            if header.has(member) {
                return Err(TokenError::Header(member));
            }
        }
        let algorithm = match header.text("alg") {
            Ok("EdDSA") => Algorithm::EdDsa,
            Ok("ES256") => Algorithm::Es256,
            Ok("RS256") => Algorithm::Rs256,
            _ => return Err(TokenError::Algorithm),
        };
        let kid = match header.has("kid") {
            true => Some(header.text("kid").map_err(|_| TokenError::Header("kid"))?.to_owned()),
            false => None,
        };
        // A further part would be a dot in the claims, which is no base64url.
        let claims = Object::parse(&decode(claims)?)?;
        let signature = decode(signature)?;
        let iss = claims.text("iss")?;
        let issuer = self.issuers.iter().find(|issuer| issuer.iss == iss);
        let issuer = issuer.ok_or(TokenError::UnknownIssuer)?;
        if !issuer.algorithms.contains(&algorithm) {
            return Err(TokenError::Algorithm);
        }
        Ok(Unopened { issuer, algorithm, kid, claims, message, signature })
    }
}

impl<'a> Unopened<'a> {
    /// Where the keys come from that can open it.
    #[must_use]
    pub fn keys(&self) -> &'a Keys {
        &self.issuer.keys
    }

    /// The key that it names.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Opens it with `keys`, which must be its issuer's.
    ///
    /// # Errors
    /// The first reason not to believe it.
    pub fn open_with(&self, keys: &[PublicKey], now: Timestamp) -> Result<Grant, TokenError> {
        self.proven_by(keys)?;
        grant(&self.claims, self.issuer, now)
    }

    /// Whether one of `keys` has signed it.
    fn proven_by(&self, keys: &[PublicKey]) -> Result<(), TokenError> {
        let named = |key: &&PublicKey| self.kid.is_none() || key.kid().is_none() || key.kid() == self.kid();
        let mut refusal = TokenError::UnknownKey;
        for key in keys.iter().filter(named) {
            if key.algorithm() != self.algorithm {
                if refusal == TokenError::UnknownKey {
                    refusal = TokenError::Algorithm;
                }
            } else if key.verify(self.message.as_bytes(), &self.signature) {
                return Ok(());
            } else {
                refusal = TokenError::Signature;
            }
        }
        Err(refusal)
    }
}
