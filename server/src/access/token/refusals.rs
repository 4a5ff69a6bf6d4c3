//! What is refused, with tokens that are really signed. They are signed by another library than
//! the one that opens them, as a CI would.

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

const RSA: &str = include_str!("refusals/rsa-for-tests.pem");
const SHORT_RSA: &str = include_str!("refusals/rsa-too-short.pem");
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
    let ci = Issuer { iss: "ci".to_owned(), aud: "transom-prod".to_owned(), keys: Keys::Fixed(keys) };
    let far = Issuer {
        iss: "far".to_owned(),
        aud: "transom".to_owned(),
        keys: Keys::Jwks("https://ci/jwks".to_owned()),
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
    }
}

#[test]
fn tokens_of_every_allowed_key_open_to_their_grant() {
    for (key, kid, alg) in
        [(&WORLD.ed, "ed", "EdDSA"), (&WORLD.ec, "ec", "ES256"), (&WORLD.rsa, "rs", "RS256")]
    {
        let token = seal(&header(alg, kid).to_string(), &claims().to_string(), &key.private, key.alg);
        assert_eq!(open(&token), Ok(grant()), "{alg}");
    }
    let no_kid = json!({ "typ": TYPE, "alg": "EdDSA" });
    assert_eq!(open(&ci(&no_kid, &claims())), Ok(grant()));
}

#[test]
fn our_own_tokens_open_to_the_grant_that_was_sealed() {
    let long = Grant { expires_at: now() + SignedDuration::from_hours(9), ..grant() };
    let sealed = WORLD.mint.mint(&long, now(), "j1").unwrap();
    assert_eq!(open(&sealed.token), Ok(grant()));
    assert_eq!(sealed.expires_at, grant().expires_at);
    assert!(!format!("{sealed:?}").contains(&sealed.token));

    let soon = now() + SignedDuration::from_secs(40);
    let sealed = WORLD.mint.mint(&Grant { expires_at: soon, ..grant() }, now(), "j2").unwrap();
    assert_eq!(open(&sealed.token).map(|grant| grant.expires_at), Ok(soon));

    let over = Grant { expires_at: now(), ..grant() };
    assert_eq!(WORLD.mint.mint(&over, now(), "j3").map(|_| ()), Err(TokenError::Expired));
    let mut odd = grant();
    odd.person.name = "A\u{1b}[2J".to_owned();
    assert_eq!(WORLD.mint.mint(&odd, now(), "j4").map(|_| ()), Err(TokenError::Claim("name")));
}

#[test]
fn another_library_opens_our_tokens() {
    let es256 = EcdsaKeyPair::generate_pkcs8(&P256, &SystemRandom::new()).unwrap();
    let es256 = STANDARD.encode(es256.as_ref());
    let es256 = format!("-----BEGIN PRIVATE KEY-----\n{es256}\n-----END PRIVATE KEY-----\n");
    let eddsa = SigningKey::generate(&SystemRandom::new()).unwrap();
    for (pem, alg) in [(es256.as_str(), Alg::ES256), (eddsa.as_str(), Alg::EdDSA)] {
        let mint = Mint::new(SigningKey::from_pem(pem).unwrap(), "us".to_owned(), "us".to_owned());
        let token = mint.mint(&grant(), now(), "j1").unwrap().token;
        let own = Verifier::new(vec![mint.issuer(vec![])]);
        assert_eq!(own.open(&token, now()), Ok(grant()));

        let der = pem.lines().filter(|line| !line.starts_with('-')).collect::<String>();
        let der = STANDARD.decode(der).unwrap();
        let key = match alg {
            Alg::ES256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&P256, &der, &SystemRandom::new()).unwrap();
                DecodingKey::from_ec_der(pair.public_key().as_ref())
            }
            _ => DecodingKey::from_ed_der(Ed25519KeyPair::from_pkcs8(&der).unwrap().public_key().as_ref()),
        };
        let (message, signature) = token.rsplit_once('.').unwrap();
        assert_eq!(crypto::verify(signature, message.as_bytes(), &key, alg), Ok(true), "{alg:?}");
        assert_eq!(jsonwebtoken::decode_header(&token).unwrap().kid.unwrap().len(), 43);
    }
}

