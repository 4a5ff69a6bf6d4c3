//! The build's environment in its terminal, on a real machine.

mod agent;
mod generations;
mod sabotage;
mod snapshot;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

use anyhow::Context as _;
use serde_json::Value;
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::socket::Socket;

/// What a terminal may have beyond the build's environment.
const EXTRAS: [&str; 12] = [
    "TERM",
    "COLORTERM",
    "TRANSOM",
    "TRANSOM_SESSION_ID",
    "TRANSOM_BUILD_ID",
    "SSH_CONNECTION",
    "SSH_CLIENT",
    "SSH_TTY",
    "PWD",
    "SHLVL",
    "_",
    "LOGNAME",
];

type Variables = BTreeMap<String, String>;

/// Two hundred variables, among them all that has ever gone wrong.
fn fixture(machine: &Machine, shell: &str) -> Variables {
    let mut variables: Variables =
        (0..187).map(|n| (format!("CM_VAR_{n}"), format!("value {n} of the build"))).collect();
    let home = machine.path("home");
    for (name, value) in [
        ("PATH", "/opt/flutter/bin:/opt/with space/bin:/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin"),
        ("HOME", home.to_str().unwrap()),
        ("SHELL", shell),
        ("LANG", "C.UTF-8"),
        ("MULTI_LINE", "first\nsecond\n\n  fourth\t\r\nfifth"),
        ("TRAILING", "ends in newlines\n\n"),
        ("QUOTES", "it's \"quoted\" `touch pwned` $(touch pwned) \\ \\n ! ; & | > <"),
        ("EQUALS", "a=b==c="),
        ("UTF8", "ä € 漢字 😀 e\u{301}"),
        ("EMPTY", ""),
        ("with-dash", "--flag"),
        ("with.dot", "a.b"),
        ("BASH_FUNC_hello%%", "() {  echo \"hello $1\"\n}"),
    ] {
        variables.insert(name.to_owned(), value.to_owned());
    }
    variables.insert("CM_VAR_0".to_owned(), "x".repeat(60_000));
    variables.insert("CM_VAR_1".to_owned(), "\u{1}\u{1b}[31m\u{7f}".to_owned());
    assert_eq!(variables.len(), 200);
    variables
}

/// Leaves a snapshot on the machine as an agent does.
fn leave(machine: &Machine, build: &str, variables: &Variables) -> anyhow::Result<()> {
    let place = machine.path("home/.transom/builds").join(build);
    std::fs::create_dir_all(&place)?;
    let snapshot: Vec<u8> = variables.iter().flat_map(|(n, v)| format!("{n}={v}\0").into_bytes()).collect();
    std::fs::write(place.join("env"), snapshot)?;
    std::fs::set_permissions(place.join("env"), PermissionsExt::from_mode(0o600))?;
    std::fs::write(
        place.join("env.json"),
        "{\"generation\":1,\"step\":\"Build\",\"at\":\"2026-01-01T00:00:00Z\",\"build_dir\":\"\",\"shell\":\"\",\"secret_names\":[]}\n",
    )?;
    Ok(())
}

/// A terminal of build b1 on the machine.
async fn terminal(front: &Front, machine: &Machine) -> anyhow::Result<Socket> {
    front.ready_build("b1", machine, Value::Null).await?;
    another(front).await
}

/// One more terminal of build b1.
async fn another(front: &Front) -> anyhow::Result<Socket> {
    front.socket().await?.open(&front.controller("b1").await?).await
}

/// What `printenv -0` says in the terminal.
async fn printed(socket: &mut Socket, machine: &Machine) -> anyhow::Result<Variables> {
    let file = machine.build_dir().join("printed");
    let _ = std::fs::remove_file(&file);
    let time = socket.typed;
    let command = format!("printenv -0 > {}; echo printed-$((6*7))-{time}\r", file.display());
    socket.type_text(&command).await?;
    socket.see(&format!("printed-42-{time}\r\n")).await?;
    parsed(&std::fs::read(&file)?)
}

fn parsed(bytes: &[u8]) -> anyhow::Result<Variables> {
    let mut variables = Variables::new();
    for entry in bytes.split(|b| *b == 0).filter(|e| !e.is_empty()) {
        let entry = String::from_utf8(entry.to_vec())?;
        let (name, value) = entry.split_once('=').context("no =")?;
        variables.insert(name.to_owned(), value.to_owned());
    }
    Ok(variables)
}

/// The build's environment byte for byte, except for the names in `lost`, and nothing foreign.
fn assert_same(printed: &Variables, wanted: &Variables, lost: &[&str]) {
    for (name, value) in wanted {
        if lost.contains(&name.as_str()) {
            continue;
        }
        assert_eq!(printed.get(name), Some(value), "{name}");
    }
    for name in printed.keys().filter(|name| !wanted.contains_key(*name)) {
        assert!(EXTRAS.contains(&name.as_str()), "{name} is not the build's");
    }
}
