//! Figures: a table for people, JSON for machines.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::line::Way;

/// The figures of one subject.
pub struct Report {
    subject: String,
    load_before: String,
    measures: Vec<Measure>,
}

/// One thing that was measured, in each way.
struct Measure {
    name: String,
    unit: &'static str,
    ways: BTreeMap<Way, Figure>,
}

struct Figure {
    value: f64,
    all: Vec<f64>,
}

impl Report {
    /// An empty one.
    pub fn new(subject: &str) -> Self {
        println!("\n{subject}");
        Self { subject: subject.to_owned(), load_before: load(), measures: Vec::new() }
    }

    /// The median of `values`.
    pub fn median(&mut self, way: Way, name: &str, unit: &'static str, values: &[f64]) {
        self.percentile(way, name, unit, values, 50);
    }

    /// The value that `percent` of `values` do not exceed.
    pub fn percentile(&mut self, way: Way, name: &str, unit: &'static str, values: &[f64], percent: usize) {
        let value = percentile(values, percent);
        println!("  {:<44} {:>9} {value:>12.3} {unit}", name, way.name());
        let figure = Figure { value, all: values.to_vec() };
        let at = self.measures.iter().position(|m| m.name == name).unwrap_or_else(|| {
            self.measures.push(Measure { name: name.to_owned(), unit, ways: BTreeMap::new() });
            self.measures.len() - 1
        });
        self.measures[at].ways.insert(way, figure);
    }

    /// A figure that was taken once.
    pub fn say_of(&mut self, way: Way, name: &str, unit: &'static str, value: f64) {
        self.median(way, name, unit, &[value]);
    }

    /// A figure about the server under test only.
    pub fn say(&mut self, name: &str, unit: &'static str, value: f64) {
        self.say_of(Way::Transom, name, unit, value);
    }

    /// The figures as rows of a table: name, unit, and a cell for each way, with the ratio to what it is measured by.
    pub fn rows(&self) -> Vec<Vec<String>> {
        let row = |m: &Measure| {
            let base = m.base().filter(|(_, value)| *value > 0.0);
            let cell = |way: Way| match (m.ways.get(&way), base) {
                (None, _) => "-".to_owned(),
                (Some(f), Some((of, base))) if way != of => format!("{:.2} ({:.2})", f.value, f.value / base),
                (Some(f), _) => format!("{:.2}", f.value),
            };
            let head = vec![format!("{}: {}", self.subject, m.name), m.unit.to_owned()];
            head.into_iter().chain(Way::ALL.map(cell)).collect()
        };
        self.measures.iter().map(row).collect()
    }

    /// Writes `target/bench/<subject>.json`.
    pub fn finish(&self) -> anyhow::Result<()> {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
        std::fs::create_dir_all(&directory)?;
        let figures: Map<String, Value> = self.measures.iter().map(|m| (m.name.clone(), m.json())).collect();
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
            "figures": figures,
        });
        let file = directory.join(format!("{}.json", self.subject));
        std::fs::write(&file, serde_json::to_string_pretty(&all)? + "\n")?;
        Ok(())
    }
}

impl Measure {
    /// What others are measured by: the plain way to a shell, or the peer of desktops.
    fn base(&self) -> Option<(Way, f64)> {
        [Way::Ssh, Way::Novnc].into_iter().find_map(|way| Some((way, self.ways.get(&way)?.value)))
    }

    fn json(&self) -> Value {
        let base = self.base();
        let ratio = base.map_or("of_ssh".to_owned(), |(way, _)| format!("of_{}", way.name()));
        let rounded = |v: f64| json!((v * 1000.0).round() / 1000.0);
        let of = |figure: &Figure| {
            let all: Vec<_> = figure.all.iter().map(|v| rounded(*v)).collect();
            let of_base = base.map(|(_, value)| rounded(figure.value / value));
            json!({ "value": rounded(figure.value), &ratio: of_base, "all": all })
        };
        let ways: Map<String, Value> = self.ways.iter().map(|(w, f)| (w.name().to_owned(), of(f))).collect();
        json!({ "unit": self.unit, "ways": ways })
    }
}

/// Prints all figures, one measure a line.
pub fn print(rows: &[Vec<String>]) {
    let mut head =
        vec!["median, where nothing else is said (of ssh, or of novnc)".to_owned(), "unit".to_owned()];
    head.extend(Way::ALL.map(|w| w.name().to_owned()));
    let all: Vec<_> = std::iter::once(&head).chain(rows).collect();
    let width = |column: usize| all.iter().filter_map(|r| r.get(column)).map(String::len).max().unwrap_or(0);
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    println!();
    for row in all {
        let cells = row.iter().zip(&widths).enumerate();
        let text: Vec<_> = cells
            .map(
                |(i, (cell, width))| {
                    if i < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                },
            )
            .collect();
        println!("{}", text.join("  "));
    }
}

/// The value that `percent` of the values do not exceed.
pub fn percentile(values: &[f64], percent: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// What the system says of its load: averages, and how many run.
pub fn load() -> String {
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
