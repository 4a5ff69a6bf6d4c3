//! From a key to the pixel that it changes: in pages, and for a VNC client without any.
//!
//! A page's time runs from its own `keydown` to the end of the call that draws the pixel on the canvas that is
//! shown; the same hook looks at that pixel in all pages. The X server looks for changes 240 times a second here.

use std::time::Duration;

use anyhow::Context as _;
use serde_json::json;
use transom_server::clock::tick;

use super::browser::Browser;
use super::client::Client;
use super::gate::Gate;
use super::stand::Stand;
use crate::line::Way;
use crate::report::Report;

const ROUNDS: usize = 2;
const KEYS: usize = 20;
/// Within the block that keys invert.
const PIXEL: (usize, usize) = (80, 80);
const BETWEEN: Duration = Duration::from_millis(150);
const K: u32 = 0x6b;

pub async fn run(browser: &mut Browser, report: &mut Report, ways: &[Way]) -> anyhow::Result<()> {
    let stand = Stand::without_scenery(&["-FrameRate", "240"])?;
    let _scene = stand.play("keys")?;
    let mut all: Vec<(Way, Vec<f64>)> = Vec::new();
    for _ in 0..ROUNDS {
        for way in ways {
            let gate = Gate::start(*way, &stand.desktop).await?;
            browser.ask(&json!({ "do": "open", "url": gate.page().await?, "still": true })).await?;
            let pressed = json!({ "do": "keys", "count": KEYS, "x": PIXEL.0, "y": PIXEL.1 });
            let seen = browser.ask(&pressed).await?;
            all.push((*way, serde_json::from_value(seen["values"].clone())?));
            browser.ask(&json!({ "do": "close" })).await?;
        }
        all.push((Way::Rfb, plain(stand.desktop.port).await?));
    }
    for way in ways.iter().chain([&Way::Rfb]) {
        let values: Vec<f64> = all.iter().filter(|(of, _)| of == way).flat_map(|(_, v)| v.clone()).collect();
        report.percentile(*way, "key to pixel, p50", "ms", &values, 50);
        report.percentile(*way, "key to pixel, p95", "ms", &values, 95);
    }
    Ok(())
}

/// Without a browser.
async fn plain(port: u16) -> anyhow::Result<Vec<f64>> {
    let mut client = Client::plain(port).await?;
    client.update().await?;
    let pixel = |client: &Client| {
        let at = PIXEL.1 * usize::from(client.screen.width()) + PIXEL.0;
        client.screen.pixels().get(at).copied().context("a smaller screen")
    };
    let mut values = Vec::new();
    for _ in 0..KEYS {
        // What else the last key caused is taken meanwhile.
        let quiet = tick() + BETWEEN;
        while tokio::time::timeout_at(quiet, client.update()).await.is_ok() {}
        let (before, began) = (pixel(&client)?, tick());
        client.press(K).await?;
        while pixel(&client)? == before {
            tokio::time::timeout(transom_tests::PATIENCE, client.update()).await.context("no pixel")??;
        }
        values.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(values)
}
