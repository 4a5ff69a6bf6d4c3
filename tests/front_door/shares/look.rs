//! Whoever holds a link's secret may see what it invites to before they come in; nobody else learns anything.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::ci::Reply;
use transom_tests::front::Front;
use transom_tests::link::Link;
use transom_tests::pass::secret;

use super::super::timelines::ready;
use super::guessing::{FREE, dead_links};
use super::{guest, shared};

async fn look(front: &Front, link: &Link) -> anyhow::Result<Reply> {
    let shown = json!({ "secret": link.secret });
    front.send(Method::POST, &format!("/api/v1/shares/{}/look", link.id), "", Some(&shown)).await
}

fn wrong(link: &Link) -> Link {
    Link { secret: secret(7), ..link.clone() }
}

/// All of a refusal but its own number.
fn refusal(mut reply: Reply) -> (u16, Value) {
    reply.body["request_id"] = Value::Null;
    (reply.status, reply.body)
}

#[tokio::test]
async fn a_link_says_who_invites_to_what_and_nothing_is_used_up() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let wanted =
        json!({ "label": "QA", "role": "control", "max_uses": 1, "passcode": "2468", "approval": true });
    let link = front.link("b1", wanted).await?;
    for _ in 0..3 {
        let seen = look(&front, &link).await?.good()?;
        let invitation = json!({
            "label": "QA", "by": { "sub": "u-Dana", "name": "Dana" }, "what": "terminal", "role": "control",
            "expires_at": "2026-01-01T01:00:00Z",
        });
        assert_eq!(seen["share"], invitation);
        assert_eq!((&seen["passcode"], &seen["approval"]), (&json!(true), &json!(true)));
        let build = front.look("/builds/b1").await?;
        for field in ["number", "title", "project", "now"] {
            assert_eq!(seen[field], build[field], "{field}");
        }
    }
    let listed = front.listed("b1", &link).await?;
    assert_eq!((&listed["used"], &listed["waiting"]), (&json!(0), &json!([])));
    let rows = front.look("/audit?build=b1").await?.to_string();
    assert!(rows.contains("share.look") && !rows.contains(&link.secret));
    Ok(())
}

#[tokio::test]
async fn links_that_do_not_work_look_as_they_do_where_they_are_redeemed() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let (good, dead) = dead_links(&front).await?;
    let redeemed = refusal(front.knock(&wrong(&good), 1, json!({})).await?);
    assert_eq!((redeemed.0, &redeemed.1["type"]), (404, &json!("urn:transom:problem:share-invalid")));
    for (what, link) in dead {
        assert_eq!(refusal(look(&front, &link).await?), redeemed, "{what}");
    }
    look(&front, &good).await?.good()?;
    Ok(())
}

#[tokio::test]
async fn who_looks_at_many_links_waits_before_redeeming_as_well() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({})).await?;
    for _ in 0..=FREE {
        assert_eq!(look(&front, &wrong(&link)).await?.problem(), "share-invalid");
    }
    for reply in [look(&front, &link).await?, front.knock(&link, 1, json!({})).await?] {
        assert_eq!((reply.status, reply.problem()), (429, "too-many"), "{}", reply.body);
    }
    let shown = json!({ "secret": link.secret });
    let path = format!("/api/v1/shares/{}/look", link.id);
    let response = front.request(Method::POST, &path).json(&shown).send().await?;
    assert_eq!(response.headers().get("retry-after").and_then(|v| v.to_str().ok()), Some("1"));
    front.clock.set(front.clock.now() + SignedDuration::from_secs(1));
    look(&front, &link).await?.good()?;
    Ok(())
}

#[tokio::test]
async fn a_guest_sees_of_the_build_what_they_were_invited_to() -> anyhow::Result<()> {
    let (front, _machine, _owner, session) = shared().await?;
    let steps = json!([{ "name": "Test", "command": "make the-secret-target", "status": "failed" }]);
    front.build("b1", json!({ "version": 9, "steps": steps })).await?;
    let link = front.link("b1", json!({ "label": "QA" })).await?;
    let (kim, _socket) = guest(&front, &link, 1, &session).await?;
    let theirs = front.send(Method::GET, "/api/v1/builds/b1", &kim.token, None).await?.good()?;
    assert_eq!(theirs["steps"], json!([]));
    assert!(!theirs.to_string().contains("the-secret-target"));
    assert_eq!(theirs["invitation"], kim.reply["share"]);
    assert_eq!(theirs["sessions"][0]["id"], json!(session));
    let sharer = front.sharer("b1").await?;
    let owners = front.send(Method::GET, "/api/v1/builds/b1", &sharer, None).await?.good()?;
    assert_eq!(owners["steps"][0]["command"], "make the-secret-target");
    assert_eq!(owners["invitation"], Value::Null);
    // Of terminals nothing shows to who was invited to the desktop.
    let all = ["terminal.view", "desktop.view", "share.view"];
    let token = front.token("b1", "Ravi", &all).await?;
    let desktop = front.link_of("b1", &token, &json!({ "what": "desktop" })).await?;
    let lee = front.visit(&desktop, 11).await?;
    let theirs = front.send(Method::GET, "/api/v1/builds/b1", &lee.token, None).await?.good()?;
    assert_eq!((&theirs["sessions"], &theirs["viewers"]), (&json!([]), &json!([])));
    front.revoke("b1", &link).await?;
    let gone = front.send(Method::GET, "/api/v1/builds/b1", &kim.token, None).await?;
    assert_eq!((gone.problem(), &gone.body["detail"]), ("revoked", &json!("Dana's link was revoked.")));
    Ok(())
}
