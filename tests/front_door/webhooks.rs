//! Webhooks: what the CI is told as it happens, signed, in order, at least once.

mod addresses;
mod crash;
mod retry;
mod shares;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use transom_server::clock::Clock;
use transom_server::keys::HookSecret;
use transom_tests::front::{Front, START};
use transom_tests::machine::Machine;
use transom_tests::pass::secret;
use transom_tests::receiver::{Received, Receiver};

use super::timelines::{enter, leave};

/// A server with a moved clock and these lines in its configuration.
pub async fn front(more: &str) -> anyhow::Result<Front> {
    super::log();
    Front::start_with(Clock::moved(START.parse()?), more).await
}

/// The deliveries to a hook, oldest first.
pub async fn deliveries(front: &transom_tests::ci::Ci, hook: &str) -> anyhow::Result<Vec<Value>> {
    let page = front.look(&format!("/hooks/{hook}/deliveries")).await?;
    Ok(page["deliveries"].as_array().into_iter().flatten().rev().cloned().collect())
}

/// Waits until the deliveries to a hook are as `wanted` says.
pub async fn until_deliveries(
    front: &transom_tests::ci::Ci,
    hook: &str,
    wanted: impl Fn(&[Value]) -> bool,
) -> anyhow::Result<Vec<Value>> {
    let start = transom_server::clock::tick();
    loop {
        let seen = deliveries(front, hook).await?;
        if wanted(&seen) {
            return Ok(seen);
        }
        anyhow::ensure!(start.elapsed() < transom_tests::PATIENCE, "last seen: {seen:#?}");
        tokio::task::yield_now().await;
    }
}

fn kinds(all: &[Received]) -> Vec<&str> {
    all.iter().map(Received::kind).collect()
}

#[tokio::test]
async fn a_whole_life_is_told_in_order_signed_and_without_a_secret() -> anyhow::Result<()> {
    let (receiver, machine) = (Receiver::start()?, Machine::start()?);
    let front = front(&receiver.entry("ci", "")).await?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let socket = enter(&front).await?;
    let session = socket.welcomed()?.session.clone();
    leave(&front, socket).await?;
    receiver.gets("b1", "viewer.left").await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    front.at(30)?;
    front.state("b1", "ended").await?;
    receiver.gets("b1", "session.closed").await?;
    receiver.gets("b1", "recording.available").await?;
    let all = receiver.seen();
    let (last, first): (Vec<_>, Vec<_>) =
        all.iter().partition(|one| ["session.closed", "recording.available"].contains(&one.kind()));
    let first: Vec<_> = first.into_iter().cloned().collect();
    let wanted = [
        "access.enabled",
        "access.ready",
        "session.opened",
        "viewer.joined",
        "viewer.left",
        "access.grace",
        "access.ended",
        "machine.releasable",
    ];
    assert_eq!(kinds(&first), wanted);
    assert_eq!(last.len(), 2);
    let ids: BTreeSet<_> = all.iter().map(|one| &one.id).collect();
    assert_eq!(ids.len(), all.len());
    for one in &all {
        assert_eq!(one.good_for(&receiver.secret)?, 1, "{}", one.text);
        assert_eq!(one.good_for(&HookSecret::generate()?.to_text())?, 0);
        assert_eq!(one.build(), "b1");
        for secret in ["PRIVATE KEY", "127.0.0.1", "tsk_", "eyJ", "ssh-ed25519"] {
            assert!(!one.text.contains(secret), "{secret} in {}", one.text);
        }
    }
    let data = |kind: &str| first.iter().find(|one| one.kind() == kind).map(|one| one.body["data"].clone());
    assert_eq!(data("session.opened").unwrap()["session"], session);
    assert_eq!(data("viewer.joined").unwrap()["by"], json!({ "sub": "u-Dana", "name": "Dana" }));
    assert_eq!(data("access.enabled").unwrap()["by"]["name"], "Dana");
    assert_eq!(data("access.grace").unwrap()["ends_at"], "2026-01-01T00:30:00Z");
    assert_eq!(data("access.ended").unwrap()["cause"], "grace");
    assert_eq!(data("machine.releasable").unwrap()["outcome"], "succeeded");
    let is_delivered = |one: &Value| one["state"] == "delivered";
    until_deliveries(&front, "ci", |seen| seen.len() == all.len() && seen.iter().all(is_delivered)).await?;
    let listed = front.look("/builds/b1/deliveries?limit=3").await?;
    let page = format!("/builds/b1/deliveries?before={}", listed["next"].as_str().unwrap());
    assert_eq!(front.look(&page).await?["deliveries"].as_array().unwrap().len(), all.len() - 3);
    Ok(())
}

