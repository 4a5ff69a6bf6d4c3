//! The Transom server.

pub mod access;
pub mod api;
pub mod config;
pub mod keys;
pub mod seal;
pub mod store;
