//! Any frame that the server can mean arrives as it was meant.

#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use transom_protocol::limits;
use transom_protocol::wire::{FrameError, ServerFrame, Size};

const EXACT: u64 = 1 << 53;

fuzz_target!(|meant: (u8, u64, u64, u16, u16, Vec<u8>)| {
    let (kind, offset, skipped, cols, rows, bytes) = meant;
    let len = bytes.len();
    let bytes = Bytes::from(bytes);
    let size = Size { cols, rows };
    let frame = match kind % 4 {
        0 => ServerFrame::Output { offset, bytes },
        2 => ServerFrame::Screen { bytes },
        1 => ServerFrame::Reset { offset, skipped, size, screen: bytes },
        _ => ServerFrame::InputAck { offset },
    };
    let wanted = match &frame {
        ServerFrame::Output { .. } | ServerFrame::Screen { .. } if len == 0 => Err(FrameError::Empty),
        ServerFrame::Output { .. } | ServerFrame::Screen { .. } | ServerFrame::Reset { .. }
            if len > limits::OUTPUT_BYTES => {
            Err(FrameError::TooLarge(len))
        }
        ServerFrame::Output { .. } if offset.saturating_add(len as u64) > EXACT => {
            Err(FrameError::OutOfRange("offset"))
        }
        ServerFrame::Reset { .. } if !size.is_valid() => Err(FrameError::OutOfRange("size")),
        _ => Ok(frame.clone()),
    };
    let found = ServerFrame::parse(frame.encode());
    // Which of two faults is named first is not part of the format.
    assert_eq!(found.is_ok(), wanted.is_ok(), "{found:?} instead of {wanted:?}");
    if wanted.is_ok() {
        assert_eq!(found, wanted);
    }
});
