//! CIs that sign access tokens themselves.

use std::sync::atomic::Ordering;

use reqwest::Method;
use serde_json::{Value, json};
use transom_server::clock::Clock;
use transom_tests::front::{Front, START};
use transom_tests::issuer::Issuer;
use transom_tests::link::SHARER;
use transom_tests::machine::Machine;

async fn front(more: &str) -> anyhow::Result<Front> {
    super::log();
    Front::start_with(Clock::moved(START.parse()?), more).await
}

async fn asks(front: &Front, token: &str) -> anyhow::Result<(u16, String)> {
    let reply = front.send(Method::GET, "/api/v1/builds/b1", token, None).await?;
    Ok((reply.status, reply.problem().to_owned()))
}

#[tokio::test]
async fn a_token_signed_by_the_ci_opens_a_terminal() -> anyhow::Result<()> {
    let ci = Issuer::new("https://ci.example", "k1")?;
    let keys = tempfile::tempdir()?;
    let file = keys.path().join("ci.pem");
    std::fs::write(&file, ci.pem())?;
    let front = front(&format!(
        "[[issuers]]\niss = \"{}\"\naudience = \"transom\"\nkeys = [\"{}\"]\n",
        ci.iss,
        file.display()
    ))
    .await?;
    let machine = Machine::start()?;
    front.ready_build("b1", &machine, Value::Null).await?;
    let claims = ci.claims("transom", "b1", front.clock.now());
    let good = ci.sign(&claims, &json!({}));
    let mut socket = front.socket().await?.open(&good).await?;
    socket.type_text("echo in-$((1+1))\r").await?;
    socket.see("\nin-2\r\n").await?;
    let iat = front.clock.now().as_second();
    let refused = [
        json!({ "aud": "elsewhere" }),
        json!({ "iss": "https://other.example" }),
        json!({ "epoch": 1 }),
        json!({ "epoch": null }),
        json!({ "exp": iat + 301 }),
        json!({ "iat": iat + 60, "nbf": iat + 60 }),
        json!({ "build": "b2" }),
        json!({ "caps": ["*"] }),
    ];
    for wrong in refused {
        assert_eq!(asks(&front, &ci.sign(&claims, &wrong)).await?, (401, "token-invalid".into()), "{wrong}");
    }
    let stranger = Issuer::new(&ci.iss, "k1")?.sign(&claims, &json!({}));
    assert_eq!(asks(&front, &stranger).await?, (401, "token-invalid".into()));
    assert_eq!(asks(&front, &good).await?.0, 200);
    // A smaller epoch than the build's: the CI has not heard of the end.
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    assert_eq!(asks(&front, &good).await?, (410, "access-ended".into()));
    assert_eq!(socket.closed().await?.code, 4410);
    assert_eq!(asks(&front, &ci.sign(&claims, &json!({ "epoch": 1 }))).await?.0, 410, "nor a new one");
    Ok(())
}

#[tokio::test]
async fn keys_are_fetched_from_the_address_of_the_ci() -> anyhow::Result<()> {
    let ci = Issuer::new("https://ci.example", "k1")?;
    let (url, fetched) = ci.publish()?;
    let front =
        front(&format!("[[issuers]]\niss = \"{}\"\naudience = \"transom\"\njwks_url = \"{url}\"\n", ci.iss))
            .await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let claims = ci.claims("transom", "b1", front.clock.now());
    let good = ci.sign(&claims, &json!({}));
    for _ in 0..3 {
        assert_eq!(asks(&front, &good).await?.0, 200);
    }
    assert_eq!(fetched.load(Ordering::SeqCst), 1, "kept");
    assert_eq!(asks(&front, &ci.sign(&claims, &json!({ "aud": "elsewhere" }))).await?.0, 401);
    let unknown = Issuer::new(&ci.iss, "k2")?;
    assert_eq!(asks(&front, &unknown.sign(&claims, &json!({}))).await?, (401, "token-invalid".into()));
    let same_name = Issuer::new(&ci.iss, "k1")?;
    assert_eq!(asks(&front, &same_name.sign(&claims, &json!({}))).await?, (401, "token-invalid".into()));
    assert_eq!(asks(&front, &good).await?.0, 200);
    Ok(())
}

#[tokio::test]
async fn what_a_ci_signs_for_the_maker_of_a_link_is_what_guests_may_do_at_most() -> anyhow::Result<()> {
    let ci = Issuer::new("https://ci.example", "k1")?;
    let keys = tempfile::tempdir()?;
    let file = keys.path().join("ci.pem");
    std::fs::write(&file, ci.pem())?;
    let (iss, path) = (&ci.iss, file.display());
    let front =
        front(&format!("[[issuers]]\niss = \"{iss}\"\naudience = \"transom\"\nkeys = [\"{path}\"]\n"))
            .await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let signed =
        |caps: &[&str]| ci.sign(&ci.claims("transom", "b1", front.clock.now()), &json!({ "caps": caps }));
    let all = signed(SHARER);
    let link = front.link_of("b1", &all, &json!({ "role": "control" })).await?;
    let guest = front.visit(&link, 1).await?;
    let may = async || {
        let build = front.send(Method::GET, "/api/v1/builds/b1", &guest.token, None).await?;
        let all = build.body["permissions"].as_array().cloned().unwrap_or_default();
        let allowed = all.into_iter().filter(|p| p["allowed"] == true).map(|p| p["capability"].to_string());
        anyhow::Ok((build.status, allowed.collect::<Vec<_>>().join(" ")))
    };
    assert_eq!(may().await?, (200, "\"terminal.view\" \"terminal.control\"".to_owned()));
    front.at(1)?;
    assert_eq!(asks(&front, &signed(&["terminal.view", "share.view"])).await?.0, 200);
    assert_eq!(may().await?, (200, "\"terminal.view\"".to_owned()));
    // An older token, though it is still good, gives nothing back.
    assert_eq!(asks(&front, &all).await?.0, 200);
    assert_eq!(may().await?, (200, "\"terminal.view\"".to_owned()));
    front.at(2)?;
    assert_eq!(asks(&front, &signed(&["terminal.view"])).await?.0, 200);
    assert_eq!(may().await?.0, 403);
    // Nobody but us makes guests.
    let claimed = ci.sign(&ci.claims("transom", "b1", front.clock.now()), &json!({ "share": link.id }));
    assert_eq!(asks(&front, &claimed).await?, (401, "token-invalid".into()));
    Ok(())
}
