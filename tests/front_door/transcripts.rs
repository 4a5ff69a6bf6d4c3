//! Transcripts: all that a terminal printed, and nothing that is secret.

mod disks;
mod masks;

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{ClientMessage, Size};
use transom_tests::front::Front;
use transom_tests::machine::Machine;

#[tokio::test]
async fn a_flood_is_in_the_transcript_line_by_line() -> anyhow::Result<()> {
    super::log();
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, json!({ "number": "7" })).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let session = socket.welcomed()?.session.clone();
    // The viewer falls behind and stays there; nothing of that is seen in the transcript.
    socket.acks = false;
    socket.type_text("seq -f 'line %.0f of the flood' 120000; echo; echo the-end; exit 7\r").await?;
    socket.until(|s| s.applied == s.typed).await?;
    front.until("b1", |b| b["sessions"][0]["state"] == "ended").await?;
    let text = front.transcript_with(&session, "\nthe-end\n").await?;
    let lines: Vec<&str> = text.lines().filter(|l| l.ends_with(" of the flood")).collect();
    assert_eq!(lines.len(), 120_000);
    for (at, line) in lines.iter().enumerate() {
        assert_eq!(*line, format!("line {} of the flood", at + 1));
    }
    for query in ["", "&version=2"] {
        let cast = front.cast(&session, query).await?;
        let output = cast.output();
        // The shell's own sequences stand before the first line.
        let last = |line: &'_ str| line.rsplit('\r').next().unwrap_or_default().to_owned();
        let flood: Vec<String> =
            output.split("\r\n").map(last).filter(|l| l.ends_with(" of the flood")).collect();
        assert_eq!(flood.len(), 120_000);
        assert!(flood.iter().enumerate().all(|(at, line)| *line == format!("line {} of the flood", at + 1)));
        assert_eq!(cast.of("m"), [""; 0], "nothing is missing");
        assert_eq!(cast.of("x"), if query.is_empty() { vec!["7"] } else { vec![] });
        assert_eq!(cast.header["title"], "app #7: unit tests");
        let times: Vec<u64> = cast.events.iter().map(|(at, ..)| *at).collect();
        let whole = if query.is_empty() { times.iter().sum() } else { *times.last().unwrap() };
        assert!(whole < 60_000, "it lasted {whole} ms");
        assert!(query.is_empty() || times.is_sorted());
    }
    let handed = front.transcript(&session, "", &token).await?;
    assert_eq!(handed.text, text, "the same for whoever may look, when it is over");
    assert_eq!(handed.kind, "text/plain; charset=utf-8");
    assert_eq!(handed.disposition, "attachment; filename=\"transom-b1-20260101-000000.txt\"");
    Ok(())
}

#[tokio::test]
async fn an_open_terminal_is_there_up_to_now_with_its_sizes() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let session = socket.welcomed()?.session.clone();
    front.transcript_with(&session, "").await?;
    socket
        .type_text("printf 'progress 1%%\\rprogress 2%%\\r\\033[32mready\\033[0m   \\n'; echo $((6*7))\r")
        .await?;
    socket.see("\n42\r\n").await?;
    let text = front.transcript(&session, "format=text", &token).await?.text;
    assert!(text.contains("\nready    2%\n42\n"), "{text}");
    socket.say(&ClientMessage::Resize(Size { cols: 132, rows: 43 })).await?;
    socket.until(|s| s.size == Some(Size { cols: 132, rows: 43 })).await?;
    socket.type_text("stty size\r").await?;
    socket.see("43 132\r\n").await?;
    let cast = front.cast(&session, "").await?;
    assert_eq!(cast.of("r"), ["132x43"]);
    assert_eq!((&cast.header["term"]["cols"], &cast.header["term"]["rows"]), (&json!(80), &json!(24)));
    assert!(cast.output().contains("\u{1b}[32mready\u{1b}[0m"));
    let before = cast.events.iter().position(|(_, code, _)| code == "r").unwrap();
    assert!(cast.events[..before].iter().all(|(.., data)| !data.contains("43 132")));
    Ok(())
}

#[tokio::test]
async fn input_that_is_not_echoed_is_not_recorded() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("read -rsp 'Pass''word: ' word; echo; echo ${#word} characters\r").await?;
    socket.see("Password: ").await?;
    socket.type_text("typed-in-secret\r").await?;
    socket.see("\n15 characters\r\n").await?;
    let text = front.transcript_with(&session, "\n15 characters\n").await?;
    assert!(!text.contains("typed-in-secret"), "{text}");
    Ok(())
}

