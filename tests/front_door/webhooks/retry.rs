//! Deliveries that fail: again after a while, in order, given up, sent again by hand.

use anyhow::Context as _;
use reqwest::Method;
use serde_json::Value;
use transom_tests::front::Front;
use transom_tests::receiver::{Answer, Received, Receiver};

use super::{deliveries, front, kinds, until_deliveries};

/// A build without access finishes: one event.
async fn finish(front: &Front, build: &str) -> anyhow::Result<()> {
    front.build(build, Value::Null).await?;
    front.finish(build, "succeeded").await?;
    Ok(())
}

/// Moves the clock to when the delivery that failed so often is due again.
async fn to_next(front: &Front, hook: &str, tries: u64) -> anyhow::Result<()> {
    let failed = |one: &&Value| one["attempts"] == tries && one["next_at"].is_string();
    let seen = until_deliveries(front, hook, |all| all.iter().any(|one| failed(&one))).await?;
    let due = seen.iter().find(failed).context("it was there")?;
    front.clock.set(due["next_at"].as_str().unwrap_or_default().parse()?);
    Ok(())
}

/// The delivery of this kind, of the only build that has one.
fn of_kind<'d>(all: &'d [Value], kind: &str) -> anyhow::Result<&'d Value> {
    all.iter().find(|one| one["kind"] == kind).context("no such delivery")
}

#[tokio::test]
async fn what_fails_is_sent_again_and_holds_back_only_its_own_build() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    let mut answers = vec![Answer::Status(204), Answer::Break, Answer::Status(500)];
    receiver.answer(move |one| match one.kind() {
        "access.enabled" if one.build() == "b1" => answers.pop().unwrap_or(Answer::Status(204)),
        _ => Answer::Status(200),
    });
    let front = front(&receiver.entry("ci", "")).await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    receiver.gets("b1", "access.enabled").await?;
    front.finish("b1", "cancelled").await?;
    finish(&front, "b2").await?;
    receiver.gets("b2", "machine.releasable").await?;
    let of_b1 = |seen: &[Received]| -> Vec<Received> {
        seen.iter().filter(|one| one.build() == "b1").cloned().collect()
    };
    assert_eq!(kinds(&of_b1(&receiver.seen())), ["access.enabled"]);
    to_next(&front, "ci", 1).await?;
    receiver.until(|seen| of_b1(seen).len() == 2).await?;
    assert_eq!(of_kind(&deliveries(&front, "ci").await?, "access.enabled")?["state"], "pending");
    to_next(&front, "ci", 2).await?;
    let seen = receiver.until(|seen| of_b1(seen).len() == 5).await?;
    let seen = of_b1(&seen);
    let wanted = ["access.enabled", "access.enabled", "access.enabled", "access.ended", "machine.releasable"];
    assert_eq!(kinds(&seen), wanted);
    assert!(seen[..3].iter().all(|one| one.id == seen[0].id && one.text == seen[0].text));
    assert!(seen[2].timestamp > seen[0].timestamp, "each attempt is signed with its own time");
    assert_eq!(seen[2].good_for(&receiver.secret)?, 1);
    let all = until_deliveries(&front, "ci", |all| all.iter().all(|d| d["state"] == "delivered")).await?;
    let enabled = of_kind(&all, "access.enabled")?;
    assert_eq!((&enabled["attempts"], &enabled["last_status"]), (&3.into(), &204.into()));
    Ok(())
}

#[tokio::test]
async fn after_three_days_it_is_given_up_and_can_be_sent_again_by_hand() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    receiver.answer(|_| Answer::Status(503));
    let front = front(&receiver.entry("ci", "")).await?;
    finish(&front, "b1").await?;
    for tries in 1..=10 {
        to_next(&front, "ci", tries).await?;
    }
    let failed = until_deliveries(&front, "ci", |all| all[0]["state"] == "failed").await?;
    assert_eq!((&failed[0]["attempts"], &failed[0]["next_at"]), (&11.into(), &Value::Null));
    assert_eq!(failed[0]["last_error"], "it answered with status 503");
    assert_eq!(receiver.seen().len(), 11);
    receiver.answer(|_| Answer::Status(200));
    let event = failed[0]["event"].as_str().unwrap_or_default();
    let again = format!("/api/v1/hooks/ci/deliveries/{event}/redeliver");
    assert_eq!(front.send(Method::POST, &again, &front.key, None).await?.status, 202);
    let seen = receiver.until(|seen| seen.len() == 12).await?;
    assert_eq!(seen[11].id, event);
    until_deliveries(&front, "ci", |all| all[0]["state"] == "delivered").await?;
    // Also what was delivered well can be asked for again.
    assert_eq!(front.send(Method::POST, &again, &front.key, None).await?.status, 202);
    assert_eq!(receiver.until(|seen| seen.len() == 13).await?[12].text, seen[0].text);
    let none = again.replace(event, "e_none");
    assert_eq!(front.send(Method::POST, &none, &front.key, None).await?.status, 404);
    Ok(())
}

#[tokio::test]
async fn a_hook_that_says_it_is_gone_gets_nothing_until_it_is_enabled() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    receiver.answer(|_| Answer::Status(410));
    let front = front(&receiver.entry("ci", "")).await?;
    finish(&front, "b1").await?;
    let failed = until_deliveries(&front, "ci", |all| all.iter().any(|d| d["state"] == "failed")).await?;
    assert_eq!((&failed[0]["attempts"], &failed[0]["last_status"]), (&1.into(), &410.into()));
    assert!(front.look("/hooks").await?[0]["disabled_at"].is_string());
    let front = front.restart().await?;
    finish(&front, "b2").await?;
    receiver.answer(|_| Answer::Status(204));
    front.ci(Method::POST, "/hooks/ci/enable", Value::Null).await?;
    assert_eq!(front.look("/hooks").await?[0]["disabled_at"], Value::Null);
    finish(&front, "b3").await?;
    receiver.gets("b3", "machine.releasable").await?;
    let builds: Vec<_> = receiver.seen().iter().map(|one| one.build().to_owned()).collect();
    assert_eq!(builds, ["b1", "b3"]);
    Ok(())
}

#[tokio::test]
async fn deliveries_are_forgotten_after_30_days() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    let front = front(&receiver.entry("ci", "")).await?;
    finish(&front, "b1").await?;
    receiver.gets("b1", "machine.releasable").await?;
    front.at(29 * 24 * 60)?;
    finish(&front, "b2").await?;
    receiver.gets("b2", "machine.releasable").await?;
    assert_eq!(deliveries(&front, "ci").await?.len(), 2);
    front.at(30 * 24 * 60 + 10)?;
    let left = until_deliveries(&front, "ci", |all| all.len() == 1).await?;
    assert_eq!(left[0]["build"], "b2");
    Ok(())
}