#[test]
fn a_key_that_signed_before_still_opens_while_it_is_listed() {
    let new = |pem: &str| Mint::new(SigningKey::from_pem(pem).unwrap(), "us".to_owned(), "us".to_owned());
    let older = SigningKey::generate(&SystemRandom::new()).unwrap();
    let newer = SigningKey::generate(&SystemRandom::new()).unwrap();
    let token = new(&older).mint(&grant(), now(), "j1").unwrap().token;
    let public = SigningKey::from_pem(&older).unwrap().public().clone();
    let both = Verifier::new(vec![new(&newer).issuer(vec![public])]);
    assert_eq!(both.open(&token, now()), Ok(grant()));
    let one = Verifier::new(vec![new(&newer).issuer(vec![])]);
    assert_eq!(one.open(&token, now()), Err(TokenError::UnknownKey));
}

#[test]
fn every_claim_that_is_missing_or_wrong_is_refused() {
    use TokenError::{Audience, Claim, Expired, NotYet, TooLong, UnknownIssuer};
    let table = [
        ("iss", json!(null), Claim("iss")),
        ("iss", json!(["ci"]), Claim("iss")),
        ("iss", json!("other"), UnknownIssuer),
        ("iss", json!("https://transom.example"), TokenError::UnknownKey),
        ("aud", json!(null), Claim("aud")),
        ("aud", json!(7), Claim("aud")),
        ("aud", json!(["transom-prod", 7]), Claim("aud")),
        ("aud", json!("transom"), Audience),
        ("aud", json!("transom-prod "), Audience),
        ("aud", json!([]), Audience),
        ("aud", json!(["x", "y"]), Audience),
        ("sub", json!(null), Claim("sub")),
        ("sub", json!(""), Claim("sub")),
        ("sub", json!(5), Claim("sub")),
        ("sub", json!("x".repeat(257)), Claim("sub")),
        ("name", json!(null), Claim("name")),
        ("name", json!("a\nb"), Claim("name")),
        ("iat", json!(null), Claim("iat")),
        ("iat", json!(NOW as f64 + 0.5), Claim("iat")),
        ("iat", json!(NOW.to_string()), Claim("iat")),
        ("iat", json!(NOW + 31), NotYet),
        ("iat", json!(NOW - 1), TooLong),
        ("iat", json!(i64::MIN), Claim("exp")),
        ("iat", json!(u64::MAX), Claim("iat")),
        ("nbf", json!(null), Claim("nbf")),
        ("nbf", json!(NOW + 31), NotYet),
        ("nbf", json!(NOW + 300), Claim("nbf")),
        ("nbf", json!(i64::MAX), Claim("nbf")),
        ("exp", json!(null), Claim("exp")),
        ("exp", json!(NOW), Claim("exp")),
        ("exp", json!(NOW - 900), Claim("exp")),
        ("exp", json!(NOW + 301), TooLong),
        ("exp", json!(i64::MAX), TooLong),
        ("exp", json!(1e300), Claim("exp")),
        ("jti", json!(null), Claim("jti")),
        ("jti", json!(""), Claim("jti")),
        ("build", json!(null), Claim("build")),
        ("build", json!("../etc"), Claim("build")),
        ("build", json!("*"), Claim("build")),
        ("build", json!(42), Claim("build")),
        ("epoch", json!(null), Claim("epoch")),
        ("epoch", json!(-1), Claim("epoch")),
        ("epoch", json!(3.0), Claim("epoch")),
        ("epoch", json!("3"), Claim("epoch")),
        ("caps", json!(null), Claim("caps")),
        ("caps", json!("terminal.view"), Claim("caps")),
        ("caps", json!(["terminal.view", "*"]), Claim("caps")),
        ("caps", json!(["Terminal.view"]), Claim("caps")),
        ("caps", json!(["terminal.view", 1]), Claim("caps")),
        ("share", json!("s1"), Claim("share")),
    ];
    for (name, value, refusal) in table {
        assert_eq!(open(&signed(&with(name, value.clone()))), Err(refusal), "{name}: {value}");
    }
    let shifted = |by: i64| {
        let mut claims = claims();
        for name in ["iat", "nbf", "exp"] {
            claims[name] = json!(claims[name].as_i64().unwrap() + by);
        }
        open(&signed(&claims)).map(|_| ())
    };
    assert_eq!(shifted(30), Ok(()));
    assert_eq!(shifted(31), Err(NotYet));
    assert_eq!(shifted(-329), Ok(()));
    assert_eq!(shifted(-330), Err(Expired));
    assert_eq!(shifted(-NOW), Err(Expired));
}

