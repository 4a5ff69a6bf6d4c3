//! What a way to a desktop costs, for each content frame that it shows.

use std::fmt;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use transom_tests::desktop::Desktop;
use transom_tests::process::cpu_s;

use super::browser::Browser;
use super::gate::Gate;

/// How long everybody has run, in seconds of CPU.
#[derive(Clone, Copy)]
pub struct Meter {
    /// The X server, which also draws.
    pub screen_s: f64,
    /// The gateway's processes.
    pub gateway_s: f64,
    /// All of the browser.
    pub browser_s: f64,
}

impl Meter {
    /// Now.
    pub fn read(desktop: &Desktop, gate: &Gate, browser: Option<&Browser>) -> anyhow::Result<Self> {
        let browser_s = browser.map_or(Ok(0.0), Browser::cpu_s)?;
        Ok(Self { screen_s: cpu_s(desktop.pid())?, gateway_s: gate.cpu_s()?, browser_s })
    }

    /// What was spent since.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            screen_s: self.screen_s - before.screen_s,
            gateway_s: self.gateway_s - before.gateway_s,
            browser_s: self.browser_s - before.browser_s,
        }
    }

    /// Of both sides of the server.
    pub fn server_ms(&self) -> f64 {
        (self.screen_s + self.gateway_s) * 1000.0
    }
}

/// The figures of one page and one time.
pub struct Costs {
    /// Content frames a second that were drawn.
    pub drawn: f64,
    /// Of those, shown.
    pub shown: f64,
    /// A shown frame's thousand bytes.
    pub kilobytes: f64,
    /// A shown frame's CPU in the X server and the gateway.
    pub server_ms: f64,
    /// In the gateway alone.
    pub gateway_ms: f64,
    /// In the browser.
    pub browser_ms: f64,
    /// The gateway's memory.
    pub memory_mib: f64,
}

impl Costs {
    /// From what the page has counted and what was spent.
    pub fn new(seen: &Value, spent: &Meter, memory_mib: f64) -> anyhow::Result<Self> {
        let number = |name: &str| seen[name].as_f64().with_context(|| format!("no {name}: {seen}"));
        let (shown, seconds) = (number("shown")?, number("ms")? / 1000.0);
        ensure!(shown > 0.0, "nothing was shown");
        Ok(Self {
            drawn: number("drawn")? / seconds,
            shown: shown / seconds,
            kilobytes: number("bytes")? / 1000.0 / shown,
            server_ms: spent.server_ms() / shown,
            gateway_ms: spent.gateway_s * 1000.0 / shown,
            browser_ms: spent.browser_s * 1000.0 / shown,
            memory_mib,
        })
    }
}

impl fmt::Display for Costs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { drawn, shown, kilobytes, server_ms, gateway_ms, browser_ms, memory_mib } = self;
        write!(
            f,
            "{shown:.1} of {drawn:.1} frames/s; a frame {kilobytes:.1} KB, server {server_ms:.2} ms \
             (gateway {gateway_ms:.2}), browser {browser_ms:.2} ms; {memory_mib:.1} MiB"
        )
    }
}
