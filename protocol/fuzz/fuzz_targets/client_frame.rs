//! Whatever a browser sends as a data frame is refused, or is one frame with one spelling.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use transom_protocol::limits;
use transom_protocol::wire::ClientFrame;

fuzz_target!(|data: &[u8]| {
    let Ok(frame) = ClientFrame::parse(Bytes::copy_from_slice(data)) else { return };
    if let ClientFrame::Input { offset, bytes } = &frame {
        assert!(!bytes.is_empty() && bytes.len() <= limits::INPUT_BYTES);
        assert!(offset + bytes.len() as u64 <= 1 << 53);
    }
    assert_eq!(frame.encode(), data);
});