#[test]
fn claims_that_mean_the_same_or_nothing_do_no_harm() {
    assert_eq!(open(&signed(&with("aud", json!(["x", "transom-prod"])))), Ok(grant()));
    assert_eq!(open(&signed(&with("nbf", json!(NOW - 100)))), Ok(grant()));
    assert_eq!(open(&signed(&with("host", json!("10.0.0.1")))), Ok(grant()));
    let none = open(&signed(&with("caps", json!([])))).unwrap();
    assert!(none.capabilities.is_empty());
    assert_eq!(open(&signed(&with("epoch", json!(u64::MAX)))).unwrap().epoch, u64::MAX);
}

#[test]
fn every_header_that_is_wrong_is_refused() {
    use TokenError::{Algorithm, Header, Malformed, UnknownKey, WrongType};
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" });
    let table = [
        (json!({ "alg": "EdDSA", "kid": "ed" }), WrongType),
        (json!({ "typ": "JWT", "alg": "EdDSA", "kid": "ed" }), WrongType),
        (json!({ "typ": "Transom-Access+JWT", "alg": "EdDSA", "kid": "ed" }), WrongType),
        (json!({ "typ": ["transom-access+jwt"], "alg": "EdDSA", "kid": "ed" }), WrongType),
        (json!({ "typ": TYPE, "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "none", "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "None", "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "HS256", "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "PS256", "kid": "rs" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "ES256", "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "RS256", "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": ["EdDSA"], "kid": "ed" }), Algorithm),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "x" }), UnknownKey),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "../../ed" }), UnknownKey),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "https://evil/jwks#ed" }), UnknownKey),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": null }), Header("kid")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": 1 }), Header("kid")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "crit": ["exp"] }), Header("crit")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "crit": [] }), Header("crit")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "b64": false }), Header("b64")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "zip": "DEF" }), Header("zip")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "jwk": jwk }), Header("jwk")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "jku": "https://evil" }), Header("jku")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "x5u": "https://evil" }), Header("x5u")),
        (json!({ "typ": TYPE, "alg": "EdDSA", "kid": "ed", "x5c": [] }), Header("x5c")),
        (json!(["EdDSA"]), Malformed),
    ];
    for (header, refusal) in table {
        assert_eq!(open(&ci(&header, &claims())), Err(refusal), "{header}");
    }
}

#[test]
fn what_is_signed_with_another_key_is_refused() {
    use TokenError::{Algorithm, Signature, UnknownKey};
    let header = header("EdDSA", "ed").to_string();
    let forged = seal(&header, &claims().to_string(), &WORLD.stranger.private, Alg::EdDSA);
    assert_eq!(open(&forged), Err(Signature));
    // Our own key vouches for our own tokens only.
    let own = WORLD.mint.mint(&grant(), now(), "j1").unwrap().token;
    let own: Vec<_> = own.split('.').collect();
    let as_ci = URL_SAFE_NO_PAD.encode(claims().to_string());
    assert_eq!(open(&format!("{}.{as_ci}.{}", own[0], own[2])), Err(UnknownKey));
    // The classic: HMAC with the public key as the secret.
    let secret = EncodingKey::from_secret(WORLD.rsa.public.as_bytes());
    let confused = json!({ "typ": TYPE, "alg": "HS256", "kid": "rs" }).to_string();
    assert_eq!(open(&seal(&confused, &claims().to_string(), &secret, Alg::HS256)), Err(Algorithm));
    let confused = json!({ "typ": TYPE, "alg": "RS256", "kid": "rs" }).to_string();
    assert_eq!(open(&seal(&confused, &claims().to_string(), &secret, Alg::HS256)), Err(Signature));
    // No signature at all.
    let token = signed(&claims());
    let (message, _) = token.rsplit_once('.').unwrap();
    assert_eq!(open(&format!("{message}.")), Err(Signature));
}

#[test]
fn a_claim_or_header_member_that_stands_twice_is_refused() {
    let good = claims().to_string();
    let body = good.strip_suffix('}').unwrap();
    let header = header("EdDSA", "ed").to_string();
    let head = header.strip_suffix('}').unwrap();
    let sign = |header: &str, claims: &str| seal(header, claims, &WORLD.ed.private, Alg::EdDSA);
    let twice = [
        sign(&header, &format!("{body},\"build\":\"b-1\"}}")),
        sign(&header, &format!("{body},\"\\u0062uild\":\"b-2\"}}")),
        sign(&header, &format!("{body},\"x\":1,\"x\":1}}")),
        sign(&header, &format!("{body},\"x\":[{{\"y\":{{\"z\":1,\"z\":2}}}}]}}")),
        sign(&format!("{head},\"alg\":\"EdDSA\"}}"), &good),
        sign(&format!("{head},\"kid\":\"ed\"}}"), &good),
    ];
    for token in twice {
        assert_eq!(open(&token), Err(TokenError::Malformed));
    }
}

#[test]
fn what_has_not_the_shape_of_a_token_is_refused() {
    use TokenError::{Malformed, Missing, TooLarge};
    let token = signed(&claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    let (head, body) = message.split_once('.').unwrap();
    let deep = format!("{}1{}", "{\"a\":".repeat(500), "}".repeat(500));
    let deep = seal(&header("EdDSA", "ed").to_string(), &deep, &WORLD.ed.private, Alg::EdDSA);
    let wide = signed(&with("x", json!("x".repeat(9000))));
    let table = [
        (String::new(), Missing),
        (".".to_owned(), Malformed),
        ("..".to_owned(), Malformed),
        ("Bearer".to_owned(), Malformed),
        (message.to_owned(), Malformed),
        (format!("{token}."), Malformed),
        (format!(".{token}"), Malformed),
        (format!("{token}.x.y"), Malformed),
        (format!("{head}..{signature}"), Malformed),
        (format!("{head}={}", &token[head.len()..]), Malformed),
        (format!(" {token}"), Malformed),
        (format!("{token}\n"), Malformed),
        (format!("{head}.{body}+.{signature}"), Malformed),
        (format!("ü{token}"), Malformed),
        (deep, Malformed),
        (seal("{}x", "{}", &WORLD.ed.private, Alg::EdDSA), Malformed),
        (wide, TooLarge),
        ("a.".repeat(5000), TooLarge),
    ];
    for (token, refusal) in table {
        assert_eq!(open(&token), Err(refusal), "{token}");
    }
}

#[test]
fn keys_that_are_weak_private_or_for_something_else_are_refused() {
    let pem = |text: &str| PublicKey::from_pem(text, None).map(|key| key.algorithm());
    assert_eq!(pem(&WORLD.ed.public), Ok(Algorithm::EdDsa));
    assert_eq!(pem(&WORLD.ec.public), Ok(Algorithm::Es256));
    assert_eq!(pem(SHORT_RSA), Err(KeyError::Length));
    assert_eq!(pem(RSA), Err(KeyError::Private));
    assert_eq!(pem(&SigningKey::generate(&SystemRandom::new()).unwrap()), Err(KeyError::Private));
    assert_eq!(pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), Err(KeyError::Malformed));
    assert_eq!(pem("ssh-ed25519 AAAA"), Err(KeyError::Malformed));
    assert!(SigningKey::from_pem(RSA).is_err());
    // The example of RFC 8410, section 10.3: without the public half, as openssl writes it.
    let example = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    let public = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";
    let key = SigningKey::from_pem(example).unwrap();
    let kid = key.public().kid().map(str::to_owned);
    assert_eq!(PublicKey::from_pem(public, kid).as_ref(), Ok(key.public()));

    let x = URL_SAFE_NO_PAD.encode([9; 32]);
    let jwk = |value: Value| PublicKey::from_jwk(&value.to_string()).map(|key| key.algorithm());
    let table = [
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": x }), Ok(Algorithm::EdDsa)),
        (
            json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": "EdDSA" }),
            Ok(Algorithm::EdDsa),
        ),
        (json!({ "kty": "EC", "crv": "P-256", "x": x, "y": x }), Ok(Algorithm::Es256)),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "enc" }), Err(KeyError::Unsupported)),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "key_ops": ["sign"] }), Err(KeyError::Unsupported)),
        (json!({ "kty": "EC", "crv": "P-256", "x": x, "y": x, "alg": "ES384" }), Err(KeyError::Unsupported)),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "d": x }), Err(KeyError::Private)),
        (json!({ "kty": "oct", "k": x }), Err(KeyError::Private)),
        (json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" }), Err(KeyError::Malformed)),
        (json!({ "kty": "EC", "crv": "P-384", "x": x, "y": x }), Err(KeyError::Unsupported)),
        (
            json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([255; 255]), "e": "AQAB" }),
            Err(KeyError::Length),
        ),
        (
            json!({ "kty": "RSA", "n": URL_SAFE_NO_PAD.encode([255; 1025]), "e": "AQAB" }),
            Err(KeyError::Length),
        ),
    ];
    for (value, expected) in table {
        assert_eq!(jwk(value.clone()), expected, "{value}");
    }
}

