//! The RSA-AES logins, with a server whose arithmetic and sealing are the test's own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may panic"
)]

#[path = "rfb_ra2/server.rs"]
mod server;

use bytes::BytesMut;
use server::{Server, client_key};
use transom_protocol::rfb::{Handshake, Login, Opener, Random, RfbError, Sealer, Step};
use zeroize::Zeroizing;

const KINDS: [u8; 4] = [5, 6, 129, 130];
const INIT: &[u8] = b"\x00\x08\x00\x04\x20\x18\x00\x01\x00\xff\x00\xff\x00\xff\x10\x08\x00\0\0\0\0\0\0\x01x";

fn login(user: &str, password: &str) -> Login {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Login { username: some(user), password: some(password).map(Zeroizing::new), none: false, pinned: true }
}

/// Which of the server's messages it is.
#[derive(Clone, Copy, PartialEq)]
enum Said {
    Key,
    Number,
    Hash,
    Subtype,
}

/// A client and what it has not read yet.
struct Client {
    handshake: Handshake,
    input: BytesMut,
    pieces: usize,
}

impl Client {
    fn new(login: &Login, pieces: usize) -> Self {
        let random = std::array::from_fn(|i| (i * 37 + 11) as u8);
        let handshake = Handshake::new(login.clone(), Random(Zeroizing::new(random)));
        Self { handshake, input: BytesMut::new(), pieces }
    }

    /// The one answer to this.
    fn hears(&mut self, said: &[u8]) -> Result<Step, RfbError> {
        let mut answer = Step::Wait;
        for piece in said.chunks(self.pieces) {
            self.input.extend_from_slice(piece);
            let step = self.handshake.step(&mut self.input)?;
            assert!(step == Step::Wait || answer == Step::Wait, "two answers");
            if step != Step::Wait {
                answer = step;
            }
        }
        Ok(answer)
    }

    fn sends(&mut self, said: &[u8]) -> Result<Vec<u8>, RfbError> {
        match self.hears(said)? {
            Step::Send(bytes) => Ok(bytes.to_vec()),
            other => panic!("not {other:?}"),
        }
    }
}

/// Goes through it to the screen; the credentials that the server saw.
fn enter(
    kind: u8,
    subtype: u8,
    login: &Login,
    pieces: usize,
    tamper: &dyn Fn(Said, &mut Vec<u8>),
) -> Result<Vec<u8>, RfbError> {
    let mut server = Server::new(kind);
    let mut client = Client::new(login, pieces);
    let say = |said, mut bytes: Vec<u8>| {
        tamper(said, &mut bytes);
        bytes
    };
    assert_eq!(client.sends(b"RFB 003.008\n")?, b"RFB 003.008\n");
    assert_eq!(client.sends(&[1, kind])?, [kind]);
    let Step::Key(key) = client.hears(&say(Said::Key, Server::public()))? else { panic!("no key") };
    assert_eq!(key, Server::public(), "what a machine is known by is what it sent");
    assert_eq!(client.hears(&[])?, Step::Wait);
    client.handshake.trust(client_key());
    let Step::Send(answer) = client.handshake.step(&mut client.input)? else { panic!("no answer") };
    server.hears_key_and_number(&answer);
    let hash = client.sends(&say(Said::Number, server.number()))?;
    assert_eq!(server.opens(&hash), server.wanted_hash());
    assert_eq!(client.hears(&say(Said::Hash, server.hash()))?, Step::Wait);
    let subtype = server.seals(&[subtype]);
    let credentials = client.sends(&say(Said::Subtype, subtype))?;
    let credentials = server.opens(&credentials);
    if kind == 6 || kind == 130 {
        assert_eq!(client.sends(&[0; 4])?, [1]);
        assert!(matches!(client.hears(INIT)?, Step::Ready(_)));
        return Ok(credentials);
    }
    assert_eq!(client.handshake.step(&mut client.input)?, Step::Seal);
    let mut seals = client.handshake.seals().expect("they are there to be taken");
    assert!(client.handshake.seals().is_none(), "once");
    // Messages of the stream are not those of RFB.
    let mut stream =
        BytesMut::from(&[server.seals(&[0; 2]), server.seals(&[]), server.seals(&[0; 2])].concat()[..]);
    let mut opened = Vec::new();
    while let Some(message) = seals.opener.open(&mut stream)? {
        opened.extend_from_slice(&message);
    }
    let shared = client.sends(&opened)?;
    let mut out = BytesMut::new();
    seals.sealer.seal(&shared, &mut out);
    assert_eq!(server.opens(&out), [1]);
    assert!(matches!(client.hears(INIT)?, Step::Ready(_)));
    Ok(credentials)
}

