//! From the end of access to the last closed socket: two seconds, whoever reads and whoever doesn't.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use reqwest::Method;
use serde_json::Value;
use transom_protocol::limits;
use transom_tests::front::Front;
use transom_tests::socket::Socket;

use super::timelines::{enter, ready};

const AT_MOST: Duration = Duration::from_secs(2);

async fn viewers(front: &Front) -> anyhow::Result<u32> {
    let text = reqwest::get(format!("{}/metrics", front.url)).await?.text().await?;
    let line = text.lines().find_map(|line| line.strip_prefix("transom_viewers "));
    Ok(line.unwrap_or_default().parse()?)
}

#[expect(clippy::disallowed_methods, reason = "measures the real time")]
fn tick() -> Instant {
    Instant::now()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_viewers_are_out_within_two_seconds() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let token = front.controller("b1").await?;
    let mut sockets = vec![enter(&front).await?, enter(&front).await?, enter(&front).await?];
    let sessions: Vec<_> = sockets.iter().filter_map(|s| Some(s.welcome.as_ref()?.session.clone())).collect();
    let join = async |n: usize| front.socket().await?.join(&token, &sessions[n % 3], None).await;
    sockets.extend(try_join_all((0..47).map(join)).await?);
    assert_eq!(viewers(&front).await?, 50);
    // One each, and the line that waits for the next.
    machine.has_guests(4).await?;
    let began = tick();
    let revoked = front.ci(Method::DELETE, "/builds/b1/access", Value::Null);
    let closed = try_join_all(sockets.iter_mut().map(|socket| async move {
        let closed = socket.closed().await?;
        anyhow::ensure!(closed.code == 4410, "{closed:?}");
        Ok(tick())
    }));
    let (_, closed) = tokio::try_join!(revoked, closed)?;
    let last = closed.into_iter().max().unwrap_or(began) - began;
    while viewers(&front).await? > 0 && began.elapsed() < AT_MOST {}
    eprintln!("50 viewers: last one closed after {last:?}, none left after {:?}", began.elapsed());
    assert!(last <= AT_MOST);
    assert_eq!(viewers(&front).await?, 0);
    machine.is_deserted().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_that_do_not_read_hold_nobody_up_and_go_too() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let token = front.controller("b1").await?;
    let mut driver = front.socket().await?.open(&token).await?;
    let session = driver.welcomed()?.session.clone();
    let mut stuck = Vec::new();
    for _ in 0..10 {
        // So small that output waits at the server's side, not on the way.
        let socket = Socket::connect_narrow(&front.url, 4096).await?;
        stuck.push(socket.join(&token, &session, None).await?);
    }
    driver.type_text("head -c 2000000 /dev/zero | tr '\\0' y | fold -w 79; touch done\r").await?;
    while !machine.build_dir().join("done").exists() {
        driver.step().await?;
    }
    let began = tick();
    let revoked = front.ci(Method::DELETE, "/builds/b1/access", Value::Null);
    let (_, closed) = tokio::try_join!(revoked, driver.closed())?;
    let last = began.elapsed();
    assert_eq!(closed.code, 4410);
    while viewers(&front).await? > 0 && began.elapsed() < AT_MOST {}
    eprintln!(
        "10 stuck viewers: the reading one closed after {last:?}, none left after {:?}",
        began.elapsed()
    );
    assert!(last < Duration::from_secs(1), "{last:?}");
    assert_eq!(viewers(&front).await?, 0);
    machine.is_deserted().await
}

#[tokio::test]
async fn a_program_that_reads_no_input_keeps_no_connection() -> anyhow::Result<()> {
    let (front, machine) = ready().await?;
    let mut driver = enter(&front).await?;
    driver.type_text("stty -icanon -echo; echo rea''dy; sleep 1000\r").await?;
    driver.see("ready\r\n").await?;
    let piece = "y".repeat(limits::INPUT_BYTES);
    // Until every buffer on the way to the program is full.
    let filling = async {
        loop {
            while driver.typed + piece.len() as u64 <= driver.applied + limits::INPUT_WINDOW_BYTES {
                driver.type_text(&piece).await?;
            }
            let quiet = Duration::from_millis(500);
            match tokio::time::timeout(quiet, driver.step()).await {
                Ok(step) => drop(step?),
                Err(_) => return anyhow::Ok(()),
            }
        }
    };
    filling.await?;
    assert!(driver.applied > 1 << 20, "{}", driver.applied);
    front.ci(Method::DELETE, "/builds/b1/access", Value::Null).await?;
    assert_eq!(driver.closed().await?.code, 4410);
    machine.is_deserted().await
}
