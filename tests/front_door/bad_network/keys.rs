//! Somebody who types numbered lines, one key at a time, into a program that keeps them.

use anyhow::{Context as _, ensure};
use transom_tests::machine::Machine;
use transom_tests::tab::{Tab, Turn};

/// Keys that are on their way at once: a fast typist on a slow network.
const ON_THE_WAY: u64 = 16;

/// What was typed, and what came back.
pub struct Keys {
    /// What is still to be typed of the current line.
    line: Vec<u8>,
    lines: u64,
    typed: String,
    seen: Vec<u8>,
}

impl Keys {
    /// Starts a program that writes what it reads to a file, while the terminal echoes.
    pub async fn start(tab: &mut Tab) -> anyhow::Result<Self> {
        tab.type_text("stty echo; echo G''O; exec cat > keys\r").await?;
        let mut seen = Vec::new();
        let go = b"GO\r\n";
        while !seen.windows(go.len()).any(|w| w == go) {
            if let Some((_, bytes)) = super::shown(tab.turn().await?)? {
                seen.extend_from_slice(&bytes);
            }
        }
        Ok(Self { line: Vec::new(), lines: 0, typed: String::new(), seen: Vec::new() })
    }

    /// How many keys were pressed.
    pub fn pressed(&self) -> usize {
        self.typed.len()
    }

    /// Presses keys until so many are on their way that nobody would press another.
    pub async fn press_what_fits(&mut self, tab: &mut Tab) -> anyhow::Result<()> {
        while tab.typed() < tab.applied + ON_THE_WAY {
            self.press(tab).await?;
        }
        Ok(())
    }

    /// Presses the next key.
    pub async fn press(&mut self, tab: &mut Tab) -> anyhow::Result<()> {
        if self.line.is_empty() {
            self.line = format!("\rk{:07}", self.lines).into_bytes();
            self.line.rotate_left(1);
            self.line.reverse();
            self.lines += 1;
        }
        let key = self.line.pop().map(char::from).context("no key")?.to_string();
        self.typed.push_str(&key);
        tab.type_text(&key).await
    }

    /// Keeps what came back.
    pub fn see(&mut self, piece: Option<(u64, Vec<u8>)>) {
        if let Some((_, bytes)) = piece {
            self.seen.extend_from_slice(&bytes);
        }
    }

    /// Ends the line and the program; waits until the terminal is gone.
    pub async fn finish(&mut self, tab: &mut Tab) -> anyhow::Result<()> {
        while !self.typed.ends_with('\r') {
            self.press(tab).await?;
        }
        tab.type_text("\x04").await?;
        loop {
            match tab.turn().await? {
                Turn::Output(_, bytes) => self.seen.extend_from_slice(&bytes),
                Turn::Else => {}
                Turn::Closed(closed) => {
                    ensure!(closed.code == 1000, "{closed:?}");
                    ensure!(tab.applied == tab.typed(), "{} of {}", tab.applied, tab.typed());
                    return Ok(());
                }
            }
        }
    }

    /// Holds what the machine has, and what the terminal showed, against what was typed.
    pub fn check(&self, machine: &Machine) -> anyhow::Result<()> {
        let kept = std::fs::read_to_string(machine.build_dir().join("keys"))?;
        ensure!(kept == self.typed.replace('\r', "\n"), "the machine has other input than was typed");
        let shown = String::from_utf8_lossy(&self.seen);
        ensure!(shown == self.typed.replace('\r', "\r\n"), "the terminal shows other keys than were typed");
        Ok(())
    }
}
