//! Bulk: `cat` of a 100 MB coloured log, by a viewer that parses in no time.

use std::fmt::Write as _;
use std::path::Path;

use transom_server::clock::tick;
use transom_tests::process::cpu_s;

use crate::ground::Ground;
use crate::report::Report;
use crate::shell::{Shell, settle};

const LOG_BYTES: usize = 100_000_000;
const RUNS: usize = 5;

struct Run {
    mb_per_s: f64,
    cpu_s_per_gb: f64,
}

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let lines = write_log(&ground.machine.build_dir().join("build.log"))?;
    let bytes = LOG_BYTES as u64 + lines;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        theirs.push(one(&mut ground.ssh()?, bytes).await?);
        ours.push(one(&mut ground.browser().await?, bytes).await?);
    }
    let of = |runs: &[Run], figure: fn(&Run) -> f64| runs.iter().map(figure).collect::<Vec<_>>();
    report.compare("throughput_mb_per_s", &of(&ours, |r| r.mb_per_s), &of(&theirs, |r| r.mb_per_s));
    report.compare("cpu_s_per_gb", &of(&ours, |r| r.cpu_s_per_gb), &of(&theirs, |r| r.cpu_s_per_gb));
    Ok(())
}

async fn one(shell: &mut impl Shell, bytes: u64) -> anyhow::Result<Run> {
    settle(shell).await?;
    shell.type_text("stty -echo\r").await?;
    crate::shell::until_ends_with(shell, crate::shell::PROMPT).await?;
    let (cpu, began) = (cpu_s(shell.pid())?, tick());
    shell.type_text("cat build.log\r").await?;
    let mut seen = 0;
    while seen < bytes {
        seen += shell.more().await?.len() as u64;
    }
    let (took_s, cpu) = (began.elapsed().as_secs_f64(), cpu_s(shell.pid())? - cpu);
    Ok(Run { mb_per_s: bytes as f64 / 1e6 / took_s, cpu_s_per_gb: cpu / (bytes as f64 / 1e9) })
}

/// The same log every time; returns its lines, which the terminal ends with one byte more each.
fn write_log(file: &Path) -> std::io::Result<u64> {
    let mut text = String::with_capacity(LOG_BYTES + 256);
    let mut state = 1_u64;
    while text.len() < LOG_BYTES {
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
    text.truncate(LOG_BYTES - 1);
    text.push('\n');
    std::fs::write(file, &text)?;
    Ok(text.bytes().filter(|b| *b == b'\n').count() as u64)
}
