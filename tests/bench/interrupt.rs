//! Ctrl-C during `yes`: how long until the viewer has parsed the last byte of the flood.

use std::time::Duration;

use transom_server::clock::tick;

use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;
use crate::shell::PROMPT;

const FLOOD: Duration = Duration::from_millis(1500);
const FLOODING: &str = "yes 'a line of sixty characters, as a chatty test might print it.'\r";
/// What viewers parse: everything at once, what xterm.js does on a good day, and on a bad one.
const RATES: [(&str, Option<f64>); 3] =
    [("instant viewer", None), ("viewer at 15 MB/s", Some(15e6)), ("viewer at 5 MB/s", Some(5e6))];

/// Some peers never stop; longer than this nobody waits for them.
const PATIENCE: Duration = Duration::from_secs(20);

/// Some peers take many seconds for each.
fn trials(way: Way, is_slow: bool) -> usize {
    match way {
        Way::Transom => 40,
        Way::Ssh if is_slow => 0,
        Way::Ssh => 20,
        Way::Wetty => 8,
        _ => {
            if is_slow {
                2
            } else {
                5
            }
        }
    }
}

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    for (viewer, rate) in RATES {
        for way in ground.ways() {
            let (mut took_ms, mut backlog_kib) = (Vec::new(), Vec::new());
            for _ in 0..trials(way, rate.is_some()) {
                let patience = if way == Way::Transom { Duration::MAX } else { PATIENCE };
                let Ok(trial) = tokio::time::timeout(patience, one(ground, way, rate)).await else {
                    println!(
                        "  {}: {viewer}: not within {} s, no more trials",
                        way.name(),
                        PATIENCE.as_secs()
                    );
                    break;
                };
                let (took, backlog) = trial?;
                took_ms.push(took);
                backlog_kib.push(backlog as f64 / 1024.0);
            }
            if took_ms.is_empty() {
                continue;
            }
            report.median(way, viewer, "ms", &took_ms);
            report.percentile(way, &format!("{viewer}, p99"), "ms", &took_ms, 99);
            if rate.is_some() {
                report.percentile(way, &format!("{viewer}, most held in the page"), "KiB", &backlog_kib, 100);
            }
        }
    }
    Ok(())
}

async fn one(ground: &Ground, way: Way, rate: Option<f64>) -> anyhow::Result<(f64, u64)> {
    let mut shell = ground.open(way).await?;
    shell.settle().await?;
    shell.parses(rate);
    shell.type_text(FLOODING).await?;
    let until = tick() + FLOOD;
    while tick() < until {
        match rate {
            None => drop(shell.more().await?),
            Some(_) => shell.turn().await?,
        }
    }
    let (backlog, began) = (shell.backlog(), tick());
    shell.type_text("\x03").await?;
    if rate.is_none() {
        shell.until_ends_with(PROMPT).await?;
    } else {
        while !shell.rests() {
            shell.turn().await?;
        }
    }
    let took_ms = began.elapsed().as_secs_f64() * 1000.0;
    shell.line.end().await?;
    Ok((took_ms, backlog))
}
