//! Desktops in Chromium: Transom beside noVNC through websockify, on the same Xtigervnc.
//!
//! `BENCH=desktop`, or `BENCH=desktop=terminal,keys` for some of it. One way at a time, in turns; what is counted
//! per frame is per content frame that was really shown, by the number that is drawn with it.

mod browser;
mod client;
mod costs;
mod crowd;
mod gate;
mod keys;
pub mod scene;
mod stand;

use anyhow::bail;
use serde_json::json;

use crate::ground::why_not;
use crate::line::Way;
use crate::report::Report;

use browser::Browser;
use costs::{Costs, Meter};
use gate::Gate;
use stand::Stand;

const WORKLOADS: [&str; 5] = ["terminal", "web", "drag", "typing", "video"];
const ROUNDS: usize = 3;
const WARM_MS: u64 = 2000;
const WATCHED_MS: u64 = 8000;

pub async fn run(report: &mut Report, wanted: &str) -> anyhow::Result<()> {
    let parts: Vec<_> = WORKLOADS.into_iter().chain(["keys", "viewers"]).collect();
    let wanted: Vec<_> = wanted.split(',').filter(|part| !part.is_empty()).collect();
    if let Some(unknown) = wanted.iter().find(|part| !parts.contains(part)) {
        bail!("desktop={unknown}: there are {}", parts.join(", "));
    }
    if let Some(why) = Browser::why_not() {
        println!("  skipped: {why}");
        return Ok(());
    }
    let is_wanted = |part: &str| wanted.is_empty() || wanted.contains(&part);
    let ways: Vec<_> = [Way::Transom, Way::Novnc].into_iter().filter(|way| why_not(*way).is_none()).collect();
    let stand = Stand::prepare(&[]).await?;
    let mut browser = Browser::start()?;
    for workload in WORKLOADS.into_iter().filter(|workload| is_wanted(workload)) {
        one(&stand, &mut browser, report, workload, &ways).await?;
    }
    if is_wanted("keys") {
        keys::run(&mut browser, report, &ways).await?;
    }
    drop(browser);
    if is_wanted("viewers") {
        crowd::run(&stand, report, &ways).await?;
    }
    Ok(())
}

/// A workload, in one page at a time.
async fn one(
    stand: &Stand,
    browser: &mut Browser,
    report: &mut Report,
    workload: &str,
    ways: &[Way],
) -> anyhow::Result<()> {
    let mut all: Vec<(Way, Costs)> = Vec::new();
    for _ in 0..ROUNDS {
        for way in ways {
            let costs = watch(stand, browser, workload, *way).await?;
            println!("    {workload} {}: {costs}", way.name());
            all.push((*way, costs));
        }
    }
    for way in ways {
        let of = |figure: fn(&Costs) -> f64| -> Vec<f64> {
            all.iter().filter(|(of, _)| of == way).map(|(_, costs)| figure(costs)).collect()
        };
        let mut say = |what: &str, unit, values: Vec<f64>| {
            report.median(*way, &format!("{workload}: {what}"), unit, &values);
        };
        say("content frames shown", "1/s", of(|c| c.shown));
        say("bytes per frame", "KB", of(|c| c.kilobytes));
        say("server's CPU per frame", "ms", of(|c| c.server_ms));
        say("of that, the gateway's", "ms", of(|c| c.gateway_ms));
        say("browser's CPU per frame", "ms", of(|c| c.browser_ms));
        if workload == "terminal" {
            say("gateway's memory (PSS)", "MiB", of(|c| c.memory_mib));
        }
    }
    Ok(())
}

async fn watch(stand: &Stand, browser: &mut Browser, workload: &str, way: Way) -> anyhow::Result<Costs> {
    let scene = stand.play(workload)?;
    let gate = Gate::start(way, &stand.desktop).await?;
    browser.ask(&json!({ "do": "open", "url": gate.page().await? })).await?;
    browser.ask(&json!({ "do": "watch", "ms": WARM_MS })).await?;
    let before = Meter::read(&stand.desktop, &gate, Some(&*browser))?;
    let seen = browser.ask(&json!({ "do": "watch", "ms": WATCHED_MS })).await?;
    let spent = Meter::read(&stand.desktop, &gate, Some(&*browser))?.since(&before);
    let costs = Costs::new(&seen, &spent, gate.memory_mib()?)?;
    browser.ask(&json!({ "do": "close" })).await?;
    drop(scene);
    Ok(costs)
}
