//! How much went between a session and its viewers.

use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of messages, counted where they pass a socket.
#[derive(Debug, Default)]
pub struct Traffic {
    came: AtomicU64,
    went: AtomicU64,
}

impl Traffic {
    /// So many bytes came from a viewer.
    pub fn came(&self, bytes: usize) {
        self.came.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// So many bytes went to a viewer.
    pub fn went(&self, bytes: usize) {
        self.went.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// What came from viewers so far, and what went to them.
    #[must_use]
    pub fn so_far(&self) -> (u64, u64) {
        (self.came.load(Ordering::Relaxed), self.went.load(Ordering::Relaxed))
    }
}
