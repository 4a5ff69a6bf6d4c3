//! What Ctrl-C does to a backlog: it is skipped, as the kernel's terminal skips its own (`NOFLSH` in
//! termios(3)).
//!
//! Somebody who interrupts a flood wants to see the prompt, not the megabytes before it. Their input
//! goes out, the machine is let run until it has answered a probe and nothing came meanwhile, and then
//! they get the newest screen instead of the backlog. Time alone would not do: a machine with much to do,
//! or a long way off, pauses in the middle of what it still has to send.

use std::time::{Duration, Instant};

/// Ctrl-C, Ctrl-\ and Ctrl-Z as a terminal's line discipline has them by default.
const INTERRUPTS: [u8; 3] = [0x03, 0x1c, 0x1a];
/// A backlog below this is parsed before anybody could see the difference, in bytes.
const WORTH_SKIPPING: u64 = 32 * 1024;
/// No output for so long, and none before the answer to a probe: the program has stopped, and its shell
/// has said so.
const QUIET: Duration = Duration::from_millis(4);
/// A program that does not stop is not waited for.
const AT_MOST: Duration = Duration::from_millis(250);

/// An interrupt whose outcome is waited for.
#[derive(Debug)]
pub(super) struct Flush {
    began: Instant,
    heard: Instant,
    /// Offset behind the newest output that was seen.
    head: u64,
    probe: Option<Probe>,
}

#[derive(Debug)]
struct Probe {
    number: u64,
    /// Offset behind the newest output when it was sent.
    head: u64,
    answered: bool,
}

impl Flush {
    /// Whether `input` is worth skipping a backlog of `lag` bytes for.
    pub(super) fn is_due(input: &[u8], lag: u64) -> bool {
        lag > WORTH_SKIPPING && input.iter().any(|b| INTERRUPTS.contains(b))
    }

    /// An interrupt came in.
    pub(super) fn begin(now: Instant) -> Self {
        Self { began: now, heard: now, head: 0, probe: None }
    }

    /// Some of the input that the interrupt is in was handed to the machine.
    pub(super) fn reached(&mut self, now: Instant) {
        self.heard = now;
    }

    /// Whether a probe is to be sent behind the input: none was, or output came before its answer.
    pub(super) fn wants_probe(&self) -> bool {
        self.probe.as_ref().is_none_or(|p| p.answered && p.head != self.head)
    }

    /// Probe `number` was sent.
    pub(super) fn probe(&mut self, number: u64) {
        self.probe = Some(Probe { number, head: self.head, answered: false });
    }

    /// There is output up to `head`, and the machine has answered the probes up to `answered`.
    pub(super) fn look(&mut self, head: u64, answered: u64, now: Instant) {
        if head != self.head {
            (self.head, self.heard) = (head, now);
        }
        if let Some(probe) = &mut self.probe {
            probe.answered = answered >= probe.number;
        }
    }

    /// When to wait no longer.
    pub(super) fn until(&self) -> Instant {
        let at_most = self.began + AT_MOST;
        let silent = self.probe.as_ref().is_some_and(|p| p.answered && p.head == self.head);
        if silent { at_most.min(self.heard + QUIET) } else { at_most }
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
    fn it_ends_when_the_machine_has_nothing_more_or_will_not_stop() {
        let start = tick().into_std();
        let mut flush = Flush::begin(start);
        flush.look(7, 0, start);
        assert!(flush.wants_probe());
        flush.probe(1);
        assert!(!flush.wants_probe());
        assert_eq!(flush.until(), start + AT_MOST);
        flush.look(7, 1, start + QUIET * 2);
        assert_eq!(flush.until(), start + QUIET);
        assert!(!flush.wants_probe());
    }

    #[test]
    fn output_before_the_answer_asks_again_however_long_the_pause() {
        let start = tick().into_std();
        let mut flush = Flush::begin(start);
        flush.probe(5);
        flush.look(7, 4, start + QUIET);
        assert_eq!(flush.until(), start + AT_MOST);
        flush.look(7, 5, start + QUIET * 9);
        assert!(flush.wants_probe());
        assert_eq!(flush.until(), start + AT_MOST);
        flush.probe(6);
        flush.look(7, 6, start + QUIET * 10);
        assert_eq!(flush.until(), start + QUIET * 2);
        flush.look(8, 6, start + AT_MOST * 2);
        assert_eq!(flush.until(), start + AT_MOST);
    }
}
