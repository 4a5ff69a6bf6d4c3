//! Keys that open tokens. Each key has exactly one algorithm, so no token can choose.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use thiserror::Error;

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

    pub(super) fn from_decoding_key(key: &DecodingKey, kid: Option<String>) -> Result<Self, KeyError> {
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
