//! The server is killed without a word (SIGKILL) while a machine is kept: what follows from the recorded
//! facts is so after the restart, and the machine is free once.

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::ClientMessage;
use transom_tests::machine::Machine;
use transom_tests::process::Process;
use transom_tests::receiver::Receiver;
use transom_tests::socket::Socket;

/// Long enough to see a state, short enough to see its end, in seconds.
const SHORT_S: i64 = 4;

async fn ready(policy: Value) -> anyhow::Result<(Process, Machine, Receiver)> {
    super::log();
    let (machine, receiver) = (Machine::start()?, Receiver::start()?);
    let server = Process::start(&receiver.entry("ci", "")).await?;
    server.ready_build("b1", &machine, json!({ "policy": policy })).await?;
    Ok((server, machine, receiver))
}

async fn enter(server: &Process) -> anyhow::Result<Socket> {
    server.socket().await?.open(&server.controller("b1").await?).await
}

async fn finish(server: &Process) -> anyhow::Result<Value> {
    server.ci(Method::POST, "/builds/b1/finish", json!({ "outcome": "failed" })).await
}

fn moment(value: &Value) -> anyhow::Result<Timestamp> {
    Ok(value.as_str().context("no time")?.parse()?)
}

/// Access is in this state, and ends for this reason.
async fn shows(server: &Process, state: &str, cause: &str) -> anyhow::Result<Timestamp> {
    let is = |b: &Value| b["access"]["state"] == state && b["access"]["cause"] == cause;
    let build = server.until("b1", is).await.with_context(|| format!("{state} {cause}"))?;
    moment(&build["access"]["ends_at"])
}

#[tokio::test]
async fn grace_goes_on_where_it_was_when_the_server_was_killed() -> anyhow::Result<()> {
    let (mut server, machine, receiver) = ready(json!({ "grace_s": 600 })).await?;
    let until = moment(&finish(&server).await?["hold_until"])?;
    server.crash().await?;
    assert_eq!(shows(&server, "grace", "grace").await?, until);
    assert_eq!(moment(&finish(&server).await?["hold_until"])?, until);
    // It is no less open than before.
    let socket = enter(&server).await?;
    shows(&server, "held", "deadline").await?;
    server.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    drop(socket);
    receiver.told_once("b1", &["access.grace", "access.ended", "machine.releasable"]).await?;
    machine.is_deserted().await
}

#[tokio::test]
async fn grace_that_is_over_by_the_restart_ended_when_it_was_over() -> anyhow::Result<()> {
    let (mut server, machine, receiver) = ready(json!({ "grace_s": SHORT_S })).await?;
    let until = moment(&finish(&server).await?["hold_until"])?;
    server.crash().await?;
    assert_eq!(shows(&server, "ended", "grace").await?, until);
    server.crash().await?;
    assert_eq!(shows(&server, "ended", "grace").await?, until);
    assert_eq!(finish(&server).await?["release"], "now");
    receiver.told_once("b1", &["access.ended", "machine.releasable"]).await?;
    machine.is_deserted().await
}

#[tokio::test]
async fn who_was_inside_when_the_server_was_killed_may_come_back() -> anyhow::Result<()> {
    let (mut server, machine, receiver) = ready(json!({ "reattach_s": 600 })).await?;
    let socket = enter(&server).await?;
    finish(&server).await?;
    shows(&server, "held", "deadline").await?;
    let before = server.clock.now();
    server.crash().await?;
    drop(socket);
    let until = shows(&server, "grace", "reattach").await?;
    assert!(until >= before + SignedDuration::from_secs(600), "{until}");
    let reply = finish(&server).await?;
    assert_eq!((&reply["release"], moment(&reply["hold_until"])?), (&json!("hold"), until));
    machine.is_deserted().await?;
    let back = enter(&server).await?;
    shows(&server, "held", "deadline").await?;
    server.crash().await?;
    drop(back);
    shows(&server, "grace", "reattach").await?;
    server.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    receiver.told_once("b1", &["access.ended", "machine.releasable"]).await
}

#[tokio::test]
async fn the_machine_of_who_does_not_come_back_is_free_once() -> anyhow::Result<()> {
    let (mut server, machine, receiver) = ready(json!({ "reattach_s": SHORT_S })).await?;
    let socket = enter(&server).await?;
    finish(&server).await?;
    server.crash().await?;
    drop(socket);
    let until = shows(&server, "ended", "reattach").await?;
    server.crash().await?;
    assert_eq!(shows(&server, "ended", "reattach").await?, until);
    assert_eq!(finish(&server).await?["release"], "now");
    receiver.told_once("b1", &["access.ended", "machine.releasable"]).await?;
    machine.is_deserted().await
}

#[tokio::test]
async fn who_left_before_the_server_was_killed_has_no_more_time_by_it() -> anyhow::Result<()> {
    let (mut server, _machine, receiver) = ready(json!({ "reattach_s": 600 })).await?;
    let mut socket = enter(&server).await?;
    finish(&server).await?;
    shows(&server, "held", "deadline").await?;
    socket.say(&ClientMessage::Leave { unloads: false }).await?;
    let until = shows(&server, "grace", "reattach").await?;
    server.crash().await?;
    assert_eq!(shows(&server, "grace", "reattach").await?, until);
    server.ci(Method::POST, "/builds/b1/finish", json!({ "outcome": "cancelled" })).await?;
    server.crash().await?;
    shows(&server, "ended", "cancelled").await?;
    receiver.told_once("b1", &["access.ended", "machine.releasable"]).await
}
