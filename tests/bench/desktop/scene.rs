//! What the bench shows on a screen: a light X client, run as a process of its own: `bench scene NAME DIRECTORY`.
//!
//! Pictures lie in the X server, so that a content frame costs it a copy, and this program next to nothing. It draws
//! the same frames each time, until it is killed. The pictures in DIRECTORY are drawn by
//! `tests/browser/bench/scenery.mjs`.

mod log;
mod picture;
mod stage;

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::time::{Interval, MissedTickBehavior, interval};

use log::Log;
use picture::Picture;
use stage::{CONTENT_HEIGHT, Stage, WIDTH};

/// Content frames a second, of all but `typing`.
pub const FRAMES: u32 = 30;
/// Characters a second.
pub const CHARACTERS: u32 = 10;
/// Lines of a log for each content frame.
const LINES: usize = 4;
/// Pixels that a page is scrolled by at a time.
const SCROLLED: u16 = 60;
/// The part of the page that stays.
const PAGE_BAR: u16 = 72;
/// What is dragged.
const DRAGGED: (u16, u16) = (900, 640);
/// Grains of a film, one after the other.
const GRAINS: u32 = 8;
/// Where an editor's text goes: left and top of its first cell, cells' size, columns and rows.
const EDITED: (u16, u16) = (330, 445);
const CELL: (u16, u16) = (10, 20);
const CELLS: (u16, u16) = (100, 10);

/// Draws the scene `name` for ever.
pub async fn run(name: &str, directory: &Path) -> anyhow::Result<()> {
    match name {
        "terminal" => terminal().await,
        "web" => web(directory).await,
        "drag" => drag(directory).await,
        "typing" => typing(directory).await,
        "video" => video(directory).await,
        "keys" => keys(),
        _ => bail!("no scene {name}"),
    }
}

/// A build's log, in the xterm that this runs in.
async fn terminal() -> anyhow::Result<()> {
    let (mut stage, mut log, mut beat) = (Stage::beside()?, Log::new(), beat(FRAMES));
    let (mut out, mut back) = (std::io::stdout().lock(), std::io::stdin().lock());
    loop {
        beat.tick().await;
        for _ in 0..LINES {
            out.write_all(log.line().as_bytes())?;
        }
        // It answers when it has drawn what came before (DSR).
        out.write_all(b"\x1b[5n")?;
        out.flush()?;
        let mut byte = [0];
        while byte != *b"n" {
            back.read_exact(&mut byte)?;
        }
        stage.stamp()?;
    }
}

/// A page that is scrolled down, and up again.
async fn web(directory: &Path) -> anyhow::Result<()> {
    let picture = Picture::read(&directory.join("page.png"))?;
    let mut stage = Stage::new()?;
    let (page, mut beat) = (stage.keep(&picture)?, beat(FRAMES));
    stage.show(page, (0, 0), (0, 0), (WIDTH, CONTENT_HEIGHT))?;
    let height = CONTENT_HEIGHT - PAGE_BAR;
    let steps = u32::from((picture.height - PAGE_BAR - height) / SCROLLED);
    for frame in 1_u32.. {
        beat.tick().await;
        let step = frame % (2 * steps);
        let step = u16::try_from(step.min(2 * steps - step))?;
        stage.show(page, (0, PAGE_BAR + step * SCROLLED), (0, PAGE_BAR), (WIDTH, height))?;
        stage.stamp()?;
    }
    Ok(())
}

/// A window that is moved over a photograph, by the X server itself.
async fn drag(directory: &Path) -> anyhow::Result<()> {
    let mut stage = Stage::new()?;
    let below = stage.keep(&Picture::read(&directory.join("photograph.png"))?)?;
    let inside = stage.keep(&Picture::read(&directory.join("editor.png"))?)?;
    stage.back(below)?;
    let (window, mut beat) = (stage.window(inside, DRAGGED)?, beat(FRAMES));
    for frame in 1_u32.. {
        beat.tick().await;
        // Around, with another number of turns to each side: some 15 pixels at a time.
        let at = f64::from(frame) / f64::from(FRAMES);
        let place = |side: u16, of: u16, pace: f64| {
            let room = f64::from(side - of) / 2.0;
            (room + room * (at * pace).sin()).round() as i16
        };
        stage.put(window, (place(WIDTH, DRAGGED.0, 0.8), place(CONTENT_HEIGHT, DRAGGED.1, 1.1)))?;
        stage.stamp()?;
    }
    Ok(())
}

/// Somebody types in an editor.
async fn typing(directory: &Path) -> anyhow::Result<()> {
    let mut stage = Stage::new()?;
    let before = stage.keep(&Picture::read(&directory.join("editor.png"))?)?;
    let after = stage.keep(&Picture::read(&directory.join("typed.png"))?)?;
    stage.show(before, (0, 0), (0, 0), (WIDTH, CONTENT_HEIGHT))?;
    let mut beat = beat(CHARACTERS);
    for typed in (0..CELLS.0 * CELLS.1).cycle() {
        beat.tick().await;
        let cell = (EDITED.0 + typed % CELLS.0 * CELL.0, EDITED.1 + typed / CELLS.0 * CELL.1);
        stage.show(after, cell, cell, CELL)?;
        stage.caret(cell.0 + CELL.0, cell.1, CELL)?;
        stage.stamp()?;
    }
    Ok(())
}

/// A camera that goes over a landscape, with a film's grain.
async fn video(directory: &Path) -> anyhow::Result<()> {
    let picture = Picture::read(&directory.join("photograph.png"))?;
    let mut stage = Stage::new()?;
    let mut grains = Vec::new();
    for grain in 0..GRAINS {
        grains.push(stage.keep(&picture.with_grain(grain))?);
    }
    let room = (f64::from(picture.width - WIDTH) / 2.0, f64::from(picture.height - CONTENT_HEIGHT) / 2.0);
    let mut beat = beat(FRAMES);
    for frame in 1_u32.. {
        beat.tick().await;
        let at = f64::from(frame) / f64::from(FRAMES);
        let from = ((room.0 + room.0 * (at * 0.7).sin()) as u16, (room.1 + room.1 * (at * 0.9).cos()) as u16);
        let film = grains.get(usize::try_from(frame % GRAINS)?).context("no film")?;
        stage.show(*film, from, (0, 0), (WIDTH, CONTENT_HEIGHT))?;
        stage.stamp()?;
    }
    Ok(())
}

/// A block that every key inverts.
fn keys() -> anyhow::Result<()> {
    let mut stage = Stage::new()?;
    stage.listen()?;
    loop {
        stage.key()?;
        stage.stamp()?;
    }
}

fn beat(times_a_second: u32) -> Interval {
    let mut beat = interval(Duration::from_secs(1) / times_a_second);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}
