//! What the CI is told of share links.

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::link::SHARER;
use transom_tests::receiver::Receiver;

use super::{front, kinds};

#[tokio::test]
async fn a_link_is_told_of_when_it_is_made_used_and_revoked_and_never_its_secret() -> anyhow::Result<()> {
    let receiver = Receiver::start()?;
    let only = "events = [\"share.created\", \"share.redeemed\", \"share.revoked\"]";
    let front = front(&receiver.entry("ci", only)).await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    let maker = front.token("b1", "Dana", SHARER).await?;
    let wanted = json!({ "label": "for Kim", "passcode": "open sesame" });
    let link = front.link_of("b1", &maker, &wanted).await?;
    front.knock(&link, 1, json!({ "passcode": "open sesame" })).await?.good()?;
    front.ci(Method::DELETE, &format!("/shares/{}", link.id), Value::Null).await?;
    front.ci(Method::DELETE, &format!("/shares/{}", link.id), Value::Null).await?;
    receiver.gets("b1", "share.revoked").await?;
    let all = receiver.seen();
    assert_eq!(kinds(&all), ["share.created", "share.redeemed", "share.revoked"], "each once");
    for one in &all {
        assert_eq!(one.body["data"]["share"], json!(link.id));
        assert!(!one.text.contains(&link.secret) && !one.text.contains("sesame"), "{}", one.text);
    }
    assert_eq!(all[0].body["data"]["label"], "for Kim");
    assert!(all[1].body["data"]["by"]["name"].as_str().is_some_and(|name| name.ends_with("(guest)")));
    Ok(())
}
