//! In Chromium: throughput, Ctrl-C, and the way from a click to the prompt. Done by
//! `tests/browser/bench/measure.mjs`, which needs `npm ci` there, and Chromium.

use std::path::Path;
use std::process::Stdio;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::bulk::write_log;
use crate::ground::Ground;
use crate::line::Way;
use crate::report::Report;

const LOG_BYTES: usize = 38_000_000;
pub async fn run(ground: &Ground, report: &mut Report) -> anyhow::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    if !here.join("node_modules/@playwright/test").exists() {
        println!("  skipped: tests/browser has no node_modules (npm ci)");
        return Ok(());
    }
    let lines = write_log(&ground.machine.build_dir().join("browser.log"), LOG_BYTES)?;
    let mut ways = Map::new();
    for way in [Way::Ttyd, Way::Wetty] {
        let path = if way == Way::Wetty { "wetty" } else { "" };
        if let Some(port) = ground.port(way) {
            ways.insert(way.name().to_owned(), json!(format!("http://127.0.0.1:{port}/{path}")));
        }
    }
    let plan = json!({
        "ways": ways,
        "transom": { "url": ground.server.url, "key": ground.server.key, "build": "b0" },
        "directory": ground.machine.build_dir(),
        "log": "browser.log",
        "log_bytes": LOG_BYTES as u64 + lines,
    });
    let mut child = Command::new("node")
        .arg(here.join("bench/measure.mjs"))
        .current_dir(&here)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .context("node is needed")?;
    let mut stdin = child.stdin.take().context("no pipe to node")?;
    stdin.write_all(plan.to_string().as_bytes()).await?;
    drop(stdin);
    let out = child.wait_with_output().await?;
    for line in String::from_utf8(out.stdout)?.lines() {
        let said: Value = serde_json::from_str(line)?;
        let name = said["way"].as_str().unwrap_or_default();
        let way = Way::ALL.into_iter().find(|w| w.name() == name).context("an unknown way")?;
        if let Some(why) = said["skipped"].as_str() {
            println!("  skipped: {name}: {why}");
            continue;
        }
        let values: Vec<f64> = serde_json::from_value(said["values"].clone())?;
        let measure = said["measure"].as_str().unwrap_or_default();
        match said["unit"].as_str() {
            Some("MB/s") => report.median(way, measure, "MB/s", &values),
            _ => {
                report.median(way, measure, "ms", &values);
                report.percentile(way, &format!("{measure}, p95"), "ms", &values, 95);
            }
        }
    }
    Ok(())
}
