//! Transom through its front door, against real peers: what the tests and benches stand on.

pub mod apple;
pub mod cable;
pub mod ci;
pub mod desktop;
pub mod events;
pub mod files;
pub mod forge;
pub mod front;
pub mod issuer;
pub mod link;
pub mod lossy;
pub mod machine;
pub mod pass;
pub mod picture;
pub mod process;
pub mod receiver;
pub mod rfb;
pub mod settings;
pub mod socket;
pub mod tab;
pub mod transcript;
pub mod watcher;

use std::time::Duration;

/// How long anything observable may take in a test before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(20);
