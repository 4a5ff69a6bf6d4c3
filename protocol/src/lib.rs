//! Every byte format that Transom speaks, as pure functions: bytes in, bytes out.
//!
//! No I/O, no clock, no randomness lives here. Whatever arrives is hostile until it is parsed, so
//! nothing in this crate panics on input and nothing allocates by a number that was not first
//! compared with [`limits`].
//!
//! [`wire`] is what browser and server say to each other; [`problem`] is the one table of what can
//! go wrong, shared by REST replies and WebSocket close codes. [`sftp`] is what is said to a machine
//! about its files, [`rfb`] to one about its desktop, [`path`] how their names are written where only text can stand.

pub mod limits;
pub mod path;
pub mod problem;
pub mod rect;
pub mod rfb;
pub mod sftp;
pub mod wire;
