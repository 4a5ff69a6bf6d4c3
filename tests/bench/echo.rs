//! Echo: from a keystroke to the character on the screen, one at a time into `cat`.

use std::time::Duration;

use transom_server::clock::tick;

use crate::ground::Ground;
use crate::report::{Report, percentile};
use crate::shell::{Shell, settle, until_ends_with};

const ROUNDS: usize = 5;
const KEYS_A_ROUND: usize = 60;
/// Nobody types faster, and everybody on the way has gone back to sleep by then.
const BETWEEN_KEYS: Duration = Duration::from_millis(10);

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let (mut ssh, mut browser) = (ground.ssh()?, ground.browser().await?);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    start_cat(&mut ssh).await?;
    start_cat(&mut browser).await?;
    for _ in 0..ROUNDS {
        keys(&mut ssh, &mut theirs).await?;
        keys(&mut browser, &mut ours).await?;
    }
    report.compare("echo_p50_ms", &ours, &theirs);
    for (name, values) in [("transom", &ours), ("ssh", &theirs)] {
        report.say(&format!("{name}_echo_p95_ms"), percentile(values, 95));
        report.say(&format!("{name}_echo_p99_ms"), percentile(values, 99));
    }
    report.say("ratio_echo_p95_ms", percentile(&ours, 95) / percentile(&theirs, 95));
    Ok(())
}

/// Gives every keystroke back.
pub async fn start_cat(shell: &mut impl Shell) -> anyhow::Result<()> {
    settle(shell).await?;
    shell.type_text("cat\r").await?;
    until_ends_with(shell, "cat\r\n").await?;
    Ok(())
}

/// A round of keystrokes, and how long each took.
pub async fn keys(shell: &mut impl Shell, took_ms: &mut Vec<f64>) -> anyhow::Result<()> {
    for key in (b'a'..=b'z').cycle().take(KEYS_A_ROUND) {
        tokio::time::sleep(BETWEEN_KEYS).await;
        let key = char::from(key).to_string();
        let began = tick();
        shell.type_text(&key).await?;
        until_ends_with(shell, &key).await?;
        took_ms.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(())
}
