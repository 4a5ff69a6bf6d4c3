//! The server's network namespace loses five packets of a hundred, each 40 ms away: 80 ms there and
//! back, to the browser and to the machine.

use std::time::Duration;

use reqwest::Method;
use transom_server::clock::tick;
use transom_tests::lossy::{Losses, LossyNetwork};
use transom_tests::machine::{Machine, whoami};
use transom_tests::process::Process;
use transom_tests::tab::Tab;

use super::counter::{self, Counter};
use super::keys::Keys;
use super::shown;

const LOSSES: Losses = Losses { seed: 5, lost_percent: 5, delay: Duration::from_millis(40) };
const LINES: u64 = 20_000;
const KEYS: usize = 60;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_counter_and_keys_are_exact_while_packets_are_lost() -> anyhow::Result<()> {
    crate::log();
    if let Some(why) = LossyNetwork::why_not() {
        eprintln!("skipped: no network of its own here: {why}");
        return Ok(());
    }
    let network = LossyNetwork::lay(LOSSES)?;
    let server = Process::start_behind(&network).await?;
    let machine = Machine::start_as(&whoami()?, &format!("ListenAddress {}", network.near))?;
    let registered = server.build("b1", serde_json::json!({ "build_dir": machine.build_dir() })).await?;
    machine.authorize(&registered["install"]["authorized_keys"])?;
    let mut registration = machine.registration(1, &serde_json::json!({ "kind": "generated" }))?;
    registration["endpoints"][0]["host"] = network.near.to_string().into();
    server.ci(Method::PUT, "/builds/b1/machine", registration).await?;
    server.enable("b1").await?;
    server.state("b1", "ready").await?;
    let token = server.controller("b1").await?;

    let mut tab = Tab::open(&server.url, &server.origin(), &token).await?;
    let mut counter = Counter::start(&mut tab, &machine, counter::PACED).await?;
    let fresh = tab.resets;
    while counter.seen() < LINES * 13 {
        counter.see(shown(tab.turn().await?)?)?;
    }
    counter.stop(&machine)?;
    while !counter.is_over() {
        counter.see(shown(tab.turn().await?)?)?;
    }
    assert_eq!((tab.resets, tab.skipped), (fresh, 0), "it started over");
    assert_eq!(counter.seen(), counter.made()?);

    let mut tab = Tab::open(&server.url, &server.origin(), &token).await?;
    let mut keys = Keys::start(&mut tab).await?;
    let mut took_ms = Vec::new();
    while took_ms.len() < KEYS {
        let (began, seen) = (tick(), keys.seen());
        keys.press(&mut tab).await?;
        while keys.seen() == seen {
            keys.see(shown(tab.turn().await?)?);
        }
        took_ms.push(began.elapsed().as_millis());
    }
    keys.finish(&mut tab).await?;
    keys.check(&machine)?;
    took_ms.sort_unstable();
    eprintln!(
        "{} bytes; echo p50 {} ms, p95 {} ms, longest {} ms, over {} connections",
        counter.seen(),
        took_ms[KEYS / 2],
        took_ms[KEYS * 95 / 100],
        took_ms[KEYS - 1],
        1 + tab.comebacks
    );
    Ok(())
}
