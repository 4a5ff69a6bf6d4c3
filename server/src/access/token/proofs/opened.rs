//! What opens, and to what.

use super::*;

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
    assert_eq!(open(&sealed.token), Ok(ours()));
    assert_eq!(sealed.expires_at, grant().expires_at);
    assert!(!format!("{sealed:?}").contains(&sealed.token));

    let soon = now() + SignedDuration::from_secs(40);
    let sealed = WORLD.mint.mint(&Grant { expires_at: soon, ..grant() }, now(), "j2").unwrap();
    assert_eq!(open(&sealed.token).map(|grant| grant.expires_at), Ok(soon));

    let guest = Grant { share: Some("l_1".to_owned()), ..ours() };
    let sealed = WORLD.mint.mint(&guest, now(), "j5").unwrap();
    assert_eq!(open(&sealed.token), Ok(guest));

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
        assert_eq!(own.open(&token, now()), Ok(ours()));

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
    assert_eq!(both.open(&token, now()), Ok(ours()));
    let one = Verifier::new(vec![new(&newer).issuer(vec![])]);
    assert_eq!(one.open(&token, now()), Err(TokenError::UnknownKey));
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