#[test]
fn user_name_and_password_go_sealed_and_the_rest_as_was_agreed() {
    for kind in KINDS {
        for pieces in [1, usize::MAX] {
            let named = enter(kind, 1, &login("änne", "pässword"), pieces, &|_, _| {});
            assert_eq!(named.unwrap(), "\u{5}änne\u{9}pässword".as_bytes(), "{kind}");
            let unnamed = enter(kind, 2, &login("anne", "secret"), pieces, &|_, _| {});
            assert_eq!(unnamed.unwrap(), b"\0\x06secret", "{kind}");
        }
    }
    assert_eq!(enter(5, 1, &login("", "secret"), 7, &|_, _| {}).unwrap(), b"\0\x06secret");
}

#[test]
fn the_strongest_that_a_pin_allows_is_taken() {
    let choice = |offered: &[u8], login: &Login| {
        let mut client = Client::new(login, usize::MAX);
        client.sends(b"RFB 003.008\n").unwrap();
        client.sends(&[&[offered.len() as u8], offered].concat())
    };
    let pinned = login("anne", "secret");
    for (offered, chosen) in [
        (&[6, 130, 5, 129, 2, 19][..], 19),
        (&[6, 130, 5, 129, 2], 129),
        (&[1, 2, 30, 6, 130, 5], 5),
        (&[1, 2, 30, 6, 130], 130),
        (&[1, 2, 30, 6], 6),
    ] {
        assert_eq!(choice(offered, &pinned), Ok(vec![chosen]), "{offered:?}");
    }
    let unpinned = Login { pinned: false, ..pinned };
    let refused = choice(&[5, 6, 129, 130], &unpinned).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "none of the offered security types can be used: RA2, RA2ne, RA2_256, RA2ne_256"
    );
    assert_eq!(choice(&[5, 2], &unpinned), Ok(vec![2]));
    let without = Login { none: true, pinned: true, ..Login::default() };
    assert_eq!(choice(&[5], &without), Err(RfbError::Security(vec![5])), "there is nothing to log in with");
    // Version 3.3, in which the server decides.
    let mut client = Client::new(&login("anne", "secret"), usize::MAX);
    client.sends(b"RFB 003.003\n").unwrap();
    assert_eq!(client.hears(&[0, 0, 0, 5]), Err(RfbError::Security(vec![5])));
}

#[test]
fn a_key_that_protects_nothing_is_refused() {
    let sent = |key: Vec<u8>| {
        let mut client = Client::new(&login("", "secret"), usize::MAX);
        client.sends(b"RFB 003.008\n").unwrap();
        client.sends(&[1, 5]).unwrap();
        client.hears(&key)
    };
    assert_eq!(sent(1023_u32.to_be_bytes().to_vec()), Err(RfbError::Weak("key length")));
    assert_eq!(
        sent(8193_u32.to_be_bytes().to_vec()),
        Err(RfbError::TooLong { what: "an RSA key", bytes: 1025 })
    );
    assert_eq!(sent(vec![0xff; 4]), Err(RfbError::TooLong { what: "an RSA key", bytes: 1 << 29 }));
    assert_eq!(sent(8192_u32.to_be_bytes().to_vec()), Ok(Step::Wait));
    let (modulus, exponent) = (4..132, 132..260);
    let changed = |at: usize, byte: u8| {
        let mut key = Server::public();
        key[at] = byte;
        sent(key)
    };
    let weak = Err(RfbError::Weak("public key"));
    assert_eq!(changed(modulus.end - 1, 2), weak, "even");
    assert_eq!(changed(modulus.start, 0), weak, "shorter than it says");
    assert_eq!(changed(exponent.start, 1), weak, "a power that nobody raises to");
    assert_eq!(changed(exponent.end - 1, 2), weak, "even");
    assert_eq!(sent([&1024_u32.to_be_bytes()[..], &[0; 256]].concat()), weak);
    let one = [&1024_u32.to_be_bytes()[..], &[0xff; 128], &[0; 127], &[1]].concat();
    assert_eq!(sent(one), weak, "what is sent under it anybody can read");
}

