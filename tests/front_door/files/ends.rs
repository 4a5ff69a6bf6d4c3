//! How a transfer ends before its time: nothing half written stays, nobody outlives access.

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use reqwest::{Body, Method};
use serde_json::Value;
use transom_tests::PATIENCE;
use transom_tests::ci::Ci;
use transom_tests::files::noise;
use transom_tests::front::Front;
use transom_tests::machine::{Machine, whoami};

use super::{SPARE, Scene};

const AT_MOST: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, reason = "measures the real time")]
fn tick() -> Instant {
    Instant::now()
}

/// Waits until `wanted` holds.
async fn until(what: &str, mut wanted: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    for _ in 0..(PATIENCE.as_millis() / 10) {
        if wanted()? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    anyhow::bail!("never: {what}")
}

/// A body that sends some and then waits for ever.
fn stuck(bytes: usize) -> Body {
    let some = stream::iter([Ok::<_, std::io::Error>(Bytes::from(noise(bytes)))]);
    Body::wrap_stream(some.chain(stream::pending()))
}

fn partial(scene: &Scene) -> anyhow::Result<bool> {
    Ok(scene.on_disk()?.iter().any(|name| name.starts_with(".transom-upload-")))
}

#[tokio::test]
async fn an_upload_that_is_broken_off_leaves_nothing() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    std::fs::write(scene.machine.build_dir().join("f"), "old")?;
    let upload = scene.front.put_file("b1", b"f", &scene.token, stuck(500_000));
    let mut upload = Box::pin(upload);
    tokio::select! {
        reply = &mut upload => anyhow::bail!("it did not wait: {reply:?}"),
        begun = until("it begins", || partial(&scene)) => begun?,
    }
    assert_eq!(std::fs::read_to_string(scene.machine.build_dir().join("f"))?, "old");
    drop(upload);
    until("it is tidied up", || Ok(!partial(&scene)?)).await?;
    assert_eq!(scene.on_disk()?, ["f"]);
    assert_eq!(std::fs::read_to_string(scene.machine.build_dir().join("f"))?, "old");
    let mut ends = Vec::new();
    for _ in 0..500 {
        ends = scene.front.audited("files.upload.end").await?;
        if !ends.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(ends[0]["outcome"], "ended");
    assert_eq!(ends[0]["detail"]["problem"], "malformed");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_are_cut_within_two_seconds_of_the_end() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, token) = (&scene.front, &scene.token);
    std::fs::write(scene.machine.build_dir().join("large"), noise(60_000_000))?;
    let slow = front.fetch("b1", b"large", token).await?;
    let mut slow = slow.bytes_stream();
    slow.next().await.unwrap()?;
    let mut upload = Box::pin(front.put_file("b1", b"up", token, stuck(500_000)));
    tokio::select! {
        reply = &mut upload => anyhow::bail!("it did not wait: {reply:?}"),
        begun = until("it begins", || partial(&scene)) => begun?,
    }
    let began = tick();
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    let refused = upload.await?;
    assert_eq!((refused.status, refused.problem()), (410, "access-ended"), "{}", refused.body);
    // What was on the way may still arrive; then comes the break, not the end.
    let mut arrived = 0;
    let broken = loop {
        match slow.next().await {
            Some(Ok(bytes)) => arrived += bytes.len(),
            Some(Err(_)) => break true,
            None => break false,
        }
    };
    let took = began.elapsed();
    eprintln!("both cut after {took:?}, {arrived} bytes were on the way");
    assert!(broken && arrived < 60_000_000);
    assert!(took <= AT_MOST, "{took:?}");
    assert_eq!(scene.on_disk()?, ["large"]);
    scene.machine.is_deserted().await
}

