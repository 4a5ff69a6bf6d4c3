//! Viewers who join in the middle of a flood: each gets a screen that fits the output that follows it.

use anyhow::{Context as _, ensure};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use transom_protocol::limits;
use transom_tests::socket::Socket;

use super::counter::{self, Counter, line_at};
use super::{ground, shown};

const JOINS: usize = 20;
/// Of a screen of 24 rows, the last may be empty.
const ROWS_AT_LEAST: usize = 22;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_joins_a_flood_sees_a_screen_and_what_follows_it() -> anyhow::Result<()> {
    let (front, machine, mut tab) = ground().await?;
    let mut counter = Counter::start(&mut tab, &machine, counter::FLOOD).await?;
    // More than the log holds, so that nobody gets all there is.
    while counter.seen() < 4 * limits::SCROLLBACK_BYTES as u64 {
        counter.see(shown(tab.turn().await?)?)?;
    }
    let (began, session) = (counter.began(), tab.session().to_owned());
    let (stop, mut stopped) = oneshot::channel::<()>();
    let mut driving = JoinSet::new();
    driving.spawn(async move {
        while stopped.try_recv().is_err() {
            counter.see(shown(tab.turn().await?)?)?;
        }
        anyhow::Ok(())
    });
    let token = front.viewer("b1").await?;
    for join in 0..JOINS {
        let mut viewer = front.socket().await?.join(&token, &session, None).await?;
        viewer.until(|s| s.resets > 0 && !s.output.is_empty()).await?;
        fits(&viewer, began).with_context(|| format!("join {join}"))?;
    }
    let _ = stop.send(());
    while let Some(driven) = driving.join_next().await {
        driven??;
    }
    Ok(())
}

/// Whether screen and output are one run of numbers.
fn fits(viewer: &Socket, began: u64) -> anyhow::Result<()> {
    let from = viewer.offset - viewer.output.len() as u64;
    for (at, byte) in (from - began..).zip(&viewer.output) {
        let (line, column) = line_at(at);
        ensure!(line.as_bytes().get(column) == Some(byte), "output at {at} is not {line:?}");
    }
    let numbers = numbers(&String::from_utf8_lossy(&viewer.screen));
    ensure!(numbers.len() >= ROWS_AT_LEAST, "the screen has {} lines", numbers.len());
    for pair in numbers.windows(2) {
        ensure!(pair[1] == pair[0] + 1, "{} stands behind {}", pair[1], pair[0]);
    }
    // The newest number that had been printed whole.
    let (next, column) = ((from - began) / counter::LINE_BYTES, (from - began) % counter::LINE_BYTES);
    let newest = if column >= counter::LINE_BYTES - 2 { next } else { next - 1 };
    ensure!(numbers.last() == Some(&newest), "the screen ends with {:?}, not {newest}", numbers.last());
    Ok(())
}

/// All numbers on a screen, in order.
fn numbers(screen: &str) -> Vec<u64> {
    let digits = |text: &str| text.get(..10).and_then(|d| d.parse().ok());
    screen.split('n').filter_map(digits).collect()
}
