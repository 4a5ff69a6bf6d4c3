//! Who may say what over the WebSocket: every message for every role.

use bytes::Bytes;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use transom_protocol::wire::{Attach, ClientFrame, ClientMessage, Hello, Role, ServerMessage, Size};
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

/// Anything that a browser can say.
#[derive(Debug, Clone)]
enum Said {
    Message(ClientMessage),
    Frame(ClientFrame),
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comes {
    /// The conversation ends with this code and problem.
    Ends(u16, &'static str),
    /// A message of this `type` comes back.
    Answer(&'static str),
    /// The machine gets the input.
    Input,
    /// The terminal gets the size.
    Size,
    /// The seat is given up.
    Gone,
    /// Nothing, and the conversation goes on.
    Nothing,
}

/// The table. `None` is somebody who has not said hello.
fn expected(said: &Said, role: Option<Role>) -> Comes {
    let Some(role) = role else {
        return match said {
            Said::Message(ClientMessage::Hello(_)) => Comes::Answer("welcome"),
            Said::Message(_) | Said::Frame(_) => Comes::Ends(4400, "malformed"),
        };
    };
    // Whoever adds a message has to say here who may send it.
    match (said, role) {
        (Said::Message(ClientMessage::Hello(_)), _) => Comes::Ends(4400, "malformed"),
        (Said::Message(ClientMessage::Renew { .. }), _) => Comes::Answer("renewed"),
        (Said::Message(ClientMessage::Resize(_)), Role::Controller) => Comes::Size,
        (Said::Message(ClientMessage::Resize(_)), Role::Viewer) => Comes::Nothing,
        (Said::Message(ClientMessage::Ping { .. }), _) => Comes::Answer("pong"),
        (Said::Message(ClientMessage::Leave { .. }), _) => Comes::Gone,
        // Here everybody controls who may: there is nothing to ask for or to give.
        (
            Said::Message(
                ClientMessage::AskControl | ClientMessage::TakeControl | ClientMessage::GiveControl { .. },
            ),
            _,
        ) => Comes::Answer("control_refused"),
        (Said::Message(ClientMessage::RefuseControl { .. }), _) => Comes::Nothing,
        (Said::Message(ClientMessage::Point { .. }), _) => Comes::Ends(4400, "malformed"),
        (Said::Frame(ClientFrame::Input { .. }), Role::Controller) => Comes::Input,
        (Said::Frame(ClientFrame::Input { .. }), Role::Viewer) => Comes::Nothing,
        (Said::Frame(ClientFrame::OutputAck { .. }), _) => Comes::Nothing,
    }
}

const ODD_SIZE: Size = Size { cols: 91, rows: 19 };

/// One of each, in a chain that a new kind breaks until it has its place.
fn everything(token: &str, session: &str, other: &str, typed: &str) -> Vec<Said> {
    let token = token.to_owned();
    let first_message = ClientMessage::Hello(Hello {
        token: token.clone(),
        attach: Attach::Join { session: session.to_owned(), size: Size::default(), resume: None },
    });
    let message_after = |message: &ClientMessage| match message {
        ClientMessage::Hello(_) => Some(ClientMessage::Renew { token: token.clone() }),
        ClientMessage::Renew { .. } => Some(ClientMessage::Resize(ODD_SIZE)),
        ClientMessage::Resize(_) => Some(ClientMessage::Ping { id: 1 }),
        ClientMessage::Ping { .. } => Some(ClientMessage::Leave { unloads: false }),
        ClientMessage::Leave { .. } => Some(ClientMessage::AskControl),
        ClientMessage::AskControl => Some(ClientMessage::TakeControl),
        ClientMessage::TakeControl => Some(ClientMessage::GiveControl { viewer: other.to_owned() }),
        ClientMessage::GiveControl { viewer } => {
            Some(ClientMessage::RefuseControl { viewer: viewer.clone() })
        }
        ClientMessage::RefuseControl { .. } => Some(ClientMessage::Point { x: 1, y: 1 }),
        ClientMessage::Point { .. } => None,
    };
    let first_frame =
        ClientFrame::Input { offset: 0, bytes: Bytes::from(format!("touch {typed}\r").into_bytes()) };
    let frame_after = |frame: &ClientFrame| match frame {
        ClientFrame::Input { .. } => Some(ClientFrame::OutputAck { offset: 0 }),
        ClientFrame::OutputAck { .. } => None,
    };
    let messages = std::iter::successors(Some(first_message), message_after).map(Said::Message);
    let frames = std::iter::successors(Some(first_frame), frame_after).map(Said::Frame);
    messages.chain(frames).collect()
}

async fn say(socket: &mut Socket, said: &Said) -> anyhow::Result<()> {
    match said {
        Said::Message(message) => socket.say(message).await,
        Said::Frame(frame) => socket.raw(Message::Binary(frame.encode())).await,
    }
}

fn kind_of(message: &ServerMessage) -> String {
    serde_json::to_value(message).unwrap()["type"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_role_gets_for_every_message_what_the_table_says() -> anyhow::Result<()> {
    let (front, machine) = (Front::shared().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut owner = front.socket().await?.open(&front.controller("b1").await?).await?;
    let (session, other) = (owner.welcomed()?.session.clone(), owner.welcomed()?.viewer.clone());
    for role in [None, Some(Role::Viewer), Some(Role::Controller)] {
        let token = match role {
            Some(Role::Viewer) => front.viewer("b1").await?,
            Some(Role::Controller) | None => front.token("b1", "Kim", &["terminal.control"]).await?,
        };
        let typed = format!("typed-by-{role:?}").replace(['(', ')'], "");
        for said in everything(&token, &session, &other, &typed) {
            let mut socket = front.socket().await?;
            if role.is_some() {
                socket = socket.join(&token, &session, None).await?;
                socket.until(|s| s.messages.len() >= 3).await?;
            }
            let (seen, size) = (socket.messages.len(), socket.size);
            say(&mut socket, &said).await?;
            let comes = expected(&said, role);
            let place = format!("{said:?} as {role:?}");
            match comes {
                Comes::Ends(code, problem) => {
                    let closed = socket.closed().await?;
                    assert_eq!((closed.code, closed.problem.as_str()), (code, problem), "{place}");
                    assert!(closed.detail.ends_with('.'), "{place}: {closed:?}");
                }
                Comes::Answer(kind) => {
                    socket.until(|s| s.messages.iter().skip(seen).any(|m| kind_of(m) == kind)).await?;
                }
                Comes::Input => {
                    let ClientFrame::Input { bytes, .. } = &(match &said {
                        Said::Frame(frame) => frame.clone(),
                        Said::Message(_) => unreachable!(),
                    }) else {
                        unreachable!()
                    };
                    let length = bytes.len() as u64;
                    socket.until(|s| s.applied == length).await?;
                }
                Comes::Size => {
                    // A size rules once its viewer types.
                    socket.type_text(" ").await?;
                    socket.until(|s| s.size == Some(ODD_SIZE)).await?;
                    owner.type_text(" ").await?;
                    socket.until(|s| s.size == size).await?;
                }
                Comes::Gone => {
                    let gone = |build: &Value| build["viewers"].as_array().is_some_and(|v| v.len() == 1);
                    front.until("b1", gone).await?;
                }
                Comes::Nothing => {
                    socket.say(&ClientMessage::Ping { id: 77 }).await?;
                    socket.until(|s| s.messages.contains(&ServerMessage::Pong { id: 77 })).await?;
                    assert_eq!(socket.size, size, "{place}");
                }
            }
            drop(socket);
            front.until("b1", |b| b["viewers"].as_array().is_some_and(|v| v.len() == 1)).await?;
        }
    }
    owner.type_text("\recho the-$((1+1))nd-line\r").await?;
    owner.see("the-2nd-line").await?;
    let made = |name: &str| machine.build_dir().join(name).exists();
    assert!(made("typed-by-SomeController") && !made("typed-by-SomeViewer") && !made("typed-by-None"));
    Ok(())
}

#[tokio::test]
async fn a_connection_is_kept_only_by_its_own_persons_token_for_its_own_build() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.build("b2", Value::Null).await?;
    front.enable("b2").await?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let dana = front.controller("b1").await?;
    let mut owner = front.socket().await?.open(&dana).await?;
    let session = owner.welcomed()?.session.clone();
    let wrong = [
        (front.token("b1", "Kim", &["terminal.view", "terminal.control"]).await?, 4403, "forbidden"),
        (front.controller("b2").await?, 4403, "forbidden"),
        (front.token("b1", "Dana", &["access.end"]).await?, 4403, "forbidden"),
        (front.key.clone(), 4401, "token-invalid"),
        ("garbage".to_owned(), 4401, "token-invalid"),
    ];
    for (token, code, problem) in wrong {
        let mut socket = front.socket().await?.join(&dana, &session, None).await?;
        socket.say(&ClientMessage::Renew { token }).await?;
        let closed = socket.closed().await?;
        assert_eq!((closed.code, closed.problem.as_str()), (code, problem));
    }
    owner.type_text("echo $((6*7))\r").await?;
    owner.see("\n42\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn a_role_changes_with_the_token_and_what_was_dropped_stays_dropped() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let (high, low) = (front.controller("b1").await?, front.token("b1", "Dana", &["terminal.view"]).await?);
    let mut owner = front.socket().await?.open(&high).await?;
    let session = owner.welcomed()?.session.clone();
    let mut socket = front.socket().await?.join(&low, &session, None).await?;
    socket.type_text("touch dropped\r").await?;
    socket.say(&ClientMessage::Renew { token: high.clone() }).await?;
    socket.type_text("touch applied; echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    assert_eq!(socket.applied, socket.typed, "dropped input is over and done with");
    // After a drop of the connection nothing that was dropped is asked for again.
    let resume = socket.resume()?;
    socket.cut();
    let mut socket = front.socket().await?.join(&high, &session, Some(resume)).await?;
    assert_eq!(socket.welcomed()?.input, "touch dropped\rtouch applied; echo $((6*7))\r".len() as u64);
    socket.say(&ClientMessage::Renew { token: low }).await?;
    socket.type_text("touch dropped\r").await?;
    socket.say(&ClientMessage::Ping { id: 1 }).await?;
    socket.until(|s| s.messages.contains(&ServerMessage::Pong { id: 1 })).await?;
    owner.type_text("echo $((7*7))\r").await?;
    owner.see("\n49\r\n").await?;
    assert!(machine.build_dir().join("applied").exists());
    assert!(!machine.build_dir().join("dropped").exists());
    Ok(())
}

#[tokio::test]
async fn whoever_is_refused_at_the_door_does_not_hold_the_machine() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    front.at(5)?;
    front.ci(reqwest::Method::POST, "/builds/b1/finish", json!({ "outcome": "failed" })).await?;
    let before = front.state("b1", "grace").await?;
    front.at(10)?;
    let (looks, types) = (front.viewer("b1").await?, front.controller("b1").await?);
    let opening = front.socket().await?.open(&looks).await.err().map(|e| e.to_string());
    assert!(opening.as_ref().is_some_and(|e| e.contains("4403")), "{opening:?}");
    let joining = front.socket().await?.join(&types, "no-such-session", None).await;
    let joining = joining.err().map(|e| e.to_string());
    assert!(joining.as_ref().is_some_and(|e| e.contains("session-unknown")), "{joining:?}");
    let after = front.look("/builds/b1").await?;
    assert_eq!(after["access"], before["access"]);
    Ok(())
}
