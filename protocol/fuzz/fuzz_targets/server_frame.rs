//! Whatever a server sends as a data frame is refused, or is one frame with one spelling.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use transom_protocol::limits;
use transom_protocol::wire::ServerFrame;

fuzz_target!(|data: &[u8]| {
    let Ok(frame) = ServerFrame::parse(Bytes::copy_from_slice(data)) else { return };
    match &frame {
        ServerFrame::Output { offset, bytes } => {
            assert!(!bytes.is_empty() && bytes.len() <= limits::OUTPUT_BYTES);
            assert!(offset + bytes.len() as u64 <= 1 << 53);
        }
        ServerFrame::Reset { size, screen, .. } => {
            assert!(size.is_valid() && screen.len() <= limits::OUTPUT_BYTES);
        }
        ServerFrame::Screen { bytes } => assert!(!bytes.is_empty() && bytes.len() <= limits::OUTPUT_BYTES),
        ServerFrame::InputAck { .. } => {}
    }
    assert_eq!(frame.encode(), data);
});
