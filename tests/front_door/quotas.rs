//! What one build, one project and one address may have, and what they are told beyond that.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{Attach, Family, Size};
use transom_server::clock::Clock;
use transom_tests::front::{Front, START};
use transom_tests::machine::Machine;
use transom_tests::pass::secret;

use super::timelines::{enter, leave, stay};

const SIZE: Size = Size { cols: 80, rows: 24 };

async fn front(more: &str) -> anyhow::Result<(Front, Machine)> {
    super::log();
    Ok((Front::start_with(Clock::moved(START.parse()?), more).await?, Machine::start()?))
}

/// Status, `Retry-After` and detail of an attempt to open a terminal.
async fn open(front: &Front, build: &str) -> anyhow::Result<(u16, Option<u64>, String)> {
    let token = front.controller(build).await?;
    let path = format!("/api/v1/builds/{build}/sessions");
    let body = json!({ "family": "terminal", "size": { "cols": 80, "rows": 24 } });
    answer(front.request(Method::POST, &path).bearer_auth(token).json(&body)).await
}

async fn answer(request: reqwest::RequestBuilder) -> anyhow::Result<(u16, Option<u64>, String)> {
    let response = request.send().await?;
    let status = response.status().as_u16();
    let after = response.headers().get("retry-after").and_then(|v| v.to_str().ok()?.parse().ok());
    let body: Value = response.json().await?;
    Ok((status, after, body["detail"].as_str().unwrap_or_default().to_owned()))
}

#[tokio::test]
async fn a_build_has_as_many_sessions_and_viewers_as_its_policy_says() -> anyhow::Result<()> {
    let (front, machine) = front("[limits]\nsessions_per_build = 3\n").await?;
    let policy = json!({ "policy": { "max_sessions": 2, "max_viewers": 1 } });
    front.ready_build("b1", &machine, policy).await?;
    let other = Machine::start()?;
    front.ready_build("b2", &other, json!({ "policy": { "max_sessions": 9 } })).await?;
    let first = enter(&front).await?;
    assert_eq!(open(&front, "b1").await?.0, 201);
    let (status, after, _) = open(&front, "b1").await?;
    assert!(status == 429 && after.is_some(), "{status} {after:?}");
    let token = front.controller("b1").await?;
    let new = Attach::Open { family: Family::Terminal, size: SIZE };
    let closed = front.socket().await?.refused(&token, new).await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4429, "too-many"));
    let join = Attach::Join { session: first.welcomed()?.session.clone(), size: SIZE, resume: None };
    let ravi = front.viewer("b1").await?;
    let closed = front.socket().await?.refused(&ravi, join).await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4429, "too-many"));
    let opened = [open(&front, "b2").await?.0, open(&front, "b2").await?.0, open(&front, "b2").await?.0];
    assert_eq!(
        (opened, open(&front, "b2").await?.0),
        ([201; 3], 429),
        "the policy gives no more than the server"
    );
    Ok(())
}