#[test]
fn a_key_set_gives_the_keys_that_are_of_use() {
    let x = URL_SAFE_NO_PAD.encode([9; 32]);
    let set = json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "a" },
        { "kty": "OKP", "crv": "Ed25519", "x": x },
        { "kty": "oct", "k": x, "kid": "b" },
        { "kty": "LMS", "kid": "c" },
        7,
        { "kty": "EC", "crv": "P-256", "x": x, "y": x, "kid": "d", "x5c": ["AA=="] },
    ] });
    let keys = PublicKey::from_jwks(set.to_string().as_bytes()).unwrap();
    assert_eq!(keys.iter().filter_map(PublicKey::kid).collect::<Vec<_>>(), ["a", "d"]);
    assert_eq!(PublicKey::from_jwks(b"{}"), Err(KeyError::Malformed));
    assert_eq!(PublicKey::from_jwks(b"<html>"), Err(KeyError::Malformed));
}

#[test]
fn a_token_whose_keys_are_elsewhere_is_opened_with_them() {
    let token = signed(&{
        let mut far = with("iss", json!("far"));
        far["aud"] = json!("transom");
        far
    });
    assert_eq!(open(&token), Err(TokenError::UnknownKey));
    let unopened = WORLD.verifier.read(&token).unwrap();
    assert_eq!(unopened.keys(), &Keys::Jwks("https://ci/jwks".to_owned()));
    assert_eq!(unopened.kid(), Some("ed"));
    let key = PublicKey::from_pem(&WORLD.ed.public, Some("ed".to_owned())).unwrap();
    assert_eq!(unopened.open_with(&[key], now()), Ok(grant()));
    assert!(!format!("{unopened:?}").contains("Ada"));
}

