//! The golden vectors of desktops that Rust and TypeScript both read.
//!
//! `UPDATE_VECTORS=1 cargo test -p transom-protocol` writes the file anew; otherwise this test
//! fails where it differs from what the code says.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads the one variable that says whether to write"
)]

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use transom_protocol::rect::Rect;
use transom_protocol::wire::desktop::{DesktopClientFrame as Client, DesktopServerFrame as Server, Key};
use transom_protocol::wire::picture::{Op, Stream};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn client() -> Vec<(Client, Value)> {
    let key = |down, code, keysym| Client::Key(Key { down, code, keysym });
    let text = Bytes::from_static("Grüße".as_bytes());
    vec![
        (key(true, 0x1e, 0x61), json!({"kind": "key", "down": true, "code": 30, "keysym": 97})),
        (key(false, 0xe048, 0xff52), json!({"kind": "key", "down": false, "code": 57416, "keysym": 65362})),
        (key(true, 0, 0x0101_f44d), json!({"kind": "key", "down": true, "code": 0, "keysym": 16_905_293})),
        (
            Client::Pointer { buttons: 5, x: 8191, y: 3 },
            json!({"kind": "pointer", "buttons": 5, "x": 8191, "y": 3}),
        ),
        (
            Client::Wheel { x: 1, y: 2, right: -15, down: 1200 },
            json!({"kind": "wheel", "x": 1, "y": 2, "right": -15, "down": 1200}),
        ),
        (Client::Release, json!({"kind": "release"})),
        (Client::PictureAck { number: u32::MAX }, json!({"kind": "picture_ack", "number": u32::MAX})),
        (
            Client::Clipboard { is_last: true, bytes: text.clone() },
            json!({"kind": "clipboard", "isLast": true, "hex": hex(&text)}),
        ),
        (
            Client::Resize { width: 1920, height: 1080 },
            json!({"kind": "resize", "width": 1920, "height": 1080}),
        ),
        (Client::TakeControl, json!({"kind": "take_control"})),
    ]
}

fn server() -> Vec<(Server, Value)> {
    let bytes = Bytes::from_static(&[1, 2, 3]);
    vec![
        (
            Server::Picture { number: 7, is_last: false, ops: bytes.clone() },
            json!({"kind": "picture", "number": 7, "isLast": false, "hex": hex(&bytes)}),
        ),
        (
            Server::Picture { number: 8, is_last: true, ops: Bytes::new() },
            json!({"kind": "picture", "number": 8, "isLast": true, "hex": ""}),
        ),
        (
            Server::Clipboard { is_last: true, bytes },
            json!({"kind": "clipboard", "isLast": true, "hex": "010203"}),
        ),
    ]
}

fn ops() -> Vec<(Op, Value)> {
    let rect = Rect { x: 1, y: 2, width: 300, height: 4 };
    let plain = json!({"x": 1, "y": 2, "width": 300, "height": 4});
    let content = Bytes::from_static(&[9, 8, 7, 6]);
    let pixels = |stream, name: &str| {
        (
            Op::Pixels { stream, rects: vec![rect, rect], compressed: content.clone() },
            json!({"kind": "pixels", "stream": name, "rects": [plain, plain], "hex": hex(&content)}),
        )
    };
    vec![
        (Op::Reset { width: 5120, height: 2880 }, json!({"kind": "reset", "width": 5120, "height": 2880})),
        (Op::Copy { to: rect, from: (7, 8) }, json!({"kind": "copy", "to": plain, "x": 7, "y": 8})),
        (
            Op::Fill { rect, colour: [255, 0, 128] },
            json!({"kind": "fill", "rect": plain, "red": 255, "green": 0, "blue": 128}),
        ),
        pixels(Stream::Alone, "alone"),
        pixels(Stream::First, "first"),
        pixels(Stream::Next, "next"),
        (
            Op::Jpeg { rect, picture: content.clone() },
            json!({"kind": "jpeg", "rect": plain, "hex": hex(&content)}),
        ),
        (
            Op::Pointer { width: 1, height: 1, hotspot: (0, 1), pixels: content.clone() },
            json!({"kind": "pointer", "width": 1, "height": 1, "x": 0, "y": 1, "hex": hex(&content)}),
        ),
        (
            Op::Pointer { width: 0, height: 0, hotspot: (0, 0), pixels: Bytes::new() },
            json!({"kind": "pointer", "width": 0, "height": 0, "x": 0, "y": 0, "hex": ""}),
        ),
    ]
}

/// What neither side takes.
fn bad() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("unknown op", vec![0]),
        ("a video's op, which nobody writes yet", vec![7, 0, 0]),
        ("unknown stream", vec![4, 3, 0, 0, 0, 0, 0, 0]),
        ("too large a pointer", vec![6, 1, 4, 1, 0, 0, 0, 0, 0]),
    ]
}

#[test]
fn desktops_match_the_golden_vectors() {
    let mut vectors = Vec::new();
    for (frame, value) in client() {
        let bytes = frame.encode();
        assert_eq!(Client::parse(bytes.clone()).unwrap(), frame);
        vectors.push(json!({"of": "client", "hex": hex(&bytes), "value": value}));
    }
    for (frame, value) in server() {
        let bytes = frame.encode();
        assert_eq!(Server::parse(bytes.clone()).unwrap(), frame);
        vectors.push(json!({"of": "server", "hex": hex(&bytes), "value": value}));
    }
    for (op, value) in ops() {
        let mut bytes = BytesMut::new();
        op.write(&mut bytes);
        vectors.push(json!({"of": "op", "hex": hex(&bytes), "value": value}));
        assert_eq!(Op::read(&mut bytes).unwrap(), Some(op));
        assert!(bytes.is_empty());
    }
    for (name, bytes) in bad() {
        assert!(Op::read(&mut BytesMut::from(&bytes[..])).is_err(), "{name}");
        vectors.push(json!({"of": "op", "name": name, "hex": hex(&bytes), "error": true}));
    }
    let wanted = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/desktop.json");
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::write(&file, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "desktop.json is stale: run UPDATE_VECTORS=1 cargo test -p transom-protocol");
}

#[test]
fn frames_that_are_not_whole_or_too_much_are_refused() {
    for (name, bytes) in [
        ("nothing", &[][..]),
        ("half a key", &[0x30, 1, 2]),
        ("a key neither up nor down", &[0x30, 2, 0, 0, 0, 0, 0, 0]),
        ("something behind a key", &[0x30, 1, 0, 0, 0, 0, 0, 0, 9]),
        ("a button too many", &[0x31, 32, 0, 0, 0, 0]),
        ("no width", &[0x36, 0, 0, 1, 0]),
        ("too wide", &[0x36, 1, 32, 1, 0]),
        ("something behind a release", &[0x33, 0]),
        ("unknown flags", &[0x35, 2]),
        ("of the server", &[0x20, 0, 0, 0, 0, 1]),
    ] {
        assert!(Client::parse(Bytes::from_static(bytes)).is_err(), "{name}");
    }
}
