//! Act by act: whatever is allowed, refused or ended has a row that says who and from where, and no row has a
//! secret or anything that a terminal showed.

use reqwest::Method;
use serde_json::{Value, json};
use transom_protocol::wire::ClientMessage;
use transom_tests::ci::Ci;
use transom_tests::front::Front;
use transom_tests::link::Link;
use transom_tests::pass::secret;

use crate::timelines::ready;

const KIM: &str = "203.0.113.9";

/// All rows, oldest first.
async fn rows(front: &Front) -> anyhow::Result<Vec<Value>> {
    Ok(front.look("/audit?limit=1000").await?["rows"].as_array().cloned().unwrap_or_default())
}

/// The first row of this action with this outcome, once it is there.
async fn row(front: &Front, action: &str, outcome: &str) -> anyhow::Result<Value> {
    for _ in 0..500 {
        let found = rows(front).await?.into_iter().find(|r| r["action"] == action && r["outcome"] == outcome);
        if let Some(row) = found {
            return Ok(row);
        }
    }
    anyhow::bail!("no row {action} {outcome} in {:?}", rows(front).await?)
}

async fn guess(front: &Front, link: &Link, passcode: &str) -> anyhow::Result<u16> {
    let key = json!({ "secret": link.secret, "name": "Kim", "renewal": secret(7), "passcode": passcode });
    let request = front.request(Method::POST, &format!("/api/v1/shares/{}/redeem", link.id)).json(&key);
    Ok(Ci::reply(request.header("x-forwarded-for", KIM)).await?.status)
}

#[tokio::test]
async fn every_act_of_an_owner_and_a_guest_has_its_row_and_no_row_a_secret() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let dana = front.sharer("b1").await?;
    let mut owner = front.socket().await?.open(&dana).await?;
    let session = owner.welcomed()?.session.clone();
    owner.type_text("echo shown-$((40+2))\r").await?;
    owner.see("\nshown-42\r\n").await?;
    let link = front.link_of("b1", &dana, &json!({ "passcode": "open-sesame" })).await?;
    assert_eq!(guess(&front, &link, "wrong-word").await?, 403);
    assert_eq!(guess(&front, &link, "open-sesame").await?, 200);
    let kim = front.knock(&link, 7, json!({ "passcode": "open-sesame" })).await?.good()?;
    let kim = kim["token"].as_str().unwrap_or_default().to_owned();
    let mut guest = front.socket().await?.join(&kim, &session, None).await?;
    guest.say(&ClientMessage::Leave { unloads: false }).await?;
    let left = row(&front, "viewer.leave", "ended").await?;
    assert!(left["actor"].as_str().is_some_and(|a| a.starts_with("guest:")), "{left}");
    let transcript = format!("/api/v1/sessions/{session}/transcript");
    assert_eq!(front.send(Method::GET, &transcript, &dana, None).await?.status, 200);
    let own = format!("/api/v1/shares/{}", link.id);
    assert_eq!(front.send(Method::DELETE, &own, &kim, None).await?.status, 403);
    assert_eq!(front.send(Method::DELETE, &own, &dana, None).await?.status, 200);
    let theirs = format!("/api/v1/sessions/{session}");
    assert_eq!(front.send(Method::DELETE, &theirs, &dana, None).await?.status, 204);
    front.ci(Method::DELETE, "/builds/b1/machine", Value::Null).await?;

    let redeemed = row(&front, "share.redeem", "denied").await?;
    assert_eq!((&redeemed["address"], &redeemed["detail"]["name"]), (&json!(KIM), &json!("Kim")));
    let redeemed = row(&front, "share.redeem", "allowed").await?;
    assert_eq!((&redeemed["address"], &redeemed["build"]), (&json!(KIM), &json!("b1")));
    assert!(redeemed.to_string().contains("Kim"), "{redeemed}");
    for (action, outcome, actor) in [
        ("session.open", "allowed", "person:u-Dana"),
        ("viewer.join", "allowed", "person:u-Dana"),
        ("share.create", "allowed", "person:u-Dana"),
        ("transcript.read", "allowed", "person:u-Dana"),
        ("share.revoke", "denied", "guest:"),
        ("share.revoke", "allowed", "person:u-Dana"),
        ("session.close", "ended", "person:u-Dana"),
        ("session", "ended", "transom"),
        ("access.end", "allowed", "service:ci"),
        ("access", "ended", "transom"),
    ] {
        let row = row(&front, action, outcome).await?;
        assert!(row["actor"].as_str().is_some_and(|a| a.starts_with(actor)), "{row}");
        assert_eq!(row["build"], "b1", "{row}");
        assert_eq!(row["address"].is_null(), actor == "transom", "{row}");
    }
    let all = json!(rows(&front).await?).to_string();
    let secrets = [&dana, &kim, &link.secret, &front.key, &secret(7)];
    for hidden in secrets.into_iter().map(String::as_str).chain(["open-sesame", "wrong-word", "shown-"]) {
        assert!(!all.contains(hidden), "{hidden} in {all}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_proves_nothing_is_on_record_and_does_not_fill_the_audit() -> anyhow::Result<()> {
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    let key = transom_server::keys::new_service_key()?.expose().clone();
    let ask = async |bearer: &str, address: &str| {
        let request = front.request(Method::GET, "/api/v1/builds/b1").header("x-forwarded-for", address);
        Ci::reply(request.bearer_auth(bearer)).await
    };
    for _ in 0..30 {
        assert_eq!(ask(&key, "198.51.100.1").await?.status, 401);
    }
    assert_eq!(ask("garbage", "198.51.100.2").await?.status, 401);
    assert_eq!(
        front
            .send(Method::PUT, "/api/v1/builds/b1/masks", &front.weak_key, Some(&json!({"values": []})))
            .await?
            .status,
        403
    );
    let rows = rows(&front).await?;
    let of = |action: &str, address: &str| {
        rows.iter().filter(|r| r["action"] == action && r["address"] == address).collect::<Vec<_>>()
    };
    let guesses = of("key.refuse", "198.51.100.1");
    assert!((1..=10).contains(&guesses.len()), "{}", guesses.len());
    assert_eq!(guesses[0]["detail"]["problem"], "service-key-invalid");
    assert_eq!(guesses[0]["detail"]["route"], "/api/v1/builds/{id}");
    let garbage = of("token.refuse", "198.51.100.2");
    assert_eq!((garbage.len(), &garbage[0]["actor"]), (1, &json!("unknown")));
    assert_eq!(garbage[0]["detail"]["unsaid"], 30 - guesses.len(), "the others are counted");
    let weak = of("key.refuse", "127.0.0.1");
    assert!(
        weak.len() == 1 && weak[0]["actor"].as_str().is_some_and(|a| a.starts_with("service:")),
        "{weak:?}"
    );
    assert!(!json!(rows).to_string().contains(&key));
    Ok(())
}
