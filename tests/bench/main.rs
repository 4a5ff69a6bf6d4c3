//! Transom beside plain `ssh` on the same sshd: what a terminal through the browser costs.
//!
//! `cargo build --release -p transom-server -p transom-tests`, then `cargo run --release
//! -p transom-tests --bin bench`, with names of subjects for some of them only. Figures go to `target/bench/*.json`. Everything
//! runs on the loopback of one host, in turns, so ratios say more than absolute figures.

mod bulk;
mod echo;
mod files;
mod ground;
mod idle;
mod interrupt;
mod prompt;
mod report;
mod shell;
mod stuck;

use anyhow::bail;

use ground::Ground;
use report::Report;

const SUBJECTS: &[&str] = &["bulk", "prompt", "echo", "interrupt", "stuck", "idle", "files"];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|w| !SUBJECTS.contains(&w.as_str())) {
        bail!("no subject {unknown}; there are {}", SUBJECTS.join(", "));
    }
    if wanted.is_empty() {
        wanted.extend(SUBJECTS.iter().map(|s| (*s).to_owned()));
    }
    for subject in wanted {
        let mut report = Report::new(&subject);
        // Each subject has a fresh server: no figure depends on what ran before.
        let ground = Ground::prepare().await?;
        match subject.as_str() {
            "bulk" => bulk::run(&ground, &mut report).await?,
            "prompt" => prompt::run(&ground, &mut report).await?,
            "echo" => echo::run(&ground, &mut report).await?,
            "interrupt" => interrupt::run(&ground, &mut report).await?,
            "files" => files::run(&ground, &mut report).await?,
            "stuck" => stuck::run(&ground, &mut report).await?,
            _ => idle::run(&ground, &mut report).await?,
        }
        report.finish()?;
    }
    Ok(())
}
