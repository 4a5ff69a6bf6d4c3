//! Terminals over a network that cuts, delays and stalls: nothing is lost and nothing comes twice.

mod counter;
mod keys;

use std::time::Duration;

use anyhow::bail;
use serde_json::Value;
use transom_protocol::limits;
use transom_tests::cable::{Cable, Faults};
use transom_tests::front::Front;
use transom_tests::machine::Machine;
use transom_tests::tab::{Tab, Turn};

use counter::Counter;
use keys::Keys;

const CUTS: u32 = 200;
const FAULTS: Faults =
    Faults { seed: 7, cuts: CUTS, down_bytes: 60_000, up_bytes: 3_000, life: Duration::from_millis(200) };

async fn ground() -> anyhow::Result<(Front, Machine, Tab)> {
    super::log();
    let (front, machine) = (Front::real().await?, Machine::start()?);
    front.ready_build("b1", &machine, Value::Null).await?;
    let tab = Tab::open(&front.url, &front.controller("b1").await?).await?;
    Ok((front, machine, tab))
}

/// What a turn shows, where the terminal has to stay.
fn shown(turn: Turn) -> anyhow::Result<Option<(u64, Vec<u8>)>> {
    match turn {
        Turn::Output(offset, bytes) => Ok(Some((offset, bytes))),
        Turn::Else => Ok(None),
        Turn::Closed(closed) => bail!("{closed:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_loses_and_doubles_nothing_over_two_hundred_cuts() -> anyhow::Result<()> {
    let (front, machine, mut tab) = ground().await?;
    let mut counter = Counter::start(&mut tab, &machine, counter::PACED).await?;
    let fresh = tab.resets;
    let cable = Cable::lay(&front.url, FAULTS).await?;
    tab.route.clone_from(&cable.url);
    tab.cut();
    while cable.cuts() < CUTS {
        counter.see(shown(tab.turn().await?)?)?;
    }
    counter.stop(&machine)?;
    while !counter.is_over() {
        counter.see(shown(tab.turn().await?)?)?;
    }
    eprintln!("{} bytes over {} connections, {} cuts", counter.seen(), tab.comebacks, cable.cuts());
    assert_eq!((tab.resets, tab.skipped), (fresh, 0), "it started over");
    assert_eq!(counter.seen(), counter.made()?);
    assert!(tab.comebacks >= CUTS);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_that_outruns_the_log_is_exact_wherever_it_is_shown() -> anyhow::Result<()> {
    let (front, machine, mut tab) = ground().await?;
    let mut counter = Counter::start(&mut tab, &machine, counter::FLOOD).await?;
    let faults = Faults { down_bytes: 500_000, up_bytes: 20_000, ..FAULTS };
    let cable = Cable::lay(&front.url, faults).await?;
    tab.route.clone_from(&cable.url);
    tab.cut();
    let mut away = 0;
    while cable.cuts() < CUTS {
        counter.see(shown(tab.turn().await?)?)?;
        // Now and then the tab stays away for more than the log holds.
        if tab.comebacks >= away {
            away += 50;
            tab.cut();
            counter.runs_on(&machine, 3 * limits::SCROLLBACK_BYTES as u64).await?;
        }
    }
    counter.stop(&machine)?;
    while !counter.is_over() {
        counter.see(shown(tab.turn().await?)?)?;
    }
    eprintln!(
        "{} bytes shown, {} skipped in {} fresh starts, over {} connections",
        counter.seen(),
        tab.skipped,
        tab.resets,
        tab.comebacks
    );
    assert!(tab.skipped > 0, "it never outran the log");
    assert_eq!(counter.skipped(), tab.skipped, "what was not shown is told to the byte");
    assert!(tab.comebacks >= CUTS);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_keystroke_is_applied_once_over_two_hundred_cuts() -> anyhow::Result<()> {
    let (front, machine, mut tab) = ground().await?;
    let mut keys = Keys::start(&mut tab).await?;
    let faults = Faults { down_bytes: 6_000, up_bytes: 6_000, ..FAULTS };
    let cable = Cable::lay(&front.url, faults).await?;
    tab.route.clone_from(&cable.url);
    tab.cut();
    while cable.cuts() < CUTS {
        keys.press_what_fits(&mut tab).await?;
        keys.see(shown(tab.turn().await?)?);
    }
    keys.finish(&mut tab).await?;
    eprintln!("{} keystrokes over {} connections, {} cuts", keys.pressed(), tab.comebacks, cable.cuts());
    keys.check(&machine)?;
    assert!(tab.comebacks >= CUTS);
    Ok(())
}