#[test]
fn whatever_was_changed_on_the_way_is_refused() {
    let with = |kind, tamper: &dyn Fn(Said, &mut Vec<u8>)| {
        enter(kind, 2, &login("", "secret"), usize::MAX, tamper).unwrap_err()
    };
    for kind in KINDS {
        let number = |change: &dyn Fn(&mut Vec<u8>)| {
            with(kind, &|said, bytes| {
                if said == Said::Number {
                    change(bytes)
                }
            })
        };
        assert_eq!(number(&|bytes| bytes[1] ^= 1), RfbError::Malformed("length of a random number"));
        assert_eq!(number(&|bytes| bytes[100] ^= 1), RfbError::Malformed("random number"));
        assert_eq!(
            number(&|bytes| *bytes = Server::number_of(&[7; 15])),
            RfbError::Malformed("random number"),
            "of another size"
        );
        // A number that is not the server's gives keys that are not either.
        let other = Server::number_of(&[9; 32][..if kind > 100 { 32 } else { 16 }]);
        let (mut client, mut server) = before_the_number(kind);
        client.sends(&other).unwrap();
        assert_eq!(client.hears(&server.hash()), Err(RfbError::Seal));
        for at in [2, 20, 37] {
            let hash = with(kind, &|said, bytes| {
                if said == Said::Hash {
                    bytes[at] ^= 0x10
                }
            });
            assert_eq!(hash, RfbError::Seal, "byte {at}");
        }
        let subtype = with(kind, &|said, bytes| {
            if said == Said::Subtype {
                bytes[2] ^= 1
            }
        });
        assert_eq!(subtype, RfbError::Seal);
        for unknown in [0, 3, 255] {
            let unknown = enter(kind, unknown, &login("", "secret"), usize::MAX, &|_, _| {});
            assert_eq!(unknown, Err(RfbError::Malformed("subtype of RA2")));
        }
    }
    let long = enter(5, 2, &login("", &"x".repeat(256)), usize::MAX, &|_, _| {});
    assert_eq!(long, Err(RfbError::TooLong { what: "the user name or password", bytes: 256 }));
    assert_eq!(enter(5, 2, &login("", &"x".repeat(255)), usize::MAX, &|_, _| {}).unwrap().len(), 257);
}

/// Both sides, with the client's key and number at the server, and the server's number still to come.
fn before_the_number(kind: u8) -> (Client, Server) {
    let mut client = Client::new(&login("", "secret"), usize::MAX);
    let mut server = Server::new(kind);
    client.sends(b"RFB 003.008\n").unwrap();
    client.sends(&[1, kind]).unwrap();
    client.hears(&Server::public()).unwrap();
    client.handshake.trust(client_key());
    let Ok(Step::Send(answer)) = client.handshake.step(&mut client.input) else { panic!("no answer") };
    server.hears_key_and_number(&answer);
    (client, server)
}

#[test]
fn a_hash_of_other_keys_is_somebody_between() {
    for kind in KINDS {
        let (mut client, mut server) = before_the_number(kind);
        client.sends(&server.number()).unwrap();
        let swapped = server.wanted_hash();
        assert_eq!(client.hears(&server.seals(&swapped)), Err(RfbError::Keys));
    }
}

#[test]
fn sealed_messages_open_once_whole_and_in_order() {
    let text: Vec<u8> = (0..20_000_u32).map(|i| ((i * i) >> 3) as u8).collect();
    let mut sealed = BytesMut::new();
    Sealer::aes128(&[3; 16]).seal(&text, &mut sealed);
    assert_eq!(sealed.len(), text.len() + 3 * 18, "messages of 8192 bytes at most");
    let (first, rest) = sealed.split_at(8192 + 18);
    let (second, third) = rest.split_at(8192 + 18);
    let open = |messages: &[&[u8]]| {
        let (mut opener, mut input) = (Opener::aes128(&[3; 16]), BytesMut::from(&messages.concat()[..]));
        let mut opened = Vec::new();
        while let Some(message) = opener.open(&mut input)? {
            opened.extend_from_slice(&message);
        }
        Ok((opened, input.len()))
    };
    assert_eq!(open(&[first, second, third]), Ok((text.clone(), 0)));
    assert_eq!(open(&[first, &second[..9000 - 1000]]), Ok((text[..8192].to_vec(), 8000)), "not whole");
    for wrong in [&[second][..], &[first, first], &[first, third], &[second, first]] {
        assert_eq!(open(wrong), Err(RfbError::Seal));
    }
    for at in [0, 1, 2, 5000, 8192 + 17] {
        let mut changed = first.to_vec();
        changed[at] ^= 1;
        // A length that is longer now waits for what is to come.
        let outcome = open(&[&changed, second, third]);
        assert!(matches!(outcome, Err(RfbError::Seal) | Ok((_, 1..))), "byte {at}");
    }
    let mut other = BytesMut::new();
    Sealer::aes256(&[3; 32]).seal(&text, &mut other);
    assert_eq!(Opener::aes256(&[4; 32]).open(&mut other), Err(RfbError::Seal), "under another key");
    // The longest that may come, and nothing at all.
    let mut longest = BytesMut::from(&server::seal(&[3; 16], 0, &[5; 65535])[..]);
    let mut opener = Opener::aes128(&[3; 16]);
    assert_eq!(opener.open(&mut longest).unwrap().unwrap(), [5; 65535][..]);
    let mut empty = BytesMut::from(&server::seal(&[3; 16], 1, &[])[..]);
    assert_eq!(opener.open(&mut empty).unwrap().unwrap(), [][..]);
}
