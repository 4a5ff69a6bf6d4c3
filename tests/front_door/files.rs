//! Files of a real machine, both ways, through the front door.

mod ends;
mod hostile;
mod names;
mod refusals;
mod tickets;

use std::os::unix::fs::PermissionsExt;

use reqwest::Method;
use serde_json::{Value, json};
use transom_tests::ci::Ci;
use transom_tests::files::{noise, sha256};
use transom_tests::front::Front;
use transom_tests::machine::Machine;

/// Connections that wait for the next terminal while access lasts; files have none of their own to keep.
pub const SPARE: usize = 1;

/// A build on a machine, and somebody who may do all with its files.
pub struct Scene {
    pub front: Front,
    pub machine: Machine,
    pub token: String,
}

impl Scene {
    pub async fn with(more: &str) -> anyhow::Result<Self> {
        super::log();
        let clock = transom_server::clock::Clock::moved(transom_tests::front::START.parse()?);
        Self::on(Front::start_with(clock, more).await?, Machine::start()?).await
    }

    pub async fn on(front: Front, machine: Machine) -> anyhow::Result<Self> {
        front.ready_build("b1", &machine, Value::Null).await?;
        let token = front.filer("b1").await?;
        Ok(Self { front, machine, token })
    }

    /// What lies in the build directory, hidden files included.
    pub fn on_disk(&self) -> anyhow::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.machine.build_dir())? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        Ok(names)
    }
}

#[tokio::test]
async fn files_of_every_size_come_and_go_whole() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, token) = (&scene.front, &scene.token);
    for size in [0, 1, 32 * 1024 - 1, 32 * 1024, 65_535, 65_536, 65_537, 8 * 1024 * 1024 + 13] {
        let name = format!("file-{size}");
        let sent = noise(size);
        let put = front.put_file("b1", name.as_bytes(), token, sent.clone()).await?.good()?;
        let path = scene.machine.build_dir().join(&name);
        assert_eq!(put["bytes"], json!(size));
        assert_eq!(put["path"]["text"].as_str(), path.to_str());
        assert_eq!(sha256(&std::fs::read(&path)?), sha256(&sent), "{size} on disk");
        let response = front.fetch("b1", name.as_bytes(), token).await?;
        assert_eq!(response.status(), 200);
        if size > 0 {
            assert_eq!(response.content_length(), Some(size as u64));
        }
        assert_eq!(sha256(&response.bytes().await?), sha256(&sent), "{size} fetched");
    }
    assert_eq!(scene.on_disk()?.len(), 8, "nothing else is left: {:?}", scene.on_disk()?);
    let guests = scene.machine.guests()?;
    assert!(guests <= SPARE + 2, "{guests} connections for one after the other");
    Ok(())
}

#[tokio::test]
async fn a_folder_is_listed_with_what_its_links_lead_to() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let dir = scene.machine.build_dir();
    std::fs::create_dir(dir.join("sub"))?;
    std::fs::write(dir.join("a.txt"), "hello")?;
    std::os::unix::fs::symlink("sub", dir.join("to-sub"))?;
    std::os::unix::fs::symlink("nowhere", dir.join("to-nowhere"))?;
    let listed = scene.front.list("b1", b"", &scene.token).await?.good()?;
    assert_eq!(listed["path"]["text"].as_str(), dir.to_str());
    assert_eq!((&listed["truncated"], &listed["file_bytes"]), (&json!(false), &json!(10_737_418_240_u64)));
    let seen: Vec<_> = listed["entries"].as_array().unwrap().iter().collect();
    let looks = |i: usize| {
        (seen[i]["name"]["text"].as_str().unwrap(), seen[i]["kind"].as_str().unwrap(), &seen[i]["link"])
    };
    assert_eq!(looks(0), ("a.txt", "file", &json!(false)));
    assert_eq!(looks(1), ("sub", "directory", &json!(false)));
    assert_eq!(looks(2), ("to-nowhere", "link", &json!(true)));
    assert_eq!(looks(3), ("to-sub", "directory", &json!(true)));
    assert_eq!(seen[0]["size"], json!(5));
    assert!(seen[0]["modified_at"].as_str().is_some_and(|at| at.ends_with('Z')));
    // As deep as it goes, and from home.
    let deeper = scene.front.list("b1", b"to-sub", &scene.token).await?.good()?;
    assert_eq!(deeper["path"]["text"].as_str(), dir.join("sub").to_str());
    let home = scene.front.list("b1", b"~", &scene.token).await?;
    assert_eq!(home.status, 200, "{}", home.body);
    let stat = scene.front.about_file(Method::GET, ("b1", "/stat"), b"sub/../a.txt", &scene.token);
    let stat = Ci::reply(stat).await?.good()?;
    assert_eq!((stat["kind"].as_str(), &stat["size"]), (Some("file"), &json!(5)));
    assert_eq!(stat["name"]["text"].as_str(), dir.join("a.txt").to_str());
    Ok(())
}

