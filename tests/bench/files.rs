//! Files: a gigabyte both ways beside plain `sftp`, its hash, and what a terminal feels of it meanwhile.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::{Body, Method};
use ring::digest::{Context, SHA256};
use tokio::process::Command;
use tokio::sync::oneshot;
use transom_server::clock::tick;
use transom_tests::files::noise;
use transom_tests::process::{cpu_s, memory};

use crate::echo::{KEYS_A_ROUND, keys, start_cat};
use crate::ground::Ground;
use crate::line::Way;
use crate::report::{Report, percentile};
use crate::shell::Shell;

const FILE_BYTES: u64 = 1_000_000_000;
const RUNS: usize = 2;
const BLOCK_BYTES: usize = 1_000_000;
const QUIET_ROUNDS: usize = 5;

/// What one direction took.
#[derive(Default)]
struct Direction {
    ours_mb_per_s: Vec<f64>,
    sftp_mb_per_s: Vec<f64>,
    cpu_s_per_gb: Vec<f64>,
    echo_ms: Vec<f64>,
    echo_beside_sftp_ms: Vec<f64>,
}

pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let place = ground.machine.build_dir();
    let (source, target) = (place.join("source"), place.join("target"));
    let hash = write_file(&source)?;
    let mut quiet_ms = Vec::new();
    let mut shell = terminal(ground).await?;
    for _ in 0..QUIET_ROUNDS {
        keys(&mut shell, KEYS_A_ROUND, &mut quiet_ms).await?;
    }
    drop(shell);
    let pid = ground.server.pid();
    let before = memory(pid)?.rss_kib;
    let (mut down, mut up, mut most_kib) = (Direction::default(), Direction::default(), 0);
    for _ in 0..RUNS {
        let cpu = cpu_s(pid)?;
        let (took_s, fetched) = beside(ground, &mut down.echo_ms, download(ground).await?).await?;
        ensure!(fetched == hash, "what was fetched differs");
        down.cpu_s_per_gb.push(cpu_s(pid)? - cpu);
        down.ours_mb_per_s.push(mb_per_s(took_s));
        most_kib = most_kib.max(memory(pid)?.rss_kib);
        let get = format!("get {} /dev/null\n", source.display());
        let (took_s, ()) = beside(ground, &mut down.echo_beside_sftp_ms, sftp(ground, &get)?).await?;
        down.sftp_mb_per_s.push(mb_per_s(took_s));

        let cpu = cpu_s(pid)?;
        let (took_s, ()) = beside(ground, &mut up.echo_ms, upload(ground, &source).await?).await?;
        ensure!(hash_of(&target)? == hash, "what was put differs");
        up.cpu_s_per_gb.push(cpu_s(pid)? - cpu);
        up.ours_mb_per_s.push(mb_per_s(took_s));
        most_kib = most_kib.max(memory(pid)?.rss_kib);
        std::fs::remove_file(&target)?;
        let put = format!("put {} {}\n", source.display(), target.display());
        let (took_s, ()) = beside(ground, &mut up.echo_beside_sftp_ms, sftp(ground, &put)?).await?;
        up.sftp_mb_per_s.push(mb_per_s(took_s));
        std::fs::remove_file(&target)?;
    }
    report.percentile(Way::Transom, "echo, quiet, p95", "ms", &quiet_ms, 95);
    let quiet = percentile(&quiet_ms, 95);
    for (name, direction) in [("download", &down), ("upload", &up)] {
        report.median(Way::Transom, name, "MB/s", &direction.ours_mb_per_s);
        report.median(Way::Ssh, name, "MB/s", &direction.sftp_mb_per_s);
        report.median(Way::Transom, &format!("{name}, CPU"), "s/GB", &direction.cpu_s_per_gb);
        let (ours, sftp) = (&direction.echo_ms, &direction.echo_beside_sftp_ms);
        report.percentile(Way::Transom, &format!("echo, {name}, p95"), "ms", ours, 95);
        report.percentile(Way::Transom, &format!("echo, beside sftp's {name}, p95"), "ms", sftp, 95);
        report.say(&format!("echo, {name} to quiet, p95"), "ratio", percentile(ours, 95) / quiet);
    }
    report.say("memory, growth", "MiB", most_kib.saturating_sub(before) as f64 / 1024.0);
    Ok(())
}

fn mb_per_s(took_s: f64) -> f64 {
    FILE_BYTES as f64 / 1e6 / took_s
}

async fn terminal(ground: &Ground) -> anyhow::Result<Shell> {
    let mut shell = ground.open(Way::Transom).await?;
    start_cat(&mut shell).await?;
    Ok(shell)
}

