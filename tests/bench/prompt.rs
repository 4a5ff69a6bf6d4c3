//! From connecting to the first byte of the shell's prompt.

use transom_server::clock::tick;

use crate::ground::Ground;
use crate::report::{Report, percentile};
use crate::shell::{Browser, Shell};

const RUNS: usize = 25;

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let began = tick();
        let mut ssh = ground.ssh()?;
        ssh.more().await?;
        theirs.push(began.elapsed().as_secs_f64() * 1000.0);
        drop(ssh);

        let token = ground.server.controller("b0").await?;
        let began = tick();
        let mut browser = Browser::open(&ground.server, &token).await?;
        browser.more().await?;
        ours.push(began.elapsed().as_secs_f64() * 1000.0);
        browser.type_text("exit\r").await?;
        let _ = browser.socket.closed().await;
    }
    report.compare("prompt_p50_ms", &ours, &theirs);
    report.say("transom_prompt_p95_ms", percentile(&ours, 95));
    report.say("ssh_prompt_p95_ms", percentile(&theirs, 95));
    Ok(())
}
