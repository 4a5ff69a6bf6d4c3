//! The Transom server.

pub mod access;
pub mod api;