#[tokio::test]
async fn a_build_directory_that_is_not_there_yet_is_shown_as_home() -> anyhow::Result<()> {
    let (front, machine) = (Front::start().await?, Machine::start()?);
    front.ready_build("b1", &machine, json!({ "build_dir": "/no/such/place" })).await?;
    let token = front.filer("b1").await?;
    let listed = front.list("b1", b"", &token).await?.good()?;
    assert_ne!(listed["path"]["text"], "/no/such/place");
    let asked = front.list("b1", b"/no/such/place", &token).await?;
    assert_eq!((asked.status, asked.problem()), (404, "file-not-found"));
    Ok(())
}

#[tokio::test]
async fn long_folders_are_cut_and_say_so() -> anyhow::Result<()> {
    let scene = Scene::with("limits = { directory_entries = 150 }").await?;
    for i in 0..400 {
        std::fs::write(scene.machine.build_dir().join(format!("{i}")), "")?;
    }
    let listed = scene.front.list("b1", b"", &scene.token).await?.good()?;
    assert_eq!(listed["truncated"], json!(true));
    assert_eq!(listed["entries"].as_array().map(Vec::len), Some(150));
    // What was left unread is in nobody's way.
    let again = scene.front.list("b1", b"", &scene.token).await?.good()?;
    assert_eq!(again["entries"].as_array().map(Vec::len), Some(150));
    Ok(())
}

#[tokio::test]
async fn a_part_of_a_file_is_fetched_by_its_range() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let all = noise(200_000);
    std::fs::write(scene.machine.build_dir().join("f"), &all)?;
    let whole = scene.front.fetch("b1", b"f", &scene.token).await?;
    let stamp = whole.headers()["etag"].to_str()?.to_owned();
    let ask = |range: &str, known: &str| {
        let request = scene.front.about_file(Method::GET, ("b1", "/content"), b"f", &scene.token);
        request.header("range", range).header("if-range", known).send()
    };
    let part = ask("bytes=100000-", &stamp).await?;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 100000-199999/200000");
    assert_eq!(part.bytes().await?, &all[100_000..]);
    let part = ask("bytes=5-9", &stamp).await?;
    assert_eq!(part.bytes().await?, &all[5..10]);
    let part = ask("bytes=-7", &stamp).await?;
    assert_eq!(part.bytes().await?, &all[199_993..]);
    let other = ask("bytes=5-9", "\"another\"").await?;
    assert_eq!((other.status().as_u16(), other.bytes().await?.len()), (200, 200_000));
    let beyond = transom_tests::files::problem(ask("bytes=200000-", &stamp).await?).await?;
    assert_eq!((beyond.status, beyond.problem()), (416, "range-invalid"));
    Ok(())
}

#[tokio::test]
async fn files_that_do_not_know_their_size_are_read_to_their_end() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let response = scene.front.fetch("b1", b"/proc/version", &scene.token).await?;
    assert_eq!((response.status().as_u16(), response.content_length()), (200, None));
    assert_eq!(response.text().await?, std::fs::read_to_string("/proc/version")?);
    Ok(())
}

#[tokio::test]
async fn a_file_keeps_its_mode_and_a_new_one_can_be_read_by_all() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let (front, dir) = (&scene.front, scene.machine.build_dir());
    let mode = |name: &str| -> anyhow::Result<u32> {
        Ok(std::fs::metadata(dir.join(name))?.permissions().mode() & 0o7777)
    };
    front.put_file("b1", b"new", &scene.token, "x").await?.good()?;
    assert_eq!(mode("new")?, 0o644);
    std::fs::write(dir.join("run.sh"), "old")?;
    std::fs::set_permissions(dir.join("run.sh"), PermissionsExt::from_mode(0o755))?;
    front.put_file("b1", b"run.sh", &scene.token, "new").await?.good()?;
    assert_eq!((mode("run.sh")?, std::fs::read_to_string(dir.join("run.sh"))?), (0o755, "new".into()));
    // Through a link, what it leads to is written; the link stays one.
    std::os::unix::fs::symlink("run.sh", dir.join("link"))?;
    front.put_file("b1", b"link", &scene.token, "through").await?.good()?;
    assert_eq!(std::fs::read_to_string(dir.join("run.sh"))?, "through");
    assert!(std::fs::symlink_metadata(dir.join("link"))?.is_symlink());
    assert_eq!(mode("run.sh")?, 0o755);
    Ok(())
}

#[tokio::test]
async fn folders_are_made_once() -> anyhow::Result<()> {
    let scene = Scene::with("").await?;
    let make = |path: &'static [u8]| {
        Ci::reply(scene.front.about_file(Method::PUT, ("b1", "/directory"), path, &scene.token))
    };
    assert_eq!(make(b"made").await?.status, 201);
    assert_eq!(make(b"made").await?.status, 204);
    assert!(scene.machine.build_dir().join("made").is_dir());
    std::fs::write(scene.machine.build_dir().join("file"), "")?;
    let taken = make(b"file").await?;
    assert_eq!((taken.status, taken.problem()), (409, "not-a-directory"), "{}", taken.body);
    let nowhere = make(b"no/such/parent").await?;
    assert_eq!((nowhere.status, nowhere.problem()), (404, "file-not-found"), "{}", nowhere.body);
    Ok(())
}
