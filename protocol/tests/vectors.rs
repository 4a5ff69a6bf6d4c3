//! The golden vectors that Rust and TypeScript both read, and the constants that both use.
//!
//! `UPDATE_VECTORS=1 cargo test -p transom-protocol` writes the files anew; otherwise this test
//! fails where they differ from what the code says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::disallowed_methods,
    reason = "a test may panic, and reads the one variable that says whether to write"
)]

use std::fmt::Write as _;
use std::path::PathBuf;

use bytes::Bytes;
use serde_json::{Value, json};
use transom_protocol::limits;
use transom_protocol::problem::Problem;
use transom_protocol::wire::{
    AccessNotice, Attach, ClientFrame, ClientMessage, ControlInfo, ControlMode, DesktopState, Family,
    FrameError, Hello, PointerInfo, Resume, Role, ServerFrame, ServerMessage, Size, ViewerInfo, Welcome,
};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

fn unhex(text: &str) -> Bytes {
    (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
}

fn path(below_root: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(below_root)
}

fn same_or_written(below_root: &str, wanted: &str) {
    let file = path(below_root);
    if std::env::var_os("UPDATE_VECTORS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == wanted, "{below_root} is stale: run UPDATE_VECTORS=1 cargo test -p transom-protocol");
}

fn client_frame(frame: &ClientFrame) -> Value {
    match frame {
        ClientFrame::Input { offset, bytes } => {
            json!({"kind": "input", "offset": offset, "hex": hex(bytes)})
        }
        ClientFrame::OutputAck { offset } => json!({"kind": "output_ack", "offset": offset}),
    }
}

fn server_frame(frame: &ServerFrame) -> Value {
    match frame {
        ServerFrame::Output { offset, bytes } => {
            json!({"kind": "output", "offset": offset, "hex": hex(bytes)})
        }
        ServerFrame::Reset { offset, skipped, size, screen } => json!({
            "kind": "reset", "offset": offset, "skipped": skipped,
            "cols": size.cols, "rows": size.rows, "hex": hex(screen),
        }),
        ServerFrame::Screen { bytes } => json!({"kind": "screen", "hex": hex(bytes)}),
        ServerFrame::InputAck { offset } => json!({"kind": "input_ack", "offset": offset}),
    }
}

fn cause(error: FrameError) -> &'static str {
    match error {
        FrameError::Truncated => "truncated",
        FrameError::UnknownKind(_) => "unknown_kind",
        FrameError::TooLarge(_) => "too_large",
        FrameError::Empty => "empty",
        FrameError::Trailing(_) => "trailing",
        FrameError::OutOfRange(_) => "out_of_range",
    }
}

fn good_client() -> Vec<(&'static str, ClientFrame)> {
    let input =
        |offset, bytes: &'static [u8]| ClientFrame::Input { offset, bytes: Bytes::from_static(bytes) };
    vec![
        ("first keystroke", input(0, b"l")),
        ("control-c far into the input", input(4_294_967_296, &[3])),
        ("umlaut and emoji", input(7, "ä👩‍💻".as_bytes())),
        ("bytes that are no UTF-8", input(1, &[0xff, 0x00, 0x80])),
        ("last exact offset", input((1 << 53) - 1, b"x")),
        ("ack of nothing", ClientFrame::OutputAck { offset: 0 }),
        ("ack above 32 bits", ClientFrame::OutputAck { offset: 8_589_934_593 }),
    ]
}

fn good_server() -> Vec<(&'static str, ServerFrame)> {
    let output =
        |offset, bytes: &'static [u8]| ServerFrame::Output { offset, bytes: Bytes::from_static(bytes) };
    let reset = |offset, skipped, cols, rows, screen: &'static [u8]| ServerFrame::Reset {
        offset,
        skipped,
        size: Size { cols, rows },
        screen: Bytes::from_static(screen),
    };
    vec![
        ("prompt", output(0, b"$ ")),
        ("coloured line", output(123_456_789_012, b"\x1b[31mred\x1b[0m\r\n")),
        ("half a character", output(5, &[0xe2, 0x82])),
        ("reset of an empty screen", reset(0, 0, 80, 24, b"")),
        ("reset that skips", reset(2_097_152, 1_048_576, 120, 40, b"\x1b[2J")),
        ("smallest terminal", reset(1, 0, 2, 2, b"")),
        ("largest terminal", reset(1, 0, 1000, 1000, b"")),
        ("more of a screen", ServerFrame::Screen { bytes: Bytes::from_static(b"\x1b[1;1H$ ") }),
        ("input applied", ServerFrame::InputAck { offset: 42 }),
    ]
}

