//! Chromium, led by `tests/browser/bench/desktop.mjs`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use transom_tests::process::{cpu_s, tree_cpu_s};

/// No answer takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running browser.
pub struct Browser {
    child: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Browser {
    /// Why there is none here.
    pub fn why_not() -> Option<&'static str> {
        let is_there = directory().join("node_modules/@playwright/test").exists();
        (!is_there).then_some("tests/browser has no node_modules (npm ci)")
    }

    /// Starts it.
    pub fn start() -> anyhow::Result<Self> {
        let mut child = script("desktop.mjs")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("node is needed")?;
        let commands = child.stdin.take().context("no pipe to node")?;
        let answers = BufReader::new(child.stdout.take().context("no pipe from node")?).lines();
        Ok(Self { child, commands, answers })
    }

    /// Has it do something; returns its answer.
    pub async fn ask(&mut self, command: &Value) -> anyhow::Result<Value> {
        self.commands.write_all(format!("{command}\n").as_bytes()).await?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.next_line()).await;
        let answer = answer.with_context(|| format!("no answer to {command}"))??;
        let answer: Value = serde_json::from_str(&answer.context("the browser is gone")?)?;
        if let Some(why) = answer["failed"].as_str() {
            bail!("{command}: {why}");
        }
        Ok(answer)
    }

    /// How long its processes have run; not node's, which only leads it.
    pub fn cpu_s(&self) -> anyhow::Result<f64> {
        let pid = self.child.id().context("the browser is gone")?;
        Ok(tree_cpu_s(pid)? - cpu_s(pid)?)
    }
}

/// Draws the pictures that scenes are made of.
pub async fn draw_scenery(into: &Path) -> anyhow::Result<()> {
    let status = script("scenery.mjs").arg(into).status().await.context("node is needed")?;
    anyhow::ensure!(status.success(), "scenery.mjs: {status}");
    Ok(())
}

/// A page that shows a desktop through noVNC.
pub fn novnc_page() -> PathBuf {
    directory().join("bench/novnc.html")
}

fn script(name: &str) -> Command {
    let mut command = Command::new("node");
    command.arg(directory().join("bench").join(name)).current_dir(directory());
    command
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("browser")
}
