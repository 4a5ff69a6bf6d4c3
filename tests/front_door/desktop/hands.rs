//! Keys, pointer and clipboard: whose reach the machine, and whose do not.

use std::process::Child;

use anyhow::Context as _;
use bytes::Bytes;
use transom_protocol::wire::desktop::{DesktopClientFrame, Key};
use transom_tests::desktop::Desktop;
use transom_tests::front::Front;
use transom_tests::watcher::Watcher;

const ENTER: u32 = 0xff0d;

/// A terminal on the machine's screen that writes two lines that are typed into a file, in whole.
fn listener(desktop: &Desktop) -> anyhow::Result<Child> {
    let typed = desktop.file("typed");
    let script = format!("head -n 2 > {0}.new; mv {0}.new {0}", typed.display());
    let words = ["-geometry", "60x20+0+0", "-e", "sh", "-c", &script];
    desktop.program("xterm").args(words).spawn().context("xterm is needed")
}

/// What was typed into it; waits for that.
async fn typed(desktop: &Desktop) -> anyhow::Result<String> {
    let file = desktop.file("typed");
    for _ in 0..400 {
        if file.exists() {
            return Ok(std::fs::read_to_string(&file)?);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    anyhow::bail!("nothing was typed")
}

async fn press_all(watcher: &mut Watcher, text: &str) -> anyhow::Result<()> {
    for letter in text.chars() {
        watcher.press(if letter == '\n' { ENTER } else { u32::from(letter) }).await?;
    }
    Ok(())
}

/// Waits for the terminal's window, and puts the pointer into it.
async fn enter(watcher: &mut Watcher) -> anyhow::Result<()> {
    watcher.act(&DesktopClientFrame::Pointer { buttons: 0, x: 100, y: 100 }).await?;
    watcher.until(|w| w.picture.screen.pixels().contains(&u32::MAX)).await
}

fn key(down: bool, keysym: u32) -> DesktopClientFrame {
    DesktopClientFrame::Key(Key { down, code: 0, keysym })
}

fn session(watcher: &Watcher) -> String {
    watcher.welcome.as_ref().map(|w| w.session.clone()).unwrap_or_default()
}

#[tokio::test]
async fn keys_of_who_may_reach_the_machine_and_others_are_dropped() -> anyhow::Result<()> {
    let (front, desktop) = (Front::start().await?, Desktop::start(640, 480)?);
    let mut terminal = listener(&desktop)?;
    front.ready_desktop("b1", &desktop.endpoint()).await?;
    let mut watcher = front.watch("b1", &["desktop.control"], None).await?;
    let mut onlooker = front.watch("b1", &[], Some(&session(&watcher))).await?;
    enter(&mut watcher).await?;
    press_all(&mut onlooker, "never\n").await?;
    press_all(&mut watcher, "Grüße\n").await?;
    // As an input method or a password manager enters it.
    let long = "a text that comes at once ".repeat(12);
    let keys: Vec<_> =
        long.chars().flat_map(|letter| [true, false].map(|down| key(down, u32::from(letter)))).collect();
    watcher.act_all(&keys).await?;
    watcher.press(ENTER).await?;
    assert_eq!(typed(&desktop).await?, format!("Grüße\n{long}\n"));
    let _ = terminal.kill();
    terminal.wait()?;
    Ok(())
}

#[tokio::test]
async fn one_controls_at_a_time_and_another_takes_it() -> anyhow::Result<()> {
    let (front, desktop) = (Front::start().await?, Desktop::start(640, 480)?);
    let mut terminal = listener(&desktop)?;
    front.ready_desktop("b1", &desktop.endpoint()).await?;
    let mut first = front.watch("b1", &["desktop.control"], None).await?;
    // Who opens a desktop that is open is led there.
    let mut second = front.watch("b1", &["desktop.control"], None).await?;
    assert_eq!(session(&first), session(&second));
    enter(&mut first).await?;
    press_all(&mut second, "early\n").await?;
    second.settled().await?;
    press_all(&mut first, "one\n").await?;
    // What the first still holds is let go when the second takes control.
    first.act(&DesktopClientFrame::Key(shift(true))).await?;
    first.settled().await?;
    let taker = second.viewer();
    second.act(&DesktopClientFrame::TakeControl).await?;
    first.until(|w| w.driver() == Some(taker.as_str())).await?;
    press_all(&mut first, "late\n").await?;
    first.settled().await?;
    press_all(&mut second, "two\n").await?;
    assert_eq!(typed(&desktop).await?, "one\ntwo\n");
    let _ = terminal.kill();
    terminal.wait()?;
    Ok(())
}

fn shift(down: bool) -> Key {
    Key { down, code: 0x2a, keysym: 0xffe1 }
}

#[tokio::test]
async fn the_clipboard_goes_both_ways_where_the_grant_says_so() -> anyhow::Result<()> {
    let (front, desktop) = (Front::start().await?, Desktop::start(640, 480)?);
    front.ready_desktop("b1", &desktop.endpoint()).await?;
    let all = ["desktop.control", "clipboard.read", "clipboard.write"];
    let mut watcher = front.watch("b1", &all, None).await?;
    let mut other = front.watch("b1", &["desktop.control"], Some(&session(&watcher))).await?;
    watcher.until(|w| w.pictures > 0).await?;
    let text = |text: &str| DesktopClientFrame::Clipboard {
        is_last: true,
        bytes: Bytes::copy_from_slice(text.as_bytes()),
    };
    watcher.act(&text("Grüße, 日本 🙂")).await?;
    for _ in 0..200 {
        if desktop.clipboard()? == "Grüße, 日本 🙂" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(desktop.clipboard()?, "Grüße, 日本 🙂");
    desktop.copy("von der Maschine: ß€")?;
    watcher.until(|w| w.clipboards.last().is_some_and(|text| text == "von der Maschine: ß€")).await?;
    // One right behind the other, as three clicks take a word and then the line.
    desktop.copy("word")?;
    desktop.copy("word and line")?;
    watcher.until(|w| w.clipboards.last().is_some_and(|text| text == "word and line")).await?;
    other.act(&DesktopClientFrame::TakeControl).await?;
    let taker = other.viewer();
    watcher.until(|w| w.driver() == Some(taker.as_str())).await?;
    other.act(&text("not allowed")).await?;
    other.press(u32::from('x')).await?;
    desktop.copy("again")?;
    watcher.until(|w| w.clipboards.last().is_some_and(|text| text == "again")).await?;
    assert!(other.clipboards.is_empty(), "who may not read gets nothing");
    assert_eq!(desktop.clipboard()?, "again", "who may not write puts nothing there");
    Ok(())
}
