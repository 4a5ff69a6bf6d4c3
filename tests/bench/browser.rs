//! In Chromium: throughput, Ctrl-C, and the way from a click to the prompt. See `browser/measure.mjs`.

use crate::ground::Ground;
use crate::report::Report;

pub async fn run(_: &Ground, _: &mut Report) -> anyhow::Result<()> {
    Ok(())
}
