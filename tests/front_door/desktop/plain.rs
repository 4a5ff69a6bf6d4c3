//! A machine that takes longer to compress its pictures than the way to it takes is asked for plain pixels.

use std::net::Ipv4Addr;
use std::process::{Child, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use transom_tests::PATIENCE;
use transom_tests::cable::Dice;
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;

const SIZE: (u16, u16) = (640, 480);
/// Every one of them has to be shown; which ones come plain is not said.
const PICTURES: u64 = 4;
/// RFC 6143, 7.5.2: the message, padding, the number of encodings.
const SET_ENCODINGS: [u8; 3] = [2, 0, 0];
/// In the registry of encodings.
const TIGHT: i32 = 7;

/// A relay on the way to a VNC server, which tells of each list of encodings that goes by: whether Tight is one of them.
struct Tap {
    port: u16,
    heard: watch::Receiver<Vec<bool>>,
    _relays: JoinSet<()>,
}

impl Tap {
    async fn on(far: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (port, (said, heard)) = (listener.local_addr()?.port(), watch::channel(Vec::new()));
        let mut relays = JoinSet::new();
        relays.spawn(async move {
            let mut relays = JoinSet::new();
            while let Ok((near, _)) = listener.accept().await {
                let said = said.clone();
                relays.spawn(async move { drop(relay(near, far, &said).await) });
            }
        });
        Ok(Self { port, heard, _relays: relays })
    }
}

async fn relay(mut near: TcpStream, far: u16, said: &watch::Sender<Vec<bool>>) -> std::io::Result<()> {
    let mut far = TcpSocket::new_v4()?.connect((Ipv4Addr::LOCALHOST, far).into()).await?;
    let ((mut from, mut to), (mut back, mut out)) = (near.split(), far.split());
    let up = async {
        let mut room = vec![0; 64 * 1024];
        while let len @ 1.. = from.read(&mut room).await? {
            let piece = room.get(..len).unwrap_or_default();
            said.send_modify(|said| said.extend(has_tight(piece)));
            out.write_all(piece).await?;
        }
        Ok(())
    };
    tokio::select! {
        ended = up => ended,
        ended = tokio::io::copy(&mut back, &mut to) => ended.map(drop),
    }
}

/// Of a list of encodings in what was sent at once; such a list is never cut in these tests' few bytes.
fn has_tight(sent: &[u8]) -> Option<bool> {
    (0..sent.len()).find_map(|at| {
        let list = sent.get(at..)?.strip_prefix(&SET_ENCODINGS)?;
        let (&[count], list) = list.split_first_chunk()?;
        let list = list.as_chunks::<4>().0.get(..usize::from(count)).filter(|list| list.len() > 4)?;
        Some(list.iter().any(|encoding| i32::from_be_bytes(*encoding) == TIGHT))
    })
}

/// A photograph's worst, all over the screen, until it is stopped: noise.
fn noise(desktop: &Desktop, seed: u64) -> anyhow::Result<Child> {
    let mut dump = desktop.run("xwd", &["-root", "-silent"])?;
    let pixels = dump.len() - usize::from(SIZE.0) * usize::from(SIZE.1) * 4;
    let mut dice = Dice::new(seed);
    for pixel in dump.get_mut(pixels..).context("a short dump")?.as_chunks_mut::<8>().0 {
        *pixel = dice.throw().to_ne_bytes();
    }
    let file = desktop.file("noise.xwd");
    std::fs::write(&file, dump)?;
    let mut xwud = desktop.program("xwud");
    Ok(xwud.arg("-in").arg(file).args(["-geometry", "+0+0"]).stdout(Stdio::null()).spawn()?)
}

#[tokio::test]
async fn noise_comes_as_plain_pixels_from_a_near_machine_and_is_shown_exactly() -> anyhow::Result<()> {
    let (front, desktop) = (Front::start().await?, Desktop::start(SIZE.0, SIZE.1)?);
    let mut tap = Tap::on(desktop.port).await?;
    let endpoint =
        json!({ "protocol": "vnc", "host": "127.0.0.1", "port": tap.port, "login": { "kind": "none" } });
    front.ready_desktop("b1", &endpoint).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    watcher.shows(|| desktop.screenshot()).await?;
    ensure!(tap.heard.borrow().last() == Some(&true), "compressed at first: {:?}", tap.heard.borrow());
    for seed in 0..PICTURES {
        let mut picture = noise(&desktop, seed)?;
        let before = watcher.picture.screen.clone();
        let shown = watcher.until(|watcher| watcher.picture.screen != before).await;
        let shown = match shown {
            Ok(()) => watcher.shows(|| desktop.screenshot()).await,
            otherwise => otherwise,
        };
        picture.kill()?;
        picture.wait()?;
        shown.with_context(|| format!("noise {seed}"))?;
    }
    let is_plain = tap.heard.wait_for(|said| said.contains(&false));
    tokio::time::timeout(PATIENCE, is_plain).await.context("plain pixels were never asked for")??;
    Ok(())
}
