//! Machines whose SFTP does not keep to the protocol: the transfer ends with a reason, and others go on.

use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use transom_tests::ci::Ci;
use transom_tests::files::problem;
use transom_tests::front::Front;
use transom_tests::machine::Machine;

use super::{SPARE, Scene};

/// What every such program begins with: packets in, packets out.
const HEAD: &str = r#"#!/usr/bin/env python3
import os, struct, sys, time
def read(n):
    data = b""
    while len(data) < n:
        more = os.read(0, n - len(data))
        if not more: sys.exit(0)
        data += more
    return data
def take():
    body = read(struct.unpack(">I", read(4))[0])
    return body[0], body[1:5], body[5:]
def give(kind, id, rest=b""):
    data = struct.pack(">I", 5 + len(rest)) + bytes([kind]) + id + rest
    while data: data = data[os.write(1, data):]
def string(s): return struct.pack(">I", len(s)) + s
def number(n): return struct.pack(">I", n)
FILE = number(0x5) + struct.pack(">Q", 1 << 20) + number(0o100644)
DIR = number(0x4) + number(0o40755)
kind, id, rest = take()
"#;
/// Answers what is asked before it comes to the point.
const POLITE: &str = r#"
give(2, number(3))
while True:
    kind, id, rest = take()
    if kind == 16: give(104, id, number(1) + string(b"/x") + string(b"") + number(0))
    elif kind in (7, 8, 17): give(105, id, ATTRS)
    elif kind in (3, 11): give(102, id, string(b"h"))
    elif kind == 4: give(101, id, number(0) + string(b"") + string(b""))
    else: POINT
"#;

/// A scene whose machine runs `program` as its SFTP.
async fn scene(program: &str) -> anyhow::Result<Scene> {
    super::super::log();
    let (front, mut machine) = (Front::start().await?, Machine::start()?);
    let script = machine.path("sftp");
    std::fs::write(&script, format!("{HEAD}{program}"))?;
    std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755))?;
    let config = std::fs::read_to_string(machine.path("sshd_config"))?;
    let replaced =
        config.replace("Subsystem sftp internal-sftp", &format!("Subsystem sftp {}", script.display()));
    anyhow::ensure!(config != replaced);
    std::fs::write(machine.path("sshd_config"), replaced)?;
    machine.power_off();
    machine.boot()?;
    Scene::on(front, machine).await
}

fn polite(attrs: &str, point: &str) -> String {
    POLITE.replace("ATTRS", attrs).replace("POINT", point)
}

#[tokio::test]
async fn a_directory_without_an_end_is_cut() -> anyhow::Result<()> {
    let many = "give(104, id, number(100) + b''.join(string(b'f%08d' % i) + string(b'') + number(0) for i in range(100)))";
    let scene = scene(&polite("DIR", many)).await?;
    let listed = scene.front.list("b1", b"/x", &scene.token).await?.good()?;
    assert_eq!(listed["truncated"], true);
    assert_eq!(listed["entries"].as_array().map(Vec::len), Some(5000));
    Ok(())
}

#[tokio::test]
async fn names_that_are_none_are_left_out_and_a_directory_of_them_has_an_end() -> anyhow::Result<()> {
    let nothing = "give(104, id, number(3) + b''.join(string(n) + string(b'') + number(0) for n in (b'../up', b'', b'..')))";
    let scene = scene(&polite("DIR", nothing)).await?;
    let reply = scene.front.list("b1", b"/x", &scene.token).await?;
    assert_eq!((reply.status, reply.problem()), (502, "transfer-failed"), "{}", reply.body);
    assert_eq!(reply.body["detail"], "The machine broke off the transfer: it did not keep to SFTP.");
    Ok(())
}

#[tokio::test]
async fn lengths_that_lie_end_the_conversation() -> anyhow::Result<()> {
    for point in [
        "os.write(1, struct.pack('>I', 0xffffffff) + b'x' * 1000)",
        "os.write(1, struct.pack('>I', 2) + b'xx')",
        "give(104, id, number(0xffffffff))",
        "give(104, id, number(1) + number(1 << 30) + b'x')",
        "give(104, id, number(1) + string(b'n' * 100000) + string(b'') + number(0))",
        "give(103, id, string(b'x'))",
        "give(77, id)",
        "give(104, number(999), number(0))",
    ] {
        let scene = scene(&polite("DIR", point)).await?;
        let reply = scene.front.list("b1", b"/x", &scene.token).await?;
        assert_eq!((reply.status, reply.problem()), (502, "transfer-failed"), "{point}: {}", reply.body);
        scene.machine.has_guests(SPARE).await?;
    }
    Ok(())
}

