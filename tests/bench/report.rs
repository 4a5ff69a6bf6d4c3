//! Figures: a table for people, JSON for machines.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

/// The figures of one subject. A figure's name ends with its unit.
pub struct Report {
    subject: String,
    load_before: String,
    figures: Map<String, Value>,
}

impl Report {
    /// An empty one.
    pub fn new(subject: &str) -> Self {
        println!("\n{subject}");
        Self { subject: subject.to_owned(), load_before: load(), figures: Map::new() }
    }

    /// A figure.
    pub fn say(&mut self, name: &str, figure: f64) {
        println!("  {name:<52} {figure:>12.3}");
        self.figures.insert(name.to_owned(), json!((figure * 1000.0).round() / 1000.0));
    }

    /// The median of `ours` and of `theirs`, all values, and the one divided by the other.
    pub fn compare(&mut self, name: &str, ours: &[f64], theirs: &[f64]) {
        let (transom, ssh) = (median(ours), median(theirs));
        self.say(&format!("transom_{name}"), transom);
        self.say(&format!("ssh_{name}"), ssh);
        self.say(&format!("ratio_{name}"), transom / ssh);
        self.figures.insert(format!("all_transom_{name}"), json!(ours));
        self.figures.insert(format!("all_ssh_{name}"), json!(theirs));
    }

    /// Writes `target/bench/<subject>.json`.
    pub fn finish(self) -> anyhow::Result<()> {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&directory)?;
        let all = json!({
            "subject": self.subject,
            "at": jiff::Timestamp::from_second(transom_server::clock::Clock::system().now().as_second())?,
            "build": if cfg!(debug_assertions) { "debug" } else { "release" },
            "machine": {
                "cores": std::thread::available_parallelism()?.get(),
                "processor": line_of("/proc/cpuinfo", "model name"),
                "memory_total": line_of("/proc/meminfo", "MemTotal"),
                "kernel": std::fs::read_to_string("/proc/sys/kernel/osrelease")?.trim(),
                "ssh": openssh(),
                "load_before": self.load_before,
                "load_after": load(),
            },
            "figures": self.figures,
        });
        let file = directory.join(format!("{}.json", self.subject));
        std::fs::write(&file, serde_json::to_string_pretty(&all)? + "\n")?;
        Ok(())
    }
}

/// The value in the middle.
pub fn median(values: &[f64]) -> f64 {
    percentile(values, 50)
}

/// The value that `percent` of the values do not exceed.
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

fn line_of(file: &str, name: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find(|l| l.starts_with(name)).and_then(|l| l.split_once(':'));
    line.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
}

fn openssh() -> String {
    let out = std::process::Command::new("ssh").arg("-V").output();
    out.map(|o| String::from_utf8_lossy(&o.stderr).trim().to_owned()).unwrap_or_default()
}
