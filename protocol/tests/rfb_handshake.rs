//! The conversation before the first picture, with servers of every kind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt as _, KeyInit as _};
use bytes::BytesMut;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use md5::{Digest as _, Md5};
use transom_protocol::rfb::{Handshake, Login, Random, RfbError, ServerInit, Step};
use zeroize::Zeroizing;

fn random() -> Random {
    let mut bytes = [0_u8; 640];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = (i * 37 + 11) as u8;
    }
    Random(Zeroizing::new(bytes))
}

fn login(user: &str, password: &str) -> Login {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Login { username: some(user), password: some(password).map(Zeroizing::new), none: false, pinned: false }
}

/// What the server says, and what the client is to answer to that.
fn talk(login: Login, lines: &[(&[u8], &[u8])]) -> Result<Option<ServerInit>, RfbError> {
    // Whole, and byte by byte.
    let whole = talk_in_pieces(login.clone(), lines, usize::MAX);
    assert_eq!(talk_in_pieces(login, lines, 1), whole);
    whole
}

fn talk_in_pieces(
    login: Login,
    lines: &[(&[u8], &[u8])],
    most: usize,
) -> Result<Option<ServerInit>, RfbError> {
    let mut handshake = Handshake::new(login, random());
    let mut input = BytesMut::new();
    for (said, wanted) in lines {
        let mut answer = Vec::new();
        for piece in said.chunks(most.min(said.len().max(1))) {
            input.extend_from_slice(piece);
            loop {
                match handshake.step(&mut input)? {
                    Step::Wait => break,
                    Step::Send(bytes) => answer.extend_from_slice(&bytes),
                    Step::Tls => answer.extend_from_slice(b"<tls>"),
                    Step::Key(_) | Step::Seal => panic!("RA2 has tests of its own"),
                    Step::Ready(init) => {
                        assert!(answer.is_empty() && wanted.is_empty());
                        return Ok(Some(init));
                    }
                }
            }
        }
        assert_eq!(answer, *wanted, "after {said:?}");
    }
    Ok(None)
}

/// 1920 by 1080, named Ä and two more bytes that are no text.
const INIT: &[u8] =
    b"\x07\x80\x04\x38\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\0\0\0\0\0\0\x05\xc3\x84\x07\xffx";

fn ready(is_apple: bool) -> Option<ServerInit> {
    Some(ServerInit { width: 1920, height: 1080, name: "Ä\u{fffd}x".into(), is_apple })
}

const V8: (&[u8], &[u8]) = (b"RFB 003.008\n", b"RFB 003.008\n");
const CHALLENGE: [u8; 16] = *b"0123456789abcdef";
/// Made with OpenSSL: `openssl enc -des-ecb -provider legacy -nopad`, the key's bytes with their bits reversed.
const RESPONSE: [u8; 16] =
    [0x9f, 0xf7, 0x7b, 0x5d, 0x22, 0x3a, 0x90, 0x1a, 0x7f, 0x6f, 0xbb, 0x19, 0x64, 0x86, 0x1a, 0x96];

#[test]
fn every_version_is_spoken_as_it_wants() {
    let none = Login { none: true, ..Login::default() };
    assert_eq!(
        talk(none.clone(), &[V8, (b"\x01\x01", b"\x01"), (b"\0\0\0\0", b"\x01"), (INIT, b"")]),
        Ok(ready(false))
    );
    // 3.7 has no result where there is no login.
    let seven: (&[u8], &[u8]) = (b"RFB 003.007\n", b"RFB 003.007\n");
    assert_eq!(talk(none.clone(), &[seven, (b"\x02\x02\x01", b"\x01\x01"), (INIT, b"")]), Ok(ready(false)));
    // 3.3 decides itself.
    for banner in [b"RFB 003.003\n", b"RFB 003.005\n"] {
        let three: (&[u8], &[u8]) = (banner, b"RFB 003.003\n");
        assert_eq!(talk(none.clone(), &[three, (b"\0\0\0\x01", b"\x01"), (INIT, b"")]), Ok(ready(false)));
    }
    for banner in [b"RFB 004.001\n", b"RFB 005.000\n"] {
        let later: (&[u8], &[u8]) = (banner, b"RFB 003.008\n");
        assert_eq!(talk(none.clone(), &[later, (b"\x01\x01", b"\x01")]), Ok(None));
    }
    for other in [
        &b"SSH-2.0-OpenSSH_9.2\r\n"[..],
        b"HTTP/1.1 400",
        b"RFB 00x.008\n",
        b"RFB 003.008 ",
        b"RFB 001.000\n",
    ] {
        assert_eq!(talk(none.clone(), &[(other, b"")]), Err(RfbError::Version), "{other:?}");
    }
}

