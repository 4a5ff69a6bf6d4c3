//! VNC servers that lie, flood and stall: the session ends with a reason, and nobody else notices.

use std::io::Write as _;

use anyhow::Context as _;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use transom_protocol::wire::desktop::DesktopClientFrame;
use transom_server::clock::Clock;
use transom_tests::PATIENCE;
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;
use transom_tests::process::{Process, memory};
use transom_tests::rfb::{RfbServer, listen, rect, update, welcome};
use transom_tests::watcher::Watcher;

const RAW: i32 = 0;
const ZLIB: i32 = 6;
const TIGHT: i32 = 7;
const ZRLE: i32 = 16;
const CURSOR: i32 = -239;
const DESKTOP_SIZE: i32 = -223;

fn deflated(bytes: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let zeroes = vec![0; 64 * 1024];
    for _ in 0..bytes / zeroes.len() {
        let _ = encoder.write_all(&zeroes);
    }
    encoder.finish().unwrap_or_default()
}

/// A tile of one run that goes on and on.
fn endless_run() -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    let _ = encoder.write_all(&[128, 1, 2, 3]);
    let _ = encoder.write_all(&vec![255; 32 << 20]);
    encoder.finish().unwrap_or_default()
}

fn counted(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()[..], bytes].concat()
}

/// What is said once the screen is there, and a word of what people are told about it.
fn lies() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    vec![
        ("a rectangle beside the screen", update([600, 400, 100, 100], RAW, &[]), "outside"),
        ("an unknown encoding", update([0, 0, 1, 1], 0x7777, &[]), "encoding"),
        ("an unknown message", vec![77; 64], "message"),
        ("a bomb in zlib", update([0, 0, 64, 64], ZLIB, &counted(&deflated(32 << 20))), "zlib"),
        ("a bomb in ZRLE", update([0, 0, 64, 64], ZRLE, &counted(&deflated(32 << 20))), "zlib"),
        ("a run without an end", update([0, 0, 64, 64], ZRLE, &counted(&endless_run())), "run"),
        ("Tight of a kind that is none", update([0, 0, 64, 64], TIGHT, &[0xf0]), "tight"),
        ("a pointer as large as a wall", update([0, 0, 60000, 60000], CURSOR, &[]), "cursor"),
        ("a screen of no size", update([0, 0, 0, 0], DESKTOP_SIZE, &[]), "screen"),
        ("a screen over the limit", update([0, 0, 20000, 20000], DESKTOP_SIZE, &[]), "screen"),
        ("the same pixels again and again", flood(), "too many pixels"),
    ]
}

/// Sixty thousand rectangles, each of which fills the screen from a few bytes.
fn flood() -> Vec<u8> {
    let mut out = vec![0, 0, 0xea, 0x60];
    for _ in 0..60_000 {
        out.extend(rect([0, 0, 640, 480], TIGHT, &[0x80, 1, 2, 3]));
    }
    out
}

