//! A shell on the machine, through one of the ways that are compared.

use std::future::Future;

use anyhow::{Context as _, bail};
use futures_util::FutureExt as _;
use transom_server::clock::tick;

use crate::line::Line;

/// What the shell shows when it waits.
pub const PROMPT: &str = "bench> ";

/// A page that shows a shell: it reads eagerly what comes, and parses in no time or at a fixed rate.
pub struct Shell {
    /// What leads to the machine.
    pub line: Line,
    /// Bytes a second that it parses; `None` for all that there are.
    rate: Option<f64>,
    received: u64,
    parsed: f64,
    last: tokio::time::Instant,
    /// The end of what came; all of it where it restores a screen.
    tail: Vec<u8>,
    tail_is_screen: bool,
}

/// As much of the end as anybody looks for.
const TAIL_BYTES: usize = 64;

impl Shell {
    /// A page that parses in no time.
    pub fn new(line: Line) -> Self {
        Self {
            line,
            rate: None,
            received: 0,
            parsed: 0.0,
            last: tick(),
            tail: Vec::new(),
            tail_is_screen: false,
        }
    }

    /// From now on it parses so many bytes a second.
    pub fn parses(&mut self, bytes_per_s: Option<f64>) {
        self.rate = bytes_per_s;
        self.last = tick();
    }

    /// Types.
    pub async fn type_text(&mut self, text: &str) -> anyhow::Result<()> {
        self.line.send(text).await
    }

    /// The next piece of output, parsed at once.
    pub async fn more(&mut self) -> anyhow::Result<Vec<u8>> {
        let mut until = None;
        loop {
            let piece = match self.line.receive().now_or_never() {
                Some(piece) => piece?,
                // As pages do: acknowledge when there is nothing left to parse.
                None => {
                    self.line.parsed(self.received, true).await?;
                    // Pings are no output.
                    let until = *until.get_or_insert_with(|| tick() + transom_tests::PATIENCE);
                    tokio::time::timeout_at(until, self.line.receive()).await.context("no output came")??
                }
            };
            self.take(&piece);
            self.line.parsed(self.received, false).await?;
            if !piece.is_empty() {
                return Ok(piece);
            }
        }
    }

    /// Takes what has come meanwhile, and answers it: a viewer that never does is taken for gone.
    pub async fn catch_up(&mut self) -> anyhow::Result<()> {
        while let Some(piece) = self.line.receive().now_or_never() {
            self.take(&piece?);
        }
        self.line.parsed(self.received, true).await
    }

    /// Takes what comes for a moment, then parses what fits into the time since the last turn.
    pub async fn turn(&mut self) -> anyhow::Result<()> {
        let Some(rate) = self.rate else { bail!("it parses at no rate") };
        let moment = tick() + std::time::Duration::from_millis(4);
        while let Ok(piece) = tokio::time::timeout_at(moment, self.line.receive()).await {
            let piece = piece?;
            if self.line.starts_over() {
                // What was queued is dropped, as Transom's page does.
                self.parsed = self.received as f64;
            }
            self.note(&piece);
        }
        let now = tick();
        let budget = now.duration_since(self.last).as_secs_f64() * rate;
        self.last = now;
        self.parsed = (self.parsed + budget).min(self.received as f64);
        self.line.parsed(self.parsed as u64, self.backlog() == 0).await
    }

    /// Parses a piece at once.
    fn take(&mut self, piece: &[u8]) {
        self.line.starts_over();
        self.note(piece);
        self.parsed = self.received as f64;
    }

    fn note(&mut self, piece: &[u8]) {
        self.received += piece.len() as u64;
        if self.line.is_screen() {
            if !self.tail_is_screen {
                self.tail.clear();
            }
            self.tail_is_screen = true;
            self.tail.extend_from_slice(piece);
        } else if !piece.is_empty() {
            if self.tail_is_screen {
                self.tail.clear();
            }
            self.tail_is_screen = false;
            self.tail.extend_from_slice(&piece[piece.len().saturating_sub(TAIL_BYTES)..]);
            self.tail.drain(..self.tail.len().saturating_sub(TAIL_BYTES));
        }
    }

    /// Whether `text` came last. A restored screen has it anywhere: where the cursor is, is said elsewhere.
    fn shows(&self, text: &str) -> bool {
        let text = text.as_bytes();
        self.tail.ends_with(text) || (self.tail_is_screen && self.tail.windows(text.len()).any(|w| w == text))
    }

    /// Bytes that are here and not parsed yet.
    pub fn backlog(&self) -> u64 {
        self.received - self.parsed as u64
    }

    /// Whether the prompt was the last that came, and is parsed.
    pub fn rests(&self) -> bool {
        self.backlog() == 0 && self.shows(PROMPT)
    }

    /// Waits until the output ends with `text`; returns how many bytes came.
    pub async fn until_ends_with(&mut self, text: &str) -> anyhow::Result<u64> {
        let mut bytes = 0;
        self.tail.clear();
        while !self.shows(text) {
            bytes += self.more().await?.len() as u64;
        }
        Ok(bytes)
    }

    /// Goes to the build directory; gives the shell a plain prompt and no line editor.
    pub async fn settle(&mut self) -> anyhow::Result<()> {
        let directory = self.line.directory().display().to_string();
        // What is typed before a gateway's `ssh` has its terminal set may be lost with that.
        if self.received == 0 {
            self.more().await?;
        }
        // In two pieces, so that the echo of the command is not taken for the prompt.
        self.type_text(&format!(
            "cd '{directory}'; PS1='bench'\"> \"; PROMPT_COMMAND=; set +o emacs; bind 'set enable-bracketed-paste off'\r"
        ))
        .await?;
        self.until_ends_with(PROMPT).await?;
        Ok(())
    }
}

/// How a kind of viewer talks to its gateway.
pub trait Viewer {
    /// Types.
    fn send(&mut self, text: &str) -> impl Future<Output = anyhow::Result<()>> + Send;
    /// The next piece of output. Dropping the future loses nothing.
    fn receive(&mut self) -> impl Future<Output = anyhow::Result<Vec<u8>>> + Send;
    /// Of all that was received, so much is parsed; and whether that is all there is.
    fn parsed(&mut self, bytes: u64, all: bool) -> impl Future<Output = anyhow::Result<()>> + Send;
}
