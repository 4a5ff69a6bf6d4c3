//! What is taken for a key.

use super::*;

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
