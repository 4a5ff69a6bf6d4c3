//! The Transom server: browser WebSockets in front, SSH, VNC and RDP behind, access in between.
//!
//! `api` and `native` call `door` and `session`, those call `backend` and `store`; news comes back
//! through channels. ARCHITECTURE.md has the picture.

pub mod access;
pub mod api;
pub mod backend;
pub mod clock;
pub mod config;
pub mod door;
pub mod hooks;
pub mod jwks;
pub mod keys;
pub mod lifetime;
pub mod picture;
mod random;
pub mod recording;
pub mod seal;
pub mod session;
pub mod shard;
pub mod store;
pub mod telemetry;
pub mod tls;

mod server;

pub use server::{Server, StartError};
