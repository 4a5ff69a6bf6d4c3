//! What somebody sees who comes late, falls behind or interrupts: the exact screen.

use std::process::Command;
use std::time::Duration;

use anyhow::ensure;
use transom_protocol::wire::{ClientMessage, Size};
use transom_server::session::terminal::screen::Screen;
use transom_tests::socket::Socket;

use super::timelines::{enter, ready};

/// More than is kept of a terminal's output.
const LONG: &str = "seq 1 300000";
/// A screen with something at every corner, on the alternate buffer, with colours, and a prompt that
/// stands still.
const DRAW: &str = r"printf '\033[?1049h\033[2J\033[5;10H\033[1;31mMARK\033[0m\033[24;70Hcorner\033[10;3H\360\237\221\215 wi\144e'; cat";

/// A screen of 400 by 400 cells in as many colours: some 3 MB.
const MOSAIC: &str = r#"awk 'BEGIN { for (r = 0; r < 399; r++) { for (c = 0; c < 400; c++) printf "\033[38;2;%d;%d;%dmx", r % 256, c % 256, (r + c) % 256; printf "\r\n" } printf "do" "ne" }'"#;

/// The screen that a viewer has which keeps everything from its last fresh start.
fn shown(viewer: &Socket) -> Vec<u8> {
    let mut screen = Screen::new(viewer.size.unwrap_or_default());
    screen.advance(&viewer.screen);
    screen.advance(&viewer.output);
    screen.snapshot()
}

/// Falls behind by more than is worth skipping, presses Ctrl-C, and waits for the fresh start.
async fn interrupt_from_behind(socket: &mut Socket) -> anyhow::Result<()> {
    socket.acks = false;
    let seen = socket.offset;
    socket.until(|s| s.offset > seen + 64 * 1024).await?;
    socket.type_text("\x03").await?;
    socket.until(|s| s.resets == 2).await?;
    socket.acks = true;
    Ok(())
}

#[tokio::test]
async fn who_joins_late_sees_the_exact_screen() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut first = enter(&front).await?;
    first.type_text(&format!("{LONG}; {DRAW}\r")).await?;
    first.until(|s| s.output.ends_with(b"wide")).await?;
    let token = front.controller("b1").await?;
    let mut late = front.socket().await?.join(&token, &first.welcomed()?.session.clone(), None).await?;
    let head = first.offset;
    late.until(|s| s.resets == 1 && s.offset == head).await?;
    assert!(late.skipped > 0);
    assert_eq!(first.resets, 1, "the first one's start, and no other");
    assert_eq!(String::from_utf8_lossy(&shown(&late)), String::from_utf8_lossy(&shown(&first)));
    Ok(())
}

#[tokio::test]
async fn who_falls_behind_gets_the_exact_screen_and_is_told_what_it_missed() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut first = enter(&front).await?;
    let token = front.controller("b1").await?;
    let mut slow = front.socket().await?.join(&token, &first.welcomed()?.session.clone(), None).await?;
    slow.see("# ").await?;
    slow.acks = false;
    let seen = slow.offset;
    first.type_text(&format!("{LONG}; {DRAW}\r")).await?;
    first.until(|s| s.output.ends_with(b"wide")).await?;
    let head = first.offset;
    slow.acks = true;
    slow.until(|s| s.resets == 2 && s.offset == head).await?;
    assert!(slow.skipped > 0 && slow.skipped < head - seen, "{} of {head}", slow.skipped);
    assert_eq!(String::from_utf8_lossy(&shown(&slow)), String::from_utf8_lossy(&shown(&first)));
    Ok(())
}

#[tokio::test]
async fn an_interrupt_skips_the_backlog_of_who_is_behind() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let mut socket = enter(&front).await?;
    socket.see("# ").await?;
    socket.type_text("touch begun; yes 'a line of the flood'\r").await?;
    socket.see("flood\r\na line").await?;
    interrupt_from_behind(&mut socket).await?;
    let after = |s: &Socket| String::from_utf8_lossy(&[&s.screen[..], &s.output].concat()).into_owned();
    socket.until(|s| after(s).contains("# ")).await?;
    let text = after(&socket);
    assert!(text.contains("^C"), "{text}");
    assert!(text.matches("flood").count() < 60, "the screen only: {}", text.len());
    assert!(socket.skipped > 0);
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    assert!(machine.build_dir().join("begun").exists());
    Ok(())
}

#[tokio::test]
async fn an_interrupt_skips_what_a_machine_that_pauses_still_has_to_send() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let mut socket = enter(&front).await?;
    socket.type_text("yes 'a line of the flood'\r").await?;
    socket.see("flood\r\na line").await?;
    socket.acks = false;
    let (seen, pause) = (socket.offset, Duration::from_millis(60));
    socket.until(|s| s.offset > seen + 64 * 1024).await?;
    signal("-STOP", &machine.guest_processes()?)?;
    socket.type_text("\x03").await?;
    let early = tokio::time::timeout(pause, socket.until(|s| s.resets == 2)).await.is_ok();
    signal("-CONT", &machine.guest_processes()?)?;
    assert!(!early, "a screen before the machine has heard of it");
    socket.until(|s| s.resets == 2).await?;
    socket.acks = true;
    socket.until(|s| s.text().contains("# ")).await?;
    let floods = String::from_utf8_lossy(&shown(&socket)).matches("flood").count();
    // A few pieces of a terminal's buffer may come behind the screen where the machine gets little time.
    assert!(floods < 60 && socket.output.len() < 16 * 1024, "{floods}, {}", socket.output.len());
    Ok(())
}

fn signal(name: &str, processes: &[u32]) -> anyhow::Result<()> {
    let status = Command::new("kill").arg(name).args(processes.iter().map(ToString::to_string)).status()?;
    ensure!(status.success(), "kill {name}: {status}");
    Ok(())
}

#[tokio::test]
async fn an_interrupt_is_heard_while_the_network_takes_no_output() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut driver = enter(&front).await?;
    driver.say(&ClientMessage::Resize(Size { cols: 400, rows: 400 })).await?;
    driver.type_text(&format!("{MOSAIC}; cat\r")).await?;
    driver.until(|s| s.output.ends_with(b"done")).await?;
    let (token, session) = (front.controller("b1").await?, driver.welcomed()?.session.clone());
    let mut stuck = Socket::connect_narrow(&front.url, 4096).await?.join(&token, &session, None).await?;
    // From here on it reads nothing, and the rest of its screen is larger than every buffer on the way.
    stuck.until(|s| s.resets == 1).await?;
    stuck.type_text("\x03").await?;
    driver.see("done^C\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn an_interrupt_without_a_backlog_changes_nothing_else() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut socket = enter(&front).await?;
    // One program says that it runs and waits: bash would lose a Ctrl-C between two commands of a line.
    socket.type_text("sh -c 'echo started; exec sleep 1000'\r").await?;
    socket.see("\nstarted\r\n").await?;
    socket.type_text("\x03").await?;
    socket.see("^C").await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    assert_eq!((socket.resets, socket.skipped), (1, 0));
    Ok(())
}

#[tokio::test]
async fn a_program_that_heeds_no_interrupt_is_not_waited_for() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut socket = enter(&front).await?;
    socket.type_text("(trap '' INT; exec yes 'deaf to it')\r").await?;
    socket.see("it\r\ndeaf").await?;
    interrupt_from_behind(&mut socket).await?;
    socket.ack().await?;
    let seen = socket.offset;
    socket.until(|s| s.offset > seen + 64 * 1024).await?;
    Ok(())
}
