//! Tickets: good once, for a minute, for one file, and no longer than access.

use reqwest::Method;
use serde_json::Value;
use transom_tests::files::{noise, problem, sha256};

use super::Scene;

#[tokio::test]
async fn a_ticket_fetches_its_file_once_and_without_a_token() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, all) = (&scene.front, noise(300_000));
    std::fs::write(scene.machine.build_dir().join("f"), &all)?;
    let ticket = front.ticket("b1", b"f", &scene.token).await?.good()?;
    assert_eq!(ticket["file"]["size"], 300_000);
    let url = ticket["url"].as_str().unwrap();
    assert!(!url.contains(&scene.token) && url.starts_with(&format!("{}/api/v1/downloads/", front.url)));
    let response = front.follow(&ticket).await?;
    assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(300_000)));
    assert_eq!(sha256(&response.bytes().await?), sha256(&all));
    let again = problem(front.follow(&ticket).await?).await?;
    assert_eq!((again.status, again.problem()), (401, "code-invalid"));
    let fetched = front.audited("files.download").await?;
    assert_eq!(fetched[0]["actor"], "person:u-Dana", "it is known who fetched");
    Ok(())
}

#[tokio::test]
async fn of_many_who_follow_one_ticket_one_gets_the_file() -> anyhow::Result<()> {
    let scene = Scene::with("limits = { transfers_per_build = 64 }").await?;
    std::fs::write(scene.machine.build_dir().join("f"), "x")?;
    let ticket = scene.front.ticket("b1", b"f", &scene.token).await?.good()?;
    let tries = futures_util::future::try_join_all((0..32).map(|_| scene.front.follow(&ticket))).await?;
    let good = tries.iter().filter(|r| r.status() == 200).count();
    let refused = tries.iter().filter(|r| r.status() == 401).count();
    assert_eq!((good, refused), (1, 31));
    Ok(())
}

#[tokio::test]
async fn a_ticket_is_dead_after_a_minute_and_after_the_end() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let front = &scene.front;
    std::fs::write(scene.machine.build_dir().join("f"), "x")?;
    let late = front.ticket("b1", b"f", &scene.token).await?.good()?;
    front.at(1)?;
    let refused = problem(front.follow(&late).await?).await?;
    assert_eq!((refused.status, refused.problem()), (401, "code-invalid"));
    let kept = front.ticket("b1", b"f", &scene.token).await?.good()?;
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    let refused = problem(front.follow(&kept).await?).await?;
    assert_eq!((refused.status, refused.problem()), (410, "access-ended"));
    scene.machine.is_deserted().await
}
