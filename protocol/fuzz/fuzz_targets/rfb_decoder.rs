//! Whatever a VNC server sends is drawn, refused or waited for; in pieces it is the same as at once.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use transom_protocol::rfb::{Decoder, Event, Framebuffer, RfbError};

const EVENTS: usize = 2000;

fn seen(data: &[u8], pieces: usize) -> (Vec<Event>, Option<RfbError>, Framebuffer) {
    let (mut decoder, mut screen) = (Decoder::new(), Framebuffer::new(96, 64).unwrap());
    let (mut input, mut events) = (BytesMut::new(), Vec::new());
    for piece in data.chunks(pieces) {
        input.extend_from_slice(piece);
        loop {
            match decoder.advance(&mut input, &mut screen) {
                Ok(Some(event)) if events.len() < EVENTS => events.push(event),
                Ok(Some(_)) => return (events, None, screen),
                Ok(None) => break,
                Err(error) => return (events, Some(error), screen),
            }
        }
    }
    (events, None, screen)
}

fuzz_target!(|data: &[u8]| {
    let Some((cut, data)) = data.split_first() else { return };
    let (at_once, in_pieces) = (seen(data, 1 << 20), seen(data, usize::from(*cut) % 61 + 1));
    // What is drawn before a fault is seen, and which of two faults is seen first, depends on how much has come.
    assert!(at_once.1.is_some() || at_once.2 == in_pieces.2, "another picture");
    let kind = |error: Option<RfbError>| error.as_ref().map(std::mem::discriminant);
    assert_eq!((at_once.0, kind(at_once.1)), (in_pieces.0, kind(in_pieces.1)));
});
