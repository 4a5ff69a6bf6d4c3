//! 500 idle terminals and 20 busy ones at once: what the idle ones' echo takes, and what grows.
//!
//! A busy terminal prints a log line by line, a megabyte a second, as a chatty build does, and its
//! viewer parses it at once. `crowd=1500` lets it run for 25 minutes, of which the last ten say what grows: by then
//! caches have filled, and the connections that were kept ready for nobody have ended (ten minutes,
//! `spare_idle_s`). The end of a connection touches memory that it had only reserved, once.

use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use transom_server::clock::tick;
use transom_tests::process::{cpu_s, memory};

use crate::echo::{keys, start_cat};
use crate::ground::Ground;
use crate::idle::{add_builds, build_of, shown};
use crate::line::Way;
use crate::report::{Report, percentile};
use crate::shell::Shell;

const IDLE: usize = 500;
const BUSY: usize = 20;
/// Of the idle ones, those that are typed into now and then.
const TYPED: usize = 20;
const KEYS: usize = 15;
/// Terminals that are opened before those that are open already are looked after.
const TENDED_EVERY: usize = 50;
/// Pages present a newer token long before the last one is over.
const RENEW_EVERY: Duration = Duration::from_secs(150);
/// What is kept of a busy terminal is there once its log is full.
const FULL: Duration = Duration::from_secs(10);
/// How long nothing may grow; before that there is time for caches to fill.
const STEADY: Duration = Duration::from_secs(600);
/// 200 lines of 100 bytes, fifty times a second. In perl: twenty loops in bash want more than a machine
/// has, and its own sshd would be what is measured.
const LOG: &str = "exec perl -e '$| = 1; my $log = join \"\", map { sprintf \"\\e[32m%09d\\e[0m %80s\\n\", $_, \"ok: compiled a module\" } 1 .. 200; while (1) { print $log; select undef, undef, undef, 0.02 }'\r";

pub async fn run(ground: &Ground, report: &mut Report, seconds: u64) -> anyhow::Result<()> {
    let pid = ground.server.pid();
    add_builds(ground, IDLE + BUSY).await?;
    // The first tokens are from now.
    let mut renewed = tick();
    let mut idle = Vec::new();
    for i in 0..IDLE {
        idle.push(shown(ground.open_of(Way::Transom, &build_of(i)).await?).await?);
        if i % TENDED_EVERY == 0 {
            tend(&mut idle).await?;
        }
    }
    for shell in idle.iter_mut().take(TYPED) {
        start_cat(shell).await?;
    }
    // What the machine itself makes of the crowd.
    let mut plain = ground.open(Way::Ssh).await?;
    start_cat(&mut plain).await?;
    let (mut alone, mut plain_alone, mut plain_crowded) = (Vec::new(), Vec::new(), Vec::new());
    for typed in 0..TYPED {
        keys(&mut idle[typed], KEYS, &mut alone).await?;
        keys(&mut plain, KEYS, &mut plain_alone).await?;
        tend(&mut idle).await?;
    }
    let (stop, stopped) = watch::channel(false);
    let (mut busy, mut tokens) = (JoinSet::new(), Vec::new());
    for i in IDLE..IDLE + BUSY {
        let mut shell = ground.open_of(Way::Transom, &build_of(i)).await?;
        shell.settle().await?;
        shell.type_text(LOG).await?;
        tend(&mut idle).await?;
        let mut stopped = stopped.clone();
        let (token, mut renewed) = watch::channel(String::new());
        tokens.push(token);
        busy.spawn(async move {
            let mut bytes = 0_u64;
            loop {
                tokio::select! {
                    piece = shell.more() => bytes += piece?.len() as u64,
                    _ = renewed.changed() => {
                        let token = renewed.borrow_and_update().clone();
                        shell.line.renew(&token).await?;
                    }
                    _ = stopped.changed() => {
                        shell.line.end().await?;
                        return anyhow::Ok(bytes);
                    }
                }
            }
        });
    }
    let warm = Duration::from_secs(seconds).saturating_sub(STEADY).max(FULL);
    let (mut crowded, mut sizes, began) = (Vec::new(), Vec::new(), tick());
    let mut cpu = cpu_s(pid)?;
    let mut settled = None;
    while began.elapsed() < Duration::from_secs(seconds) {
        for typed in 0..TYPED {
            keys(&mut idle[typed], KEYS, &mut crowded).await?;
            keys(&mut plain, KEYS, &mut plain_crowded).await?;
            tend(&mut idle).await?;
            if renewed.elapsed() > RENEW_EVERY {
                renewed = tick();
                for (i, shell) in idle.iter_mut().enumerate() {
                    shell.line.renew(&ground.server.controller(&build_of(i)).await?).await?;
                }
                for (i, token) in tokens.iter().enumerate() {
                    token.send_replace(ground.server.controller(&build_of(IDLE + i)).await?);
                }
            }
        }
        sizes.push(memory(pid)?.pss_kib as f64 / 1024.0);
        if settled.is_none() && began.elapsed() > warm {
            settled = Some(sizes.len() - 1);
            cpu = cpu_s(pid)?;
        }
    }
    let took_s = began.elapsed().as_secs_f64();
    cpu = (cpu_s(pid)? - cpu) / (took_s - warm.as_secs_f64()).max(1.0) * 100.0;
    let _ = stop.send(true);
    let mut bytes = 0;
    while let Some(ended) = busy.join_next().await {
        bytes += ended??;
    }
    let (calm, loaded) = (percentile(&alone, 95), percentile(&crowded, 95));
    let settled = *sizes.get(settled.unwrap_or(0)).context("too short")?;
    let last = *sizes.last().context("too short")?;
    report.percentile(Way::Transom, "echo of 500 idle terminals, p50", "ms", &alone, 50);
    report.percentile(Way::Transom, "echo of 500 idle terminals, p95", "ms", &alone, 95);
    report.percentile(Way::Transom, "the same beside 20 busy ones, p50", "ms", &crowded, 50);
    report.percentile(Way::Transom, "the same beside 20 busy ones, p95", "ms", &crowded, 95);
    report.say("p95 with and without the busy ones", "ratio", loaded / calm);
    report.percentile(Way::Ssh, "echo of 500 idle terminals, p50", "ms", &plain_alone, 50);
    report.percentile(Way::Ssh, "echo of 500 idle terminals, p95", "ms", &plain_alone, 95);
    report.percentile(Way::Ssh, "the same beside 20 busy ones, p50", "ms", &plain_crowded, 50);
    report.percentile(Way::Ssh, "the same beside 20 busy ones, p95", "ms", &plain_crowded, 95);
    report.say("output of the busy ones", "MB/s", bytes as f64 / 1e6 / took_s);
    report.say("server's CPU", "%", cpu);
    report.say("memory with all of them (PSS)", "MiB", settled);
    report.say("growth until the end", "MiB", last - settled);
    let half = *sizes.get(sizes.len() / 2).context("too short")?;
    report.say("of that, in the second half", "MiB", last - half);
    report.say("seconds", "s", took_s);
    report.say("of that, before growth is counted", "s", warm.as_secs_f64());
    Ok(())
}

/// Has every viewer answer what it was asked meanwhile.
async fn tend(shells: &mut [Shell]) -> anyhow::Result<()> {
    for shell in shells {
        shell.catch_up().await?;
    }
    Ok(())
}
