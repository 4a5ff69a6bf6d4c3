//! A program that counts: at which offset of its output each byte stands is known beforehand.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use transom_tests::PATIENCE;
use transom_tests::machine::Machine;
use transom_tests::process::written_bytes;
use transom_tests::tab::Tab;

/// Half a megabyte a second at most, so that a second without a connection stays within the log.
pub const PACED: &str =
    "i=0; while [ ! -e stop ]; do for k in {1..200}; do printf 'n%010d\\n' $((i++)); done; sleep 0.01; done";
/// As fast as it can.
pub const FLOOD: &str = "seq -f 'n%010.0f' 0 99999999999 & echo $! > pid; while [ ! -e stop ]; do sleep 0.05; done; kill $!; wait";

const LINE_BYTES: u64 = 13;

/// What is seen of it, held against what it must have printed.
pub struct Counter {
    began: u64,
    /// Offset of the next byte that is checked.
    at: u64,
    seen: u64,
    skipped: u64,
    /// What comes after the numbers.
    last_words: Option<Vec<u8>>,
}

impl Counter {
    /// Starts `script` in the tab's terminal, without echo.
    pub async fn start(tab: &mut Tab, machine: &Machine, script: &str) -> anyhow::Result<Self> {
        let all = format!("echo GO; {script}; echo; echo \"END $i\"; sync\n");
        std::fs::write(machine.build_dir().join("count.sh"), all)?;
        tab.type_text("stty -echo; exec bash count.sh 2>/dev/null\r").await?;
        let (mut head, mut from) = (Vec::new(), None);
        let go = b"GO\r\n";
        loop {
            let Some((offset, bytes)) = super::shown(tab.turn().await?)? else { continue };
            from.get_or_insert(offset);
            head.extend_from_slice(&bytes);
            if let Some(found) = head.windows(go.len()).position(|w| w == go) {
                let began = from.context("nowhere")? + (found + go.len()) as u64;
                let mut counter = Self { began, at: began, seen: 0, skipped: 0, last_words: None };
                counter.see(Some((began, head.split_off(found + go.len()))))?;
                return Ok(counter);
            }
        }
    }

    /// Waits until a flood has printed so many bytes more, whoever looks.
    pub async fn runs_on(&self, machine: &Machine, bytes: u64) -> anyhow::Result<()> {
        let running = async {
            let pid = loop {
                let text = std::fs::read_to_string(machine.build_dir().join("pid")).unwrap_or_default();
                match text.trim().parse() {
                    Ok(pid) => break pid,
                    Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
                }
            };
            let goal = written_bytes(pid)? + bytes;
            while written_bytes(pid)? < goal {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, running).await.context("the program is held up")?
    }

    /// Tells it to stop.
    pub fn stop(&self, machine: &Machine) -> anyhow::Result<()> {
        Ok(std::fs::write(machine.build_dir().join("stop"), "")?)
    }

    /// Holds a piece of output against what must stand there.
    pub fn see(&mut self, piece: Option<(u64, Vec<u8>)>) -> anyhow::Result<()> {
        let Some((offset, bytes)) = piece else { return Ok(()) };
        if let Some(last_words) = &mut self.last_words {
            ensure!(offset == self.at, "at {offset} instead of {}", self.at);
            last_words.extend_from_slice(&bytes);
            self.at += bytes.len() as u64;
            return Ok(());
        }
        ensure!(offset >= self.at, "{} came again at {offset}", self.at);
        self.skipped += offset - self.at;
        self.at = offset + bytes.len() as u64;
        let mut from = offset - self.began;
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let line = format!("n{:010}\r\n", from / LINE_BYTES);
            let wanted = &line.as_bytes()[(from % LINE_BYTES) as usize..];
            let len = wanted.len().min(rest.len());
            let same = wanted.iter().zip(rest).take_while(|(a, b)| a == b).count();
            self.seen += same as u64;
            if same < len {
                self.last_words = Some(rest[same..].to_vec());
                return Ok(());
            }
            from += len as u64;
            rest = &rest[len..];
        }
        Ok(())
    }

    /// Whether its last line has come.
    pub fn is_over(&self) -> bool {
        self.last_words.as_ref().is_some_and(|w| w.ends_with(b"\n") && w.windows(4).any(|w| w == b"END "))
    }

    /// How many bytes of numbers were seen, each at its place.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// How many bytes were never shown.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// How many bytes of numbers the program says that it printed.
    pub fn made(&self) -> anyhow::Result<u64> {
        let words = String::from_utf8(self.last_words.clone().context("it goes on")?)?;
        let lines = words.trim().strip_prefix("END ").with_context(|| format!("no numbers: {words:?}"))?;
        Ok(lines.parse::<u64>()? * LINE_BYTES)
    }
}
