//! A terminal on a real machine.

use std::time::Duration;

use serde_json::{Value, json};
use transom_protocol::wire::{ClientMessage, ServerMessage, Size};
use transom_tests::front::Front;
use transom_tests::machine::Machine;

#[tokio::test]
async fn typing_reaches_a_real_shell_in_the_build_directory() -> anyhow::Result<()> {
    super::log();
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    socket.type_text("pwd; echo \"umlaut: ä \u{1f468}\u{200d}\u{1f4bb}\"; echo $((6*7))\r").await?;
    let seen = socket.see("\n42\r\n").await?;
    assert!(seen.contains(machine.build_dir().to_str().unwrap()), "{seen}");
    assert!(seen.contains("\r\numlaut: ä \u{1f468}\u{200d}\u{1f4bb}\r\n"), "{seen}");
    socket.until(|s| s.applied == s.typed).await?;
    Ok(())
}

#[tokio::test]
async fn the_machine_learns_a_new_size() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    socket.say(&ClientMessage::Resize(Size { cols: 132, rows: 43 })).await?;
    socket.until(|s| s.size == Some(Size { cols: 132, rows: 43 })).await?;
    socket.type_text("stty size\r").await?;
    socket.see("43 132\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn a_dropped_viewer_comes_back_to_the_same_byte() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut first = front.socket().await?.open(&token).await?;
    first.type_text("echo $$ > pid; echo one\r").await?;
    first.see("\none\r\n").await?;
    let (session, resume) = (first.welcomed()?.session.clone(), first.resume()?);
    first.cut();
    let mut second = front.socket().await?.join(&token, &session, Some(resume.clone())).await?;
    assert!(second.welcomed()?.resumed);
    assert_eq!(second.welcomed()?.viewer, resume.viewer);
    second.type_text("test $$ = $(cat pid) && echo same\r").await?;
    let seen = second.see("\nsame\r\n").await?;
    assert!(!seen.contains("one"), "nothing is sent twice: {seen}");
    assert_eq!(second.resets, 0);
    Ok(())
}

#[tokio::test]
async fn input_sent_twice_is_applied_once() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut first = front.socket().await?.open(&token).await?;
    first.type_text("printf x >> count\r").await?;
    first.until(|s| s.applied == s.typed).await?;
    let (session, resume) = (first.welcomed()?.session.clone(), first.resume()?);
    first.cut();
    let mut second = front.socket().await?.join(&token, &session, Some(resume)).await?;
    second.typed = 0;
    second.type_text("printf x >> count\rwc -c < count\r").await?;
    second.see("\n1\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn two_viewers_see_the_same_and_one_who_only_looks_types_nothing() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let (dana, ravi) = (front.controller("b1").await?, front.viewer("b1").await?);
    let mut one = front.socket().await?.open(&dana).await?;
    let session = one.welcomed()?.session.clone();
    let mut two = front.socket().await?.join(&ravi, &session, None).await?;
    two.type_text("touch pwned\r").await?;
    one.type_text("echo from-dana\r").await?;
    one.see("\nfrom-dana\r\n").await?;
    two.see("\nfrom-dana\r\n").await?;
    assert!(!machine.build_dir().join("pwned").exists());
    assert!(!two.text().contains("pwned"));
    let build = front.look("/builds/b1").await?;
    assert_eq!(build["viewers"].as_array().map(Vec::len), Some(2));
    Ok(())
}

#[tokio::test]
async fn exit_says_its_status_and_ends_the_conversation() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    socket.type_text("echo bye; exit 7\r").await?;
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (1000, "exited"));
    let exit = socket.messages.iter().find_map(|m| match m {
        ServerMessage::Exit { status, .. } => *status,
        _ => None,
    });
    assert_eq!(exit, Some(7));
    assert!(socket.text().contains("\nbye\r\n"));
    Ok(())
}

#[tokio::test]
async fn a_flood_with_nobody_reading_stops_neither_the_program_nor_others() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut stuck = front.socket().await?.open(&token).await?;
    stuck.acks = false;
    stuck.type_text("head -c 30000000 /dev/zero | tr '\\0' 'y' | fold -w 70; touch done\r").await?;
    stuck.until(|s| s.applied == s.typed).await?;
    let mut other = front.socket().await?.open(&token).await?;
    let finished = machine.build_dir().join("done");
    other.type_text("while ! test -e done; do sleep 0.05; done; echo saw-it\r").await?;
    other.see("\nsaw-it\r\n").await?;
    assert!(finished.exists());
    // The stuck viewer wakes up and is told what it missed.
    stuck.acks = true;
    stuck.until(|s| s.offset > 0).await?;
    stuck.ack().await?;
    stuck.until(|s| s.skipped > 0).await?;
    stuck.type_text("echo awake\r").await?;
    stuck.see("\nawake\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn a_terminal_outlives_its_viewers_and_is_offered_again() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut first = front.socket().await?.open(&token).await?;
    first.type_text("MARK=still-here\r").await?;
    first.until(|s| s.applied == s.typed).await?;
    first.say(&ClientMessage::Leave { unloads: false }).await?;
    let build =
        front.until("b1", |b| b["viewers"] == json!([]) && b["sessions"][0]["state"] == "live").await?;
    let session = build["sessions"][0]["id"].as_str().unwrap().to_owned();
    let mut second = front.socket().await?.join(&token, &session, None).await?;
    second.type_text("echo $MARK\r").await?;
    second.see("\nstill-here\r\n").await?;
    assert!(second.text().contains("MARK=still-here"), "has the scrollback");
    Ok(())
}

#[tokio::test]
async fn a_restart_tells_viewers_to_come_back_at_once() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let (stopped, closed) = tokio::join!(front.stop(), socket.closed());
    let () = stopped;
    let closed = closed?;
    assert_eq!((closed.code, closed.problem.as_str()), (1012, "restarting"));
    assert!(socket.is_quiet(Duration::from_millis(1)).await.is_err(), "the socket is closed");
    Ok(())
}