#[test]
fn people_are_told_what_helps_them() {
    assert_eq!(TokenError::Missing.problem(), Problem::TokenMissing);
    assert_eq!(TokenError::Expired.problem(), Problem::TokenExpired);
    assert_eq!(TokenError::Signature.problem(), Problem::TokenInvalid);
    assert_eq!(TokenError::NotYet.problem(), Problem::TokenInvalid);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn a_changed_token_never_opens(at in any::<prop::sample::Index>(), byte in 0u8..128, kind in 0..3) {
        static TOKENS: LazyLock<[String; 2]> = LazyLock::new(|| {
            [signed(&claims()), WORLD.mint.mint(&grant(), now(), "j1").unwrap().token]
        });
        for token in TOKENS.iter() {
            let mut bytes = token.clone().into_bytes();
            let at = at.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.remove(at)),
            }
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert!(changed == *token || open(&changed).is_err());
        }
    }

    #[test]
    fn anything_at_all_is_read_without_a_panic(token in ".{0,200}", head in "\\PC*", body in "\\PC*") {
        prop_assert!(open(&token).is_err());
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let shaped = format!("{}.{}.", part(&head), part(&body));
        prop_assert!(open(&shaped).is_err());
        let claimed = format!("{}.{}.", part(&header("EdDSA", "ed").to_string()), part(&body));
        prop_assert!(open(&claimed).is_err());
    }
}
