//! What Ctrl-C does to a backlog: it is skipped, as the kernel's terminal skips its own (`NOFLSH` in
//! termios(3)).
//!
//! Somebody who interrupts a flood wants to see the prompt, not the megabytes before it. Their input
//! goes out, the machine is let run until nothing came for a moment, and then they get the newest screen
//! instead of the backlog.

use std::time::{Duration, Instant};

/// Ctrl-C, Ctrl-\ and Ctrl-Z as a terminal's line discipline has them by default.
const INTERRUPTS: [u8; 3] = [0x03, 0x1c, 0x1a];
/// A backlog below this is parsed before anybody could see the difference, in bytes.
const WORTH_SKIPPING: u64 = 32 * 1024;
/// No output for so long: the program has stopped, and its shell has said so.
const QUIET: Duration = Duration::from_millis(4);
/// A program that does not stop is not waited for.
const AT_MOST: Duration = Duration::from_millis(100);

/// An interrupt whose outcome is waited for.
#[derive(Debug)]
pub(super) struct Flush {
    began: Instant,
    heard: Instant,
    /// Offset behind the newest output that was seen.
    head: u64,
}

impl Flush {
    /// Whether `input` is worth skipping a backlog of `lag` bytes for.
    pub(super) fn is_due(input: &[u8], lag: u64) -> bool {
        lag > WORTH_SKIPPING && input.iter().any(|b| INTERRUPTS.contains(b))
    }

    /// An interrupt came in.
    pub(super) fn begin(now: Instant) -> Self {
        Self { began: now, heard: now, head: 0 }
    }

    /// Some of the input that the interrupt is in was handed to the machine.
    pub(super) fn reached(&mut self, now: Instant) {
        self.heard = now;
    }

    /// There is output up to `head`.
    pub(super) fn look(&mut self, head: u64, now: Instant) {
        if head != self.head {
            (self.head, self.heard) = (head, now);
        }
    }

    /// When to wait no longer. Before the interrupt has `reached` the machine quiet means nothing.
    pub(super) fn until(&self, reached: bool) -> Instant {
        let at_most = self.began + AT_MOST;
        if reached { at_most.min(self.heard + QUIET) } else { at_most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tick;

    #[test]
    fn only_an_interrupt_skips_and_only_a_backlog() {
        assert!(Flush::is_due(b"\x03", WORTH_SKIPPING + 1));
        assert!(Flush::is_due(b"ls\x1a", WORTH_SKIPPING + 1));
        assert!(!Flush::is_due(b"\x03", WORTH_SKIPPING));
        assert!(!Flush::is_due(b"q", u64::MAX));
    }

    #[test]
    fn it_ends_when_the_machine_is_quiet_or_will_not_be() {
        let start = tick().into_std();
        let mut flush = Flush::begin(start);
        assert_eq!(flush.until(false), start + AT_MOST);
        assert_eq!(flush.until(true), start + QUIET);
        flush.look(7, start + QUIET * 2);
        assert_eq!(flush.until(true), start + QUIET * 3);
        flush.look(7, start + QUIET * 4);
        assert_eq!(flush.until(true), start + QUIET * 3);
        flush.look(8, start + AT_MOST * 2);
        assert_eq!(flush.until(true), start + AT_MOST);
    }
}
