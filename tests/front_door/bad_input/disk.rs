//! A full disk under the store.

use std::path::Path;
use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use transom_server::clock::Clock;
use transom_tests::front::{Front, START};
use transom_tests::machine::{Machine, whoami};

/// A small disk, gone when dropped.
pub struct Disk(tempfile::TempDir);

impl Disk {
    /// `None` where this user may not make one.
    pub fn new() -> anyhow::Result<Option<Self>> {
        let place = tempfile::tempdir()?;
        if whoami()? != "root" {
            return Ok(None);
        }
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=16m", "tmpfs"]).arg(place.path());
        Ok(mount.output().is_ok_and(|out| out.status.success()).then_some(Self(place)))
    }

    /// Takes all the space that is left.
    pub fn fill(&self) -> anyhow::Result<()> {
        use std::io::Write as _;
        let mut ballast = std::fs::File::create(self.0.path().join("ballast"))?;
        while ballast.write_all(&[0; 4096]).is_ok() {}
        Ok(())
    }

    pub fn free(&self) -> anyhow::Result<()> {
        Ok(std::fs::remove_file(self.0.path().join("ballast"))?)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: the server may not have closed its files yet.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// A server whose data is on a small disk, with build `b1` ready; `None` where this user may not make one.
async fn ready(more: Value) -> anyhow::Result<Option<(Disk, Front, Machine)>> {
    let Some(disk) = Disk::new()? else {
        eprintln!("skipped: needs root and the right to mount");
        return Ok(None);
    };
    let dir = tempfile::tempdir_in(disk.path())?;
    let (front, machine) = (Front::start_in(dir, Clock::moved(START.parse()?), "").await?, Machine::start()?);
    front.ready_build("b1", &machine, more).await?;
    Ok(Some((disk, front, machine)))
}

#[tokio::test]
async fn a_full_disk_refuses_what_must_be_kept_and_leaves_open_terminals_alone() -> anyhow::Result<()> {
    let Some((disk, front, _machine)) = ready(Value::Null).await? else { return Ok(()) };
    let token = front.controller("b1").await?;
    let mut open = front.socket().await?.open(&token).await?;
    disk.fill()?;
    let update = json!({
        "version": 1, "title": "t", "project": "p", "platform": "linux", "state": "running",
    });
    let reply = front.send(Method::PUT, "/api/v1/builds/b2", &front.key, Some(&update)).await?;
    assert_eq!((reply.status, reply.problem()), (503, "store-unavailable"), "{}", reply.body);
    assert_eq!(reply.body["detail"], "Transom cannot save its data right now.");
    let wanted = json!({ "sub": "u1", "name": "Dana", "capabilities": ["terminal.view"] });
    let reply = front.send(Method::POST, "/api/v1/builds/b1/tokens", &front.key, Some(&wanted)).await?;
    assert_eq!((reply.status, reply.problem()), (503, "store-unavailable"), "{}", reply.body);
    open.type_text("echo $((6*7))\r").await?;
    open.see("\n42\r\n").await?;
    assert_eq!(front.look("/builds/b1").await?["access"]["state"], "ready", "reading goes on");
    disk.free()?;
    let reply = front.send(Method::PUT, "/api/v1/builds/b2", &front.key, Some(&update)).await?;
    assert_eq!(reply.status, 200, "{}", reply.body);
    let mut another = front.socket().await?.open(&front.controller("b1").await?).await?;
    another.type_text("echo $((7*7))\r").await?;
    another.see("\n49\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn nobody_comes_in_whose_coming_cannot_be_written_down() -> anyhow::Result<()> {
    let Some((disk, front, _machine)) = ready(Value::Null).await? else { return Ok(()) };
    let token = front.controller("b1").await?;
    disk.fill()?;
    let refused = front.socket().await?.open_refused(&token).await?;
    assert_eq!(refused.problem, "store-unavailable", "{refused:?}");
    // Nobody is in it, and the shell that was opened for them is gone.
    front.until("b1", |b| b["viewers"] == json!([]) && b["sessions"][0]["state"] == "ended").await?;
    disk.free()?;
    let mut socket = front.socket().await?.open(&token).await?;
    socket.type_text("echo $((6*7))\r").await?;
    socket.see("\n42\r\n").await?;
    Ok(())
}

#[tokio::test]
async fn a_full_disk_lengthens_nobodys_access() -> anyhow::Result<()> {
    let Some((disk, front, machine)) = ready(json!({ "max_duration_s": 240 })).await? else { return Ok(()) };
    let token = front.controller("b1").await?;
    let mut open = front.socket().await?.open(&token).await?;
    open.type_text("echo $$ > pid; echo $((6*7))\r").await?;
    open.see("\n42\r\n").await?;
    let shell = std::fs::read_to_string(machine.build_dir().join("pid"))?;
    disk.fill()?;
    front.at(4)?;
    let closed = open.closed().await?;
    assert_eq!((closed.code, closed.problem.as_str()), (4411, "deadline"), "{closed:?}");
    let refused = front.socket().await?.open_refused(&token).await?;
    assert_eq!(refused.problem, "deadline", "{refused:?}");
    // The shell goes too, though nothing could be written down.
    let alive = Path::new("/proc").join(shell.trim());
    for _ in 0..500 {
        if !alive.exists() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!alive.exists(), "the shell outlives the deadline");
    disk.free()?;
    front.at(5)?;
    let build = front.until("b1", |b| b["access"]["epoch"] == 1).await?;
    assert_eq!(build["access"]["cause"], "deadline", "the end was written down: {build}");
    Ok(())
}