#[test]
fn none_is_taken_only_where_it_is_allowed() {
    let refused = talk(login("", "secret"), &[V8, (b"\x02\x01\x05", b"")]);
    assert_eq!(refused, Err(RfbError::Security(vec![1, 5])));
    assert_eq!(refused.unwrap_err().to_string(), "none of the offered security types can be used: None, RA2");
    let both = Login { none: true, ..login("", "secret") };
    assert_eq!(talk(both, &[V8, (b"\x02\x01\x02", b"\x02")]), Ok(None), "a password before none");
}

#[test]
fn a_password_answers_the_challenge() {
    let right =
        [V8, (&b"\x01\x02"[..], &b"\x02"[..]), (&CHALLENGE, &RESPONSE), (b"\0\0\0\0", b"\x01"), (INIT, b"")];
    assert_eq!(talk(login("", "sEcret!"), &right), Ok(ready(false)));
    let mut wrong = right;
    wrong[3] = (b"\0\0\0\x01\0\0\0\x04No\x1bo", b"");
    assert_eq!(talk(login("", "sEcret!"), &wrong), Err(RfbError::Login("Noo".into())));
    wrong[3] = (b"\0\0\0\x02", b"");
    assert_eq!(talk(login("", "sEcret!"), &wrong), Err(RfbError::Login("too many attempts".into())));
    wrong[0] = (b"RFB 003.007\n", b"RFB 003.007\n");
    wrong[3] = (b"\0\0\0\x01", b"");
    assert_eq!(talk(login("", "sEcret!"), &wrong), Err(RfbError::Login(String::new())));
}

#[test]
fn a_server_that_refuses_says_why() {
    let refusal = talk(login("", "x"), &[V8, (b"\0\0\0\0\x0aToo busy.\n", b"")]);
    assert_eq!(refusal, Err(RfbError::Refused("Too busy.".into())));
    let three: (&[u8], &[u8]) = (b"RFB 003.003\n", b"RFB 003.003\n");
    assert_eq!(
        talk(login("", "x"), &[three, (b"\0\0\0\0\0\0\0\x02No", b"")]),
        Err(RfbError::Refused("No".into()))
    );
    assert!(matches!(
        talk(login("", "x"), &[V8, (b"\0\x7f\xff\xff\xff", b"")]),
        Err(RfbError::TooLong { bytes: 0x7fff_ffff, .. })
    ));
}

#[test]
fn vencrypt_takes_the_best_that_there_are_credentials_for() {
    let tls = |login: Login| Login { pinned: true, ..login };
    let begin: [(&[u8], &[u8]); 3] = [V8, (b"\x02\x13\x02", b"\x13"), (b"\0\x02", b"\0\x02")];
    let offer: &[u8] = b"\0\x04\0\0\x01\x02\0\0\x01\x04\0\0\x01\x05\0\0\x01\x06";
    // X509Plain: lengths, then the texts.
    let plain: [(&[u8], &[u8]); 5] = [
        (offer, b"\0\0\x01\x06"),
        (b"\x01", b"<tls>\0\0\0\x03\0\0\0\x04anapass"),
        (b"\0\0\0\0", b"\x01"),
        (INIT, b""),
        (b"", b""),
    ];
    assert_eq!(talk(tls(login("ana", "pass")), &[&begin[..], &plain[..4]].concat()), Ok(ready(false)));
    // X509Vnc, where there is no name.
    let vnc: [(&[u8], &[u8]); 3] = [(offer, b"\0\0\x01\x05"), (b"\x01", b"<tls>"), (&CHALLENGE, &RESPONSE)];
    assert_eq!(talk(tls(login("", "sEcret!")), &[&begin[..], &vnc[..]].concat()), Ok(None));
    // X509None, where that is allowed.
    let none: [(&[u8], &[u8]); 3] = [(offer, b"\0\0\x01\x04"), (b"\x01", b"<tls>"), (b"\0\0\0\0", b"\x01")];
    let anybody = Login { none: true, ..Login::default() };
    assert_eq!(talk(tls(anybody), &[&begin[..], &none[..]].concat()), Ok(None));
    // Without a certificate that is known the password goes the other way.
    assert_eq!(talk(login("ana", "pass"), &[V8, (b"\x02\x13\x02", b"\x02")]), Ok(None));
    // Only types with anonymous Diffie-Hellman.
    let anonymous: [(&[u8], &[u8]); 1] = [(b"\0\x01\0\0\x01\x02", b"")];
    assert_eq!(
        talk(tls(login("ana", "pass")), &[&begin[..], &anonymous[..]].concat()),
        Err(RfbError::Security(vec![258]))
    );
}

