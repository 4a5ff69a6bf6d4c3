//! The Transom server.

pub mod access;
pub mod api;
pub mod backend;
pub mod clock;
pub mod jwks;
pub mod lifetime;
pub mod session;
