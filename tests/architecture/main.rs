//! Which way things point: the rules of the tree, read from the source itself.

#![allow(missing_docs, reason = "tests are named as sentences")]

mod source;

use std::path::{Path, PathBuf};

use source::{Source, files, of_crate};

/// Lines at which a file has a second subject.
const MOST_LINES: usize = 400;
/// Lines from which a file is listed, for whoever looks.
const MANY_LINES: usize = 250;

/// What each part of the server may call. Parts that are put together from all (`main`, `lib`,
/// `server`) stand aside.
const CALLS: &[(&str, &[&str])] = &[
    (
        "api",
        &[
            "access",
            "backend",
            "clock",
            "config",
            "door",
            "keys",
            "lifetime",
            "random",
            "recording",
            "session",
            "store",
            "telemetry",
        ],
    ),
    (
        "door",
        &[
            "access",
            "backend",
            "clock",
            "config",
            "hooks",
            "jwks",
            "keys",
            "lifetime",
            "random",
            "recording",
            "session",
            "store",
        ],
    ),
    ("hooks", &["backend", "clock", "config", "keys", "lifetime", "random", "store"]),
    ("session", &["access", "backend", "clock", "lifetime", "picture", "recording", "shard"]),
    ("recording", &["keys", "seal", "shard"]),
    ("shard", &["lifetime"]),
    ("backend", &["access", "clock", "picture", "random"]),
    ("picture", &[]),
    ("store", &["access", "config", "keys", "seal"]),
    ("config", &["access", "keys"]),
    ("jwks", &["access", "lifetime"]),
    ("telemetry", &["recording", "session"]),
    ("tls", &["config"]),
    ("seal", &["keys"]),
    ("keys", &[]),
    ("access", &[]),
    ("clock", &[]),
    ("lifetime", &[]),
    ("random", &[]),
];
const PUT_TOGETHER: &[&str] = &["main", "lib", "server"];

/// Where a crate from outside may be named, and nowhere else.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("axum", &["api", "server", "tls"]),
    ("hyper", &["api", "server", "tls"]),
    ("hyper_util", &["api", "server", "tls"]),
    ("http", &["api", "server", "tls"]),
    ("tower", &["api", "server", "tls"]),
    ("tower_http", &["api", "server", "tls"]),
    ("utoipa_axum", &["api"]),
    ("sqlx", &["store"]),
    ("russh", &["backend/ssh"]),
    ("rustls", &["tls", "server", "keys", "backend/vnc"]),
    ("zstd", &["picture", "recording"]),
    ("turbojpeg", &["picture"]),
    ("clap", &["main"]),
    ("anyhow", &["main"]),
];

