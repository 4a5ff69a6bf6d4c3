//! SFTP packets as OpenSSH writes them, and what a hostile machine may send instead.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use bytes::{BufMut, Bytes, BytesMut};
use proptest::prelude::*;
use transom_protocol::limits;
use transom_protocol::sftp::{Kind, Reply, Request, SftpError, Status, hello, take_packet};

fn packet(kind: u8, id: u32, write: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut packet = BytesMut::new();
    packet.put_u8(kind);
    packet.put_u32(id);
    write(&mut packet);
    packet.freeze()
}

fn string(to: &mut BytesMut, bytes: &[u8]) {
    to.put_u32(bytes.len() as u32);
    to.put_slice(bytes);
}

#[test]
fn requests_are_written_as_the_draft_says() {
    assert_eq!(&hello()[..], [0, 0, 0, 5, 1, 0, 0, 0, 3]);
    let read = Request::Read { handle: b"h", offset: 0x0102, len: 32768 }.encode(7);
    let expected = [0, 0, 0, 22, 5, 0, 0, 0, 7, 0, 0, 0, 1, b'h', 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0x80, 0];
    assert_eq!(&read[..], expected);
    let made = Request::Open { path: b"p", flags: 0x2a, mode: Some(0o100_600) }.encode(1);
    assert_eq!(&made[4..], [3, 0, 0, 0, 1, 0, 0, 0, 1, b'p', 0, 0, 0, 0x2a, 0, 0, 0, 4, 0, 0, 1, 0x80]);
    let renamed = Request::PosixRename { from: b"a", to: b"b" }.encode(2);
    assert_eq!(renamed.len(), 4 + 5 + 4 + 24 + 5 + 5);
    assert_eq!(renamed[3] as usize, renamed.len() - 4);
}

#[test]
fn a_listing_is_read_with_its_bytes_and_attributes() {
    let listing = packet(104, 9, |to| {
        to.put_u32(1);
        string(to, b"a\xff\n");
        string(to, b"-rw-r--r-- whatever");
        to.put_u32(0x8000_000d);
        to.put_u64(1 << 40);
        to.put_u32(0o100_644);
        to.put_u32(1);
        to.put_u32(1_700_000_000);
        to.put_u32(1);
        string(to, b"name");
        string(to, b"value");
    });
    let (id, Reply::Names(names)) = Reply::parse(listing).unwrap() else { panic!("no names") };
    assert_eq!((id, names.len(), &names[0].name[..]), (9, 1, b"a\xff\n".as_slice()));
    let attributes = names[0].attributes;
    assert_eq!((attributes.size, attributes.kind()), (Some(1 << 40), Kind::File));
    assert_eq!((attributes.permissions(), attributes.modified_s), (Some(0o644), Some(1_700_000_000)));
}

#[test]
fn versions_and_extensions_are_read() {
    let offered = packet(2, 3, |to| {
        for (name, value) in [("posix-rename@openssh.com", "1"), ("statvfs@openssh.com", "2"), ("x@y", "")] {
            string(to, name.as_bytes());
            string(to, value.as_bytes());
        }
    });
    let (_, Reply::Version(extensions)) = Reply::parse(offered).unwrap() else { panic!("no version") };
    assert!(extensions.posix_rename && extensions.space);
    assert_eq!(Reply::parse(packet(2, 6, |_| {})), Err(SftpError::Version(6)));
}

#[test]
fn what_lies_about_its_length_is_refused_before_anything_is_kept() {
    for len in [0_u32, 4, limits::SFTP_PACKET_BYTES as u32 + 1, u32::MAX] {
        let mut arrived = BytesMut::from(&len.to_be_bytes()[..]);
        assert_eq!(take_packet(&mut arrived), Err(SftpError::Length(len)));
    }
    let lies: [(u8, &[u8]); 4] = [
        (103, &[0xff, 0xff, 0xff, 0xff, 1]),
        (102, &[0, 0, 0, 9, 1]),
        (104, &[0xff, 0xff, 0xff, 0xff]),
        (105, &[0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    ];
    for (kind, body) in lies {
        let reply = Reply::parse(packet(kind, 1, |to| to.put_slice(body)));
        assert_eq!(reply, Err(SftpError::Truncated), "{kind}");
    }
    let handle = packet(102, 1, |to| string(to, &[b'h'; 257]));
    assert_eq!(Reply::parse(handle), Err(SftpError::TooLong(257)));
    let name = packet(104, 1, |to| {
        to.put_u32(1);
        string(to, &[b'n'; 5000]);
        string(to, b"");
        to.put_u32(0);
    });
    assert_eq!(Reply::parse(name), Err(SftpError::TooLong(5000)));
    assert_eq!(Reply::parse(packet(77, 1, |_| {})), Err(SftpError::UnknownKind(77)));
}

proptest! {
    #[test]
    fn whatever_arrives_is_a_reply_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Reply::parse(Bytes::from(bytes));
    }

    #[test]
    fn packets_come_out_whole_however_they_come_in(
        bodies in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..50), 1..8),
        piece in 1_usize..40,
    ) {
        let mut wire = Vec::new();
        for body in &bodies {
            let data = packet(103, 4, |to| string(to, body));
            wire.put_u32(data.len() as u32);
            wire.put_slice(&data);
        }
        let (mut arrived, mut seen) = (BytesMut::new(), Vec::new());
        for piece in wire.chunks(piece) {
            arrived.extend_from_slice(piece);
            while let Some(packet) = take_packet(&mut arrived).unwrap() {
                match Reply::parse(packet).unwrap() {
                    (4, Reply::Data(data)) => seen.push(data.to_vec()),
                    other => panic!("{other:?}"),
                }
            }
        }
        prop_assert_eq!(seen, bodies);
    }
}

#[test]
fn statuses_have_their_meaning() {
    let status = |code: u32| match Reply::parse(packet(101, 1, |to| to.put_u32(code))).unwrap() {
        (1, Reply::Status(status)) => status,
        other => panic!("{other:?}"),
    };
    let meant = [Status::Ok, Status::Eof, Status::NotFound, Status::Denied, Status::Failure];
    assert_eq!([0, 1, 2, 3, 4].map(status), meant);
    assert_eq!([8, 14, 999].map(status), [Status::Unsupported, Status::NoSpace, Status::Failure]);
}
