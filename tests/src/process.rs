//! The `transom` program as a process of its own, and what it costs.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use reqwest::Method;
use transom_server::clock::Clock;

use crate::PATIENCE;
use crate::ci::Ci;
use crate::lossy::LossyNetwork;
use crate::settings::Settings;

/// A running `transom serve`, killed when dropped.
pub struct Process {
    child: Child,
    ci: Ci,
    settings: Settings,
}

impl Deref for Process {
    type Target = Ci;

    fn deref(&self) -> &Ci {
        &self.ci
    }
}

impl Process {
    /// Starts the program beside this one, which cargo built in the same profile.
    ///
    /// # Errors
    /// Where it is not there or does not serve.
    pub async fn start(more: &str) -> anyhow::Result<Self> {
        let program = beside_this_one("transom")?;
        Self::run(Command::new(&program), Settings::write(more)?).await
    }

    /// The same at the far end of a bad line.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub async fn start_behind(network: &LossyNetwork) -> anyhow::Result<Self> {
        let program = beside_this_one("transom")?;
        let mut command = Command::new("ip");
        command.args(["netns", "exec", network.namespace()]).arg(&program);
        Self::run(command, Settings::write_at(network.far.into(), "")?).await
    }

    async fn run(mut command: Command, settings: Settings) -> anyhow::Result<Self> {
        let child = serve(&mut command, &settings)?;
        let ci = Ci::new(&settings, Clock::system())?;
        let process = Self { child, ci, settings };
        process.serves().await?;
        Ok(process)
    }

    /// One more process on the same store.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub async fn beside(&self) -> anyhow::Result<Self> {
        let program = beside_this_one("transom")?;
        Self::run(Command::new(&program), self.settings.beside()?).await
    }

    /// Kills it without a word (SIGKILL) and starts it anew on the same store.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn crash(&mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        self.child = serve(&mut Command::new(beside_this_one("transom")?), &self.settings)?;
        self.serves().await
    }

    async fn serves(&self) -> anyhow::Result<()> {
        for _ in 0..(PATIENCE.as_millis() / 20) {
            if self.send(Method::GET, "/healthz", "", None).await.is_ok_and(|r| r.status == 200) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("it does not serve: {}", self.log())
    }

    /// The origin of its pages.
    #[must_use]
    pub fn origin(&self) -> String {
        self.settings.origin()
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it logged.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.settings.dir().join("transom.log")).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(command: &mut Command, settings: &Settings) -> anyhow::Result<Child> {
    let log = fs::File::create(settings.dir().join("transom.log"))?;
    let command = command.arg("serve").arg("--config").arg(settings.file()).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    command.spawn().with_context(|| format!("cannot start {command:?}"))
}

/// Runs the program beside this one to its end.
///
/// # Errors
/// Where it is not there.
pub fn transom(arguments: &[&str]) -> anyhow::Result<Output> {
    let mut command = Command::new(beside_this_one("transom")?);
    let command = command.args(arguments).env_clear().stdin(Stdio::null());
    command.output().with_context(|| format!("cannot start {command:?}"))
}

fn beside_this_one(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let mut directory = own.parent().context("this program is nowhere")?;
    if directory.ends_with("deps") {
        directory = directory.parent().unwrap_or(directory);
    }
    let program = directory.join(name);
    ensure!(
        program.exists(),
        "{name} is not built: cargo build -p transom-server -p transom-tests in the same profile, then again"
    );
    Ok(program)
}

/// Memory of a process, in KiB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// Resident, with all of what it shares.
    pub rss_kib: u64,
    /// Resident, with its part of what it shares.
    pub pss_kib: u64,
}

/// The memory of process `pid`.
///
/// # Errors
/// Where there is no such process, or it is somebody else's.
pub fn memory(pid: u32) -> anyhow::Result<Memory> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = |name: &str| {
        let line = text.lines().find_map(|l| l.strip_prefix(name)).context("no such line in smaps")?;
        line.split_whitespace().next().and_then(|n| n.parse().ok()).context("no number in smaps")
    };
    Ok(Memory { rss_kib: line("Rss:")?, pss_kib: line("Pss:")? })
}

/// How long the threads of process `pid` have run, in seconds.
///
/// # Errors
/// Where there is no such process.
pub fn cpu_s(pid: u32) -> anyhow::Result<f64> {
    let mut run_ns = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        // A thread may end between the listing and the look.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        run_ns += text.split_whitespace().next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    }
    Ok(Duration::from_nanos(run_ns).as_secs_f64())
}

/// Process `pid` and all that it has started, directly or not.
///
/// # Errors
/// Where the processes cannot be listed.
pub fn tree(pid: u32) -> anyhow::Result<Vec<u32>> {
    let mut parents = Vec::new();
    for process in fs::read_dir("/proc")? {
        let process = process?;
        let Some(pid) = process.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(process.path().join("stat")) else { continue };
        // The name, in parentheses, may hold anything; state and parent follow.
        let parent = stat.rsplit(") ").next().and_then(|s| s.split(' ').nth(1)?.parse::<u32>().ok());
        parents.extend(parent.map(|parent| (parent, pid)));
    }
    let (mut tree, mut next) = (vec![pid], 0);
    while let Some(parent) = tree.get(next).copied() {
        tree.extend(parents.iter().filter(|(p, _)| *p == parent).map(|(_, pid)| *pid));
        next += 1;
    }
    Ok(tree)
}

/// How long `pid` and all that it has started and still runs have run, in seconds.
///
/// # Errors
/// Where there is no such process.
pub fn tree_cpu_s(pid: u32) -> anyhow::Result<f64> {
    // One that ended meanwhile has nothing to say.
    Ok(cpu_s(pid)? + tree(pid)?.iter().skip(1).filter_map(|p| cpu_s(*p).ok()).sum::<f64>())
}

/// The memory of `pid` and all that it has started.
///
/// # Errors
/// As [`memory`].
pub fn tree_memory(pid: u32) -> anyhow::Result<Memory> {
    let mut sum = memory(pid)?;
    for child in tree(pid)?.iter().skip(1).filter_map(|p| memory(*p).ok()) {
        sum.rss_kib += child.rss_kib;
        sum.pss_kib += child.pss_kib;
    }
    Ok(sum)
}

/// Bytes that process `pid` has written so far.
///
/// # Errors
/// Where there is no such process, or it is somebody else's.
pub fn written_bytes(pid: u32) -> anyhow::Result<u64> {
    let text = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("io"))?;
    let number = text.lines().find_map(|l| l.strip_prefix("wchar: ")).context("no wchar")?;
    Ok(number.trim().parse()?)
}