/// Parts that know neither tasks nor sockets: time, and what came, are arguments.
const PURE: &[&str] =
    &["access", "session/terminal/screen", "session/terminal/scrollback", "session/seat", "keys", "seal"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn server() -> Vec<Source> {
    let all = of_crate(&root().join("server/src"));
    all.into_iter().filter(|s| !s.is_test).collect()
}

fn none(violations: Vec<String>) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

fn violations<'s>(sources: &'s [Source], rule: impl Fn(&'s Source) -> Vec<String>) -> Vec<String> {
    sources.iter().flat_map(|s| rule(s).into_iter().map(|v| format!("{}: {v}", s.file))).collect()
}

#[test]
fn calls_go_one_way_between_the_parts_of_the_server() {
    let sources = server();
    let parts: Vec<_> = CALLS.iter().map(|(part, _)| *part).chain(PUT_TOGETHER.iter().copied()).collect();
    none(violations(&sources, |source| {
        let top = source.top();
        if PUT_TOGETHER.contains(&top) {
            return Vec::new();
        }
        let Some((_, may)) = CALLS.iter().find(|(part, _)| *part == top) else {
            return vec![format!("{top} is a new part: say in CALLS what it may call")];
        };
        let called = source.paths.iter().filter(|p| p[0] == "crate").map(|p| p[1].as_str());
        let wrong = called.filter(|c| *c != top && parts.contains(c) && !may.contains(c));
        let mut wrong: Vec<_> = wrong.map(|c| format!("{top} may not call {c}")).collect();
        wrong.dedup();
        wrong
    }));
}

#[test]
fn crates_from_outside_stay_where_they_belong() {
    let sources = server();
    none(violations(&sources, |source| {
        let named = ONLY_IN.iter().filter(|(krate, places)| source.names(&[krate]) && !source.is_in(places));
        named.map(|(krate, places)| format!("says {krate}, which only {places:?} may")).collect()
    }));
}

#[test]
fn decisions_and_surfaces_know_no_runtime() {
    let sources = server();
    none(violations(&sources, |source| {
        let runtimes = ["tokio", "tokio_util", "futures_util"];
        let said = runtimes.iter().filter(|r| source.is_in(PURE) && source.names(&[r]));
        said.map(|r| format!("says {r}")).collect()
    }));
}

#[test]
fn the_store_is_reached_from_few_places() {
    let sources = server();
    none(violations(&sources, |source| {
        let may = source.is_in(&["store", "door", "hooks", "api/audit", "api/admin/builds", "api/health"])
            || PUT_TOGETHER.contains(&source.top());
        let reaches = source.names(&["crate", "store"]);
        if reaches && !may { vec!["reaches into the store".into()] } else { Vec::new() }
    }));
}

#[test]
fn sql_is_written_in_the_store_only() {
    let sources = server();
    none(violations(&sources, |source| {
        let is_sql = |s: &&String| {
            ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE "].iter().any(|word| s.contains(word))
        };
        let outside = source.strings.iter().filter(|_| !source.is_in(&["store"])).filter(is_sql);
        outside.map(|s| format!("has SQL: {s}")).collect()
    }));
}

#[test]
fn back_ends_know_nothing_of_each_other_and_nobody_compares_their_names() {
    let sources = server();
    // Not a back end each, but what all of them stand on.
    let aside = ["dial", "desktop"];
    let names: Vec<_> = sources
        .iter()
        .filter_map(|s| s.file.strip_prefix("backend/")?.strip_suffix(".rs"))
        .filter(|name| !name.contains('/') && !aside.contains(name))
        .collect();
    assert!(names.contains(&"ssh"));
    none(violations(&sources, |source| {
        let mut wrong = Vec::new();
        for name in &names {
            let own = format!("backend/{name}");
            if source.is_in(&["backend"])
                && source.file != "backend.rs"
                && !source.is_in(&[&own])
                && source.names(&["crate", "backend", name])
            {
                wrong.push(format!("knows the back end {name}"));
            }
            if !source.is_in(&[&own]) && source.strings.iter().any(|s| s == name) {
                wrong.push(format!("says {name:?}: ask the list of back ends"));
            }
        }
        wrong
    }));
}

#[test]
fn no_task_runs_outside_a_lifetime() {
    let sources = server();
    none(violations(&sources, |source| {
        let spawns: [&[&str]; 5] = [
            &["tokio", "spawn"],
            &["tokio", "task", "spawn"],
            &["tokio", "task", "spawn_local"],
            &["tokio", "task", "JoinSet"],
            &["std", "thread", "spawn"],
        ];
        let found = spawns.iter().filter(|path| !source.is_in(&["lifetime"]) && source.names(path));
        found.map(|path| path.join("::")).collect()
    }));
}

#[test]
fn protocol_is_pure_and_knows_nobody() {
    let sources: Vec<_> = of_crate(&root().join("protocol/src")).into_iter().filter(|s| !s.is_test).collect();
    none(violations(&sources, |source| {
        let effects = ["net", "fs", "io", "time", "env", "thread", "process", "os"];
        let said = effects.iter().filter(|e| source.names(&["std", e]));
        said.map(|e| format!("says std::{e}")).collect()
    }));
    let manifest = std::fs::read_to_string(root().join("protocol/Cargo.toml")).unwrap();
    let section = manifest.split("[dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let compute = [
        "aes",
        "chacha20",
        "crypto-bigint",
        "des",
        "eax",
        "flate2",
        "md-5",
        "rsa",
        "sha1",
        "sha2",
        "zeroize",
        "zune-jpeg",
    ];
    let describe = ["bytes", "serde", "serde_json", "thiserror", "ts-rs"];
    for line in section.lines().filter(|l| !l.is_empty()) {
        let name = line.split(['.', ' ', '=']).next().unwrap();
        assert!(compute.contains(&name) || describe.contains(&name), "protocol depends on {name}");
    }
}

#[test]
fn the_web_knows_families_and_no_back_end() {
    let mut found = Vec::new();
    for path in files(&root().join("web/src"), "ts") {
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            let quoted = line.split(['"', '\'', '`']).skip(1).step_by(2);
            let named = quoted.filter(|q| ["ssh", "vnc", "rdp"].contains(&q.to_lowercase().as_str()));
            found.extend(named.map(|q| format!("{}:{}: says {q:?}", path.display(), number + 1)));
        }
    }
    none(found);
}

#[test]
fn files_have_one_subject_and_say_which() {
    let mut wrong = Vec::new();
    for tree in
        ["server/src", "protocol/src", "protocol/fuzz/fuzz_targets", "server/fuzz/fuzz_targets", "tests"]
    {
        for path in files(&root().join(tree), "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let (lines, name) = (text.lines().count(), path.strip_prefix(root()).unwrap().display());
            if lines > MANY_LINES {
                eprintln!("{lines:>4} {name}");
            }
            if lines > MOST_LINES {
                wrong.push(format!("{name}: {lines} lines, {MOST_LINES} at most"));
            }
            if !text.starts_with("//! ") {
                wrong.push(format!("{name}: its first line does not say what it is"));
            }
        }
    }
    none(wrong);
}
