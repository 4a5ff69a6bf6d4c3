//! Why a file does not come or go, each with its own name.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::ci::Ci;
use transom_tests::files::{noise, problem};
use transom_tests::front::Front;
use transom_tests::machine::{Machine, whoami};

use super::Scene;

#[tokio::test]
async fn what_is_not_there_or_of_another_kind_is_told_apart() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, token, dir) = (&scene.front, &scene.token, scene.machine.build_dir());
    std::fs::create_dir(dir.join("sub"))?;
    std::fs::write(dir.join("file"), "x")?;
    assert!(Command::new("mkfifo").arg(dir.join("pipe")).status()?.success());
    for (path, status, name) in [
        (b"none".as_slice(), 404, "file-not-found"),
        (b"sub", 409, "is-a-directory"),
        (b"pipe", 409, "not-a-file"),
        (b"/dev/null", 409, "not-a-file"),
        (b"file/below", 404, "file-not-found"),
    ] {
        let reply = problem(front.fetch("b1", path, token).await?).await?;
        assert_eq!((reply.status, reply.problem()), (status, name), "{}", String::from_utf8_lossy(path));
        let reply = front.ticket("b1", path, token).await?;
        assert_eq!((reply.status, reply.problem()), (status, name), "{}", String::from_utf8_lossy(path));
    }
    let reply = front.list("b1", b"file", token).await?;
    assert_eq!((reply.status, reply.problem()), (409, "not-a-directory"));
    for (path, status, name) in [
        (b"sub".as_slice(), 409, "is-a-directory"),
        (b"pipe", 409, "not-a-file"),
        (b"no/such/folder", 404, "file-not-found"),
    ] {
        let reply = front.put_file("b1", path, token, "x").await?;
        assert_eq!((reply.status, reply.problem()), (status, name), "{}", reply.body);
    }
    assert_eq!(scene.on_disk()?, ["file", "pipe", "sub"]);
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_there_is_replaced_only_by_whoever_means_to() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let keep = |body: &'static str| {
        let request = scene.front.about_file(Method::PUT, ("b1", "/content"), b"f", &scene.token);
        Ci::reply(request.header("if-none-match", "*").body(body))
    };
    keep("first").await?.good()?;
    let refused = keep("second").await?;
    assert_eq!((refused.status, refused.problem()), (412, "file-exists"));
    let file = scene.machine.build_dir().join("f");
    assert_eq!(std::fs::read_to_string(&file)?, "first");
    scene.front.put_file("b1", b"f", &scene.token, "third").await?.good()?;
    assert_eq!(std::fs::read_to_string(&file)?, "third");
    assert_eq!(scene.on_disk()?, ["f"]);
    Ok(())
}

#[tokio::test]
async fn the_machines_user_may_do_what_it_may_and_no_more() -> anyhow::Result<()> {
    if whoami()? != "root" {
        eprintln!("skipped: needs root to log in as somebody else");
        return Ok(());
    }
    let front = Front::start().await?;
    let machine = Machine::start_as("nobody", "")?;
    let scene = Scene::on(front, machine).await?;
    let (front, token, dir) = (&scene.front, &scene.token, scene.machine.build_dir());
    std::fs::write(dir.join("secret"), "x")?;
    std::fs::set_permissions(dir.join("secret"), PermissionsExt::from_mode(0o600))?;
    std::fs::create_dir(dir.join("closed"))?;
    std::fs::set_permissions(dir.join("closed"), PermissionsExt::from_mode(0o700))?;
    let reply = problem(front.fetch("b1", b"secret", token).await?).await?;
    assert_eq!((reply.status, reply.problem()), (403, "file-forbidden"));
    assert_eq!(reply.body["detail"], "The machine does not allow that.");
    for path in [b"closed/x".as_slice(), b"/etc/transom-was-here"] {
        let reply = front.put_file("b1", path, token, "x").await?;
        assert_eq!((reply.status, reply.problem()), (403, "file-forbidden"), "{}", reply.body);
    }
    let reply = front.list("b1", b"closed", token).await?;
    assert_eq!((reply.status, reply.problem()), (403, "file-forbidden"));
    front.put_file("b1", b"allowed", token, "x").await?.good()?;
    Ok(())
}

#[tokio::test]
async fn what_is_too_large_is_refused_both_ways_and_leaves_nothing() -> anyhow::Result<()> {
    let scene = Scene::with("limits = { file_bytes = 100000 }").await?;
    let (front, token) = (&scene.front, &scene.token);
    front.put_file("b1", b"fits", token, noise(100_000)).await?.good()?;
    let reply = front.put_file("b1", b"over", token, noise(100_001)).await?;
    assert_eq!((reply.status, reply.problem()), (413, "file-too-large"));
    // Without its length it is found out on the way.
    let pieces = futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(noise(10_000))));
    let reply = front.put_file("b1", b"over", token, reqwest::Body::wrap_stream(pieces)).await?;
    assert_eq!((reply.status, reply.problem()), (413, "file-too-large"), "{}", reply.body);
    assert_eq!(scene.on_disk()?, ["fits"]);
    std::fs::write(scene.machine.build_dir().join("large"), noise(100_001))?;
    let reply = problem(front.fetch("b1", b"large", token).await?).await?;
    assert_eq!((reply.status, reply.problem()), (413, "file-too-large"));
    Ok(())
}