fn bad(direction: &str) -> Vec<(String, Vec<u8>)> {
    let (data, ack) = if direction == "client" { (0x11_u8, 0x12_u8) } else { (0x01, 0x03) };
    let cursor = |kind: u8, offset: u64, rest: &[u8]| {
        let mut frame = vec![kind];
        frame.extend(offset.to_le_bytes());
        frame.extend(rest);
        frame
    };
    let mut all = vec![
        ("nothing at all".into(), vec![]),
        ("only a kind".into(), vec![data]),
        ("half a cursor".into(), vec![data, 1, 2, 3]),
        ("data without data".into(), cursor(data, 0, b"")),
        ("ack with something behind it".into(), cursor(ack, 9, b"x")),
        ("half an ack".into(), vec![ack, 0, 0, 0, 0, 0, 0, 0]),
        ("kind zero".into(), cursor(0, 0, b"x")),
        ("kind of the desktop family".into(), cursor(0x20, 0, b"x")),
        (
            "kind of the other direction".into(),
            cursor(if direction == "client" { 0x01 } else { 0x11 }, 0, b"x"),
        ),
        ("highest kind".into(), vec![0xff]),
        ("offset beyond exact numbers".into(), cursor(data, 1 << 53, b"x")),
        ("offset that overflows".into(), cursor(data, u64::MAX, b"x")),
    ];
    if direction == "server" {
        let reset = |cols: u16, rows: u16| {
            let mut frame = cursor(0x02, 5, &7_u64.to_le_bytes());
            frame.extend(cols.to_le_bytes());
            frame.extend(rows.to_le_bytes());
            frame
        };
        all.push(("screen without anything".into(), vec![0x04]));
        all.push(("reset without a size".into(), cursor(0x02, 5, &7_u64.to_le_bytes())));
        all.push(("reset without skipped".into(), cursor(0x02, 5, b"")));
        all.push(("terminal without columns".into(), reset(0, 24)));
        all.push(("terminal too high".into(), reset(80, 1001)));
    }
    all
}

#[test]
fn frames_match_the_golden_vectors() {
    let mut vectors = Vec::new();
    for (name, frame) in good_client() {
        let bytes = frame.encode();
        assert_eq!(ClientFrame::parse(bytes.clone()).as_ref(), Ok(&frame), "{name}");
        vectors.push(
            json!({"name": name, "direction": "client", "hex": hex(&bytes), "frame": client_frame(&frame)}),
        );
    }
    for (name, frame) in good_server() {
        let bytes = frame.encode();
        assert_eq!(ServerFrame::parse(bytes.clone()).as_ref(), Ok(&frame), "{name}");
        vectors.push(
            json!({"name": name, "direction": "server", "hex": hex(&bytes), "frame": server_frame(&frame)}),
        );
    }
    for (name, bytes) in bad("client") {
        let error = ClientFrame::parse(Bytes::from(bytes.clone())).expect_err(&name);
        vectors.push(json!({"name": name, "direction": "client", "hex": hex(&bytes), "error": cause(error)}));
    }
    for (name, bytes) in bad("server") {
        let error = ServerFrame::parse(Bytes::from(bytes.clone())).expect_err(&name);
        vectors.push(json!({"name": name, "direction": "server", "hex": hex(&bytes), "error": cause(error)}));
    }
    let text = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    same_or_written("protocol/vectors/frames.json", &text);
    for vector in &vectors {
        assert_eq!(hex(&unhex(vector["hex"].as_str().unwrap())), vector["hex"].as_str().unwrap());
    }
}

