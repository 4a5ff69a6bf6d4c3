//! Somebody is removed: at once, with the right words, and a guest for good.

use anyhow::Context as _;
use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::ci::{Ci, Reply};
use transom_tests::link::{Link, Visitor};
use transom_tests::socket::Socket;

use super::{arrived, colleague, controls, give, guest, id, scene, settled, touches};

/// Sends a viewer away.
pub async fn remove(ci: &Ci, bearer: &str, session: &str, viewer: &str, more: &str) -> anyhow::Result<Reply> {
    ci.send(Method::DELETE, &format!("/api/v1/sessions/{session}/viewers/{viewer}{more}"), bearer, None).await
}

async fn is_out(socket: &mut Socket, sentence: &str) -> anyhow::Result<()> {
    let closed = socket.closed().await?;
    let said = (closed.code, closed.problem.as_str(), closed.detail.as_str());
    assert_eq!(said, (4403, "removed", sentence));
    Ok(())
}

/// Nothing of what a guest holds opens anything.
pub async fn is_dead(
    ci: &Ci,
    link: &Link,
    visitor: &Visitor,
    renewal: u16,
    session: &str,
) -> anyhow::Result<()> {
    visitor.is_dead(ci, renewal, session, "removed").await?;
    // The key that they came with gives them no other token either.
    let again = ci.knock(link, visitor.seed, json!({})).await?;
    assert!(again.status >= 400, "{}", again.body);
    Ok(())
}

/// Who was removed, by whom, by the audit.
async fn removed(ci: &Ci) -> anyhow::Result<Vec<String>> {
    let rows = ci.look("/audit?build=b1&limit=1000").await?["rows"].clone();
    let rows: Vec<Value> = rows.as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |row: &Value| {
        let who = text(&row["detail"]["removed"]["name"]);
        format!("{} {} {who}", text(&row["actor"]), text(&row["outcome"])).trim_end().to_owned()
    };
    Ok(rows.iter().filter(|row| row["action"] == "viewer.remove").map(line).collect())
}

#[tokio::test]
async fn a_guest_who_is_removed_is_out_in_every_tab_and_comes_in_no_more() -> anyhow::Result<()> {
    let (front, machine, mut dana, session) = scene().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let (kim, mut first) = guest(&front, &link, 1, &session).await?;
    let mut second = front.socket().await?.join(&kim.token, &session, None).await?;
    let mut page = front.events("b1", &kim.token).await?;
    page.until("build", |_| true).await?;
    let (_, mut stays) = guest(&front, &link, 11, &session).await?;
    dana.say(&give(&first)).await?;
    second.until(controls).await?;
    let reply = remove(&front, &front.sharer("b1").await?, &session, &id(&first), "").await?.good()?;
    assert_eq!(reply, json!({ "disconnected": 2, "share": link.id }));
    is_out(&mut first, "Dana removed you.").await?;
    is_out(&mut second, "Dana removed you.").await?;
    page.rest().await?;
    dana.until(controls).await?;
    is_dead(&front, &link, &kim, 1, &session).await?;
    touches(&mut dana, "by-dana").await?;
    assert_eq!(arrived(&machine, &mut dana).await?, ["by-dana"]);
    settled(&mut stays, 1).await?;
    let gone = remove(&front, &front.key, &session, &id(&first), "").await?;
    assert_eq!((gone.status, gone.problem()), (404, "not-found"));
    assert_eq!(removed(&front).await?, ["person:u-Dana ended Kim (guest)", "service:ci denied"]);
    // Whoever has the link comes as somebody else.
    guest(&front, &link, 21, &session).await?;
    Ok(())
}

#[tokio::test]
async fn the_link_is_revoked_along_with_its_guest() -> anyhow::Result<()> {
    let (front, _machine, _dana, session) = scene().await?;
    let link = front.link("b1", json!({})).await?;
    let (_, mut first) = guest(&front, &link, 1, &session).await?;
    let (_, mut other) = guest(&front, &link, 11, &session).await?;
    let reply = remove(&front, &front.key, &session, &id(&first), "?revoke_link=true").await?.good()?;
    assert_eq!(reply["share"], Value::Null);
    is_out(&mut first, "The CI removed you.").await?;
    assert_eq!(other.closed().await?.problem, "revoked");
    assert_eq!(front.knock(&link, 21, json!({})).await?.problem(), "share-invalid");
    assert_eq!(front.listed("b1", &link).await?["over"], "revoked");
    Ok(())
}

#[tokio::test]
async fn one_of_the_cis_people_is_sent_away_by_who_may_end_access_and_may_come_back() -> anyhow::Result<()> {
    let (front, _machine, mut dana, session) = scene().await?;
    let mut ravi = colleague(&front, "Ravi", &session).await?;
    let ends = front.token("b1", "Mia", &["terminal.view", "access.end"]).await?;
    for bearer in [front.sharer("b1").await?, front.token("b1", "Ravi", super::MAY_CONTROL).await?] {
        let refused = remove(&front, &bearer, &session, &id(&ravi), "").await?;
        assert_eq!((refused.status, refused.problem()), (403, "forbidden"));
    }
    settled(&mut ravi, 1).await?;
    let reply = remove(&front, &ends, &session, &id(&ravi), "").await?.good()?;
    assert_eq!(reply, json!({ "disconnected": 1, "share": null }));
    is_out(&mut ravi, "Mia removed you.").await?;
    let mut back = colleague(&front, "Ravi", &session).await?;
    settled(&mut back, 1).await?;
    settled(&mut dana, 1).await?;
    let nobody = remove(&front, &ends, &session, &id(&dana), "?revoke=yes").await?;
    assert_eq!((nobody.status, nobody.problem()), (400, "malformed"));
    assert!(controls(&dana));
    Ok(())
}

#[tokio::test]
async fn whose_link_is_not_theirs_removes_no_guest() -> anyhow::Result<()> {
    let (front, _machine, _dana, session) = scene().await?;
    let link = front.link("b1", json!({ "role": "control" })).await?;
    let (lee, _lee) = guest(&front, &link, 1, &session).await?;
    let (_, mut kim) = guest(&front, &link, 11, &session).await?;
    let ravi = front.token("b1", "Ravi", transom_tests::link::SHARER).await?;
    for bearer in [&lee.token, &ravi, &front.viewer("b1").await?] {
        let refused = remove(&front, bearer, &session, &id(&kim), "").await?;
        let why = refused.body["detail"].as_str().context("no sentence")?;
        assert_eq!((refused.status, why), (403, "You may not remove Kim (guest)."));
    }
    settled(&mut kim, 1).await
}
