//! From connecting to the first byte of the shell's prompt.

use std::collections::BTreeMap;
use std::time::Duration;

use transom_server::clock::tick;

use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;
use crate::shell::Viewer as _;
use crate::ssh::Standing;

const RUNS: usize = 20;
/// As long as nobody takes to open the next terminal.
const BETWEEN: Duration = Duration::from_millis(1200);
/// A server that keeps no connection in reserve.
const WITHOUT_SPARE: &str = "machines.spare_idle_s = 0";

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let mut took: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let cold = Ground::without_peers(WITHOUT_SPARE).await?;
    let standing = Standing::open(&ground.machine, &ground.key(), ground.directory()).await?;
    let (mut took_cold, mut took_standing) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        tokio::time::sleep(BETWEEN).await;
        for way in ground.ways() {
            took.entry(way).or_default().push(one(ground, way).await?);
        }
        took_cold.push(one(&cold, Way::Transom).await?);
        took_standing.push(another(ground, &standing).await?);
    }
    // What Transom does with the one that it keeps in reserve, without a browser's part.
    report.median(Way::Ssh, "to the prompt, over a connection that stands", "ms", &took_standing);
    for (way, took_ms) in &took {
        report.median(*way, "to the prompt", "ms", took_ms);
        report.percentile(*way, "to the prompt, p95", "ms", took_ms, 95);
    }
    report.median(Way::Transom, "to the prompt, without a spare connection", "ms", &took_cold);
    report.percentile(Way::Transom, "to the prompt, without a spare connection, p95", "ms", &took_cold, 95);
    Ok(())
}

async fn another(ground: &Ground, standing: &Standing) -> anyhow::Result<f64> {
    let began = tick();
    let mut ssh = standing.start(&ground.machine, &ground.key(), &ground.shell())?;
    ssh.receive().await?;
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    ssh.send("exit\n").await?;
    while ssh.receive().await.is_ok() {}
    Ok(took_ms)
}

async fn one(ground: &Ground, way: Way) -> anyhow::Result<f64> {
    let token = ground.server.controller("b0").await?;
    let began = tick();
    let mut shell = ground.open_with(way, &token).await?;
    shell.more().await?;
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    shell.line.end().await?;
    Ok(took_ms)
}
