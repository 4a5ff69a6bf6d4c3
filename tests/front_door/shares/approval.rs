//! "Ask me before letting in": guests wait until somebody answers.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::link::Link;

use super::super::timelines::ready;
use super::shared;

async fn answer(
    front: &Front,
    token: &str,
    link: &Link,
    n: u32,
    approve: bool,
) -> anyhow::Result<(u16, String)> {
    let (path, body) = (format!("/api/v1/shares/{}/requests/{n}", link.id), json!({ "approve": approve }));
    let reply = front.send(Method::POST, &path, token, Some(&body)).await?;
    Ok((reply.status, reply.problem().to_owned()))
}

fn done() -> (u16, String) {
    (204, String::new())
}

#[tokio::test]
async fn a_guest_waits_until_somebody_lets_them_in() -> anyhow::Result<()> {
    let (front, _machine, mut owner, session) = shared().await?;
    let link = front.link("b1", json!({ "approval": true, "max_uses": 1, "passcode": "2468" })).await?;
    let dana = front.sharer("b1").await?;
    let mut page = front.events("b1", &dana).await?;
    page.until("build", |_| true).await?;
    assert_eq!(front.knock(&link, 1, json!({})).await?.problem(), "passcode-needed");
    let asked = front.knock(&link, 1, json!({ "passcode": "2468" })).await?;
    assert_eq!((asked.status, asked.body), (202, json!({ "state": "waiting" })));
    let seen = page.until("shares", |s| s[0]["waiting"] != json!([])).await?;
    let waiting = json!([{
        "number": 1, "name": "Kim (guest)", "address": "127.0.0.1", "since": "2026-01-01T00:00:00Z",
    }]);
    assert_eq!((&seen[0]["waiting"], &seen[0]["used"]), (&waiting, &json!(0)));
    // Asking again asks for the answer, and for no second time to be let in.
    assert_eq!(front.knock(&link, 1, json!({})).await?.status, 202);
    assert_eq!(front.listed("b1", &link).await?["waiting"], waiting);
    assert_eq!(answer(&front, &dana, &link, 1, true).await?, done());
    page.until("shares", |s| s[0]["waiting"] == json!([])).await?;
    let kim = front.visit(&link, 1).await?;
    assert_eq!(kim.reply["me"]["name"], "Kim (guest)");
    let mut socket = front.socket().await?.join(&kim.token, &session, None).await?;
    owner.type_text("echo hello-$((1+1))\r").await?;
    socket.see("\nhello-2\r\n").await?;
    assert_eq!(front.listed("b1", &link).await?["used"], 1);
    Ok(())
}

#[tokio::test]
async fn a_guest_who_is_sent_away_stays_out() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "approval": true })).await?;
    let dana = front.sharer("b1").await?;
    for seed in [1, 2] {
        assert_eq!(front.knock(&link, seed, json!({})).await?.status, 202);
    }
    assert_eq!(answer(&front, &dana, &link, 1, false).await?, done());
    // The first answer counts.
    assert_eq!(answer(&front, &dana, &link, 1, true).await?, (404, "not-found".to_owned()));
    let refused = front.knock(&link, 1, json!({})).await?;
    assert_eq!((refused.status, refused.problem()), (403, "forbidden"));
    assert_eq!(front.knock(&link, 2, json!({})).await?.status, 202, "others wait on");
    assert_eq!(answer(&front, &dana, &link, 2, true).await?, done());
    front.visit(&link, 2).await?;
    let rows = front.look("/audit?build=b1").await?;
    let actions: Vec<_> = rows["rows"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["action"].as_str().filter(|a| a.starts_with("share.")))
        .collect();
    let wanted = [
        "share.create",
        "share.request",
        "share.request",
        "share.deny",
        "share.approve",
        "share.redeem",
        "share.approve",
        "share.redeem",
    ];
    assert_eq!(actions, wanted);
    Ok(())
}

#[tokio::test]
async fn only_who_may_manage_a_link_lets_guests_in() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    front.build("b2", Value::Null).await?;
    front.enable("b2").await?;
    let link = front.link("b1", json!({ "approval": true, "role": "control" })).await?;
    front.knock(&link, 1, json!({})).await?;
    let table = [
        (front.viewer("b1").await?, 403, "forbidden"),
        (front.token("b1", "Ravi", &["terminal.view", "share.view"]).await?, 403, "forbidden"),
        (front.sharer("b2").await?, 404, "share-invalid"),
        (front.weak_key.clone(), 403, "forbidden"),
        (String::new(), 401, "token-missing"),
    ];
    for (token, status, problem) in table {
        assert_eq!(answer(&front, &token, &link, 1, true).await?, (status, problem.to_owned()));
    }
    assert_eq!(front.knock(&link, 1, json!({})).await?.status, 202);
    let ravi = front.token("b1", "Ravi", &["share.control"]).await?;
    assert_eq!(answer(&front, &ravi, &link, 9, true).await?, (404, "not-found".to_owned()));
    assert_eq!(answer(&front, &ravi, &link, 1, true).await?, done());
    front.visit(&link, 1).await?;
    Ok(())
}

#[tokio::test]
async fn nobody_waits_at_a_link_that_is_over() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "approval": true })).await?;
    for seed in 0..32 {
        assert_eq!(front.knock(&link, seed, json!({})).await?.status, 202);
    }
    let full = front.knock(&link, 32, json!({})).await?;
    assert_eq!((full.status, full.problem()), (429, "too-many"));
    assert_eq!(answer(&front, &front.sharer("b1").await?, &link, 1, true).await?, done());
    front.revoke("b1", &link).await?;
    for seed in [0, 1] {
        // Also for who was told to come in.
        assert_eq!(front.knock(&link, seed, json!({})).await?.problem(), "share-invalid");
    }
    assert_eq!(front.listed("b1", &link).await?["waiting"], json!([]));
    Ok(())
}
