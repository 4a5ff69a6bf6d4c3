//! The key that signs access tokens.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use super::{KeyError, Secret, random};

/// What comes before the 32 bytes of an Ed25519 key in PKCS#8 version 1 (RFC 8410, section 7), the
/// form that every other tool reads.
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// An Ed25519 key that signs access tokens.
#[derive(Debug, Clone, Serialize)]
pub struct TokenKey {
    /// Names the key in a token's header (`kid`): a hash over its public half.
    pub id: String,
    /// The private key as PKCS#8 DER.
    pub pkcs8: Secret<Vec<u8>>,
    /// The public half.
    #[serde(serialize_with = "base64url")]
    pub public: [u8; 32],
}

impl TokenKey {
    /// A new key.
    ///
    /// # Errors
    ///
    /// [`KeyError::Random`].
    pub fn generate() -> Result<Self, KeyError> {
        let seed = random::<32>()?;
        let mut der = Zeroizing::new(PKCS8_PREFIX.to_vec());
        der.extend_from_slice(seed.as_slice());
        Self::from_pkcs8(&der)
    }

    /// Takes every `PRIVATE KEY` block of a PEM text, in order.
    ///
    /// # Errors
    ///
    /// [`KeyError::Malformed`] where there is none, or one is not Ed25519.
    pub fn parse_pem(text: &str) -> Result<Vec<Self>, KeyError> {
        const WHAT: KeyError =
            KeyError::Malformed("a token key is an Ed25519 key in PKCS#8 PEM (-----BEGIN PRIVATE KEY-----)");
        let mut keys = Vec::new();
        for der in PrivatePkcs8KeyDer::pem_slice_iter(text.as_bytes()) {
            let der = der.map_err(|_| WHAT)?;
            keys.push(Self::from_pkcs8(der.secret_pkcs8_der())?);
        }
        if keys.is_empty() { Err(WHAT) } else { Ok(keys) }
    }

    /// The key as PKCS#8 PEM.
    #[must_use]
    pub fn to_pem(&self) -> Zeroizing<String> {
        let body = Zeroizing::new(STANDARD.encode(self.pkcs8.expose()));
        let mut text = Zeroizing::new(String::with_capacity(128 + body.len()));
        text.push_str("-----BEGIN PRIVATE KEY-----\n");
        for line in body.as_bytes().chunks(64) {
            let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
        }
        text.push_str("-----END PRIVATE KEY-----\n");
        text
    }

    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der)
            .map_err(|_| KeyError::Malformed("the private key is not an Ed25519 key"))?;
        let mut public = [0; 32];
        public.copy_from_slice(pair.public_key().as_ref());
        let id = URL_SAFE_NO_PAD.encode(&digest(&SHA256, &public).as_ref()[..9]);
        Ok(Self { id, pkcs8: Secret::new(der.to_vec()), public })
    }
}

fn base64url<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 8410, section 10.3.
    const KNOWN: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";

    #[test]
    fn a_known_key_is_read_and_written_as_it_was() {
        let keys = TokenKey::parse_pem(KNOWN).unwrap();
        assert_eq!(keys[0].public[..4], [0x19, 0xbf, 0x44, 0x09]);
        assert_eq!(*keys[0].to_pem(), KNOWN);
    }

    #[test]
    fn a_text_may_hold_several_keys_and_their_order_is_kept() {
        let (one, other) = (TokenKey::generate().unwrap(), TokenKey::generate().unwrap());
        let text = format!("{}\n{}", *one.to_pem(), *other.to_pem());
        let ids: Vec<_> = TokenKey::parse_pem(&text).unwrap().into_iter().map(|k| k.id).collect();
        assert_eq!(ids, [one.id, other.id]);
    }

    #[test]
    fn a_key_signs_tokens_that_its_public_half_verifies() {
        use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
        let key = TokenKey::generate().unwrap();
        let claims = serde_json::json!({"exp": 4_000_000_000_u64, "sub": "x"});
        let signed =
            encode(&Header::new(Algorithm::EdDSA), &claims, &EncodingKey::from_ed_der(key.pkcs8.expose()))
                .unwrap();
        let verify = DecodingKey::from_ed_der(&key.public);
        let read = decode::<serde_json::Value>(&signed, &verify, &Validation::new(Algorithm::EdDSA)).unwrap();
        assert_eq!(read.claims, claims);
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        assert!(TokenKey::parse_pem("").is_err());
        assert!(
            TokenKey::parse_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n").is_err()
        );
    }
}
