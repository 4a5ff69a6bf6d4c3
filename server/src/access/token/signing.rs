//! The key that seals our own tokens.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use zeroize::Zeroizing;

use super::key::{KeyError, PublicKey};

/// Our own key, which seals tokens. It never prints.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
}

impl SigningKey {
    /// From PKCS #8 in PEM (`PRIVATE KEY`): Ed25519 or P-256. Its `kid` is the thumbprint of RFC
    /// 7638.
    ///
    /// # Errors
    /// When it is no such key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let pem = pem.as_bytes();
        if let Ok(key) = EncodingKey::from_ed_pem(pem) {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.as_bytes());
            let pair = pair.map_err(|_| KeyError::Malformed)?;
            let public = DecodingKey::from_ed_der(pair.public_key().as_ref());
            return Self::new(Pair::Ed25519(pair), &public);
        }
        let key = EncodingKey::from_ec_pem(pem).map_err(|_| KeyError::Unsupported)?;
        let random = SystemRandom::new();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_bytes(), &random);
        let pair = pair.map_err(|_| KeyError::Malformed)?;
        let public = DecodingKey::from_ec_der(pair.public_key().as_ref());
        Self::new(Pair::P256(pair), &public)
    }

    /// A new Ed25519 key, as PEM to be kept.
    ///
    /// # Errors
    /// When there is no randomness.
    pub fn generate(random: &dyn SecureRandom) -> Result<Zeroizing<String>, ring::error::Unspecified> {
        let der = Ed25519KeyPair::generate_pkcs8(random)?;
        let text = Zeroizing::new(STANDARD.encode(der.as_ref()));
        let mut pem = Zeroizing::new(String::with_capacity(256));
        pem.push_str("-----BEGIN PRIVATE KEY-----\n");
        for (i, letter) in text.chars().enumerate() {
            if i > 0 && i % 64 == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        pem.push_str("\n-----END PRIVATE KEY-----\n");
        Ok(pem)
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// This key's signature over `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::P256(pair) => Ok(pair.sign(&SystemRandom::new(), message)?.as_ref().to_vec()),
        }
    }

    fn new(pair: Pair, public: &DecodingKey) -> Result<Self, KeyError> {
        let jwk = Jwk::from_decoding_key(public, None).map_err(|_| KeyError::Malformed)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Malformed)?;
        let public = PublicKey::from_decoding_key(public, Some(kid))?;
        Ok(Self { pair, public })
    }
}
