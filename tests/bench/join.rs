//! Joining a terminal that floods: from connecting to a complete screen.

use std::time::Duration;

use anyhow::bail;
use tokio::task::JoinSet;
use transom_protocol::limits;
use transom_server::clock::tick;

use crate::ground::Ground;
use crate::line::{Link, Way};
use crate::report::Report;
use crate::shell::{Shell, Viewer as _};
use crate::transom::Transom;

const RUNS: usize = 40;

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let mut driver = ground.open(Way::Transom).await?;
    driver.settle().await?;
    let Link::Transom(transom) = &driver.line.link else { bail!("no terminal of Transom's") };
    let session = transom.socket.welcomed()?.session.clone();
    driver
        .type_text("yes $'\\e[32ma line\\e[0m of sixty characters, as a chatty test might print it.'\r")
        .await?;
    flood(&mut driver).await?;
    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let mut reading = JoinSet::new();
    reading.spawn(async move {
        loop {
            tokio::select! {
                piece = driver.more() => drop(piece?),
                _ = &mut stopped => return driver.line.end().await,
            }
        }
    });
    let token = ground.server.viewer("b0").await?;
    let (mut took_ms, mut screen_bytes) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = tick();
        let mut viewer = Transom::join(&ground.server, &token, &session).await?;
        // Complete once it started over and output goes on.
        while viewer.socket.resets == 0 || viewer.is_screen {
            viewer.receive().await?;
            if viewer.socket.resets > 0 && viewer.socket.screen.len() % limits::OUTPUT_BYTES != 0 {
                break;
            }
        }
        took_ms.push(began.elapsed().as_secs_f64() * 1000.0);
        screen_bytes.push(viewer.socket.screen.len() as f64);
        drop(viewer);
    }
    let _ = stop.send(());
    while let Some(ended) = reading.join_next().await {
        ended??;
    }
    report.median(Way::Transom, "connect to screen", "ms", &took_ms);
    report.percentile(Way::Transom, "connect to screen, p95", "ms", &took_ms, 95);
    report.median(Way::Transom, "size of the screen", "bytes", &screen_bytes);
    Ok(())
}

/// More than the log holds, so that a join gets a screen rather than all there is.
async fn flood(driver: &mut Shell) -> anyhow::Result<()> {
    let until = tick() + Duration::from_secs(1);
    let mut bytes = 0;
    while tick() < until || bytes < 4 * limits::SCROLLBACK_BYTES {
        bytes += driver.more().await?.len();
    }
    Ok(())
}
