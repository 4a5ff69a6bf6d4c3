//! Whatever a VNC server sends before its first picture ends in a screen, a reason or a wait, and in pieces as at once.

#![no_main]

use std::sync::OnceLock;

use bytes::BytesMut;
use chacha20::ChaCha20Rng;
use libfuzzer_sys::fuzz_target;
use rsa::RsaPrivateKey;
use rsa::rand_core::SeedableRng as _;
use transom_protocol::limits;
use transom_protocol::rfb::{Handshake, Login, Random, RfbError, ServerInit, Step};
use zeroize::Zeroizing;

/// The same for all: none is worth its time.
fn key() -> RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    KEY.get_or_init(|| RsaPrivateKey::new(&mut ChaCha20Rng::from_seed([1; 32]), 1024).unwrap()).clone()
}

fn outcome(data: &[u8], pieces: usize, login: &Login) -> Result<Option<(ServerInit, usize)>, RfbError> {
    let mut handshake = Handshake::new(login.clone(), Random(Zeroizing::new([7; 640])));
    let mut input = BytesMut::new();
    for piece in data.chunks(pieces) {
        input.extend_from_slice(piece);
        loop {
            match handshake.step(&mut input)? {
                Step::Wait => break,
                Step::Send(bytes) => assert!(bytes.len() < 4096),
                Step::Tls => {}
                Step::Key(key) => {
                    assert!(key.len() <= 4 + limits::RFB_RSA_BITS as usize / 4);
                    handshake.trust(self::key());
                }
                // What follows would be sealed; rfb_opener sees to that.
                Step::Seal => assert!(handshake.seals().is_some()),
                Step::Ready(init) => {
                    assert!(init.name.len() <= limits::RFB_TEXT_BYTES * 3);
                    return Ok(Some((init, 0)));
                }
            }
        }
        assert!(input.len() <= limits::RFB_STRING_BYTES + 4096 + pieces, "more is kept than may come");
    }
    Ok(None)
}

fuzz_target!(|data: &[u8]| {
    let Some((head, data)) = data.split_first() else { return };
    let login = Login {
        username: (head & 1 != 0).then(|| "user".to_owned()),
        password: (head & 2 != 0).then(|| Zeroizing::new("secret".to_owned())),
        none: head & 4 != 0,
        pinned: head & 8 != 0,
    };
    assert_eq!(outcome(data, 1, &login), outcome(data, 1 << 20, &login));
});
