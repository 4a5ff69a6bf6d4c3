//! What a page is told as it happens.

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{ClientMessage, ServerMessage};
use transom_tests::front::Front;
use transom_tests::machine::Machine;

use super::timelines::{enter, ready, stay};

#[tokio::test]
async fn a_page_sees_the_build_at_once_and_every_change() -> anyhow::Result<()> {
    super::log();
    let (front, machine) = (Front::start().await?, Machine::start()?);
    let registered = front.build("b1", json!({ "build_dir": machine.build_dir() })).await?;
    machine.authorize(&registered["install"]["authorized_keys"])?;
    let mut page = front.events("b1", &front.weak_key).await?;
    let first = page.next().await?.map(|event| (event.name, event.data["access"]["state"].clone()));
    assert_eq!(first, Some(("build".to_owned(), json!("off"))));
    front.enable("b1").await?;
    let person = front.events("b1", &front.viewer("b1").await?).await?.until("build", |_| true).await?;
    assert_eq!(person["me"]["name"], "Ravi");
    page.until("build", |b| b["access"]["state"] == "pending").await?;
    let registration = machine.registration(1, &json!({"kind": "generated"}))?;
    front.ci(Method::PUT, "/builds/b1/machine", registration).await?;
    page.until("build", |b| b["access"]["state"] == "ready").await?;
    let mut socket = enter(&front).await?;
    let seen = page.until("build", |b| b["viewers"].as_array().is_some_and(|v| v.len() == 1)).await?;
    assert_eq!((&seen["viewers"][0]["name"], &seen["sessions"][0]["viewers"]), (&json!("Dana"), &json!(1)));
    front.finish("b1", "failed").await?;
    page.until("build", |b| b["access"]["state"] == "held" && b["outcome"] == "failed").await?;
    socket.say(&ClientMessage::Leave { unloads: false }).await?;
    let left = page.until("build", |b| b["access"]["state"] == "grace").await?;
    assert_eq!((&left["access"]["cause"], &left["viewers"]), (&json!("reattach"), &json!([])));
    Ok(())
}

#[tokio::test]
async fn everybody_is_warned_10_5_and_1_minutes_before_the_end() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    front.at(47)?;
    let mut page = front.events("b1", &front.key).await?;
    page.until("build", |_| true).await?;
    let mut socket = enter(&front).await?;
    for (from, minute, left) in [(47, 50, 10), (50, 55, 5), (55, 59, 1)] {
        stay(&front, &mut socket, from, minute).await?;
        let warning = page.until("warning", |_| true).await?;
        assert_eq!(warning["minutes"], left);
        assert_eq!(
            (&warning["cause"], &warning["ends_at"]),
            (&json!("deadline"), &json!("2026-01-01T01:00:00Z"))
        );
        let warned = |m: &ServerMessage| matches!(m, ServerMessage::Access(a) if a.warning_min == Some(left));
        socket.until(|s| s.messages.iter().any(warned)).await?;
    }
    let warnings = |m: &&ServerMessage| matches!(m, ServerMessage::Access(a) if a.warning_min.is_some());
    assert_eq!(socket.messages.iter().filter(warnings).count(), 3, "each once");
    Ok(())
}

#[tokio::test]
async fn the_stream_ends_after_the_last_word() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    front.at(57)?;
    let mut streams = vec![
        front.events("b1", &front.key).await?,
        front.events("b1", &front.weak_key).await?,
        // A token that ends together with access.
        front.events("b1", &front.controller("b1").await?).await?,
    ];
    for page in &mut streams {
        page.until("build", |b| b["access"]["state"] == "ready").await?;
    }
    front.at(60)?;
    for mut page in streams {
        let last = page.rest().await?.pop().map(|event| event.data["access"].clone());
        let last = last.unwrap_or(Value::Null);
        assert_eq!((&last["state"], &last["cause"]), (&json!("ended"), &json!("deadline")));
    }
    // Whoever may still ask is told the same, and no more.
    let after = front.events("b1", &front.key).await?.rest().await?;
    assert_eq!(after.len(), 1, "{after:?}");
    Ok(())
}

#[tokio::test]
async fn the_stream_ends_with_its_token() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut page = front.events("b1", &front.controller("b1").await?).await?;
    page.until("build", |_| true).await?;
    front.at(5)?;
    let rest = page.rest().await?;
    assert!(rest.iter().all(|event| event.data["access"]["state"] != "ended"), "{rest:?}");
    let mut other = front.events("b1", &front.controller("b1").await?).await?;
    other.until("build", |_| true).await?;
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    assert_eq!(
        other.rest().await?.pop().map(|e| e.data["access"]["cause"].clone()),
        Some(json!("ended_by_user"))
    );
    Ok(())
}

#[tokio::test]
async fn a_restart_ends_the_stream_so_that_pages_come_back() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut page = front.events("b1", &front.key).await?;
    page.until("build", |_| true).await?;
    let (rest, ()) = tokio::join!(page.rest(), front.stop());
    rest?;
    Ok(())
}
