//! Keys that seal and open tokens. Each key has exactly one algorithm, so no token can choose.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{
    AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse, ThumbprintHash,
};
use jsonwebtoken::{DecodingKey, EncodingKey};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use thiserror::Error;
use zeroize::Zeroizing;

/// Keys of one set at most.
const SET_KEYS: usize = 64;
/// Length of an RSA modulus, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// Why a key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Neither PEM nor JWK, or damaged.
    #[error("key not understood")]
    Malformed,
    /// A private key where a public one belongs.
    #[error("a private key where a public one belongs")]
    Private,
    /// Neither Ed25519 nor P-256 nor RSA, or meant for something else than signatures.
    #[error("key of a kind or use that is not supported")]
    Unsupported,
    /// An RSA key of fewer than 2048 bits, or of more than 8192.
    #[error("RSA key shorter than 2048 or longer than 8192 bits")]
    Length,
}

/// A signature algorithm of JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519.
    EdDsa,
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// RSA PKCS #1 v1.5 with SHA-256; only from a CI.
    Rs256,
}

impl Algorithm {
    /// Its name in a header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
        }
    }
}

/// A key that opens tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    kid: Option<String>,
    material: Material,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    Ed25519(Vec<u8>),
    /// The point, uncompressed.
    P256(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// From PEM: `PUBLIC KEY` (Ed25519, P-256, RSA) or `RSA PUBLIC KEY`. Without a `kid` it
    /// stands for any that a token of its issuer names.
    ///
    /// # Errors
    /// When it is no such key, or a weak one.
    pub fn from_pem(pem: &str, kid: Option<String>) -> Result<Self, KeyError> {
        if pem.contains("PRIVATE KEY-----") {
            return Err(KeyError::Private);
        }
        if !pem.contains("-----BEGIN PUBLIC KEY-----") && !pem.contains("-----BEGIN RSA PUBLIC KEY-----") {
            return Err(KeyError::Malformed);
        }
        let pem = pem.as_bytes();
        let key = DecodingKey::from_ed_pem(pem)
            .or_else(|_| DecodingKey::from_ec_pem(pem))
            .or_else(|_| DecodingKey::from_rsa_pem(pem))
            .map_err(|_| KeyError::Malformed)?;
        Self::from_decoding_key(&key, kid)
    }

    /// From one JWK (RFC 7517).
    ///
    /// # Errors
    /// When it is no public key for one of our algorithms, or a weak one.
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        let value = serde_json::from_str(json).map_err(|_| KeyError::Malformed)?;
        Self::from_jwk_value(value)
    }

    /// From a JWK set. Keys that are of no use here, or that nobody could name, are left out.
    ///
    /// # Errors
    /// When it is no JWK set.
    pub fn from_jwks(json: &[u8]) -> Result<Vec<Self>, KeyError> {
        #[derive(serde::Deserialize)]
        struct Set {
            keys: Vec<serde_json::Value>,
        }
        let set: Set = serde_json::from_slice(json).map_err(|_| KeyError::Malformed)?;
        let keys = set.keys.into_iter().filter_map(|key| Self::from_jwk_value(key).ok());
        Ok(keys.filter(|key| key.kid.is_some()).take(SET_KEYS).collect())
    }

    /// The only algorithm that it is used with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        match self.material {
            Material::Ed25519(_) => Algorithm::EdDsa,
            Material::P256(_) => Algorithm::Es256,
            Material::Rsa { .. } => Algorithm::Rs256,
        }
    }

    /// What tokens call it.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.material {
            Material::Ed25519(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature),
            Material::P256(key) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(message, signature)
            }
            Material::Rsa { n, e } => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        }
        .is_ok()
    }

    fn from_jwk_value(value: serde_json::Value) -> Result<Self, KeyError> {
        let private = ["d", "k"].iter().any(|member| value.get(member).is_some());
        let jwk: Jwk = serde_json::from_value(value).map_err(|_| KeyError::Malformed)?;
        if private {
            return Err(KeyError::Private);
        }
        let common = &jwk.common;
        let signs = common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature)
            && common.key_operations.as_ref().is_none_or(|all| all.contains(&KeyOperations::Verify));
        let (material, algorithm) = material(&jwk.algorithm)?;
        if !signs || common.key_algorithm.is_some_and(|named| named != algorithm) {
            return Err(KeyError::Unsupported);
        }
        Ok(Self { kid: jwk.common.key_id, material })
    }

    fn from_decoding_key(key: &DecodingKey, kid: Option<String>) -> Result<Self, KeyError> {
        let jwk = Jwk::from_decoding_key(key, None).map_err(|_| KeyError::Unsupported)?;
        let (material, _) = material(&jwk.algorithm)?;
        Ok(Self { kid, material })
    }
}

/// The numbers of a key, and the algorithm it is for.
fn material(parameters: &AlgorithmParameters) -> Result<(Material, KeyAlgorithm), KeyError> {
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::Malformed);
    let number = |text: &str| {
        let bytes = decode(text)?;
        let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len());
        Ok(bytes[start..].to_vec())
    };
    match parameters {
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            let x = decode(&key.x)?;
            let sound = x.len() == 32;
            sound.then_some((Material::Ed25519(x), KeyAlgorithm::EdDSA)).ok_or(KeyError::Malformed)
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            let (x, y) = (decode(&key.x)?, decode(&key.y)?);
            let sound = x.len() == 32 && y.len() == 32;
            let point = [&[4], &x[..], &y[..]].concat();
            sound.then_some((Material::P256(point), KeyAlgorithm::ES256)).ok_or(KeyError::Malformed)
        }
        AlgorithmParameters::RSA(key) => {
            let (n, e) = (number(&key.n)?, number(&key.e)?);
            let unused = n.first().map_or(0, |byte| byte.leading_zeros() as usize);
            let sound = RSA_BITS.contains(&(n.len() * 8 - unused));
            sound.then_some((Material::Rsa { n, e }, KeyAlgorithm::RS256)).ok_or(KeyError::Length)
        }
        _ => Err(KeyError::Unsupported),
    }
}

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
