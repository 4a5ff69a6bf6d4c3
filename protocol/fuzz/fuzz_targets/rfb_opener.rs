//! Whatever comes sealed opens to what was sealed or not at all, and in pieces as at once.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use transom_protocol::rfb::{Opener, RfbError, Sealer};

const KEY: [u8; 16] = [7; 16];

fn opened(data: &[u8], pieces: usize) -> (Vec<u8>, Result<usize, RfbError>) {
    let (mut opener, mut input, mut plain) = (Opener::aes128(&KEY), BytesMut::new(), Vec::new());
    for piece in data.chunks(pieces) {
        input.extend_from_slice(piece);
        loop {
            match opener.open(&mut input) {
                Ok(Some(message)) => plain.extend_from_slice(&message),
                Ok(None) => break,
                Err(error) => return (plain, Err(error)),
            }
        }
    }
    (plain, Ok(input.len()))
}

fuzz_target!(|data: &[u8]| {
    // As it is: nobody without the key has made it.
    let (plain, end) = opened(data, 1 << 20);
    assert_eq!(opened(data, 1), (plain.clone(), end));
    assert!(plain.is_empty());
    // Sealed, and changed in one place.
    let Some(([high, low, with], text)) = data.split_first_chunk() else { return };
    let mut sealed = BytesMut::new();
    Sealer::aes128(&KEY).seal(text, &mut sealed);
    assert_eq!(opened(&sealed, 1000), (text.to_vec(), Ok(0)));
    let at = usize::from(u16::from_be_bytes([*high, *low]));
    if let Some(byte) = sealed.get_mut(at).filter(|_| *with != 0) {
        *byte ^= with;
        let (plain, end) = opened(&sealed, 1000);
        assert!(text.starts_with(&plain) && plain.len() < text.len(), "a changed message opened");
        assert_ne!(end, Ok(0));
    }
});