/// A small disk inside the build directory, gone when dropped.
struct Disk(std::path::PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_has_its_own_name() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let disk = Disk(scene.machine.build_dir().join("small"));
    std::fs::create_dir(&disk.0)?;
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&disk.0);
    if whoami()? != "root" || !mount.output()?.status.success() {
        eprintln!("skipped: needs root and the right to mount");
        return Ok(());
    }
    let reply = scene.front.put_file("b1", b"small/f", &scene.token, noise(3_000_000)).await?;
    assert_eq!((reply.status, reply.problem()), (507, "no-space"), "{}", reply.body);
    assert_eq!(std::fs::read_dir(&disk.0)?.count(), 0, "nothing is left");
    Ok(())
}

#[tokio::test]
async fn a_machine_without_sftp_says_so_and_one_that_is_off_too() -> anyhow::Result<()> {
    let mut scene = Scene::with("").await?;
    let config = std::fs::read_to_string(scene.machine.path("sshd_config"))?;
    std::fs::write(scene.machine.path("sshd_config"), config.replace("Subsystem sftp internal-sftp", ""))?;
    scene.machine.power_off();
    scene.machine.boot()?;
    let reply = scene.front.list("b1", b"", &scene.token).await?;
    assert_eq!((reply.status, reply.problem()), (502, "files-unavailable"), "{}", reply.body);
    scene.machine.pull_the_plug()?;
    let reply = scene.front.list("b1", b"", &scene.token).await?;
    assert_eq!((reply.status, reply.problem()), (502, "machine-unreachable"), "{}", reply.body);
    Ok(())
}

#[tokio::test]
async fn each_direction_needs_its_own_capability() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let front = &scene.front;
    std::fs::write(scene.machine.build_dir().join("f"), "x")?;
    let reader = front.token("b1", "Rita", &["files.read"]).await?;
    let writer = front.token("b1", "Will", &["files.write"]).await?;
    let typist = front.controller("b1").await?;
    for (who, reads, writes) in [(&reader, true, false), (&writer, false, true), (&typist, false, false)] {
        let status = |allowed: bool, good: u16| if allowed { good } else { 403 };
        assert_eq!(front.list("b1", b"", who).await?.status, status(reads, 200));
        assert_eq!(front.fetch("b1", b"f", who).await?.status(), status(reads, 200));
        assert_eq!(front.ticket("b1", b"f", who).await?.status, status(reads, 201));
        assert_eq!(front.put_file("b1", b"g", who, "x").await?.status, status(writes, 200));
        let made = front.about_file(Method::PUT, ("b1", "/directory"), b"d", who).send().await?;
        assert_eq!(made.status(), status(writes, 201));
    }
    let denied = front.audited("files.download").await?;
    let outcomes: Vec<_> = denied.iter().map(|r| (r["actor"].as_str(), r["outcome"].as_str())).collect();
    assert!(outcomes.contains(&(Some("person:u-Rita"), Some("allowed"))), "{outcomes:?}");
    assert!(outcomes.contains(&(Some("person:u-Will"), Some("denied"))), "{outcomes:?}");
    let put = front.audited("files.upload").await?;
    let allowed: Vec<_> = put.iter().filter(|r| r["outcome"] == "allowed").collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!((&allowed[0]["actor"], &allowed[0]["detail"]["path"]), (&json!("person:u-Will"), &json!("g")));
    // What the policy takes away, no token gives.
    let policy =
        json!({ "policy": { "capabilities": ["files.read"] }, "build_dir": scene.machine.build_dir() });
    let build = Front::start().await?;
    build.ready_build("b1", &scene.machine, policy).await?;
    let token = build.filer("b1").await?;
    let reply = build.put_file("b1", b"h", &token, "x").await?;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"), "{}", reply.body);
    Ok(())
}

#[tokio::test]
async fn no_more_files_are_under_way_than_the_limit_says() -> anyhow::Result<()> {
    let scene = Scene::with("limits = { transfers_per_build = 2 }").await?;
    let (front, token) = (&scene.front, &scene.token);
    std::fs::write(scene.machine.build_dir().join("f"), noise(20_000_000))?;
    let first = front.fetch("b1", b"f", token).await?;
    let second = front.fetch("b1", b"f", token).await?;
    let refused = problem(front.fetch("b1", b"f", token).await?).await?;
    assert_eq!((refused.status, refused.problem()), (429, "too-many"), "{}", refused.body);
    assert_eq!(front.list("b1", b"", token).await?.status, 200, "looking goes on");
    drop(first);
    for _ in 0..200 {
        if front.fetch("b1", b"f", token).await?.status() == 200 {
            assert_eq!(second.bytes().await?.len(), 20_000_000);
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    anyhow::bail!("a place that was given up is never free")
}

#[tokio::test]
async fn nobody_gets_at_files_before_access_is_ready() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.build("b1", json!({ "build_dir": machine.build_dir() })).await?;
    front.enable("b1").await?;
    let token = front.filer("b1").await?;
    let reply = front.list("b1", b"", &token).await?;
    assert_eq!((reply.status, reply.problem()), (409, "not-ready"));
    let reply = front.put_file("b1", b"f", &token, "x").await?;
    assert_eq!((reply.status, reply.problem()), (409, "not-ready"));
    assert_eq!(front.look("/builds/b1").await?["viewers"], Value::Array(Vec::new()));
    Ok(())
}
