//! Messages and frames that make no sense.

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use transom_protocol::limits;
use transom_protocol::wire::{ClientFrame, kind};
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

fn frame(kind: u8, offset: u64, payload: &[u8]) -> Message {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(&offset.to_le_bytes());
    bytes.extend_from_slice(payload);
    Message::Binary(Bytes::from(bytes))
}

/// What, and the problem that it is.
fn nonsense() -> Vec<(&'static str, Message, &'static str)> {
    let text = |text: &str| Message::text(text.to_owned());
    let long_token = json!({ "type": "renew", "token": "A".repeat(limits::TOKEN_BYTES + 1) });
    let huge_control = json!({ "type": "renew", "token": "A".repeat(limits::CONTROL_BYTES) });
    let no_text = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    vec![
        ("nothing at all", text(""), "malformed"),
        ("no JSON", text("{\"type\":"), "malformed"),
        ("no object", text("[]"), "malformed"),
        ("an unknown type", text("{\"type\":\"sudo\"}"), "malformed"),
        ("no type", text("{\"id\":1}"), "malformed"),
        ("an unknown field", text("{\"type\":\"ping\",\"id\":1,\"more\":2}"), "malformed"),
        ("a wrong type", text("{\"type\":\"ping\",\"id\":\"hunter2\"}"), "malformed"),
        ("a number too large", text("{\"type\":\"ping\",\"id\":4294967296}"), "malformed"),
        ("a server's message", text("{\"type\":\"pong\",\"id\":1}"), "malformed"),
        ("no columns", text("{\"type\":\"resize\",\"cols\":0,\"rows\":24}"), "malformed"),
        ("too many rows", text("{\"type\":\"resize\",\"cols\":80,\"rows\":1001}"), "malformed"),
        ("an empty token", text("{\"type\":\"renew\",\"token\":\"\"}"), "malformed"),
        ("a token too long", text(&long_token.to_string()), "malformed"),
        ("a control message too long", text(&huge_control.to_string()), "malformed"),
        ("a deep array", text(&"[".repeat(30_000)), "malformed"),
        ("text that is no UTF-8", Message::Frame(no_text), "malformed"),
        ("an empty frame", Message::Binary(Bytes::new()), "malformed"),
        ("an unknown frame", frame(0x7f, 0, b"~"), "malformed"),
        ("a desktop's frame", frame(0x20, 0, b"~"), "malformed"),
        ("a server's frame", frame(kind::OUTPUT, 0, b"~"), "malformed"),
        ("half a cursor", Message::Binary(Bytes::from_static(&[kind::INPUT, 0, 0])), "malformed"),
        ("input without input", frame(kind::INPUT, 0, b""), "malformed"),
        ("input too long", frame(kind::INPUT, 0, &vec![b'~'; limits::INPUT_BYTES + 1]), "malformed"),
        ("input with a gap", frame(kind::INPUT, 1, b"~"), "malformed"),
        ("input at the end of all offsets", frame(kind::INPUT, u64::MAX, b"~"), "malformed"),
        ("an acknowledgement of what was not sent", frame(kind::OUTPUT_ACK, 1 << 40, b""), "malformed"),
        ("an acknowledgement with more behind it", frame(kind::OUTPUT_ACK, 0, b"~"), "malformed"),
        ("a message too long", text(&"x".repeat(limits::MESSAGE_BYTES + 1)), "too-large"),
        ("a frame too long", frame(kind::INPUT, 0, &vec![b'~'; limits::MESSAGE_BYTES]), "too-large"),
    ]
}

#[tokio::test]
async fn whatever_makes_no_sense_ends_its_own_conversation_with_4400() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut bystander = front.socket().await?.open(&token).await?;
    let session = bystander.welcomed()?.session.clone();
    for (what, message, problem) in nonsense() {
        let mut socket = front.socket().await?.join(&token, &session, None).await?;
        socket.raw(message).await?;
        let closed = socket.closed().await.map_err(|e| e.context(what))?;
        assert_eq!((closed.code, closed.problem.as_str()), (4400, problem), "{what}: {closed:?}");
        assert!(closed.detail.ends_with('.') && !closed.detail.contains("hunter2"), "{what}: {closed:?}");
    }
    bystander.type_text("echo $((6*7))\r").await?;
    bystander.see("\n42\r\n").await?;
    assert!(!bystander.text().contains('~'), "nothing of it was typed: {:?}", bystander.text());
    Ok(())
}

#[tokio::test]
async fn whatever_makes_no_sense_before_the_hello_ends_with_4400() -> anyhow::Result<()> {
    let front = Front::start().await?;
    for (what, message, problem) in nonsense() {
        let mut socket = front.socket().await?;
        socket.raw(message).await?;
        let closed = socket.closed().await.map_err(|e| e.context(what))?;
        assert_eq!((closed.code, closed.problem.as_str()), (4400, problem), "{what}: {closed:?}");
        assert!(closed.detail.ends_with('.'), "{what}: {closed:?}");
    }
    Ok(())
}

#[tokio::test]
async fn more_input_than_the_window_ends_the_conversation_and_not_the_shell() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut greedy = front.socket().await?.open(&token).await?;
    let session = greedy.welcomed()?.session.clone();
    greedy.type_text("stty -icanon -echo; echo rea''dy; cat > /dev/null\r").await?;
    greedy.see("ready\r\n").await?;
    let piece = Bytes::from(vec![b'y'; limits::INPUT_BYTES]);
    let mut sent = 0;
    let closed = loop {
        let offset = greedy.typed + sent;
        sent += piece.len() as u64;
        let input = ClientFrame::Input { offset, bytes: piece.clone() };
        if greedy.raw(Message::Binary(input.encode())).await.is_err() || sent > 64 * 1024 * 1024 {
            break greedy.closed().await?;
        }
        if let Ok(Ok(Some(closed))) =
            tokio::time::timeout(std::time::Duration::from_millis(1), greedy.step()).await
        {
            break closed;
        }
    };
    assert_eq!((closed.code, closed.problem.as_str()), (4400, "malformed"));
    let mut back = front.socket().await?.join(&token, &session, None).await?;
    back.type_text("\x03").await?;
    let prompt = |s: &Socket| s.text().rsplit_once("ready\r\n").is_some_and(|(_, t)| t.contains(['#', '$']));
    back.until(prompt).await?;
    back.type_text("stty sane; echo $((6*7))\r").await?;
    back.see("42\r\n").await?;
    Ok(())
}
