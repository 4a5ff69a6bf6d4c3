//! What is malformed, oversized, out of order, stale or hostile: a stable problem or close code, a
//! sentence, and nothing else disturbed.

pub mod disk;
mod hello;
mod machines;
mod requests;
mod shells;
mod wire;
