//! A viewer that stops reading while the machine floods: memory, and for how long the program stands.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Context as _;
use transom_server::clock::tick;
use transom_tests::process::{tree_cpu_s, tree_memory, written_bytes};

use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;
use crate::shell::PROMPT;

const RUNS: usize = 3;
const FLOOD: Duration = Duration::from_secs(12);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// A gateway whose memory stays the same for so long has made all that opening a terminal asks for: Transom
/// makes the next spare connection while the prompt is shown already.
const STEADY_FOR: Duration = Duration::from_millis(1500);

#[derive(Default)]
struct Figures {
    growth_mib: Vec<f64>,
    blocked_s: Vec<f64>,
    cpu_s: Vec<f64>,
    rate: Vec<f64>,
}

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let mut all: BTreeMap<_, Figures> = BTreeMap::new();
    for way in ground.ways() {
        warm_up(ground, way).await?;
    }
    for _ in 0..RUNS {
        for way in ground.ways() {
            one(ground, way, all.entry(way).or_default()).await?;
        }
    }
    for (way, figures) in &all {
        report.percentile(*way, "growth in 12 s, first run", "MiB", &figures.growth_mib[..1], 50);
        report.percentile(*way, "growth in 12 s, most", "MiB", &figures.growth_mib, 100);
        report.percentile(*way, "program blocked, longest", "s", &figures.blocked_s, 100);
        report.median(*way, "program's output meanwhile", "MB/s", &figures.rate);
        report.median(*way, "gateway's CPU in 12 s", "s", &figures.cpu_s);
    }
    Ok(())
}

/// A flood that is read: code and buffers that all terminals share are there from now on.
async fn warm_up(ground: &Ground, way: Way) -> anyhow::Result<()> {
    let mut shell = ground.open(way).await?;
    shell.settle().await?;
    shell.type_text("yes 'sixty characters of a line that somebody reads' | head -c 8000000\r").await?;
    shell.until_ends_with(PROMPT).await?;
    shell.line.end().await
}

async fn one(ground: &Ground, way: Way, figures: &mut Figures) -> anyhow::Result<()> {
    let mut shell = ground.open(way).await?;
    shell.settle().await?;
    let file = ground.machine.build_dir().join("pid");
    let _ = std::fs::remove_file(&file);
    let gateway = shell.line.pid;
    let before = (steady(gateway).await?, tree_cpu_s(gateway)?);
    // The shell becomes the flood, so its process id is known.
    shell.type_text("echo $$ > pid; exec yes 'sixty characters of a line that nobody reads'\r").await?;
    let until = tick() + FLOOD;
    let pid = loop {
        match std::fs::read_to_string(&file).unwrap_or_default().trim().parse() {
            Ok(pid) => break pid,
            Err(_) if tick() < until => tokio::time::sleep(LOOK_EVERY).await,
            Err(error) => return Err(error).context("the flood does not begin"),
        }
    };
    let (mut written, mut at, mut longest, first) = (0, tick(), Duration::ZERO, tick());
    while tick() < until {
        let now = written_bytes(pid).with_context(|| format!("the flood through {} ended", way.name()))?;
        if now > written {
            (written, at) = (now, tick());
        }
        longest = longest.max(at.elapsed());
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let after = (tree_memory(gateway)?.pss_kib, tree_cpu_s(gateway)?);
    figures.growth_mib.push((after.0 as f64 - before.0 as f64) / 1024.0);
    figures.cpu_s.push(after.1 - before.1);
    figures.blocked_s.push(longest.as_secs_f64());
    figures.rate.push(written as f64 / 1e6 / first.elapsed().as_secs_f64());
    // A flood outlives its viewer, here and there: without this, the next run would have two.
    std::process::Command::new("kill").arg("-KILL").arg(pid.to_string()).status()?;
    shell.line.hang_up().await
}

/// The gateway's memory in KiB, once it stays the same.
async fn steady(gateway: u32) -> anyhow::Result<u64> {
    let (mut last, mut since) = (tree_memory(gateway)?.pss_kib, tick());
    let patience = tick() + transom_tests::PATIENCE;
    while since.elapsed() < STEADY_FOR && tick() < patience {
        tokio::time::sleep(LOOK_EVERY).await;
        let now = tree_memory(gateway)?.pss_kib;
        // Pages of files are shared with whoever else looks at them, so they come and go.
        if now.abs_diff(last) > 32 {
            (last, since) = (now, tick());
        }
    }
    Ok(last)
}
