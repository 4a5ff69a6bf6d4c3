//! A connection that waits, logged in, for the next terminal.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use transom_server::clock::Clock;
use transom_tests::front::Front;
use transom_tests::machine::Machine;

use super::timelines::{enter, ready};

#[tokio::test]
async fn a_ready_machine_has_a_line_waiting_and_the_next_terminal_takes_it() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    machine.has_guests(1).await?;
    let waiting = machine.guest_processes()?;
    let mut socket = enter(&front).await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    assert!(machine.guest_processes()?.contains(&waiting[0]), "the line was not taken");
    // The next one is made at once.
    machine.has_guests(2).await?;
    Ok(())
}

#[tokio::test]
async fn a_line_that_died_unseen_costs_nobody_the_terminal() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    machine.has_guests(1).await?;
    for process in machine.guest_processes()? {
        // Stopped, it answers nothing and closes nothing: the line looks alive.
        anyhow::ensure!(Command::new("kill").args(["-STOP", &process.to_string()]).status()?.success());
    }
    let stopped = machine.guest_processes()?;
    let mut socket = enter(&front).await?;
    for process in stopped {
        Command::new("kill").args(["-KILL", &process.to_string()]).status()?;
    }
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn the_line_is_dropped_when_access_ends_and_when_the_machine_goes() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    machine.has_guests(1).await?;
    front.ci(Method::DELETE, "/builds/b1/machine", Value::Null).await?;
    machine.is_deserted().await?;
    let (front, machine) = ready().await?;
    machine.has_guests(1).await?;
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    machine.is_deserted().await
}

#[tokio::test]
async fn a_line_of_another_registration_is_not_used() -> anyhow::Result<()> {
    let (front, first) = ready().await?;
    let second = Machine::start()?;
    first.has_guests(1).await?;
    let install =
        front.ci(Method::PUT, "/builds/b1/machine", second.registration(2, &json!({ "kind": "generated" }))?);
    second.authorize(&install.await?["install"]["authorized_keys"])?;
    let mut socket = enter(&front).await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    assert!(second.guests()? > 0);
    first.is_deserted().await
}

#[tokio::test]
async fn where_no_line_is_wanted_none_is_kept() -> anyhow::Result<()> {
    let clock = Clock::moved(transom_tests::front::START.parse()?);
    let front = Front::start_with(clock, "machines.spare_idle_s = 0").await?;
    let machine = Machine::start()?;
    front.ready_build("b1", &machine, Value::Null).await?;
    machine.is_deserted().await?;
    let mut socket = enter(&front).await?;
    socket.type_text("exit\r").await?;
    socket.closed().await?;
    machine.is_deserted().await
}

#[tokio::test]
async fn a_line_is_dropped_when_nobody_is_interested_and_made_when_somebody_looks() -> anyhow::Result<()> {
    let front = Front::start_with(Clock::system(), "machines.spare_idle_s = 1").await?;
    let machine = Machine::start()?;
    front.ready_build("b1", &machine, Value::Null).await?;
    machine.is_deserted().await?;
    let token = front.controller("b1").await?;
    front.send(Method::GET, "/api/v1/builds/b1", &token, None).await?.good()?;
    machine.has_guests(1).await?;
    machine.is_deserted().await
}