#[test]
fn payloads_over_the_limit_are_refused() {
    for (kind, limit) in [(0x11_u8, limits::INPUT_BYTES), (0x01, limits::OUTPUT_BYTES)] {
        let mut frame = vec![kind, 0, 0, 0, 0, 0, 0, 0, 0];
        frame.resize(9 + limit, b'x');
        let parse = |f: &[u8]| {
            let bytes = Bytes::copy_from_slice(f);
            if kind == 0x11 {
                ClientFrame::parse(bytes).map(|_| ())
            } else {
                ServerFrame::parse(bytes).map(|_| ())
            }
        };
        assert_eq!(parse(&frame), Ok(()));
        frame.push(b'x');
        assert_eq!(parse(&frame), Err(FrameError::TooLarge(limit + 1)));
    }
}

fn client_messages() -> Vec<ClientMessage> {
    let size = Size { cols: 120, rows: 40 };
    let resume = Resume { viewer: "v_1".into(), output: 4096 };
    vec![
        ClientMessage::Hello(Hello {
            token: "a.b.c".into(),
            attach: Attach::Open { family: Family::Terminal, size },
        }),
        ClientMessage::Hello(Hello {
            token: "a.b.c".into(),
            attach: Attach::Join { session: "s_1".into(), size, resume: None },
        }),
        ClientMessage::Hello(Hello {
            token: "a.b.c".into(),
            attach: Attach::Join { session: "s_1".into(), size, resume: Some(resume) },
        }),
        ClientMessage::Renew { token: "d.e.f".into() },
        ClientMessage::Resize(size),
        ClientMessage::Ping { id: 7 },
        ClientMessage::Leave { unloads: false },
        ClientMessage::Leave { unloads: true },
        ClientMessage::AskControl,
        ClientMessage::TakeControl,
        ClientMessage::GiveControl { viewer: "v_2".into() },
        ClientMessage::RefuseControl { viewer: "v_2".into() },
        ClientMessage::Point { x: 1919, y: 0 },
    ]
}

fn server_messages() -> Vec<ServerMessage> {
    vec![
        ServerMessage::Welcome(Welcome {
            session: "s_1".into(),
            family: Family::Terminal,
            viewer: "v_1".into(),
            role: Role::Controller,
            may_control: true,
            size: Size::default(),
            output: 0,
            history: 4096,
            input: 0,
            resumed: false,
            token_expires_at: "2026-01-01T00:05:00Z".into(),
        }),
        ServerMessage::Size(Size { cols: 100, rows: 30 }),
        ServerMessage::Presence {
            viewers: vec![ViewerInfo {
                id: "v_1".into(),
                name: "Dana".into(),
                person: 1,
                role: Role::Viewer,
                may_control: true,
                guest: false,
                removable: true,
                since: "2026-01-01T00:00:00Z".into(),
            }],
            driver: Some("v_1".into()),
            control: ControlInfo {
                mode: ControlMode::One,
                person: Some(2),
                name: Some("Ada".into()),
                may_take: false,
                asking: vec!["v_1".into()],
            },
        },
        ServerMessage::ControlRefused { sentence: "Ada keeps control for now.".into() },
        ServerMessage::Pointers { pointers: vec![PointerInfo { viewer: "v_2".into(), x: 8191, y: 7 }] },
        ServerMessage::Desktop(DesktopState { name: "vm".into(), resizable: true, leds: 2 }),
        ServerMessage::Bell,
        ServerMessage::Access(AccessNotice {
            ends_at: Some("2026-01-01T01:00:00Z".into()),
            cause: Some("deadline".into()),
            sentence: "Access ends at the build's time limit.".into(),
            warning_min: Some(10),
            now: "2026-01-01T00:50:00Z".into(),
        }),
        ServerMessage::Exit { status: Some(1), signal: None, lasted_ms: 1500 },
        ServerMessage::Renewed { token_expires_at: "2026-01-01T00:10:00Z".into() },
        ServerMessage::Pong { id: 7 },
        ServerMessage::Closing { code: 4410, problem: "access-ended".into(), detail: "Over.".into() },
    ]
}

