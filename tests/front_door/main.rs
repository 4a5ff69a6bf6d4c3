//! Transom through its front door: the real server, a real sshd, a browser's side of the WebSocket.

#![allow(missing_docs, reason = "tests are named as sentences")]

mod admin;
mod audit;
mod authority;
mod bad_input;
mod bad_network;
mod breakpoint;
mod control;
mod crashes;
mod cut;
mod desktop;
mod environment;
mod events;
mod extend;
mod files;
mod issuers;
mod lives;
mod logins;
mod policy;
mod quotas;
mod shares;
mod spare;
mod stories;
mod surface;
mod terminal;
mod timelines;
mod tokens;
mod transcripts;
mod webhooks;

use std::sync::Once;

/// Log lines of the server where `RUST_LOG` asks for them.
pub fn log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
    });
}
