//! More time for a finished build's machine: who gets it, how much, and that nothing outlives the deadline.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::pass::Pass;

use super::timelines::{enter, leave, ready, shows, stay};

async fn ask(front: &Front, bearer: &str, minutes: Option<u64>) -> anyhow::Result<(u16, String)> {
    let body = minutes.map(|minutes| json!({ "minutes": minutes }));
    let path = "/api/v1/builds/b1/access/extend";
    let reply = front.send(Method::POST, path, bearer, body.as_ref()).await?;
    let said = if reply.status == 200 { reply.body["ends_at"].as_str() } else { Some(reply.problem()) };
    Ok((reply.status, said.unwrap_or_default().to_owned()))
}

fn is(status: u16, said: &str) -> (u16, String) {
    (status, said.to_owned())
}

#[tokio::test]
async fn grace_lasts_longer_for_whoever_asks_and_the_machine_is_kept_meanwhile() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    assert_eq!(ask(&front, &front.controller("b1").await?, None).await?, is(409, "conflict"));
    front.at(20)?;
    front.finish("b1", "failed").await?;
    front.at(29)?;
    let dana = front.controller("b1").await?;
    let offered = front.look("/builds/b1").await?["extend"].clone();
    assert_eq!(offered, json!({ "until": "2026-01-01T00:40:00Z", "reason": null }));
    assert_eq!(ask(&front, &dana, None).await?, is(200, "2026-01-01T00:40:00Z"));
    assert_eq!(ask(&front, &dana, Some(5)).await?, is(200, "2026-01-01T00:45:00Z"));
    shows(&front, "grace", 45, "grace").await?;
    let kept = front.finish("b1", "failed").await?;
    assert_eq!(kept["hold_until"], "2026-01-01T00:45:00Z", "{kept}");
    let front = front.restart().await?;
    front.at(44)?;
    shows(&front, "grace", 45, "grace").await?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(45)?;
    shows(&front, "ended", 45, "grace").await?;
    assert_eq!(front.finish("b1", "failed").await?["release"], "now");
    assert_eq!(ask(&front, &front.key, None).await?, is(410, "access-ended"));
    pass.is_dead(&front, &machine, "access-ended").await
}

#[tokio::test]
async fn whoever_left_has_longer_to_come_back() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    front.at(19)?;
    let mut socket = enter(&front).await?;
    front.at(20)?;
    front.finish("b1", "succeeded").await?;
    let dana = front.controller("b1").await?;
    assert_eq!(ask(&front, &dana, None).await?, is(409, "conflict"), "somebody is there");
    stay(&front, &mut socket, 20, 22).await?;
    leave(&front, socket).await?;
    shows(&front, "grace", 32, "reattach").await?;
    assert_eq!(ask(&front, &dana, None).await?, is(200, "2026-01-01T00:42:00Z"));
    front.at(39)?;
    let back = enter(&front).await?;
    shows(&front, "held", 60, "deadline").await?;
    leave(&front, back).await?;
    shows(&front, "grace", 49, "reattach").await
}

#[tokio::test]
async fn the_deadline_is_the_end_however_often_somebody_asks() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    front.at(35)?;
    front.finish("b1", "succeeded").await?;
    let dana = front.controller("b1").await?;
    let end = is(200, "2026-01-01T01:00:00Z");
    assert_eq!(ask(&front, &dana, Some(999)).await?, is(200, "2026-01-01T00:55:00Z"), "one step at once");
    assert_eq!(ask(&front, &dana, None).await?, end);
    assert_eq!(ask(&front, &dana, None).await?, is(409, "conflict"));
    let offered = front.look("/builds/b1").await?["extend"].clone();
    assert_eq!(offered["until"], Value::Null);
    assert_eq!(offered["reason"], "Access lasts until the build's time limit already.");
    front.at(59)?;
    shows(&front, "grace", 60, "deadline").await?;
    let pass = Pass::of(&front, "b1").await?;
    front.at(60)?;
    shows(&front, "ended", 60, "deadline").await?;
    pass.is_dead(&front, &machine, "deadline").await
}

#[tokio::test]
async fn guests_and_those_who_only_look_get_no_more_time_and_the_audit_knows() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let guest = front.visit(&link, 1).await?;
    front.at(2)?;
    front.finish("b1", "succeeded").await?;
    assert_eq!(ask(&front, &guest.token, None).await?, is(403, "forbidden"));
    let ravi = front.viewer("b1").await?;
    assert_eq!(ask(&front, &ravi, None).await?, is(403, "forbidden"));
    let seen = front.send(Method::GET, "/api/v1/builds/b1", &ravi, None).await?.good()?;
    assert_eq!(seen["extend"]["reason"], "You may not open or use terminals.");
    let ender = front.token("b1", "Eve", &["access.end"]).await?;
    assert_eq!(ask(&front, &ender, None).await?, is(200, "2026-01-01T00:22:00Z"));
    assert_eq!(ask(&front, &ender, Some(0)).await?, is(400, "malformed"));
    assert_eq!(ask(&front, "", None).await?, is(401, "token-missing"));
    let rows = front.look("/audit?build=b1&limit=100").await?;
    let rows = rows["rows"].as_array().cloned().unwrap_or_default();
    let mut told: Vec<_> = rows
        .iter()
        .filter(|row| row["action"] == "access.extended")
        .map(|row| (row["outcome"].as_str().unwrap_or_default(), row["detail"]["until"].as_str()))
        .collect();
    told.sort_unstable();
    let until = Some("2026-01-01T00:22:00Z");
    assert_eq!(told, [("allowed", until), ("denied", None), ("denied", None)]);
    Ok(())
}

#[tokio::test]
async fn a_policy_may_give_less_or_nothing() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let strict =
        |seconds: u32| json!({ "version": 2 + u64::from(seconds), "policy": { "extend_s": seconds } });
    let started = json!({ "started_at": transom_tests::front::START });
    let told = |mut update: Value| {
        update["started_at"] = started["started_at"].clone();
        update
    };
    front.build("b1", told(strict(120))).await?;
    front.finish("b1", "succeeded").await?;
    let dana = front.controller("b1").await?;
    assert_eq!(ask(&front, &dana, Some(60)).await?, is(200, "2026-01-01T00:12:00Z"));
    let mut none = told(strict(0));
    none["version"] = json!(999);
    front.build("b1", none).await?;
    assert_eq!(ask(&front, &dana, None).await?, is(403, "policy-refused"));
    assert_eq!(front.look("/builds/b1").await?["extend"], Value::Null);
    Ok(())
}
