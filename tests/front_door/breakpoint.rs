//! A build that waits until somebody says how it goes on.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use transom_server::clock::Clock;
use transom_tests::ci::Reply;
use transom_tests::front::{Front, START};
use transom_tests::machine::Machine;
use transom_tests::receiver::Receiver;

use super::timelines::ready;

const PATH: &str = "/api/v1/builds/b1/breakpoint";

async fn stop(front: &Front, number: u64, minutes: u64) -> anyhow::Result<Reply> {
    let body = json!({ "number": number, "step": 4, "timeout_s": minutes * 60 });
    front.send(Method::PUT, PATH, &front.key, Some(&body)).await
}

async fn decide(front: &Front, token: &str, number: u64, decision: &str) -> anyhow::Result<Reply> {
    let body = json!({ "number": number, "decision": decision });
    front.send(Method::POST, &format!("{PATH}/decide"), token, Some(&body)).await
}

async fn poll(front: &Front, wait_s: u64) -> anyhow::Result<Value> {
    front.look(&format!("/builds/b1/breakpoint?wait_s={wait_s}")).await
}

fn is(reply: &Reply) -> (u16, &str) {
    (
        reply.status,
        if reply.status == 200 { reply.body["state"].as_str().unwrap_or("") } else { reply.problem() },
    )
}

#[tokio::test]
async fn a_build_waits_and_goes_on_when_somebody_says_so() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    front.at(5)?;
    assert_eq!(is(&front.send(Method::GET, PATH, &front.key, None).await?), (404, "not-found"));
    let waits = stop(&front, 1, 20).await?;
    assert_eq!(is(&waits), (200, "waiting"));
    assert_eq!(waits.body["until"], "2026-01-01T00:25:00Z");
    let dana = front.controller("b1").await?;
    let seen = front.send(Method::GET, "/api/v1/builds/b1", &dana, None).await?.good()?;
    assert_eq!((&seen["breakpoint"]["state"], &seen["breakpoint"]["step"]), (&json!("waiting"), &json!(4)));
    assert_eq!(seen["breakpoint"]["reason"], Value::Null);
    // The CI's question waits for the answer.
    let asked = poll(&front, 30);
    let answered = async {
        front.until("b1", |b| b["breakpoint"]["state"] == "waiting").await?;
        decide(&front, &dana, 1, "continue").await
    };
    let start = transom_server::clock::tick();
    let (told, decided) = tokio::join!(asked, answered);
    let told = told?;
    assert!(start.elapsed() < Duration::from_secs(20), "the answer did not wait for the time to be over");
    assert_eq!(is(&decided?), (200, "continued"));
    assert_eq!((&told["state"], &told["by"]["name"]), (&json!("continued"), &json!("Dana")));
    assert_eq!(told["at"], "2026-01-01T00:05:00Z");
    Ok(())
}

#[tokio::test]
async fn the_first_decision_counts_and_a_restart_keeps_it() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    assert_eq!(is(&stop(&front, 1, 20).await?), (200, "waiting"));
    let front = front.restart().await?;
    assert_eq!(poll(&front, 0).await?["state"], "waiting");
    let (dana, ravi) =
        (front.controller("b1").await?, front.token("b1", "Ravi", &["desktop.control"]).await?);
    assert_eq!(is(&decide(&front, &ravi, 1, "abort").await?), (200, "aborted"));
    let late = decide(&front, &dana, 1, "continue").await?;
    assert_eq!(is(&late), (409, "conflict"));
    assert_eq!(late.body["detail"], "Ravi has aborted the build already.");
    assert_eq!(is(&decide(&front, &ravi, 1, "abort").await?), (200, "aborted"), "its reply was lost");
    let front = front.restart().await?;
    let kept = poll(&front, 0).await?;
    assert_eq!((&kept["state"], &kept["by"]["name"]), (&json!("aborted"), &json!("Ravi")));
    assert_eq!(is(&stop(&front, 1, 20).await?), (200, "aborted"), "asked for again, it is what it was");
    assert_eq!(is(&stop(&front, 2, 20).await?), (200, "waiting"));
    assert_eq!(is(&stop(&front, 1, 20).await?), (409, "conflict"));
    assert_eq!(is(&stop(&front, 3, 20).await?), (409, "conflict"), "it waits at the second");
    assert_eq!(
        is(&decide(&front, &dana, 1, "abort").await?),
        (409, "conflict"),
        "a page that shows the first"
    );
    Ok(())
}

