//! A viewer that stops reading while the machine floods: memory, and whether the program goes on.

use std::time::Duration;

use transom_tests::process::{cpu_s, memory, written_bytes};

use crate::ground::Ground;
use crate::report::{Report, median};
use crate::shell::{Shell, settle};

const RUNS: usize = 5;
const FLOOD: Duration = Duration::from_secs(12);

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let (mut growth, mut rate, mut cpu) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let mut browser = ground.browser().await?;
        settle(&mut browser).await?;
        // The shell becomes the flood, so its process id is known.
        browser.type_text("echo $$ > pid; exec yes 'sixty characters of a line that nobody reads'\r").await?;
        let before = (memory(ground.server.pid())?, cpu_s(ground.server.pid())?);
        tokio::time::sleep(FLOOD / 3).await;
        let pid = std::fs::read_to_string(ground.machine.build_dir().join("pid"))?.trim().parse()?;
        let written = written_bytes(pid)?;
        tokio::time::sleep(FLOOD - FLOOD / 3).await;
        let late = (written_bytes(pid)? - written) as f64 / 1e6 / (FLOOD - FLOOD / 3).as_secs_f64();
        rate.push(late);
        let after = (memory(ground.server.pid())?, cpu_s(ground.server.pid())?);
        growth.push((after.0.rss_kib as f64 - before.0.rss_kib as f64) / 1024.0);
        cpu.push(after.1 - before.1);
    }
    report.say("transom_growth_first_mib", growth[0]);
    report.say("transom_growth_median_mib", median(&growth));
    report.say("transom_program_mb_per_s_while_stuck", median(&rate));
    report.say("transom_cpu_s_in_12_s", median(&cpu));
    Ok(())
}
