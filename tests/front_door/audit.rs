//! A row for each thing allowed, denied or ended.

mod acts;
mod exports;

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::{Attach, ClientMessage, Size};
use transom_tests::front::Front;
use transom_tests::pass::secret;

use super::timelines::ready;

/// Who did what and what came of it, of one build.
async fn journey(front: &Front) -> anyhow::Result<Vec<String>> {
    let rows = front.look("/audit?build=b1&limit=1000").await?["rows"].clone();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    let line = |r: &Value| format!("{} {} {}", text(r, "actor"), text(r, "action"), text(r, "outcome"));
    Ok(rows.as_array().into_iter().flatten().map(line).collect())
}

#[tokio::test]
async fn a_whole_journey_can_be_read_in_order() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let issued = front.issue("b1").await?;
    let text = |name: &str| issued[name].as_str().unwrap_or_default();
    front.redeem(text("code"), &secret(1)).await?.good()?;
    front.renew(&secret(1), &secret(2)).await?.good()?;
    let mut socket = front.socket().await?.open(text("token")).await?;
    let session = socket.welcomed()?.session.clone();
    socket.say(&ClientMessage::Leave { unloads: false }).await?;
    let gone = format!("/api/v1/sessions/{session}");
    let looks = front.viewer("b1").await?;
    assert_eq!(front.send(Method::DELETE, &gone, &looks, None).await?.status, 403);
    assert_eq!(front.send(Method::DELETE, &gone, text("token"), None).await?.status, 204);
    let access = "/api/v1/builds/b1/access";
    assert_eq!(front.send(Method::DELETE, access, &looks, None).await?.status, 403);
    assert_eq!(front.send(Method::DELETE, access, text("token"), None).await?.status, 204);
    let join = Attach::Join { session, size: Size { cols: 80, rows: 24 }, resume: None };
    front.socket().await?.refused(text("token"), join).await?;
    assert_eq!(front.renew(&secret(2), &secret(3)).await?.status, 410);
    let mut seen = journey(&front).await?;
    for _ in 0..100 {
        if seen.iter().filter(|s| s.starts_with("transom")).count() == 2
            && seen.iter().any(|s| s.contains("leave"))
        {
            break;
        }
        seen = journey(&front).await?;
    }
    let wanted = [
        "service:ci build.register allowed",
        "service:ci machine.register allowed",
        "service:ci access.enable allowed",
        "service:ci token.issue allowed",
        "person:u-Dana code.redeem allowed",
        "person:u-Dana token.renew allowed",
        "person:u-Dana session.open allowed",
        "person:u-Dana viewer.join allowed",
        "service:ci token.issue allowed",
        "person:u-Ravi session.close denied",
        "person:u-Dana session.close ended",
        "person:u-Ravi access.end denied",
        "person:u-Dana access.end allowed",
        "person:u-Dana viewer.join denied",
        "person:u-Dana token.renew denied",
    ];
    // Three are written when their time has come, beside the others.
    let beside = ["person:u-Dana viewer.leave ended", "transom session ended", "transom access ended"];
    let (others, ours): (Vec<_>, Vec<_>) = seen.into_iter().partition(|s| beside.contains(&s.as_str()));
    assert_eq!(ours, wanted);
    assert_eq!(others.len(), 3, "{others:?}");
    Ok(())
}

#[tokio::test]
async fn rows_are_chained_paged_and_told_apart_by_build() -> anyhow::Result<()> {
    super::log();
    let front = Front::start().await?;
    for n in 0..5 {
        front.build(&format!("b{n}"), Value::Null).await?;
        front.enable(&format!("b{n}")).await?;
        front.finish(&format!("b{n}"), "cancelled").await?;
    }
    front.state("b4", "ended").await?;
    let ended = |front: Value| front["rows"].as_array().is_some_and(|r| r.len() == 20);
    for _ in 0..1000 {
        if ended(front.look("/audit?limit=1000").await?) {
            break;
        }
    }
    let (mut after, mut prev, mut seqs) = (json!(0), json!(""), Vec::new());
    loop {
        let page = front.look(&format!("/audit?after={after}&limit=7")).await?;
        for row in page["rows"].as_array().into_iter().flatten() {
            assert_eq!(row["prev"], prev, "{row}");
            assert_eq!(row["hash"].as_str().map(str::len), Some(64));
            prev = row["hash"].clone();
            seqs.push(row["seq"].as_i64().unwrap_or_default());
        }
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(seqs, (1..=20).collect::<Vec<_>>());
    let one = front.look("/audit?build=b2").await?;
    let rows = one["rows"].as_array().cloned().unwrap_or_default();
    assert!(rows.len() == 4 && rows.iter().all(|r| r["build"] == "b2"), "{one}");
    assert_eq!(front.server.door().store().verify_audit().await?, 20);
    let weak = front.send(Method::GET, "/api/v1/audit", &front.weak_key, None).await?;
    assert_eq!((weak.status, weak.problem()), (403, "forbidden"));
    Ok(())
}

#[tokio::test]
async fn nobody_is_let_in_where_no_row_can_be_written() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let token = front.controller("b1").await?;
    let mut inside = front.socket().await?.open(&token).await?;
    front.server.door().store().close().await;
    let session = inside.welcomed()?.session.clone();
    let join = Attach::Join { session, size: Size { cols: 80, rows: 24 }, resume: None };
    let refused = front.socket().await?.refused(&token, join).await?;
    assert_eq!((refused.code, refused.problem.as_str()), (4500, "store-unavailable"));
    // Who is inside stays.
    inside.type_text("echo here-$((1+1))\r").await?;
    inside.see("\nhere-2\r\n").await?;
    Ok(())
}
