//! Transom beside plain `ssh` and its peers on the same sshd: what a terminal through the browser costs. And
//! beside noVNC on the same X server: what a desktop does.
//!
//! `make bench`, or `make bench BENCH='echo bulk'` for some subjects only. Figures go to
//! `target/bench/*.json`, and to a table at the end. Everything runs on the loopback of one host, in
//! turns, so ratios say more than absolute figures. Peers come from `peers.sh`; one that is missing is
//! skipped.

mod browser;
mod bulk;
mod crowd;
mod cut;
mod desktop;
mod echo;
mod files;
mod gateway;
mod ground;
mod idle;
mod interrupt;
mod join;
mod line;
mod prompt;
mod report;
mod shell;
mod ssh;
mod stuck;
mod transom;
mod ttyd;
mod webssh;
mod wetty;

use std::path::Path;

use anyhow::{Context as _, bail};

use ground::Ground;
use line::Way;
use report::Report;

const SUBJECTS: &[&str] = &[
    "bulk",
    "prompt",
    "echo",
    "interrupt",
    "stuck",
    "join",
    "idle",
    "crowd",
    "cut",
    "files",
    "browser",
    "desktop",
];
/// Long enough to see that it goes on, short enough for every day; `crowd=1500` for ten minutes after fifteen.
const CROWD_S: u64 = 60;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if let [own, name, directory] = &wanted[..]
        && own == "scene"
    {
        return desktop::scene::run(name, Path::new(directory)).await;
    }
    if wanted.is_empty() {
        wanted.extend(SUBJECTS.iter().map(|s| (*s).to_owned()));
    }
    let wanted: Vec<_> = wanted.iter().map(|w| w.split_once('=').unwrap_or((w.as_str(), ""))).collect();
    if let Some((unknown, _)) = wanted.iter().find(|(name, _)| !SUBJECTS.contains(name)) {
        bail!("no subject {unknown}; there are {}", SUBJECTS.join(", "));
    }
    for way in Way::ALL {
        if let Some(why) = ground::why_not(way) {
            println!("skipped: {}: {why}", way.name());
        }
    }
    let mut rows = Vec::new();
    for (subject, argument) in wanted {
        let mut report = Report::new(subject);
        // Each subject has a fresh server: no figure depends on what ran before.
        let measured = measure(subject, argument, &mut report).await;
        report.finish()?;
        rows.extend(report.rows());
        if let Err(error) = measured {
            println!("  broken off: {error:?}");
            rows.push(vec![format!("{subject}: broken off")]);
        }
    }
    report::print(&rows);
    println!("\nload: {}", report::load());
    Ok(())
}

async fn measure(subject: &str, argument: &str, report: &mut Report) -> anyhow::Result<()> {
    if subject == "files" {
        return files::run(&Ground::without_peers("").await?, report).await;
    }
    if subject == "desktop" {
        return desktop::run(report, argument).await;
    }
    if subject == "cut" {
        return cut::run(&Ground::without_peers("").await?, report).await;
    }
    let ground = Ground::prepare().await?;
    match subject {
        "bulk" => bulk::run(&ground, report).await,
        "prompt" => prompt::run(&ground, report).await,
        "echo" => echo::run(&ground, report).await,
        "interrupt" => interrupt::run(&ground, report).await,
        "stuck" => stuck::run(&ground, report).await,
        "join" => join::run(&ground, report).await,
        "idle" => idle::run(&ground, report).await,
        "crowd" => {
            let seconds =
                if argument.is_empty() { CROWD_S } else { argument.parse().context("crowd=SECONDS")? };
            crowd::run(&ground, report, seconds).await
        }
        _ => browser::run(&ground, report).await,
    }
}