#[tokio::test]
async fn who_may_only_look_and_guests_decide_nothing() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    stop(&front, 1, 20).await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let guest = front.visit(&link, 1).await?;
    let ravi = front.viewer("b1").await?;
    for token in [&guest.token, &ravi] {
        assert_eq!(is(&decide(&front, token, 1, "abort").await?), (403, "forbidden"));
        assert_eq!(
            is(&front
                .send(Method::PUT, PATH, token, Some(&json!({ "number": 2, "step": 1, "timeout_s": 60 })))
                .await?),
            (403, "forbidden")
        );
    }
    assert_eq!(
        is(&decide(&front, &front.key, 1, "abort").await?),
        (403, "forbidden"),
        "the CI asks, people decide"
    );
    let seen = front.send(Method::GET, "/api/v1/builds/b1", &guest.token, None).await?.good()?;
    assert_eq!(seen["breakpoint"]["reason"], "A guest may not decide how the build goes on.");
    assert_eq!(poll(&front, 0).await?["state"], "waiting");
    let weak = front.weak_key.clone();
    assert_eq!(is(&front.send(Method::GET, PATH, &weak, None).await?), (403, "forbidden"));
    for (step, timeout_s, wait_s, put_says, get_says) in
        [(0, 60, 0, 400, 200), (501, 60, 0, 400, 200), (1, 0, 0, 400, 200), (1, 60, 31, 409, 400)]
    {
        let body = json!({ "number": 9, "step": step, "timeout_s": timeout_s });
        let put = front.send(Method::PUT, PATH, &front.key, Some(&body)).await?;
        let get = front.send(Method::GET, &format!("{PATH}?wait_s={wait_s}"), &front.key, None).await?;
        let says = (put.status, get.status);
        assert_eq!(says, (put_says, get_says), "{step} {timeout_s} {wait_s}");
    }
    Ok(())
}

#[tokio::test]
async fn nobody_decides_and_the_time_is_up_once() -> anyhow::Result<()> {
    let (receiver, machine) = (Receiver::start()?, Machine::start()?);
    super::log();
    let front = Front::start_with(Clock::moved(START.parse()?), &receiver.entry("ci", "")).await?;
    let steps =
        json!([{ "name": "make", "status": "succeeded" }, { "name": "make test", "status": "failed" }]);
    front.ready_build("b1", &machine, json!({ "steps": steps })).await?;
    let body = json!({ "number": 7, "step": 2, "timeout_s": 600 });
    front.ci(Method::PUT, "/builds/b1/breakpoint", body).await?;
    let waiting = receiver.gets("b1", "breakpoint.waiting").await?;
    let data = &waiting.body["data"];
    assert_eq!((&data["step_name"], &data["until"]), (&json!("make test"), &json!("2026-01-01T00:10:00Z")));
    front.at(9)?;
    assert_eq!(poll(&front, 0).await?["state"], "waiting");
    // A server that was down meanwhile records it when it comes back, as of when it was.
    front.stop().await;
    front.at(11)?;
    let front = front.restart().await?;
    let told = receiver.gets("b1", "breakpoint.decided").await?;
    let data = &told.body["data"];
    assert_eq!(
        (&data["state"], &data["at"], &data["by"]),
        (&json!("expired"), &json!("2026-01-01T00:10:00Z"), &Value::Null)
    );
    assert_eq!(poll(&front, 30).await?["state"], "expired");
    let dana = front.controller("b1").await?;
    let late = decide(&front, &dana, 7, "continue").await?;
    assert_eq!((is(&late), &late.body["detail"]), ((409, "conflict"), &json!("The time to decide is over.")));
    front.at(5)?;
    assert_eq!(poll(&front, 0).await?["state"], "expired", "also where the clock is set back");
    front.finish("b1", "failed").await?;
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    receiver.gets("b1", "access.ended").await?;
    let seen = receiver.seen();
    let breakpoints: Vec<_> =
        seen.iter().map(|one| one.kind()).filter(|k| k.starts_with("breakpoint")).collect();
    assert_eq!(breakpoints, ["breakpoint.waiting", "breakpoint.decided"]);
    let rows = front.look("/audit?build=b1&limit=100").await?["rows"].clone();
    let rows: Vec<_> = rows
        .as_array()
        .into_iter()
        .flatten()
        .filter(|row| row["action"].as_str().is_some_and(|action| action.starts_with("breakpoint")))
        .map(|row| format!("{} {} {}", row["actor"], row["action"], row["outcome"]).replace('"', ""))
        .collect();
    let wanted = [
        "service:ci breakpoint.wait allowed",
        "transom breakpoint ended",
        "person:u-Dana breakpoint.decide denied",
    ];
    assert_eq!(rows, wanted);
    Ok(())
}

#[tokio::test]
async fn the_finish_the_end_and_the_deadline_let_nobody_wait() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    stop(&front, 1, 20).await?;
    let dana = front.controller("b1").await?;
    let asked = poll(&front, 30);
    let (told, finished) = tokio::join!(asked, front.finish("b1", "failed"));
    finished?;
    assert_eq!(told?["state"], "over");
    let late = decide(&front, &dana, 1, "continue").await?;
    assert_eq!(
        (is(&late), &late.body["detail"]),
        ((409, "conflict"), &json!("The build does not wait any more."))
    );
    assert_eq!(is(&stop(&front, 2, 20).await?), (410, "access-ended"));

    front.ready_build("b2", &machine, Value::Null).await?;
    let waits = json!({ "number": 1, "step": 1, "timeout_s": 999 * 60 });
    let told = front.ci(Method::PUT, "/builds/b2/breakpoint", waits.clone()).await?;
    assert_eq!(told["until"], "2026-01-01T01:00:00Z", "never beyond the deadline");
    front.at(60)?;
    assert_eq!(front.state("b2", "ended").await?["breakpoint"]["state"], "over");

    front.build("b3", Value::Null).await?;
    let off = front.send(Method::PUT, "/api/v1/builds/b3/breakpoint", &front.key, Some(&waits)).await?;
    assert_eq!(is(&off), (403, "access-off"), "nobody could decide");
    Ok(())
}
