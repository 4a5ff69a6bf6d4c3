//! Whatever a machine sends on its SFTP channel is refused, or is replies of bounded size.

#![no_main]

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use transom_protocol::limits;
use transom_protocol::sftp::{Reply, take_packet};

fuzz_target!(|data: &[u8]| {
    let mut arrived = BytesMut::from(data);
    while let Ok(Some(packet)) = take_packet(&mut arrived) {
        assert!(packet.len() <= limits::SFTP_PACKET_BYTES);
        match Reply::parse(packet) {
            Ok((_, Reply::Handle(handle))) => assert!(handle.len() <= limits::SFTP_HANDLE_BYTES),
            Ok((_, Reply::Names(names))) => {
                assert!(names.len() <= limits::SFTP_PACKET_BYTES / 12);
                assert!(names.iter().all(|n| n.name.len() <= limits::FILE_PATH_BYTES));
            }
            _ => {}
        }
    }
});
