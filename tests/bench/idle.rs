//! Idle terminals: what one costs the server in memory, and all of them in CPU.

use std::time::Duration;

use transom_protocol::limits;
use transom_tests::process::{cpu_s, memory};

use crate::ground::Ground;
use crate::report::{Report, median};
use crate::shell::{Browser, Shell};

const TERMINALS: usize = 200;
const QUIET: Duration = Duration::from_secs(10);

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let pid = ground.server.pid();
    let mut open = Vec::new();
    // The first one pays for what all share.
    open.push(shown(ground.browser().await?).await?);
    for build in 1..=TERMINALS.div_ceil(limits::SESSIONS_PER_BUILD) {
        ground.build(&format!("b{build}")).await?;
    }
    let before = memory(pid)?;
    for i in 0..TERMINALS {
        let build = format!("b{}", 1 + i / limits::SESSIONS_PER_BUILD);
        let token = ground.server.controller(&build).await?;
        open.push(shown(Browser::open(&ground.server, &token).await?).await?);
    }
    let after = memory(pid)?;
    let each = |after: u64, before: u64| after.saturating_sub(before) as f64 / TERMINALS as f64;
    report.say("transom_rss_per_terminal_kib", each(after.rss_kib, before.rss_kib));
    report.say("transom_pss_per_terminal_kib", each(after.pss_kib, before.pss_kib));
    report.say("transom_rss_with_200_mib", after.rss_kib as f64 / 1024.0);

    let cpu = cpu_s(pid)?;
    tokio::time::sleep(QUIET).await;
    report.say("transom_idle_cpu_percent", (cpu_s(pid)? - cpu) / QUIET.as_secs_f64() * 100.0);

    // What a gateway pays that runs an `ssh` for each.
    let mut clients = Vec::new();
    for _ in 0..5 {
        let mut ssh = ground.ssh()?;
        ssh.more().await?;
        clients.push(ssh);
    }
    let sizes: Result<Vec<_>, _> =
        clients.iter().map(|c| memory(c.pid()).map(|m| m.pss_kib as f64)).collect();
    report.say("ssh_pss_per_process_kib", median(&sizes?));
    Ok(())
}

async fn shown(mut browser: Browser) -> anyhow::Result<Browser> {
    browser.more().await?;
    Ok(browser)
}