/// RFC 2409, section 6.2: a prime of 1024 bits.
const PRIME: &str = "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd\
                     ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed\
                     ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff";

fn raised(base: &[u8], exponent: &[u8], prime: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 1024).unwrap();
    let parameters = BoxedMontyParams::new(Odd::new(number(prime)).unwrap());
    BoxedMontyForm::new(number(base), &parameters).pow(&number(exponent)).retrieve().to_be_bytes().to_vec()
}

#[test]
fn a_mac_gets_name_and_password_under_a_key_that_both_make() {
    let prime: Vec<u8> =
        (0..128).map(|i| u8::from_str_radix(&PRIME[2 * i..2 * i + 2], 16).unwrap()).collect();
    let secret = [0x5a_u8; 128];
    let public = raised(&[2], &secret, &prime);
    let mut handshake = Handshake::new(login("änne", "pässword"), random());
    let mut input = BytesMut::from(&b"RFB 003.889\n\x04\x1e\x21\x24\x02"[..]);
    assert_eq!(handshake.step(&mut input), Ok(Step::Send(Zeroizing::new(b"RFB 003.008\n".to_vec()))));
    assert_eq!(
        handshake.step(&mut input),
        Ok(Step::Send(Zeroizing::new(vec![30]))),
        "a name before a password"
    );
    input.extend_from_slice(&[0, 2, 0, 128]);
    input.extend_from_slice(&prime);
    assert_eq!(handshake.step(&mut input), Ok(Step::Wait));
    input.extend_from_slice(&public);
    let Ok(Step::Send(answer)) = handshake.step(&mut input) else { panic!("no answer") };
    let (credentials, theirs) = answer.split_at(128);
    assert_eq!(theirs.len(), 128);
    let key: [u8; 16] = Md5::digest(raised(theirs, &secret, &prime)).into();
    let mut plain = credentials.to_vec();
    for block in plain.as_chunks_mut::<16>().0 {
        Aes128::new((&key).into()).decrypt_block(block.into());
    }
    assert!(plain[..64].starts_with("änne\0".as_bytes()) && plain[64..].starts_with("pässword\0".as_bytes()));
    assert_ne!(plain[10..64], [0; 54], "what is behind the name is random");
    input.extend_from_slice(&[b"\0\0\0\0", INIT].concat());
    assert_eq!(handshake.step(&mut input), Ok(Step::Send(Zeroizing::new(vec![1]))));
    assert_eq!(handshake.step(&mut input), Ok(Step::Ready(ready(true).unwrap())));
}

#[test]
fn a_key_exchange_that_protects_nothing_is_refused() {
    let begin: [(&[u8], &[u8]); 2] = [(b"RFB 003.889\n", b"RFB 003.008\n"), (b"\x01\x1e", b"\x1e")];
    let with = |keys: Vec<u8>| talk(login("ana", "pass"), &[&begin[..], &[(&keys[..], &b""[..])]].concat());
    let keys = |length: u16, prime: u8, public: &[u8]| {
        let mut keys = [2_u16.to_be_bytes(), length.to_be_bytes()].concat();
        keys.extend(std::iter::repeat_n(prime, length.into()));
        keys.extend(std::iter::repeat_n(0, usize::from(length) - public.len()));
        keys.extend(public);
        keys
    };
    assert_eq!(with(keys(32, 0xff, &[9])), Err(RfbError::Weak("key length")));
    assert!(matches!(with(keys(1024, 0xff, &[9])), Err(RfbError::TooLong { .. })));
    assert_eq!(with(keys(64, 0xff, &[1])), Err(RfbError::Weak("public key")));
    assert_eq!(with(keys(64, 0xff, &[0xff; 64])), Err(RfbError::Weak("public key")));
    assert_eq!(with(keys(64, 0xfe, &[9])), Err(RfbError::Weak("prime")));
    assert_eq!(with(keys(64, 0, &[])), Err(RfbError::Weak("public key")));
}

#[test]
fn a_screen_that_cannot_be_is_refused() {
    for (size, width, height) in [(b"\0\0\x04\x38", 0, 1080), (b"\x20\x01\x04\x38", 8193, 1080)] {
        let init = [&size[..], &INIT[4..]].concat();
        let none = Login { none: true, ..Login::default() };
        assert_eq!(
            talk(none, &[V8, (b"\x01\x01", b"\x01"), (b"\0\0\0\0", b"\x01"), (&init, b"")]),
            Err(RfbError::ScreenSize(width, height))
        );
    }
}
