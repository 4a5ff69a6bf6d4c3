//! What is refused.

use super::*;

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
