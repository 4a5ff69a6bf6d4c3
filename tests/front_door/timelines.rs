//! The timelines that the product promises, once each through the real server: the build starts at 0
//! and may last 60 minutes. More of them stand under the function itself.

use anyhow::ensure;
use serde_json::{Value, json};
use transom_protocol::wire::ClientMessage;
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::pass::Pass;
use transom_tests::socket::{Closed, Socket};

pub async fn ready() -> anyhow::Result<(Front, Machine)> {
    super::log();
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    Ok((front, machine))
}

pub async fn enter(front: &Front) -> anyhow::Result<Socket> {
    let token = front.controller("b1").await?;
    front.socket().await?.open(&token).await
}

/// Moves the clock to `minute` while somebody stays, with a new token every four minutes.
pub async fn stay(front: &Front, socket: &mut Socket, from: i64, minute: i64) -> anyhow::Result<()> {
    for minute in (from..minute).step_by(4).skip(1).chain([minute]) {
        front.at(minute)?;
        socket.renew(&front.controller("b1").await?).await?;
    }
    Ok(())
}

pub async fn leave(front: &Front, mut socket: Socket) -> anyhow::Result<Value> {
    socket.say(&ClientMessage::Leave { unloads: false }).await?;
    front.until("b1", |b| b["viewers"] == json!([]) && b["access"]["state"] != "held").await
}

fn time(minute: i64) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!("2026-01-01T{hour:02}:{minute:02}:00Z")
}

pub async fn shows(front: &Front, state: &str, ends: i64, cause: &str) -> anyhow::Result<()> {
    let access = front.state("b1", state).await?["access"].clone();
    let (at, why) = (access["ends_at"].as_str(), access["cause"].as_str());
    ensure!(at == Some(&time(ends)) && why == Some(cause), "{state}: {access}");
    Ok(())
}

fn hold(until: i64, cause: &str) -> Value {
    json!({ "release": "hold", "hold_until": time(until), "cause": cause })
}

fn now() -> Value {
    json!({ "release": "now", "hold_until": null, "cause": null })
}

fn code(closed: &Closed) -> (u16, &str) {
    (closed.code, closed.problem.as_str())
}

#[tokio::test]
async fn nobody_connects_and_access_ends_at_30() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    shows(&front, "ready", 60, "deadline").await?;
    front.at(20)?;
    assert_eq!(front.finish("b1", "succeeded").await?, hold(30, "grace"));
    shows(&front, "grace", 30, "grace").await?;
    front.at(29)?;
    let pass = Pass::of(&front, "b1").await?;
    shows(&front, "grace", 30, "grace").await?;
    front.at(30)?;
    shows(&front, "ended", 30, "grace").await?;
    assert_eq!(front.finish("b1", "succeeded").await?, now());
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn a_build_that_ends_at_58_is_cut_by_the_deadline_at_60() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(58)?;
    assert_eq!(front.finish("b1", "failed").await?, hold(60, "deadline"));
    shows(&front, "grace", 60, "deadline").await?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(60)?;
    shows(&front, "ended", 60, "deadline").await?;
    assert_eq!(front.finish("b1", "failed").await?, now());
    pass.is_dead(&front, &machine, "deadline").await
}

#[tokio::test]
async fn who_connects_at_25_and_stays_is_cut_by_the_deadline_at_60() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(25)?;
    let mut socket = enter(&front).await?;
    shows(&front, "held", 60, "deadline").await?;
    assert_eq!(front.finish("b1", "succeeded").await?, hold(60, "deadline"));
    stay(&front, &mut socket, 25, 59).await?;
    shows(&front, "held", 60, "deadline").await?;
    let pass = Pass::of(&front, "b1").await?;
    // The terminal, and the line that waits for the next.
    machine.has_guests(2).await?;
    front.at(60)?;
    assert_eq!(code(&socket.closed().await?), (4411, "deadline"));
    shows(&front, "ended", 60, "deadline").await?;
    assert_eq!(front.finish("b1", "succeeded").await?, now());
    pass.is_dead(&front, &machine, "deadline").await
}

#[tokio::test]
async fn who_comes_at_31_finds_that_grace_was_over_at_30() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(29)?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(31)?;
    pass.is_dead(&front, &machine, "access-ended").await?;
    shows(&front, "ended", 30, "grace").await
}

#[tokio::test]
async fn who_was_there_from_5_and_leaves_at_22_has_until_32_to_come_back() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(5)?;
    let mut socket = enter(&front).await?;
    shows(&front, "ready", 60, "deadline").await?;
    stay(&front, &mut socket, 5, 20).await?;
    assert_eq!(front.finish("b1", "succeeded").await?, hold(60, "deadline"));
    stay(&front, &mut socket, 20, 22).await?;
    leave(&front, socket).await?;
    shows(&front, "grace", 32, "reattach").await?;
    assert_eq!(front.finish("b1", "succeeded").await?, hold(32, "reattach"));
    front.at(31)?;
    let pass = Pass::of(&front, "b1").await?;
    // The terminal itself still runs, and a line waits for the next.
    machine.has_guests(2).await?;
    front.at(32)?;
    shows(&front, "ended", 32, "reattach").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn who_leaves_at_22_and_is_back_from_30_to_40_has_until_50() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(19)?;
    let mut socket = enter(&front).await?;
    let session = socket.welcomed()?.session.clone();
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    stay(&front, &mut socket, 20, 22).await?;
    leave(&front, socket).await?;
    shows(&front, "grace", 32, "reattach").await?;
    front.at(30)?;
    let token = front.controller("b1").await?;
    let mut socket = front.socket().await?.join(&token, &session, None).await?;
    shows(&front, "held", 60, "deadline").await?;
    stay(&front, &mut socket, 30, 40).await?;
    leave(&front, socket).await?;
    shows(&front, "grace", 50, "reattach").await?;
    front.at(49)?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(50)?;
    shows(&front, "ended", 50, "reattach").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn a_cancelled_build_is_cut_at_once_even_from_under_somebody() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(10)?;
    let mut socket = enter(&front).await?;
    stay(&front, &mut socket, 10, 12).await?;
    let pass = Pass::of(&front, "b1").await?;
    assert_eq!(front.finish("b1", "cancelled").await?, now());
    assert_eq!(code(&socket.closed().await?), (4410, "access-ended"));
    shows(&front, "ended", 12, "cancelled").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn a_build_cancelled_in_grace_at_24_is_over_at_24() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(20)?;
    assert_eq!(front.finish("b1", "succeeded").await?, hold(30, "grace"));
    front.at(24)?;
    let pass = Pass::of(&front, "b1").await?;
    assert_eq!(front.finish("b1", "cancelled").await?, now());
    shows(&front, "ended", 24, "cancelled").await?;
    pass.is_dead(&front, &machine, "access-ended").await
}
