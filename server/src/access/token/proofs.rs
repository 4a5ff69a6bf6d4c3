//! Proofs with tokens that are really signed. They are signed by another library than
//! the one that opens them, as a CI would.

mod keys;
mod opened;
mod refused;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm as Alg, DecodingKey, EncodingKey, crypto};
use proptest::prelude::*;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING as P256, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use std::sync::LazyLock;

use super::*;
use crate::access::{Capability, Grant, Person};

const RSA: &str = include_str!("proofs/rsa-for-tests.pem");
const SHORT_RSA: &str = include_str!("proofs/rsa-too-short.pem");
const NOW: i64 = 1_700_000_000;

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

/// A CI's key: what signs, and the PEM that is configured for it.
struct Key {
    alg: Alg,
    private: EncodingKey,
    public: String,
}

fn pem(prefix: &[u8], key: &[u8]) -> String {
    let text = STANDARD.encode([prefix, key].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n")
}

fn ed25519() -> Key {
    let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(der.as_ref()).unwrap();
    let prefix = b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";
    Key {
        alg: Alg::EdDSA,
        private: EncodingKey::from_ed_der(der.as_ref()),
        public: pem(prefix, pair.public_key().as_ref()),
    }
}

fn p256() -> Key {
    let random = SystemRandom::new();
    let der = EcdsaKeyPair::generate_pkcs8(&P256, &random).unwrap();
    let pair = EcdsaKeyPair::from_pkcs8(&P256, der.as_ref(), &random).unwrap();
    let prefix = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
        \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    Key {
        alg: Alg::ES256,
        private: EncodingKey::from_ec_der(der.as_ref()),
        public: pem(prefix, pair.public_key().as_ref()),
    }
}

/// The public half as a JWK.
fn rsa_public() -> String {
    let private = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let jwk = jsonwebtoken::jwk::Jwk::from_encoding_key(&private, Alg::RS256).unwrap();
    serde_json::to_string(&jwk).unwrap()
}

struct World {
    ed: Key,
    ec: Key,
    rsa: Key,
    stranger: Key,
    mint: Mint,
    verifier: Verifier,
}

/// Our own mint, and a CI with a key of each kind.
static WORLD: LazyLock<World> = LazyLock::new(|| {
    let (ed, ec, stranger) = (ed25519(), p256(), ed25519());
    let private = EncodingKey::from_rsa_pem(RSA.as_bytes()).unwrap();
    let rsa = Key { alg: Alg::RS256, private, public: rsa_public() };
    let own = SigningKey::generate(&SystemRandom::new()).unwrap();
    let mint =
        Mint::new(SigningKey::from_pem(&own).unwrap(), "https://transom.example".into(), "transom".into());
    let rsa_jwk: Value = serde_json::from_str(&rsa.public).unwrap();
    let mut rsa_jwk = rsa_jwk.as_object().unwrap().clone();
    rsa_jwk.insert("kid".to_owned(), "rs".into());
    let keys = vec![
        PublicKey::from_pem(&ed.public, Some("ed".to_owned())).unwrap(),
        PublicKey::from_pem(&ec.public, Some("ec".to_owned())).unwrap(),
        PublicKey::from_jwk(&Value::Object(rsa_jwk).to_string()).unwrap(),
    ];
    let ci = Issuer {
        iss: "ci".to_owned(),
        aud: "transom-prod".to_owned(),
        algorithms: vec![Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256],
        keys: Keys::Fixed(keys),
        ours: false,
    };
    let far = Issuer {
        iss: "far".to_owned(),
        aud: "transom".to_owned(),
        algorithms: vec![Algorithm::EdDsa, Algorithm::Es256, Algorithm::Rs256],
        keys: Keys::Jwks("https://ci/jwks".to_owned()),
        ours: false,
    };
    let verifier = Verifier::new(vec![mint.issuer(vec![]), ci, far]);
    World { ed, ec, rsa, stranger, mint, verifier }
});

fn claims() -> Value {
    json!({
        "iss": "ci", "aud": "transom-prod", "sub": "u1", "name": "Ada",
        "iat": NOW, "nbf": NOW, "exp": NOW + 300, "jti": "t1",
        "build": "b-1", "epoch": 3, "caps": ["terminal.view", "terminal.control"],
    })
}

/// `claims` with one of them changed, or left out where the value is null.
fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value.clone();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    }
    claims
}

fn header(alg: &str, kid: &str) -> Value {
    json!({ "typ": TYPE, "alg": alg, "kid": kid })
}

fn seal(header: &str, claims: &str, key: &EncodingKey, alg: Alg) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = crypto::sign(message.as_bytes(), key, alg).unwrap();
    format!("{message}.{signature}")
}

/// Signed by the CI's Ed25519 key.
fn ci(header: &Value, claims: &Value) -> String {
    seal(&header.to_string(), &claims.to_string(), &WORLD.ed.private, Alg::EdDSA)
}

fn signed(claims: &Value) -> String {
    ci(&header("EdDSA", "ed"), claims)
}

fn open(token: &str) -> Result<Grant, TokenError> {
    WORLD.verifier.open(token, now())
}

fn grant() -> Grant {
    Grant {
        build: "b-1".to_owned().try_into().unwrap(),
        person: Person { sub: "u1".to_owned(), name: "Ada".to_owned() },
        capabilities: [Capability::TerminalView, Capability::TerminalControl].into_iter().collect(),
        epoch: 3,
        expires_at: now() + SignedDuration::from_secs(300),
        share: None,
        admin: None,
        said_at: Some(now()),
    }
}

/// The same where it was sealed here.
fn ours() -> Grant {
    Grant { said_at: None, ..grant() }
}
