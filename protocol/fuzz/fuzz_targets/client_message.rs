//! Whatever a browser sends as text is refused without repeating it, or is read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use transom_protocol::limits;
use transom_protocol::wire::{ClientMessage, ControlError};

fuzz_target!(|text: &str| {
    match ClientMessage::parse(text) {
        Ok(message) => {
            assert!(text.len() <= limits::CONTROL_BYTES);
            let again = serde_json::to_string(&message).unwrap();
            assert_eq!(ClientMessage::parse(&again).as_ref(), Ok(&message));
        }
        // A refusal is logged, and what was refused may hold a token: its text has a bound.
        Err(ControlError::Malformed(why)) => assert!(why.len() < 64, "{why}"),
        Err(_) => {}
    }
});
