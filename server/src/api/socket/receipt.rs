//! What became of a viewer's input is told behind the next output, or a moment later: a message of its own
//! before the echo would only be in the echo's way.

use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Sleep, sleep};

use crate::clock::tick;

/// How long it may wait for output.
const WITHIN: Duration = Duration::from_millis(20);
/// So much input is told of at once, in bytes: who pastes waits for it.
const AT_ONCE_BYTES: u64 = 4096;

/// Input that was applied, and that the browser does not know of yet.
pub(super) struct Receipt {
    owed: Option<u64>,
    told: u64,
    /// Whether `due` is set for what is owed.
    armed: bool,
    due: Pin<Box<Sleep>>,
}

impl Receipt {
    /// All input below `told` is known to be applied.
    pub(super) fn new(told: u64) -> Self {
        Self { owed: None, told, armed: false, due: Box::pin(sleep(Duration::ZERO)) }
    }

    /// All input below `offset` was applied. What is to be told now.
    pub(super) fn applied(&mut self, offset: u64) -> Option<u64> {
        self.owed = Some(offset);
        if offset.saturating_sub(self.told) >= AT_ONCE_BYTES { self.take() } else { None }
    }

    /// What is to be told with something else.
    pub(super) fn take(&mut self) -> Option<u64> {
        let offset = self.owed.take()?;
        self.told = offset;
        self.armed = false;
        Some(offset)
    }

    /// Resolves when something has to be told on its own; [`Receipt::take`] has it then.
    pub(super) async fn due(&mut self) {
        if self.owed.is_none() {
            std::future::pending::<()>().await;
        }
        if !self.armed {
            // The input itself goes out first: a new deadline costs a system call.
            tokio::task::yield_now().await;
            self.due.as_mut().reset(tick() + WITHIN);
            self.armed = true;
        }
        self.due.as_mut().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[tokio::test]
    async fn a_key_is_told_of_with_its_echo_or_a_moment_later() {
        let mut receipt = Receipt::new(10);
        assert_eq!(receipt.take(), None);
        assert_eq!(receipt.applied(11), None);
        assert_eq!(receipt.take(), Some(11), "with the echo");
        assert!(receipt.due().now_or_never().is_none(), "nothing is owed");
        assert_eq!(receipt.applied(12), None);
        let began = tick();
        assert_eq!(receipt.applied(13), None);
        receipt.due().await;
        assert!(tick() - began >= WITHIN);
        assert_eq!(receipt.take(), Some(13));
    }

    #[tokio::test]
    async fn who_pastes_is_told_at_once() {
        let mut receipt = Receipt::new(10);
        assert_eq!(receipt.applied(10 + AT_ONCE_BYTES), Some(10 + AT_ONCE_BYTES));
        assert_eq!(receipt.applied(11 + AT_ONCE_BYTES), None);
    }
}