#[tokio::test]
async fn a_server_that_lies_is_left_with_a_reason_and_others_keep_their_pace() -> anyhow::Result<()> {
    let (front, honest) = (Front::start().await?, Desktop::start(640, 480)?);
    front.ready_desktop("honest", &honest.endpoint()).await?;
    let mut watcher = front.watch("honest", &["desktop.control"], None).await?;
    for (n, (what, lines, word)) in lies().into_iter().enumerate() {
        let server = RfbServer::saying(640, 480, lines)?;
        let build = format!("b{n}");
        front.ready_desktop(&build, &server.endpoint()).await?;
        let token = front.token(&build, "Dana", &["desktop.view", "desktop.control"]).await?;
        // It lies as soon as it is asked: whoever comes in sees how it ended.
        let closed = Watcher::enter_refused(front.socket().await?.into_stream(), &token, None).await;
        let closed = closed.map_err(|e| e.context(what))?;
        let problems = ["machine-gone", "session-refused"];
        assert!(problems.contains(&closed.problem.as_str()), "{what}: {closed:?}");
        assert!(closed.detail.contains(word) && closed.detail.ends_with('.'), "{what}: {closed:?}");
        honest.run("xsetroot", &["-solid", &format!("#0000{:02x}", n + 1)])?;
        watcher.shows(|| honest.screenshot()).await.map_err(|e| e.context(what))?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_odd_but_allowed_is_drawn() -> anyhow::Result<()> {
    let front = Front::start().await?;
    // No pixels at all, a size that changes to itself, a line for the clipboard, a bell, a colour that nobody
    // asked for, and then two pixels.
    let mut lines = update([5, 5, 0, 0], RAW, &[]);
    lines.extend(update([0, 0, 640, 480], DESKTOP_SIZE, &[]));
    lines.extend([3, 0, 0, 0, 0, 0, 0, 2, b'h', 0xfc]);
    lines.push(2);
    lines.extend([1, 0, 0, 0, 0, 1, 9, 9, 8, 8, 7, 7]);
    lines.extend(update([10, 20, 2, 1], RAW, &[1, 2, 3, 0, 4, 5, 6, 0]));
    let server = RfbServer::saying(640, 480, lines)?;
    front.ready_desktop("b1", &server.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control", "clipboard.read"], None).await?;
    watcher.until(|w| w.picture.screen.pixels().iter().any(|pixel| *pixel != 0xff00_0000)).await?;
    let row = 20 * 640 + 10;
    assert_eq!(watcher.picture.screen.pixels().get(row..row + 2), Some(&[0xff03_0201, 0xff06_0504][..]));
    Ok(())
}

#[tokio::test]
async fn a_server_that_stalls_in_the_middle_of_a_picture_is_given_up() -> anyhow::Result<()> {
    let front = Front::start_with(Clock::system(), "machines.keepalive_s = 1").await?;
    let half = RfbServer::saying(640, 480, update([0, 0, 640, 480], RAW, &[1, 2, 3]))?;
    front.ready_desktop("half", &half.endpoint()).await?;
    let token = front.token("half", "Dana", &["desktop.view", "desktop.control"]).await?;
    let closed = Watcher::enter_refused(front.socket().await?.into_stream(), &token, None).await?;
    assert_eq!(closed.problem, "machine-gone", "{closed:?}");
    assert!(closed.detail.contains("no longer answers"), "{closed:?}");
    Ok(())
}

#[tokio::test]
async fn a_flood_costs_the_server_no_more_than_its_pictures() -> anyhow::Result<()> {
    let front = Process::start("").await?;
    // As fast as the socket takes it, whether anybody asks or not.
    let server = RfbServer::start(|mut stream| {
        welcome(&mut stream, 1920, 1080, b"flood")?;
        let pictures = [0x55, 0xaa].map(|grey| update([0, 0, 1920, 1080], RAW, &vec![grey; 1920 * 1080 * 4]));
        loop {
            for picture in &pictures {
                stream.write_all(picture)?;
            }
        }
    })?;
    let before = memory(front.pid())?;
    front.ready_desktop("b1", &server.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    watcher.until(|w| w.pictures > 20).await?;
    watcher.acks = false;
    let pictures = watcher.pictures;
    let _ = tokio::time::timeout(
        std::time::Duration::from_secs(3),
        watcher.until(|w| w.pictures > pictures + 100),
    )
    .await;
    assert!(watcher.pictures < pictures + 100, "who does not acknowledge is sent no more");
    let grown = memory(front.pid())?.rss_kib.saturating_sub(before.rss_kib);
    let framebuffer_kib = 1920 * 1080 * 4 / 1024;
    assert!(grown < 64 * 1024 + 3 * framebuffer_kib, "{} MiB", grown >> 10);
    Ok(())
}

#[tokio::test]
async fn a_machine_that_takes_no_input_holds_up_nobody() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let (open, opened) = std::sync::mpsc::channel::<()>();
    let opened = std::sync::Mutex::new(opened);
    let server = RfbServer::start(move |mut stream| {
        welcome(&mut stream, 640, 480, b"deaf")?;
        stream.write_all(&update([0, 0, 1, 1], RAW, &[1, 2, 3, 0]))?;
        // Nothing of what is said is read, until the test is over.
        let _ = opened.lock().map(|opened| opened.recv());
        listen(&mut stream)
    })?;
    front.ready_desktop("b1", &server.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control", "clipboard.write"], None).await?;
    let text = DesktopClientFrame::Clipboard { is_last: false, bytes: vec![b'x'; 64 * 1024].into() };
    let last = DesktopClientFrame::Clipboard { is_last: true, bytes: "x".into() };
    for _ in 0..32 {
        for _ in 0..12 {
            watcher.act(&text).await?;
        }
        watcher.act(&last).await?;
        watcher.press(u32::from('x')).await?;
    }
    watcher.settled().await?;
    let mut other = front.watch("b1", &["desktop.control"], None).await?;
    other.act(&DesktopClientFrame::TakeControl).await?;
    let taker = other.viewer();
    watcher.until(|w| w.driver() == Some(taker.as_str())).await?;
    drop(open);
    Ok(())
}

#[tokio::test]
async fn a_machine_that_goes_while_nobody_looks_is_missed_at_once() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let server = RfbServer::start(move |mut stream| {
        welcome(&mut stream, 640, 480, b"talkative")?;
        stream.write_all(&update([0, 0, 1, 1], RAW, &[1, 2, 3, 0]))?;
        let _ = gone.lock().map(|gone| gone.recv());
        // More than anybody reads who draws nothing, and then no more.
        stream.set_write_timeout(Some(std::time::Duration::from_millis(500)))?;
        let pictures = [0x55, 0xaa].map(|grey| update([0, 0, 640, 480], RAW, &vec![grey; 640 * 480 * 4]));
        while stream.write_all(&pictures.concat()).is_ok() {}
        Ok(())
    })?;
    front.ready_desktop("b1", &server.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    watcher.until(|w| w.pictures > 0).await?;
    drop(watcher);
    let sessions =
        front.server.door().registry().all_of(&"b1".to_owned().try_into().map_err(anyhow::Error::msg)?);
    let over = sessions.first().context("no session")?.over();
    drop(go);
    Ok(tokio::time::timeout(PATIENCE, over).await?)
}
