//! Servers of other make: x11vnc, QEMU's own, and one like a Mac's.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;
use serde_json::json;
use transom_protocol::rect::Rect;
use transom_protocol::rfb::Framebuffer;
use transom_protocol::wire::desktop::{DesktopClientFrame, Key};
use transom_tests::apple;
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;
use transom_tests::machine::free_port;
use transom_tests::watcher::Watcher;

/// A program that is killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn framebuffer(width: u16, height: u16, pixels: &[[u8; 3]]) -> anyhow::Result<Framebuffer> {
    let mut picture = Framebuffer::new(width, height)?;
    let all = Rect { x: 0, y: 0, width, height };
    for (row, from) in picture.rows_mut(all).zip(pixels.chunks(usize::from(width))) {
        for (pixel, [r, g, b]) in row.iter_mut().zip(from) {
            *pixel = u32::from_le_bytes([*r, *g, *b, 255]);
        }
    }
    Ok(picture)
}

#[tokio::test]
async fn x11vnc_shows_the_screen_that_it_copies() -> anyhow::Result<()> {
    let (front, screen) = (Front::start().await?, Desktop::start(800, 600)?);
    screen.run("xsetroot", &["-solid", "#123456"])?;
    let port = free_port()?.to_string();
    let mut x11vnc = screen.program("x11vnc");
    x11vnc.args([
        "-rfbport",
        &port,
        "-localhost",
        "-forever",
        "-shared",
        "-nopw",
        "-nocursorshape",
        "-nocursor",
    ]);
    let mut x11vnc = Running(x11vnc.stdout(Stdio::piped()).spawn().context("x11vnc is needed")?);
    let said = BufReader::new(x11vnc.0.stdout.take().context("no output")?);
    said.lines()
        .map_while(Result::ok)
        .find(|line| line.starts_with("PORT="))
        .context("x11vnc did not start")?;
    let endpoint = json!({
        "protocol": "vnc", "host": "127.0.0.1", "port": port.parse::<u16>()?, "login": { "kind": "none" },
    });
    front.ready_desktop("b1", &endpoint).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    watcher.shows(|| screen.screenshot()).await?;
    screen.run("xsetroot", &["-bitmap", "/usr/include/X11/bitmaps/mensetmanus", "-fg", "#ffcc00"])?;
    watcher.shows(|| screen.screenshot()).await
}

#[tokio::test]
async fn a_machine_without_a_system_is_seen_through_its_emulator() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let dir = tempfile::tempdir()?;
    let port = free_port()?;
    let (display, picture) = (port - 5900, dir.path().join("screen.ppm"));
    let mut qemu = Command::new("qemu-system-x86_64");
    qemu.args(["-nodefaults", "-vga", "std", "-m", "64", "-display", "none", "-monitor", "stdio", "-vnc"]);
    qemu.arg(format!("127.0.0.1:{display}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut qemu = Running(qemu.spawn().context("qemu-system-x86_64 is needed")?);
    let mut monitor = qemu.0.stdin.take().context("no monitor")?;
    let endpoint = json!({
        "protocol": "vnc", "host": "127.0.0.1", "port": port, "login": { "kind": "none" },
    });
    front.ready_desktop("b1", &endpoint).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    let white =
        |w: &Watcher| w.picture.screen.pixels().iter().filter(|pixel| **pixel & 0xff_ff_ff != 0).count();
    watcher.until(|w| white(w) > 100).await?;
    // The same picture, from the emulator itself, which says nothing when it has written it.
    #[expect(clippy::disallowed_methods, reason = "a poll with an end")]
    watcher
        .shows(|| {
            let _ = std::fs::remove_file(&picture);
            writeln!(monitor, "screendump {}", picture.display())?;
            for _ in 0..200 {
                if let Ok(screen) = std::fs::read(&picture).map_err(Into::into).and_then(|ppm| read_ppm(&ppm))
                {
                    return Ok(screen);
                }
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            anyhow::bail!("QEMU dumps no screen")
        })
        .await
}

/// A picture in the portable pixmap format, P6, of 255 levels.
fn read_ppm(file: &[u8]) -> anyhow::Result<Framebuffer> {
    let mut parts = file.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut next = || parts.next().context("a short picture");
    anyhow::ensure!(next()? == b"P6", "another format");
    let (width, height) = (text(next()?)?.parse()?, text(next()?)?.parse()?);
    let rest = next()?;
    let pixels = rest.strip_prefix(b"255\n").context("other levels")?;
    anyhow::ensure!(pixels.len() == usize::from(width) * usize::from(height) * 3, "half a picture");
    framebuffer(width, height, pixels.as_chunks::<3>().0)
}

fn text(bytes: &[u8]) -> anyhow::Result<&str> {
    Ok(std::str::from_utf8(bytes)?)
}

#[tokio::test]
async fn a_mac_is_logged_in_to_with_its_own_login_and_shows_five_k() -> anyhow::Result<()> {
    let front = Front::start().await?;
    let mac = apple::start(5120, 2880, ("builder", "a longer password"))?;
    let endpoint = |password: &str| {
        json!({
            "protocol": "vnc", "host": "127.0.0.1", "port": mac.server.port, "username": "builder",
            "login": { "kind": "password", "password": password },
        })
    };
    front.ready_desktop("b1", &endpoint("a longer password")).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    let wanted = framebuffer(5120, 2880, &apple::picture(5120, 2880))?;
    watcher.until(|w| (w.picture.screen.width(), w.picture.screen.height()) == (5120, 2880)).await?;
    watcher.shows(|| Ok(wanted.clone())).await?;
    assert!(mac.heard().chosen.iter().all(|kind| *kind == 30), "{:?}", mac.heard().chosen);
    assert_eq!(mac.heard().logins.last(), Some(&("builder".to_owned(), "a longer password".to_owned())));
    // Command, by the key that a Mac's browser has for it, is what this server calls Alt.
    for down in [true, false] {
        watcher.act(&DesktopClientFrame::Key(Key { down, code: 0xe05b, keysym: 0xffeb })).await?;
    }
    watcher.press(u32::from('q')).await?;
    for _ in 0..400 {
        if mac.heard().keys.len() >= 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let q = u32::from('q');
    assert_eq!(mac.heard().keys, [(true, 0xffe9), (false, 0xffe9), (true, q), (false, q)]);
    let machine = json!({ "version": 2, "endpoints": [endpoint("wrong")] });
    front.ci(reqwest::Method::PUT, "/builds/b1/machine", machine).await?;
    let token = front.token("b1", "Dana", &["desktop.view", "desktop.control"]).await?;
    let closed = Watcher::enter_refused(front.socket().await?.into_stream(), &token, None).await?;
    assert_eq!(closed.problem, "login-refused", "{closed:?}");
    Ok(())
}
