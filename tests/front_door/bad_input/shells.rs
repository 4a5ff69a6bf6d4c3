//! Shells that die at once and machines that die later.

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::ServerMessage;
use transom_tests::front::Front;
use transom_tests::machine::{Machine, whoami};

#[tokio::test]
async fn a_shell_that_dies_at_once_shows_what_it_said_and_its_status() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let machine = Machine::start_as(&whoami()?, "ForceCommand echo out of order; exit 3")?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (1000, "exited"));
    assert!(socket.text().contains("out of order"), "{:?}", socket.text());
    let status = socket.messages.iter().find_map(|m| match m {
        ServerMessage::Exit { status, .. } => *status,
        _ => None,
    });
    assert_eq!(status, Some(3));
    let path = "/api/v1/builds/b1/sessions";
    let token = front.controller("b1").await?;
    let opened = front.send(Method::POST, path, &token, Some(&json!({ "family": "terminal" }))).await?;
    assert_eq!(opened.status, 201, "{}", opened.body);
    front
        .until("b1", |b| b["sessions"].as_array().is_some_and(|s| s.iter().all(|s| s["exit_status"] == 3)))
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_machine_that_gives_no_terminal_is_said_in_words() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let machine = Machine::start_as(&whoami()?, "PermitTTY no")?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let refused = front.socket().await?.open_refused(&front.controller("b1").await?).await?;
    assert_eq!((refused.code, refused.problem.as_str()), (4502, "session-refused"));
    assert_eq!(refused.detail, "The machine refused to open a session: it gave no terminal.");
    Ok(())
}

#[tokio::test]
async fn a_machine_that_allows_no_session_is_said_in_words() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let machine = Machine::start_as(&whoami()?, "MaxSessions 0")?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let refused = front.socket().await?.open_refused(&front.controller("b1").await?).await?;
    assert_eq!((refused.code, refused.problem.as_str()), (4502, "session-refused"));
    let why = "it allows no session on the connection";
    assert_eq!(refused.detail, format!("The machine refused to open a session: {why}."));
    Ok(())
}

#[tokio::test]
async fn a_machine_that_dies_takes_only_its_own_terminals_along() -> anyhow::Result<()> {
    let (front, mut doomed, other) = (Front::start().await?, Machine::start()?, Machine::start()?);
    front.ready_build("b1", &doomed, Value::Null).await?;
    front.ready_build("b2", &other, Value::Null).await?;
    let (one, two) = (front.controller("b1").await?, front.controller("b2").await?);
    let mut first = front.socket().await?.open(&one).await?;
    let mut second = front
        .socket()
        .await?
        .join(&front.viewer("b1").await?, &first.welcomed()?.session.clone(), None)
        .await?;
    let mut bystander = front.socket().await?.open(&two).await?;
    first.type_text("echo $((6*7))\r").await?;
    first.see("\n42\r\n").await?;
    doomed.pull_the_plug()?;
    for socket in [&mut first, &mut second] {
        let closed = socket.closed().await?;
        assert_eq!((closed.code, closed.problem.as_str()), (4502, "machine-gone"), "{closed:?}");
        assert!(closed.detail.starts_with("The connection to the machine was lost"), "{closed:?}");
    }
    assert!(second.text().contains("\n42\r\n"), "what it had said is there");
    bystander.type_text("echo $((7*7))\r").await?;
    bystander.see("\n49\r\n").await?;
    let again = front.socket().await?.open_refused(&one).await?;
    assert_eq!((again.code, again.problem.as_str()), (4502, "machine-unreachable"), "{again:?}");
    assert_eq!(again.detail, "The machine does not answer: the connection was refused.");
    doomed.boot()?;
    let mut back = front.socket().await?.open(&one).await?;
    back.type_text("echo $((8*8))\r").await?;
    back.see("\n64\r\n").await?;
    Ok(())
}
