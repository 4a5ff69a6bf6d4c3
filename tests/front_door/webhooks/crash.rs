//! The server is killed without a word: nothing is lost, and no event comes under two ids.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::process::Process;
use transom_tests::receiver::{Answer, Receiver};

use super::until_deliveries;

#[tokio::test]
async fn a_delivery_under_way_when_the_server_is_killed_is_made_after_the_restart() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    receiver.answer(|_| Answer::Hang);
    let mut server = Process::start(&receiver.entry("ci", "")).await?;
    server.build("b1", Value::Null).await?;
    server.enable("b1").await?;
    receiver.gets("b1", "access.enabled").await?;
    // Said yes to, and killed at once: it is on record with what is to be told of it.
    let finished = json!({ "outcome": "cancelled" });
    server.ci(Method::POST, "/builds/b1/finish", finished.clone()).await?;
    // From the next attempt on: the one under way still hangs.
    receiver.answer(|_| Answer::Status(204));
    server.crash().await?;
    let released = receiver.gets("b1", "machine.releasable").await?;
    server.ci(Method::POST, "/builds/b1/finish", finished).await?;
    server.crash().await?;
    let all =
        until_deliveries(&server, "ci", |all| all.iter().all(|one| one["state"] == "delivered")).await?;
    let kinds: Vec<_> = all.iter().map(|one| one["kind"].as_str().unwrap_or_default()).collect();
    assert_eq!(kinds, ["access.enabled", "access.ended", "machine.releasable"]);
    let seen = receiver.seen();
    let mut of_kind: Vec<_> = seen.iter().map(|one| (one.kind(), one.id.as_str())).collect();
    of_kind.dedup();
    let stored: Vec<_> = all.iter().map(|one| one["event"].as_str().unwrap_or_default()).collect();
    let ids: Vec<_> = of_kind.iter().map(|(_, id)| *id).collect();
    assert_eq!(ids, stored, "each event under one id, in order");
    assert_eq!(released.id, stored[2]);
    Ok(())
}
