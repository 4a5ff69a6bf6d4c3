//! Ctrl-C during `yes`: how long until the viewer has parsed the last byte of the flood.

use std::time::Duration;

use anyhow::{bail, ensure};
use tokio::time::Instant;
use transom_protocol::limits;
use transom_server::clock::tick;

use crate::ground::Ground;
use crate::report::{Report, percentile};
use crate::shell::{Browser, PROMPT, Shell, settle, until_ends_with};

const RUNS: usize = 5;
const FLOOD: Duration = Duration::from_secs(3);
const FLOODING: &str = "yes 'a line of sixty characters, as a chatty test might print it.'\r";
const SLOW_BYTES_PER_S: f64 = 5e6;

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let (mut ours, mut theirs, mut slow, mut backlog) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        theirs.push(instant(&mut ground.ssh()?).await?);
        ours.push(instant(&mut ground.browser().await?).await?);
        let (took_ms, held) = paced(ground.browser().await?).await?;
        slow.push(took_ms);
        backlog = held.max(backlog);
    }
    report.compare("interrupt_instant_viewer_ms", &ours, &theirs);
    report.say("transom_interrupt_5mb_per_s_viewer_ms", percentile(&slow, 50));
    report.say("transom_interrupt_5mb_per_s_viewer_worst_ms", percentile(&slow, 100));
    report.say("transom_interrupt_5mb_per_s_backlog_bytes", backlog as f64);
    Ok(())
}

async fn instant(shell: &mut impl Shell) -> anyhow::Result<f64> {
    settle(shell).await?;
    shell.type_text(FLOODING).await?;
    let until = tick() + FLOOD;
    while tick() < until {
        shell.more().await?;
    }
    let began = tick();
    shell.type_text("\x03").await?;
    until_ends_with(shell, PROMPT).await?;
    Ok(began.elapsed().as_secs_f64() * 1000.0)
}

/// A page that reads its socket eagerly and parses at a fixed rate.
struct Page {
    browser: Browser,
    parsed: f64,
    acked: u64,
    resets: u32,
    last: Instant,
    tail: Vec<u8>,
}

impl Page {
    /// Handles what the socket brings for a moment, then parses what fits into that time.
    async fn turn(&mut self) -> anyhow::Result<()> {
        let moment = tick() + Duration::from_millis(4);
        while let Ok(step) = tokio::time::timeout_at(moment, self.browser.socket.step()).await {
            let socket = &self.browser.socket;
            if let Some(closed) = step? {
                bail!("{closed:?}");
            }
            if self.resets != socket.resets {
                // What was queued is dropped, as the page does.
                self.resets = socket.resets;
                self.parsed = socket.offset as f64;
                self.acked = socket.offset;
            }
            self.tail.extend_from_slice(&socket.output);
            self.tail.drain(..self.tail.len().saturating_sub(PROMPT.len()));
        }
        let now = tick();
        let budget = now.duration_since(self.last).as_secs_f64() * SLOW_BYTES_PER_S;
        self.last = now;
        let offset = self.browser.socket.offset;
        self.parsed = (self.parsed + budget).min(offset as f64);
        let parsed = self.parsed as u64;
        if parsed - self.acked >= limits::ACK_EVERY_BYTES || (parsed == offset && parsed > self.acked) {
            self.acked = parsed;
            self.browser.socket.ack_to(parsed).await?;
        }
        Ok(())
    }

    fn backlog(&self) -> u64 {
        self.browser.socket.offset - self.parsed as u64
    }
}

async fn paced(mut browser: Browser) -> anyhow::Result<(f64, u64)> {
    settle(&mut browser).await?;
    let socket = &browser.socket;
    let (parsed, acked, resets) = (socket.offset as f64, socket.offset, socket.resets);
    let mut page = Page { browser, parsed, acked, resets, last: tick(), tail: Vec::new() };
    page.browser.type_text(FLOODING).await?;
    let until = tick() + FLOOD;
    while tick() < until {
        page.turn().await?;
    }
    let backlog = page.backlog();
    ensure!(backlog > 0, "the page was not behind");
    let began = tick();
    page.browser.type_text("\x03").await?;
    while page.backlog() > 0 || !page.tail.ends_with(PROMPT.as_bytes()) {
        page.turn().await?;
    }
    Ok((began.elapsed().as_secs_f64() * 1000.0, backlog))
}
