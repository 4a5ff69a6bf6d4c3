//! Page codes, renewals and the tokens that they give.

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::pass::secret;

use super::timelines::{enter, ready, stay};

async fn code(front: &Front) -> anyhow::Result<String> {
    Ok(front.issue("b1").await?["code"].as_str().unwrap_or_default().to_owned())
}

/// A build with access on; nobody needs its machine.
async fn enabled() -> anyhow::Result<Front> {
    super::log();
    let front = Front::start().await?;
    front.build("b1", Value::Null).await?;
    front.enable("b1").await?;
    Ok(front)
}

#[tokio::test]
async fn a_code_opens_once_and_its_lost_reply_can_be_had_again() -> anyhow::Result<()> {
    let front = enabled().await?;
    let issued = front.issue("b1").await?;
    let code = issued["code"].as_str().unwrap_or_default();
    assert_eq!(issued["url"], format!("{}/b/b1#{code}", front.url));
    let first = front.redeem(code, &secret(1)).await?.good()?;
    assert_eq!((&first["build"], &first["expires_at"]), (&json!("b1"), &json!("2026-01-01T00:05:00Z")));
    assert_eq!(front.redeem(code, &secret(2)).await?.problem(), "code-invalid");
    let again = front.redeem(code, &secret(1)).await?.good()?;
    for reply in [first, again] {
        let token = reply["token"].as_str().unwrap_or_default();
        let build = front.send(reqwest::Method::GET, "/api/v1/builds/b1", token, None).await?.good()?;
        assert_eq!(build["me"], json!({ "sub": "u-Dana", "name": "Dana" }));
    }
    for (code, renewal) in [("", secret(3)), ("nonsense", secret(3))] {
        let refused = front.redeem(code, &renewal).await?;
        assert_eq!((refused.status, refused.problem()), (401, "code-invalid"));
    }
    assert_eq!(front.redeem(code, "short").await?.problem(), "malformed");
    Ok(())
}

#[tokio::test]
async fn a_code_is_good_for_60_seconds() -> anyhow::Result<()> {
    let front = enabled().await?;
    let (one, other) = (code(&front).await?, code(&front).await?);
    let start = front.clock.now();
    front.clock.set(start + SignedDuration::from_secs(59));
    front.redeem(&one, &secret(1)).await?.good()?;
    front.clock.set(start + SignedDuration::from_secs(60));
    assert_eq!(front.redeem(&other, &secret(2)).await?.problem(), "code-invalid");
    assert_eq!(front.redeem(&one, &secret(1)).await?.problem(), "code-invalid", "nor is it repeated");
    Ok(())
}

#[tokio::test]
async fn of_64_at_once_with_one_code_exactly_one_gets_in() -> anyhow::Result<()> {
    let front = enabled().await?;
    let code = code(&front).await?;
    let renewals: Vec<_> = (0..64).map(secret).collect();
    let replies = join_all(renewals.iter().map(|renewal| front.redeem(&code, renewal))).await;
    let replies = replies.into_iter().collect::<Result<Vec<_>, _>>()?;
    assert_eq!(replies.iter().filter(|r| r.status == 200).count(), 1);
    assert_eq!(replies.iter().filter(|r| r.problem() == "code-invalid").count(), 63);
    Ok(())
}

#[tokio::test]
async fn a_renewal_changes_hands_with_every_use() -> anyhow::Result<()> {
    let front = enabled().await?;
    front.redeem(&code(&front).await?, &secret(1)).await?.good()?;
    front.at(4)?;
    let reply = front.renew(&secret(1), &secret(2)).await?.good()?;
    assert_eq!(reply["expires_at"], "2026-01-01T00:09:00Z");
    front.renew(&secret(1), &secret(2)).await?.good()?;
    front.at(8)?;
    front.renew(&secret(2), &secret(3)).await?.good()?;
    assert_eq!(front.renew(&secret(9), &secret(10)).await?.problem(), "code-invalid");
    front.renew(&secret(3), &secret(4)).await?.good()?;
    Ok(())
}

#[tokio::test]
async fn a_stolen_renewal_ends_its_chain_and_no_other() -> anyhow::Result<()> {
    let front = enabled().await?;
    front.redeem(&code(&front).await?, &secret(1)).await?.good()?;
    front.redeem(&code(&front).await?, &secret(101)).await?.good()?;
    front.renew(&secret(1), &secret(2)).await?.good()?;
    assert_eq!(front.renew(&secret(1), &secret(66)).await?.problem(), "code-invalid");
    for (renewal, next) in [(2, 3), (66, 67), (1, 2)] {
        assert_eq!(front.renew(&secret(renewal), &secret(next)).await?.problem(), "code-invalid");
    }
    front.renew(&secret(101), &secret(102)).await?.good()?;
    let rows = front.look("/audit?build=b1").await?;
    let actions: Vec<_> = rows["rows"].as_array().into_iter().flatten().map(|r| &r["action"]).collect();
    assert!(actions.contains(&&json!("renewal.replayed")), "{actions:?}");
    Ok(())
}

#[tokio::test]
async fn a_renewal_says_why_it_is_dead_for_a_day_and_is_then_forgotten() -> anyhow::Result<()> {
    let front = enabled().await?;
    front.redeem(&code(&front).await?, &secret(1)).await?.good()?;
    front.at(60)?;
    front.state("b1", "ended").await?;
    front.at(24 * 60)?;
    assert_eq!(front.renew(&secret(1), &secret(2)).await?.problem(), "deadline");
    front.at(26 * 60)?;
    for _ in 0..1000 {
        if front.renew(&secret(1), &secret(2)).await?.problem() == "code-invalid" {
            return Ok(());
        }
    }
    anyhow::bail!("it is still known")
}

#[tokio::test]
async fn a_socket_lasts_as_long_as_its_token_and_longer_with_a_newer_one() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let mut short = enter(&front).await?;
    let mut long = enter(&front).await?;
    stay(&front, &mut long, 0, 4).await?;
    front.at(5)?;
    let closed = short.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4401, "token-expired"));
    long.type_text("echo still-$((1+1))\r").await?;
    long.see("\nstill-2\r\n").await?;
    front.at(9)?;
    assert_eq!(long.closed().await?.code, 4401);
    Ok(())
}

#[tokio::test]
async fn a_socket_takes_no_token_of_another_person_or_build() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let mut mine = enter(&front).await?;
    let ravi = front.viewer("b1").await?;
    assert!(mine.renew(&ravi).await.is_err());
    let other = Machine::start()?;
    front.ready_build("b2", &other, Value::Null).await?;
    let mut mine = enter(&front).await?;
    assert!(mine.renew(&front.controller("b2").await?).await.is_err());
    let theirs = front.controller("b2").await?;
    let elsewhere = front.send(reqwest::Method::GET, "/api/v1/builds/b1", &theirs, None).await?;
    assert_eq!(elsewhere.problem(), "forbidden");
    // The terminals themselves go on, and a line waits for the next.
    machine.has_guests(3).await
}
