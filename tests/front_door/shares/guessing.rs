//! Whoever guesses learns nothing, and ever more slowly.

use futures_util::future::join_all;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::front::Front;
use transom_tests::link::Link;
use transom_tests::pass::secret;

use super::super::timelines::ready;

/// Misses of one address that cost nothing.
pub const FREE: usize = 16;

fn wait(front: &Front, seconds: i64) {
    front.clock.set(front.clock.now() + SignedDuration::from_secs(seconds));
}

/// Status, headers that tell anything, and body of an attempt.
async fn answer(front: &Front, link: &Link) -> anyhow::Result<(u16, Vec<String>, Value)> {
    let body = json!({ "secret": link.secret, "name": "Kim", "renewal": secret(99), "passcode": "guess" });
    let request = front.request(Method::POST, &format!("/api/v1/shares/{}/redeem", link.id)).json(&body);
    let response = request.send().await?;
    let status = response.status().as_u16();
    let named =
        response.headers().iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    let mut headers: Vec<_> = named.map(|(name, value)| format!("{name}: {value:?}")).collect();
    headers.sort();
    let mut body: Value = response.json().await?;
    body["request_id"] = Value::Null;
    Ok((status, headers, body))
}

/// One that works, and all that do not, each for a reason of its own.
pub async fn dead_links(front: &Front) -> anyhow::Result<(Link, Vec<(&'static str, Link)>)> {
    front.build("b2", Value::Null).await?;
    front.enable("b2").await?;
    let good = front.link("b1", json!({ "expires_in_s": 3000 })).await?;
    let coded = front.link("b1", json!({ "expires_in_s": 3000, "passcode": "2468" })).await?;
    let asking = front.link("b1", json!({ "expires_in_s": 3000, "approval": true })).await?;
    let revoked = front.link("b1", json!({ "passcode": "2468" })).await?;
    let expired = front.link("b1", json!({ "expires_in_s": 60 })).await?;
    let used = front.link("b1", json!({ "max_uses": 1 })).await?;
    let ended = front.link("b2", json!({})).await?;
    front.revoke("b1", &revoked).await?;
    front.visit(&used, 1).await?;
    front.ci(Method::DELETE, "/builds/b2/access", Value::Null).await?;
    front.at(2)?;
    let wrong = |link: &Link| Link { secret: secret(7), ..link.clone() };
    let nowhere = |id: &str| Link { id: id.to_owned(), ..good.clone() };
    let dead = vec![
        ("unknown", nowhere("l_AAAAAAAAAAAAAAAAAAAAAA")),
        ("no id at all", nowhere("%FF")),
        ("another link's secret", Link { secret: coded.secret.clone(), ..good.clone() }),
        ("wrong secret", wrong(&good)),
        ("wrong secret where a passcode is asked for", wrong(&coded)),
        ("wrong secret where somebody lets in", wrong(&asking)),
        ("empty secret", Link { secret: String::new(), ..good.clone() }),
        ("revoked", revoked.clone()),
        ("wrong secret of a revoked one", wrong(&revoked)),
        ("expired", expired),
        ("used up", used),
        ("of a build whose access has ended", ended),
    ];
    Ok((good, dead))
}

#[tokio::test]
async fn links_that_do_not_work_are_refused_alike() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let (good, dead) = dead_links(&front).await?;
    let mut seen = Vec::new();
    for (what, link) in &dead {
        seen.push((what, answer(&front, link).await?));
    }
    let first = seen[0].1.clone();
    assert_eq!((first.0, first.2["type"].as_str()), (404, Some("urn:transom:problem:share-invalid")));
    for (what, answer) in &seen {
        assert_eq!(answer, &first, "{what}");
    }
    front.visit(&good, 2).await?;
    Ok(())
}

#[tokio::test]
async fn an_address_that_misses_often_waits_ever_longer() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({})).await?;
    let wrong = Link { secret: secret(7), ..link.clone() };
    for _ in 0..=FREE {
        assert_eq!(front.knock(&wrong, 1, json!({})).await?.problem(), "share-invalid");
    }
    for seconds in [1, 2, 4, 8] {
        // Whoever waits does not even get in with the right secret, and is told for how long.
        let (status, headers, body) = answer(&front, &link).await?;
        assert_eq!((status, &body["type"]), (429, &json!("urn:transom:problem:too-many")));
        assert!(headers.contains(&format!("retry-after: \"{seconds}\"")), "{headers:?}");
        wait(&front, seconds);
        assert_eq!(front.knock(&wrong, 1, json!({})).await?.problem(), "share-invalid");
    }
    wait(&front, 16);
    front.visit(&link, 1).await?;
    Ok(())
}

#[tokio::test]
async fn a_passcode_is_asked_for_only_of_who_has_the_link() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "passcode": "2468", "max_uses": 1 })).await?;
    let missing = front.knock(&link, 1, json!({})).await?;
    assert_eq!((missing.status, missing.problem()), (403, "passcode-needed"));
    let wrong = front.knock(&link, 1, json!({ "passcode": "2469" })).await?;
    assert_eq!((wrong.status, wrong.problem()), (403, "passcode-needed"));
    assert_ne!(missing.body["detail"], wrong.body["detail"]);
    assert_eq!(front.listed("b1", &link).await?["used"], 0);
    let right = front.knock(&link, 1, json!({ "passcode": "2468" })).await?.good()?;
    // Who comes back for a lost reply has shown it before.
    assert_eq!(front.knock(&link, 1, json!({})).await?.good()?["me"], right["me"]);
    assert_eq!(front.knock(&link, 2, json!({ "passcode": "2468" })).await?.problem(), "share-invalid");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passcodes_are_guessed_one_after_another_and_ever_slower() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({ "passcode": "2468" })).await?;
    let guess = |n: u16| front.knock(&link, n, json!({ "passcode": format!("guess {n}") }));
    let replies = join_all((0..12).map(guess)).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let tried = replies.iter().filter(|r| r.problem() == "passcode-needed").count();
    let early = replies.iter().filter(|r| (r.status, r.problem()) == (429, "too-many")).count();
    assert_eq!((tried, early), (6, 6), "five are free, and the sixth makes everybody wait");
    // That holds for whoever knows it as well, and after the wait they are in.
    let right = || front.knock(&link, 50, json!({ "passcode": "2468" }));
    assert_eq!(right().await?.problem(), "too-many");
    wait(&front, 1);
    right().await?.good()?;
    Ok(())
}

#[tokio::test]
async fn names_of_guests_are_plain_text() -> anyhow::Result<()> {
    let (front, _machine) = ready().await?;
    let link = front.link("b1", json!({})).await?;
    for name in ["", "  ", "a\nb", "\u{1b}[2J", "a\u{202e}b", &"x".repeat(129)] {
        let refused = front.knock(&link, 1, json!({ "name": name })).await?;
        assert_eq!(refused.problem(), "malformed", "{name:?}");
    }
    assert_eq!(front.knock(&link, 1, json!({ "renewal": "short" })).await?.problem(), "malformed");
    let named = front.knock(&link, 1, json!({ "name": " Łukasz <b> " })).await?.good()?;
    assert_eq!(named["me"]["name"], "Łukasz <b> (guest)");
    Ok(())
}