#[tokio::test]
async fn a_projects_minutes_of_a_day_are_used_up_until_midnight() -> anyhow::Result<()> {
    let (front, machine) = front("[limits]\nminutes_per_project_and_day = 30\n").await?;
    let long = json!({ "max_duration_s": 3 * 24 * 3600 });
    front.ready_build("b1", &machine, long.clone()).await?;
    let (second, third) = (Machine::start()?, Machine::start()?);
    front.ready_build("b2", &second, long.clone()).await?;
    let mut other = long;
    other["project"] = json!("other");
    front.ready_build("b3", &third, other).await?;
    let mut socket = enter(&front).await?;
    stay(&front, &mut socket, 0, 20).await?;
    let front = {
        leave(&front, socket).await?;
        front.until("b1", |b| b["viewers"] == json!([])).await?;
        front.restart().await?
    };
    assert_eq!(open(&front, "b2").await?.0, 201, "20 of 30 minutes are used");
    let mut socket = enter(&front).await?;
    stay(&front, &mut socket, 20, 31).await?;
    let said = "Project app has used its 30 minutes of today.";
    let left = 24 * 3600 - 31 * 60;
    assert_eq!(open(&front, "b2").await?, (429, Some(left), said.to_owned()));
    let token = front.controller("b2").await?;
    let new = Attach::Open { family: Family::Terminal, size: SIZE };
    let closed = front.socket().await?.refused(&token, new).await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4429, "too-many"));
    assert_eq!(open(&front, "b3").await?.0, 201, "another project has its own");
    let beside = front.beside().await?;
    assert_eq!(open(&beside, "b2").await?.0, 429, "and other servers know of it");
    // Who is in stays, and others may come to them.
    stay(&front, &mut socket, 31, 39).await?;
    let session = socket.welcomed()?.session.clone();
    let ravi = front.viewer("b1").await?;
    front.socket().await?.join(&ravi, &session, None).await?;
    front.at(24 * 60)?;
    assert_eq!(open(&front, "b2").await?.0, 201, "a new day");
    Ok(())
}

#[tokio::test]
async fn who_is_refused_for_lack_of_minutes_keeps_no_machine() -> anyhow::Result<()> {
    let (front, machine) = front("[limits]\nminutes_per_project_and_day = 1\n").await?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let mut socket = enter(&front).await?;
    stay(&front, &mut socket, 0, 2).await?;
    leave(&front, socket).await?;
    front.finish("b1", "succeeded").await?;
    front.at(7)?;
    let token = front.controller("b1").await?;
    let new = Attach::Open { family: Family::Terminal, size: SIZE };
    assert_eq!(front.socket().await?.refused(&token, new).await?.code, 4429);
    super::timelines::shows(&front, "grace", 12, "reattach").await
}

#[tokio::test]
async fn forged_logins_slow_their_address_down_and_genuine_ones_pass() -> anyhow::Result<()> {
    let (front, machine) = front("").await?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let look = |token: &str| front.request(Method::GET, "/api/v1/builds/b1").bearer_auth(token);
    let old = front.controller("b1").await?;
    front.at(10)?;
    for _ in 0..200 {
        assert_eq!(answer(look(&old)).await?.0, 401, "expired, and no guess");
    }
    let good = front.controller("b1").await?;
    let forged = format!("{}A", &good[..good.len() - 2]);
    for attempt in 0..65 {
        assert_eq!(answer(look(&forged)).await?.0, 401, "attempt {attempt}");
    }
    let (status, after, said) = answer(look(&forged)).await?;
    assert_eq!(
        (status, after, said.as_str()),
        (429, Some(1), "Too many attempts from your address. Try again in 1 s.")
    );
    assert_eq!(answer(look(&good)).await?.0, 200, "a token that is good passes all the same");
    let code = front.issue("b1").await?["code"].as_str().unwrap_or_default().to_owned();
    assert_eq!(front.redeem(&code, &secret(1)).await?.status, 429, "a code is not even looked up");
    front.clock.set(front.clock.now() + SignedDuration::from_secs(1));
    assert_eq!(front.redeem(&code, &secret(1)).await?.status, 200);
    // It was good, so the address begins anew.
    for attempt in 0..65 {
        assert_eq!(front.renew(&secret(700), &secret(701)).await?.status, 401, "attempt {attempt}");
    }
    assert_eq!(front.renew(&secret(1), &secret(2)).await?.status, 429);
    let key = format!("tsk_{}", "A".repeat(43));
    assert_eq!(answer(look(&key)).await?.0, 429, "keys are not guessed either");
    assert_eq!(answer(look(&front.key)).await?.0, 200);
    front.clock.set(front.clock.now() + SignedDuration::from_secs(2));
    assert_eq!(front.renew(&secret(1), &secret(2)).await?.status, 200);
    Ok(())
}