#[tokio::test]
async fn after_a_restart_transcripts_are_there_even_cut_off_ones() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    front.transcript_with(&session, "\n42\n").await?;
    socket.type_text("echo $((7*7))\r").await?;
    socket.see("\n49\r\n").await?;
    let front = front.restart().await?;
    let whole = front.transcript_with(&session, "\n49\n").await?;
    assert!(!whole.contains("stopped"), "{whole}");
    // As if the server had been killed in the midst of writing.
    let file = front.dir().join("recordings").join(format!("{session}.rec"));
    let bytes = std::fs::read(&file)?;
    std::fs::write(&file, &bytes[..bytes.len() - 3])?;
    let cut = front.transcript(&session, "", &front.key).await?.text;
    assert!(cut.contains("\n42\n"), "{cut}");
    assert!(cut.ends_with("\n[the recording stops here: the server was stopped]\n"), "{cut}");
    let cast = front.cast(&session, "").await?;
    assert_eq!(cast.of("m"), ["the recording stops here: the server was stopped"]);
    // A changed file is told as well, and brings nothing down.
    let mut wrong = bytes.clone();
    let at = wrong.len() / 2;
    wrong[at] ^= 1;
    std::fs::write(&file, wrong)?;
    let damaged = front.transcript(&session, "", &front.key).await?.text;
    assert!(damaged.ends_with("[the rest of the recording is damaged]\n"), "{damaged}");
    std::fs::write(&file, b"nothing of the kind")?;
    let path = format!("/api/v1/sessions/{session}/transcript");
    let refused = front.send(Method::GET, &path, &front.key, None).await?;
    assert_eq!((refused.status, refused.problem()), (500, "internal"), "{}", refused.body);
    std::fs::remove_file(&file)?;
    let gone = front.send(Method::GET, &path, &front.key, None).await?;
    assert_eq!((gone.status, gone.problem()), (404, "not-found"), "{}", gone.body);
    Ok(())
}

#[tokio::test]
async fn transcripts_outlive_access_for_the_ci_alone_until_their_days_are_over() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    socket.closed().await?;
    let path = format!("/api/v1/sessions/{session}/transcript");
    let refused = front.send(Method::GET, &path, &token, None).await?;
    assert_eq!((refused.status, refused.problem()), (410, "access-ended"));
    front.transcript_with(&session, "\n42\n").await?;
    let front = front.restart().await?;
    front.at(29 * 24 * 60)?;
    front.transcript_with(&session, "\n42\n").await?;
    let file = front.dir().join("recordings").join(format!("{session}.rec"));
    assert!(file.exists());
    front.at(30 * 24 * 60 + 10)?;
    for _ in 0..1000 {
        if !file.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!file.exists(), "the recording is still there");
    let mut gone = front.send(Method::GET, &path, &front.key, None).await?;
    for _ in 0..100 {
        if gone.problem() == "session-unknown" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        gone = front.send(Method::GET, &path, &front.key, None).await?;
    }
    assert_eq!((gone.status, gone.problem()), (404, "session-unknown"));
    Ok(())
}

#[tokio::test]
async fn who_reads_a_transcript_is_in_the_audit_and_nonsense_is_refused() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let (token, viewer) = (front.controller("b1").await?, front.viewer("b1").await?);
    let socket = front.socket().await?.open(&token).await?;
    let session = socket.welcomed()?.session.clone();
    front.transcript_with(&session, "").await?;
    front.transcript(&session, "format=asciicast&version=2", &viewer).await?;
    let path = format!("/api/v1/sessions/{session}/transcript");
    for query in ["format=html", "version=3", "format=asciicast&version=4", "format=text&page=1", "format"] {
        let reply = front.send(Method::GET, &format!("{path}?{query}"), &token, None).await?;
        assert_eq!((reply.status, reply.problem()), (400, "malformed"), "{query}");
    }
    let rows = front.look("/audit?build=b1&limit=1000").await?;
    let read = rows["rows"].as_array().unwrap().iter().rfind(|r| r["action"] == "transcript.read");
    let read = read.unwrap();
    assert_eq!((&read["outcome"], &read["detail"]["format"]), (&json!("allowed"), &json!("cast")));
    assert!(read["actor"].as_str().unwrap().starts_with("person:"), "{read}");
    Ok(())
}

#[tokio::test]
async fn without_recordings_there_is_nothing_on_disk_and_a_clear_answer() -> anyhow::Result<()> {
    let clock = transom_server::clock::Clock::moved(transom_tests::front::START.parse()?);
    let front = Front::start_with(clock, "recordings.enabled = false").await?;
    let machine = Machine::start()?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    let path = format!("/api/v1/sessions/{}/transcript", socket.welcomed()?.session);
    let reply = front.send(Method::GET, &path, &token, None).await?;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{}", reply.body);
    assert_eq!(reply.body["detail"], "This terminal is not recorded.");
    assert!(!front.dir().join("recordings").exists());
    Ok(())
}