#[tokio::test]
async fn a_hook_gets_only_what_it_asked_for() -> anyhow::Result<()> {
    let (some, all) = (Receiver::start()?, Receiver::start()?);
    let events = "events = [\"access.ended\", \"machine.releasable\"]\n";
    let front = front(&format!("{}{}", some.entry("some", events), all.entry("all", ""))).await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    front.finish("b1", "cancelled").await?;
    let seen = all.until(|seen| seen.len() == 3).await?;
    assert_eq!(kinds(&seen), ["access.enabled", "access.ended", "machine.releasable"]);
    let few = some.until(|seen| seen.len() == 2).await?;
    let ids = |of: &[Received]| of.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&few), ids(&seen[1..]), "the same event has the same id everywhere");
    let hooks = front.look("/hooks").await?;
    assert_eq!(hooks[1]["events"], json!(["access.ended", "machine.releasable"]));
    let found: Vec<_> =
        [&hooks[0], &hooks[1]].into_iter().map(|hook| (&hook["id"], &hook["origin"])).collect();
    assert_eq!(found, [(&json!("all"), &json!("config")), (&json!("some"), &json!("config"))]);
    Ok(())
}

#[tokio::test]
async fn a_replayed_renewal_and_a_changed_pin_are_told() -> anyhow::Result<()> {
    let (receiver, machine) = (Receiver::start()?, Machine::start()?);
    let front = front(&receiver.entry("ci", "events = [\"security.anomaly\"]\n")).await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let code = front.issue("b1").await?["code"].as_str().unwrap_or_default().to_owned();
    front.redeem(&code, &secret(1)).await?.good()?;
    front.renew(&secret(1), &secret(2)).await?.good()?;
    assert_eq!(front.renew(&secret(1), &secret(3)).await?.status, 401);
    let replayed = receiver.gets("b1", "security.anomaly").await?;
    assert_eq!(replayed.body["data"]["for"]["name"], "Dana");
    front.build("b2", Value::Null).await?;
    let mut registration = machine.registration(1, &json!({ "kind": "generated" }))?;
    let other = Machine::start()?.registration(1, &json!({ "kind": "generated" }))?;
    registration["endpoints"][0]["host_keys"] = other["endpoints"][0]["host_keys"].clone();
    front.ci(Method::PUT, "/builds/b2/machine", registration).await?;
    front.enable("b2").await?;
    let changed = receiver.gets("b2", "security.anomaly").await?;
    assert_eq!(changed.body["data"]["problem"], "host-key-mismatch");
    Ok(())
}

#[tokio::test]
async fn while_a_secret_is_being_changed_both_sign() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    let (old, new) = (receiver.secret.clone(), HookSecret::generate()?.to_text().to_string());
    let mut front = front(&receiver.entry("ci", "")).await?;
    for (build, secrets, good) in
        [("b1", vec![&old], (1, 0)), ("b2", vec![&new, &old], (1, 1)), ("b3", vec![&new], (0, 1))]
    {
        receiver.sign_with(&secrets.iter().map(|s| s.as_str()).collect::<Vec<_>>())?;
        front = front.restart().await?;
        front.build(build, Value::Null).await?;
        front.finish(build, "succeeded").await?;
        let one = receiver.gets(build, "machine.releasable").await?;
        assert_eq!((one.good_for(&old)?, one.good_for(&new)?), good, "{build}");
    }
    Ok(())
}

#[tokio::test]
async fn a_hook_is_made_and_removed_over_the_api_and_its_secret_shows_once() -> anyhow::Result<()> {
    let front = front("").await?;
    let wanted = json!({ "url": "https://ci.invalid/hooks", "events": ["access.ready"] });
    let made = front.ci(Method::POST, "/hooks", wanted).await?;
    let (id, secret) = (made["hook"]["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    assert!(HookSecret::parse(secret).is_ok());
    let listed = front.look("/hooks").await?;
    assert_eq!((&listed[0]["id"], &listed[0]["origin"]), (&json!(id), &json!("api")));
    assert!(!listed.to_string().contains("whsec"));
    let changed = front.ci(Method::POST, &format!("/hooks/{id}/secret"), json!({})).await?;
    assert_ne!(changed["secret"], secret);
    for url in ["http://ci.example/", "https://u:p@ci.example/", "nowhere", "file:///etc/passwd"] {
        let body = json!({ "url": url });
        let reply = front.send(Method::POST, "/api/v1/hooks", &front.key, Some(&body)).await?;
        assert_eq!((reply.status, reply.problem()), (400, "malformed"), "{url}");
    }
    let path = format!("/hooks/{id}");
    front.ci(Method::DELETE, &path, Value::Null).await?;
    assert_eq!(front.look("/hooks").await?, json!([]));
    let gone = front.send(Method::DELETE, &format!("/api/v1{path}"), &front.key, None).await?;
    assert_eq!((gone.status, gone.problem()), (404, "not-found"));
    let rows = front.look("/audit").await?["rows"].to_string();
    assert!(rows.contains("hook.make") && rows.contains("hook.remove") && !rows.contains("whsec"));
    Ok(())
}
