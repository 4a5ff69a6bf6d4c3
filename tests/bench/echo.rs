//! Echo: from a keystroke to the character on the screen, one at a time into `cat`; on its own, and
//! beside a flood in another terminal of the same gateway.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::JoinSet;
use transom_server::clock::tick;

use crate::ground::Ground;
use crate::report::Report;
use crate::shell::Shell;

const ROUNDS: usize = 5;
pub const KEYS_A_ROUND: usize = 60;
/// Nobody types faster, and everybody on the way has gone back to sleep by then.
const BETWEEN_KEYS: Duration = Duration::from_millis(10);

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let mut shells = BTreeMap::new();
    for way in ground.ways() {
        let mut shell = ground.open(way).await?;
        start_cat(&mut shell).await?;
        shells.insert(way, (shell, Vec::new()));
    }
    for _ in 0..ROUNDS {
        for (shell, took_ms) in shells.values_mut() {
            keys(shell, KEYS_A_ROUND, took_ms).await?;
        }
    }
    for (way, (_, took_ms)) in &shells {
        for percent in [50, 95, 99] {
            report.percentile(*way, &format!("idle, p{percent}"), "ms", took_ms, percent);
        }
    }
    let mut beside: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for _ in 0..ROUNDS {
        for (way, (shell, _)) in &mut shells {
            let mut flood = ground.open(*way).await?;
            flood.settle().await?;
            flood.type_text("yes 'a line of sixty characters, as a chatty test might print it.'\r").await?;
            flood.more().await?;
            // Its own task, as another tab is its own process.
            let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
            let mut reading = JoinSet::new();
            reading.spawn(async move {
                loop {
                    tokio::select! {
                        piece = flood.more() => drop(piece?),
                        _ = &mut stopped => return flood.line.end().await,
                    }
                }
            });
            keys(shell, KEYS_A_ROUND, beside.entry(*way).or_default()).await?;
            let _ = stop.send(());
            while let Some(ended) = reading.join_next().await {
                ended??;
            }
        }
    }
    for (way, took_ms) in &beside {
        for percent in [50, 95, 99] {
            report.percentile(*way, &format!("beside a flood, p{percent}"), "ms", took_ms, percent);
        }
    }
    Ok(())
}

/// Makes the terminal one that echoes, and nothing else.
pub async fn start_cat(shell: &mut Shell) -> anyhow::Result<()> {
    shell.settle().await?;
    shell.type_text("cat\r").await?;
    shell.until_ends_with("cat\r\n").await?;
    Ok(())
}

/// Presses keys, each when the one before is shown.
pub async fn keys(shell: &mut Shell, count: usize, took_ms: &mut Vec<f64>) -> anyhow::Result<()> {
    for key in (b'a'..=b'z').cycle().take(count) {
        tokio::time::sleep(BETWEEN_KEYS).await;
        let key = char::from(key).to_string();
        let began = tick();
        shell.type_text(&key).await?;
        shell.until_ends_with(&key).await?;
        took_ms.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(())
}
