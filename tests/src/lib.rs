//! Transom through its front door, against real peers: what the tests and benches stand on.

pub mod cable;
pub mod ci;
pub mod events;
pub mod files;
pub mod forge;
pub mod front;
pub mod issuer;
pub mod machine;
pub mod pass;
pub mod process;
pub mod settings;
pub mod socket;
pub mod tab;
pub mod transcript;

use std::time::Duration;

/// How long anything observable may take in a test before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(20);