const BAD_CONTROL: &[(&str, &str)] = &[
    ("no JSON", "hello"),
    ("no object", "[]"),
    ("unknown type", r#"{"type":"reboot"}"#),
    ("no type", r#"{"cols":80,"rows":24}"#),
    ("unknown field", r#"{"type":"resize","cols":80,"rows":24,"depth":1}"#),
    ("missing field", r#"{"type":"resize","cols":80}"#),
    ("no columns", r#"{"type":"resize","cols":0,"rows":24}"#),
    ("too many rows", r#"{"type":"resize","cols":80,"rows":1001}"#),
    ("negative number", r#"{"type":"ping","id":-1}"#),
    ("empty token", r#"{"type":"renew","token":""}"#),
    (
        "empty session",
        r#"{"type":"hello","token":"t","attach":{"kind":"join","session":"","size":{"cols":80,"rows":24}}}"#,
    ),
    ("control to nobody", r#"{"type":"give_control","viewer":""}"#),
    (
        "control to a long name",
        r#"{"type":"refuse_control","viewer":"vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"}"#,
    ),
    ("a place outside", r#"{"type":"point","x":65536,"y":0}"#),
    ("unknown attach", r#"{"type":"hello","token":"t","attach":{"kind":"steal"}}"#),
    (
        "unknown family",
        r#"{"type":"hello","token":"t","attach":{"kind":"open","family":"ssh","size":{"cols":80,"rows":24}}}"#,
    ),
];

#[test]
fn control_messages_match_the_golden_vectors() {
    let mut vectors = Vec::new();
    for message in client_messages() {
        let text = serde_json::to_string(&message).unwrap();
        assert_eq!(ClientMessage::parse(&text).as_ref(), Ok(&message));
        vectors.push(json!({"direction": "client", "message": message}));
    }
    for message in server_messages() {
        let back: ServerMessage = serde_json::from_str(&message.to_text()).unwrap();
        assert_eq!(back, message);
        vectors.push(json!({"direction": "server", "message": message}));
    }
    for (name, text) in BAD_CONTROL {
        assert!(ClientMessage::parse(text).is_err(), "{name}");
        vectors.push(json!({"direction": "client", "name": name, "text": text, "error": true}));
    }
    let text = serde_json::to_string_pretty(&vectors).unwrap() + "\n";
    same_or_written("protocol/vectors/control.json", &text);
}

#[test]
fn a_refused_control_message_never_repeats_what_it_held() {
    let error = ClientMessage::parse(r#"{"type":"renew","token":12,"secret":"s3cr3t"}"#).unwrap_err();
    assert!(!error.to_string().contains("s3cr3t"));
    let huge = format!(r#"{{"type":"renew","token":"{}"}}"#, "x".repeat(limits::CONTROL_BYTES));
    assert!(ClientMessage::parse(&huge).is_err());
}

#[test]
fn the_web_has_the_same_limits_and_problems() {
    let head =
        "// Generated from protocol/src; do not edit: UPDATE_VECTORS=1 cargo test -p transom-protocol\n";
    let mut shared = head.to_owned();
    macro_rules! share {
        ($($name:ident)*) => {
            $(let _ = writeln!(shared, "export const {} = {};", stringify!($name), limits::$name);)*
        };
    }
    share!(
        MESSAGE_BYTES INPUT_BYTES INPUT_WINDOW_BYTES OUTPUT_BYTES OUTPUT_WINDOW_BYTES ACK_EVERY_BYTES SCROLLBACK_BYTES
        TERMINAL_MIN TERMINAL_MAX DESKTOP_SIDE_MAX DESKTOP_CURSOR_MAX CLIPBOARD_BYTES PICTURE_OP_BYTES DESKTOP_PIECE_BYTES
    );
    same_or_written("web/src/protocol/gen/limits.ts", &shared);
    let mut problems = format!("{head}export const PROBLEMS = {{\n");
    for p in Problem::ALL {
        let _ = writeln!(
            problems,
            "  {:?}: {{ status: {}, close: {}, sentence: {:?} }},",
            p.name(),
            p.status(),
            p.close_code(),
            p.sentence()
        );
    }
    problems.push_str("} as const;\n\nexport type ProblemName = keyof typeof PROBLEMS;\n");
    same_or_written("web/src/protocol/gen/problems.ts", &problems);
}
