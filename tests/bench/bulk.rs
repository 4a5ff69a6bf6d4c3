//! Bulk: `cat` of a 100 MB coloured log, by a viewer that parses in no time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::ensure;
use transom_server::clock::tick;
use transom_tests::process::tree_cpu_s;

use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;
use crate::shell::PROMPT;

const LOG_BYTES: usize = 100_000_000;
const RUNS: usize = 5;

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let lines = write_log(&ground.machine.build_dir().join("build.log"), LOG_BYTES)?;
    let bytes = LOG_BYTES as u64 + lines;
    let (mut rates, mut costs) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    let mut losses = BTreeMap::<_, Vec<_>>::new();
    let mut ways = ground.ways();
    for _ in 0..RUNS {
        for way in ways.clone() {
            let (mb_per_s, cpu_s_per_gb, lost) = match one(ground, way, bytes).await {
                Ok(figures) => figures,
                Err(error) if way.is_peer() => {
                    println!("  given up: {}: {error:#}", way.name());
                    ways.retain(|other| *other != way);
                    continue;
                }
                Err(error) => return Err(error),
            };
            rates.entry(way).or_default().push(mb_per_s);
            costs.entry(way).or_default().push(cpu_s_per_gb);
            losses.entry(way).or_default().push(lost as f64);
        }
    }
    for way in ways {
        report.median(way, "throughput", "MB/s", &rates[&way]);
        report.median(way, "bridge CPU", "s/GB", &costs[&way]);
        // Some gateways lose what they have no room for.
        report.percentile(way, "output lost, the most of all runs", "bytes", &losses[&way], 100);
    }
    Ok(())
}

/// Megabytes a second, seconds of CPU for each gigabyte, and how many of `bytes` never came.
async fn one(ground: &Ground, way: Way, bytes: u64) -> anyhow::Result<(f64, f64, u64)> {
    let mut shell = ground.open(way).await?;
    shell.settle().await?;
    shell.type_text("stty -echo\r").await?;
    shell.until_ends_with(PROMPT).await?;
    let pid = shell.line.pid;
    let (cpu, began) = (tree_cpu_s(pid)?, tick());
    shell.type_text("cat build.log\r").await?;
    let (seen, wanted) = (shell.until_ends_with(PROMPT).await?, bytes + PROMPT.len() as u64);
    let (took_s, cpu) = (began.elapsed().as_secs_f64(), tree_cpu_s(pid)? - cpu);
    ensure!(way.is_peer() || seen == wanted, "{seen} bytes came, not {wanted}");
    shell.line.end().await?;
    Ok((bytes as f64 / 1e6 / took_s, cpu / (bytes as f64 / 1e9), wanted.saturating_sub(seen)))
}

/// The same log every time; returns its lines, which the terminal ends with one byte more each.
pub fn write_log(file: &Path, log_bytes: usize) -> std::io::Result<u64> {
    let mut text = String::with_capacity(log_bytes + 256);
    let mut state = 1_u64;
    while text.len() < log_bytes {
        // A linear congruential generator: deterministic, and plenty for a log.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (n, colour) = (state >> 40, 31 + (state >> 33) % 6);
        let _ = writeln!(
            text,
            "\x1b[90m12:{:02}:{:02}\x1b[0m \x1b[{colour}m{:>8}\x1b[0m compiling module_{n} ({} of {}) in src/app/part{}/file{}.rs",
            n % 60,
            n % 59,
            ["ok", "warning", "note", "error"][(n % 4) as usize],
            n % 997,
            997,
            n % 13,
            n % 101
        );
    }
    text.truncate(log_bytes - 1);
    text.push('\n');
    std::fs::write(file, &text)?;
    Ok(text.bytes().filter(|b| *b == b'\n').count() as u64)
}