/// Types into a terminal of its own while `work` goes on in a thread of its own, which nobody's
/// keystrokes wait for. Returns how long the work took.
async fn beside<T: Send + 'static>(
    ground: &Ground,
    took_ms: &mut Vec<f64>,
    work: impl Future<Output = anyhow::Result<T>> + Send + 'static,
) -> anyhow::Result<(f64, T)> {
    let mut shell = terminal(ground).await?;
    let (done, mut outcome) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let worker = std::thread::spawn(move || {
        let began = tick();
        let result = runtime.block_on(work);
        let _ = done.send(result.map(|value| (began.elapsed().as_secs_f64(), value)));
    });
    loop {
        keys(&mut shell, KEYS_A_ROUND, took_ms).await?;
        match outcome.try_recv() {
            Ok(result) => {
                let _ = worker.join();
                return result;
            }
            Err(oneshot::error::TryRecvError::Empty) => {}
            Err(oneshot::error::TryRecvError::Closed) => anyhow::bail!("the transfer's thread is gone"),
        }
    }
}

async fn request(ground: &Ground, method: Method, name: &str) -> anyhow::Result<reqwest::RequestBuilder> {
    let token = ground.server.filer("b0").await?;
    let url = format!("{}/api/v1/builds/b0/files/content?path={name}", ground.server.url);
    Ok(reqwest::Client::new().request(method, url).bearer_auth(token))
}

/// Fetches the file; returns the hash of what came.
async fn download(
    ground: &Ground,
) -> anyhow::Result<impl Future<Output = anyhow::Result<String>> + Send + 'static> {
    let request = request(ground, Method::GET, "source").await?;
    Ok(async move {
        let response = request.send().await?.error_for_status()?;
        ensure!(response.content_length() == Some(FILE_BYTES));
        let (mut hash, mut pieces) = (Context::new(&SHA256), response.bytes_stream());
        while let Some(piece) = pieces.next().await {
            hash.update(&piece?);
        }
        Ok(hex(hash))
    })
}

/// Puts the file, read from the disk as it goes.
async fn upload(
    ground: &Ground,
    source: &Path,
) -> anyhow::Result<impl Future<Output = anyhow::Result<()>> + Send + 'static> {
    let request = request(ground, Method::PUT, "target").await?;
    let file = File::open(source)?;
    Ok(async move {
        let blocks = futures_util::stream::unfold(file, |mut file| async move {
            let mut block = vec![0; 256 * 1024];
            match file.read(&mut block) {
                Ok(0) => None,
                Ok(len) => {
                    block.truncate(len);
                    Some((Ok(Bytes::from(block)), file))
                }
                Err(error) => Some((Err(error), file)),
            }
        });
        let request = request.header("content-length", FILE_BYTES).body(Body::wrap_stream(blocks));
        request.send().await?.error_for_status()?;
        Ok(())
    })
}

/// Runs a batch of plain `sftp` with the cipher that the server prefers.
fn sftp(
    ground: &Ground,
    batch: &str,
) -> anyhow::Result<impl Future<Output = anyhow::Result<()>> + Send + 'static> {
    let file: PathBuf = ground.machine.path("batch");
    std::fs::write(&file, batch)?;
    let mut command = Command::new("sftp");
    command
        .args(["-q", "-F", "none", "-c", "aes128-gcm@openssh.com", "-P", &ground.machine.port.to_string()])
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .args(["-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "-i"])
        .arg(ground.key())
        .arg("-b")
        .arg(&file)
        .arg(format!("{}@127.0.0.1", ground.machine.user))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    Ok(async move {
        let status = command.status().await.context("OpenSSH's sftp is needed")?;
        ensure!(status.success(), "sftp: {status}");
        Ok(())
    })
}

/// Writes a file without a pattern; returns its hash.
fn write_file(path: &Path) -> anyhow::Result<String> {
    let (mut file, mut hash) = (File::create(path)?, Context::new(&SHA256));
    let mut block = noise(BLOCK_BYTES);
    for number in 0..FILE_BYTES / BLOCK_BYTES as u64 {
        block[..8].copy_from_slice(&number.to_le_bytes());
        hash.update(&block);
        file.write_all(&block)?;
    }
    Ok(hex(hash))
}

fn hash_of(path: &Path) -> anyhow::Result<String> {
    let (mut file, mut hash, mut block) = (File::open(path)?, Context::new(&SHA256), vec![0; BLOCK_BYTES]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(hash)),
            len => hash.update(&block[..len]),
        }
    }
}

fn hex(hash: Context) -> String {
    hash.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
