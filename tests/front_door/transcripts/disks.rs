//! Recordings on disks that are full, hang, or may not be filled: terminals go on.

use std::process::Command;

use serde_json::Value;
use transom_server::clock::Clock;
use transom_tests::front::{Front, START};
use transom_tests::machine::Machine;

use crate::bad_input::disk::Disk;

/// Text that does not compress: `bytes` of it.
fn noise(bytes: u32) -> String {
    format!("head -c {bytes} /dev/urandom | base64")
}

#[tokio::test]
async fn at_its_limit_a_recording_says_what_is_missing_and_how_it_ended() -> anyhow::Result<()> {
    let front = Front::start_with(Clock::moved(START.parse()?), "recordings.session_bytes = 65536").await?;
    let machine = Machine::start()?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    front.transcript_with(&session, "\n42\n").await?;
    socket.type_text(&format!("{}; echo $((7*7)); exit 3\r", noise(300_000))).await?;
    let closed = socket.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (1000, "exited"));
    assert!(socket.text().contains("\n49\r\n"), "the terminal has gone on");
    let text = front.transcript_with(&session, "the recording had reached its greatest size]").await?;
    assert!(text.contains("\n42\n"), "{text}");
    let cast = front.cast(&session, "").await?;
    assert_eq!(cast.of("x"), ["3"]);
    let file = front.dir().join("recordings").join(format!("{session}.rec"));
    assert!(std::fs::metadata(file)?.len() < 65536 + 1024);
    Ok(())
}

#[tokio::test]
async fn a_full_disk_leaves_a_gap_in_the_recording_and_the_terminal_alone() -> anyhow::Result<()> {
    let Some(disk) = Disk::new()? else {
        eprintln!("skipped: needs root and the right to mount");
        return Ok(());
    };
    let more = format!("recordings.directory = {:?}", disk.path().join("recordings"));
    let front = Front::start_with(Clock::moved(START.parse()?), &more).await?;
    let machine = Machine::start()?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = front.socket().await?.open(&front.controller("b1").await?).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    front.transcript_with(&session, "\n42\n").await?;
    disk.fill()?;
    socket.type_text(&format!("{}; echo $((7*7))\r", noise(300_000))).await?;
    socket.see("\n49\r\n").await?;
    front.transcript(&session, "", &front.key).await?;
    let figures = front.request(reqwest::Method::GET, "/metrics").send().await?.text().await?;
    assert!(
        figures.lines().any(|l| l.starts_with("transom_recording_failures_total ") && !l.ends_with(" 0")),
        "{figures}"
    );
    disk.free()?;
    socket.type_text("echo $((8*8)); exit 3\r").await?;
    socket.closed().await?;
    let text = front.transcript_with(&session, "bytes not recorded: the disk was full or failed]").await?;
    assert!(text.contains("\n42\n") && !text.contains("stopped"), "{text}");
    assert_eq!(front.cast(&session, "").await?.of("x"), ["3"]);
    Ok(())
}

#[tokio::test]
async fn a_disk_that_hangs_blocks_no_program_and_nobody_else() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.open(&token).await?;
    let session = socket.welcomed()?.session.clone();
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    front.transcript_with(&session, "\n42\n").await?;
    // Opening this for writing hangs until somebody reads: as a network's disk does.
    let file = front.dir().join("recordings").join(format!("{session}.rec"));
    let aside = front.dir().join("aside");
    std::fs::rename(&file, &aside)?;
    anyhow::ensure!(Command::new("mkfifo").arg(&file).status()?.success(), "no pipe");
    let flood = "head -c 20000000 /dev/zero | tr '\\0' 'y' | fold -w 70; touch done; echo; echo $((7*7))\r";
    socket.keeps = false;
    socket.type_text(flood).await?;
    socket.see("\n49\r\n").await?;
    assert!(machine.build_dir().join("done").exists());
    let mut other = front.socket().await?.open(&token).await?;
    other.type_text("echo $((8*8))\r").await?;
    other.see("\n64\r\n").await?;
    let others = other.welcomed()?.session.clone();
    front.transcript_with(&others, "\n64\n").await?;
    // The disk comes back, with an error for what hung.
    let pipe = std::fs::OpenOptions::new().read(true).open(&file)?;
    drop(pipe);
    std::fs::rename(&aside, &file)?;
    socket.type_text("echo $((9*9)); exit\r").await?;
    socket.closed().await?;
    let text = front.transcript_with(&session, "bytes not recorded").await?;
    assert!(text.contains("\n42\n"), "{text}");
    assert_eq!(front.cast(&session, "").await?.of("x"), ["0"]);
    Ok(())
}