#[tokio::test]
async fn reads_that_give_more_or_nothing_or_crumbs_break_the_download_off() -> anyhow::Result<()> {
    for point in [
        "give(103, id, string(b'x' * 40000))",
        "give(103, id, string(b''))",
        "give(101, id, number(1) + string(b'') + string(b''))",
        "give(101, id, number(4) + string(b'') + string(b''))",
        "os.write(1, b'y' * 100000)",
        "sys.exit(0)",
    ] {
        let scene = scene(&polite("FILE", point)).await?;
        let response = scene.front.fetch("b1", b"/x", &scene.token).await?;
        assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(1 << 20)), "{point}");
        assert!(response.bytes().await.is_err(), "{point}: it looks whole");
        scene.machine.has_guests(SPARE).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_flood_that_nobody_asked_for_is_left() -> anyhow::Result<()> {
    let flood =
        polite("DIR", "\n        while True: os.write(1, b'\\x00\\x00\\x80\\x05\\x67' + b'z' * 32768)");
    let scene = scene(&flood).await?;
    let reply = scene.front.list("b1", b"/x", &scene.token).await?;
    assert_eq!((reply.status, reply.problem()), (502, "transfer-failed"), "{}", reply.body);
    scene.machine.has_guests(SPARE).await
}

#[tokio::test]
async fn a_machine_that_never_answers_is_given_up() -> anyhow::Result<()> {
    let scene = scene("\nwhile True: time.sleep(60)\n").await?;
    let reply = scene.front.list("b1", b"", &scene.token).await?;
    assert_eq!((reply.status, reply.problem()), (502, "transfer-failed"), "{}", reply.body);
    assert_eq!(reply.body["detail"], "The machine broke off the transfer: no answer in time.");
    scene.machine.has_guests(SPARE).await
}

#[tokio::test]
async fn a_subsystem_that_is_no_sftp_counts_as_none() -> anyhow::Result<()> {
    for program in ["\nsys.exit(1)\n", "\nos.write(1, b'')\n"] {
        let scene = scene(program).await?;
        let reply = scene.front.list("b1", b"", &scene.token).await?;
        assert_eq!((reply.status, reply.problem()), (502, "files-unavailable"), "{}", reply.body);
    }
    let scene = scene("\nos.write(1, b'Welcome to this machine!\\n' * 10)\ntime.sleep(1)\n").await?;
    let reply = scene.front.list("b1", b"", &scene.token).await?;
    assert_eq!((reply.status, reply.problem()), (502, "transfer-failed"), "{}", reply.body);
    Ok(())
}

#[tokio::test]
async fn a_machine_that_refuses_every_write_leaves_the_reason() -> anyhow::Result<()> {
    let answer = |code: u32| format!("give(101, id, number({code}) + string(b'<b>no</b>') + string(b''))");
    for (code, status, name) in
        [(4, 502, "transfer-failed"), (14, 507, "no-space"), (3, 403, "file-forbidden")]
    {
        let scene = scene(&polite("FILE", &answer(code))).await?;
        let reply = scene.front.put_file("b1", b"/x", &scene.token, vec![0; 5_000_000]).await?;
        assert_eq!((reply.status, reply.problem()), (status, name), "{}", reply.body);
        assert!(!reply.body.to_string().contains("<b>"), "what the machine says is not repeated");
    }
    let scene = scene(&polite("FILE", &answer(2))).await?;
    let made =
        Ci::reply(scene.front.about_file(Method::PUT, ("b1", "/directory"), b"/d", &scene.token)).await?;
    assert_eq!((made.status, made.problem()), (404, "file-not-found"), "{}", made.body);
    let odd = problem(scene.front.fetch("b1", b"/x", &scene.token).await?).await;
    assert!(odd.is_err() || odd?.status >= 400);
    Ok(())
}
