//! Idle terminals: what one costs the gateway in memory, and all of them in CPU.

use std::time::Duration;

use transom_protocol::limits;
use transom_tests::process::{tree_cpu_s, tree_memory};

use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;
use crate::shell::Shell;

const QUIET: Duration = Duration::from_secs(10);

/// Those that run an `ssh` for each viewer grow by the same with each.
fn terminals(way: Way) -> usize {
    match way {
        Way::Ssh => 1,
        Way::Transom => 500,
        _ => 50,
    }
}

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    for way in ground.ways() {
        // The first one pays for what all share.
        let first = shown(ground.open(way).await?).await?;
        let pid = first.line.pid;
        if way == Way::Ssh {
            report.say_of(way, "memory per terminal (PSS)", "KiB", tree_memory(pid)?.pss_kib as f64);
            continue;
        }
        let count = terminals(way);
        let each = |after: u64, before: u64, count: usize| after.saturating_sub(before) as f64 / count as f64;
        let mut before = tree_memory(pid)?;
        if way == Way::Transom {
            let builds = add_builds(ground, count).await?;
            let with_builds = tree_memory(pid)?;
            let waiting = each(with_builds.pss_kib, before.pss_kib, builds);
            report.say_of(way, "memory per build with its spare connection (PSS)", "KiB", waiting);
            before = with_builds;
        }
        let mut open = Vec::new();
        for i in 0..count {
            open.push(shown(ground.open_of(way, &build_of(i)).await?).await?);
        }
        let after = tree_memory(pid)?;
        let terminal = each(after.pss_kib, before.pss_kib, count);
        report.say_of(way, "memory per terminal (PSS)", "KiB", terminal);
        let cpu = tree_cpu_s(pid)?;
        tokio::time::sleep(QUIET).await;
        let percent = (tree_cpu_s(pid)? - cpu) / QUIET.as_secs_f64() * 100.0;
        report.say_of(way, "CPU of 100 idle terminals", "%", percent * 100.0 / count as f64);
    }
    Ok(())
}

/// Registers builds for so many terminals of Transom's; returns how many builds that are.
pub async fn add_builds(ground: &Ground, terminals: usize) -> anyhow::Result<usize> {
    let builds = terminals.div_ceil(limits::SESSIONS_PER_BUILD);
    for build in 0..builds {
        ground.build(&build_of(build * limits::SESSIONS_PER_BUILD)).await?;
    }
    Ok(builds)
}

/// The build of terminal number `i`.
pub fn build_of(i: usize) -> String {
    format!("b{}", 1 + i / limits::SESSIONS_PER_BUILD)
}

/// A terminal whose prompt is there.
pub async fn shown(mut shell: Shell) -> anyhow::Result<Shell> {
    shell.more().await?;
    Ok(shell)
}
