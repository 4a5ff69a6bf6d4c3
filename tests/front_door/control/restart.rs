//! Who was removed stays out: after a kill of the server, and at another server on the same store.

use serde_json::{Value, json};
use transom_tests::machine::Machine;
use transom_tests::process::Process;

use super::removal::{is_dead, remove};
use super::{guest, id, scene};

#[tokio::test]
async fn who_was_removed_stays_out_when_the_server_was_killed() -> anyhow::Result<()> {
    super::super::log();
    let machine = Machine::start()?;
    let mut server = Process::start("").await?;
    server.ready_build("b1", &machine, Value::Null).await?;
    let dana = server.socket().await?.open(&server.sharer("b1").await?).await?;
    let session = dana.welcomed()?.session.clone();
    let link = server.link("b1", json!({ "role": "control" })).await?;
    let kim = server.visit(&link, 1).await?;
    let lee = server.visit(&link, 11).await?;
    let socket = server.socket().await?.join(&kim.token, &session, None).await?;
    remove(&server, &server.key, &session, &id(&socket), "").await?.good()?;
    server.crash().await?;
    server.state("b1", "ready").await?;
    let dana = server.socket().await?.open(&server.sharer("b1").await?).await?;
    let session = dana.welcomed()?.session.clone();
    is_dead(&server, &link, &kim, 1, &session).await?;
    // It is the removal that keeps Kim out.
    server.socket().await?.join(&lee.token, &session, None).await?;
    Ok(())
}

#[tokio::test]
async fn who_is_removed_at_one_server_is_out_at_the_other() -> anyhow::Result<()> {
    let (front, _machine, _dana, session) = scene().await?;
    let other = front.beside().await?;
    let link = front.link("b1", json!({})).await?;
    let (kim, socket) = guest(&front, &link, 1, &session).await?;
    let mut page = other.events("b1", &kim.token).await?;
    page.until("build", |_| true).await?;
    let dana = other.socket().await?.open(&other.sharer("b1").await?).await?;
    let there = dana.welcomed()?.session.clone();
    let mut elsewhere = other.socket().await?.join(&kim.token, &there, None).await?;
    remove(&front, &front.key, &session, &id(&socket), "").await?.good()?;
    let closed = elsewhere.closed().await?;
    assert_eq!((closed.problem.as_str(), closed.detail.as_str()), ("removed", "The CI removed you."));
    page.rest().await?;
    is_dead(&other, &link, &kim, 1, &there).await
}