#[tokio::test]
async fn a_reader_who_takes_nothing_is_waited_for_and_costs_little() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    std::fs::write(scene.machine.build_dir().join("large"), noise(30_000_000))?;
    let mut slow = scene.front.fetch("b1", b"large", &scene.token).await?.bytes_stream();
    let mut arrived = slow.next().await.unwrap()?.len();
    // Others go on meanwhile, and a download that was paused goes on where it was.
    for _ in 0..5 {
        scene.front.list("b1", b"", &scene.token).await?.good()?;
        scene.front.put_file("b1", b"other", &scene.token, noise(1_000_000)).await?.good()?;
    }
    while let Some(bytes) = slow.next().await {
        arrived += bytes?.len();
    }
    assert_eq!(arrived, 30_000_000);
    Ok(())
}

#[tokio::test]
async fn whoever_transfers_keeps_the_machine_and_whoever_looks_does_not() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, token) = (&scene.front, &scene.token);
    front.finish("b1", "succeeded").await?;
    assert_eq!(front.list("b1", b"", token).await?.status, 200);
    assert_eq!(front.look("/builds/b1").await?["access"]["state"], "grace");
    let mut upload = Box::pin(front.put_file("b1", b"up", token, stuck(1000)));
    tokio::select! {
        reply = &mut upload => anyhow::bail!("it did not wait: {reply:?}"),
        held = front.state("b1", "held") => { held?; }
    }
    drop(upload);
    front.state("b1", "grace").await?;
    Ok(())
}

#[tokio::test]
async fn a_machine_that_goes_breaks_the_transfer_off() -> anyhow::Result<()> {
    let mut scene = Scene::with("").await?;
    std::fs::write(scene.machine.build_dir().join("large"), noise(60_000_000))?;
    let mut slow = scene.front.fetch("b1", b"large", &scene.token).await?.bytes_stream();
    slow.next().await.unwrap()?;
    scene.machine.pull_the_plug()?;
    loop {
        match slow.next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) => return Ok(()),
            None => anyhow::bail!("it looks whole"),
        }
    }
}

#[tokio::test]
async fn a_file_that_gets_shorter_is_not_taken_for_whole() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let path = scene.machine.build_dir().join("large");
    std::fs::write(&path, noise(60_000_000))?;
    let mut slow = scene.front.fetch("b1", b"large", &scene.token).await?.bytes_stream();
    slow.next().await.unwrap()?;
    std::fs::OpenOptions::new().write(true).open(&path)?.set_len(50_000_000)?;
    loop {
        match slow.next().await {
            Some(Ok(_)) => {}
            Some(Err(_)) => return Ok(()),
            None => anyhow::bail!("it looks whole"),
        }
    }
}

#[tokio::test]
async fn a_restart_breaks_transfers_off_and_tidies_up() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let mut upload = Box::pin(scene.front.put_file("b1", b"up", &scene.token, stuck(1000)));
    tokio::select! {
        reply = &mut upload => anyhow::bail!("it did not wait: {reply:?}"),
        begun = until("it begins", || partial(&scene)) => begun?,
    }
    let (refused, ()) = tokio::join!(upload, scene.front.stop());
    // The connection may go before the reply.
    if let Ok(refused) = refused {
        assert_eq!((refused.status, refused.problem()), (503, "restarting"));
    }
    assert_eq!(scene.on_disk()?, Vec::<String>::new());
    Ok(())
}

#[tokio::test]
async fn looking_around_logs_in_once() -> anyhow::Result<()> {
    let machine = Machine::start_as(&whoami()?, "LogLevel VERBOSE")?;
    let scene = Scene::on(Front::start().await?, machine).await?;
    let logins = || -> anyhow::Result<usize> {
        let log = std::fs::read_to_string(scene.machine.path("sshd.log"))?;
        Ok(log.matches("Accepted publickey").count())
    };
    scene.machine.has_guests(SPARE).await?;
    let before = logins()?;
    for _ in 0..10 {
        scene.front.list("b1", b"", &scene.token).await?.good()?;
    }
    let stat = scene.front.about_file(Method::GET, ("b1", "/stat"), b".", &scene.token);
    Ci::reply(stat).await?.good()?;
    assert_eq!(logins()? - before, 1);
    Ok(())
}
