//! How much output may be on its way to one viewer.
//!
//! Small enough that what somebody has to wait for is a tenth of a second's worth, large enough that
//! neither a long round trip nor a browser that parses in slices leaves it idle. What waits too long
//! shows in the acknowledgements: the window follows their delay, as TCP Vegas follows the round
//! trip's.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use transom_protocol::limits;

const LEAST_BYTES: u64 = 128 * 1024;
const FIRST_BYTES: u64 = 256 * 1024;
/// Output between two marks whose acknowledgement is timed.
const MARK_BYTES: u64 = 32 * 1024;
/// Delay beyond the viewer's least at which the window stops growing.
const ENOUGH: Duration = Duration::from_millis(50);
/// Delay beyond the viewer's least at which it shrinks.
const TOO_MUCH: Duration = Duration::from_millis(100);

/// The window of one viewer.
#[derive(Debug)]
pub struct Window {
    bytes: u64,
    sent: u64,
    acked: u64,
    /// Offsets that were sent, and when.
    marks: VecDeque<(u64, Instant)>,
    /// The least delay so far: the round trip, and little else.
    least: Duration,
    /// Whether output had to wait since the last acknowledgement.
    was_full: bool,
}

impl Window {
    /// The window of a viewer that has everything below `offset`.
    #[must_use]
    pub fn at(offset: u64) -> Self {
        Self {
            bytes: FIRST_BYTES,
            sent: offset,
            acked: offset,
            marks: VecDeque::new(),
            least: Duration::MAX,
            was_full: false,
        }
    }

    /// Whether more may be sent.
    pub fn is_open(&mut self) -> bool {
        let open = self.sent.saturating_sub(self.acked) < self.bytes;
        self.was_full |= !open;
        open
    }

    /// How far the viewer is behind `head`, in bytes.
    #[must_use]
    pub fn lag(&self, head: u64) -> u64 {
        head.saturating_sub(self.acked)
    }

    /// Output up to `offset` was sent.
    pub fn sent(&mut self, offset: u64, now: Instant) {
        self.sent = offset;
        if self.marks.back().is_none_or(|(last, _)| offset >= last + MARK_BYTES) {
            self.marks.push_back((offset, now));
        }
    }

    /// The viewer starts anew at `offset`.
    pub fn restart(&mut self, offset: u64) {
        (self.sent, self.acked) = (offset, offset);
        self.marks.clear();
    }

    /// Output up to `offset` was parsed.
    pub fn acked(&mut self, offset: u64, now: Instant) {
        self.acked = self.acked.max(offset);
        let mut newest = None;
        while let Some(mark) = self.marks.front().copied().filter(|(at, _)| *at <= offset) {
            newest = Some(mark);
            self.marks.pop_front();
        }
        let Some((_, sent_at)) = newest else { return };
        let delay = now.duration_since(sent_at);
        self.least = self.least.min(delay);
        let waited = delay.saturating_sub(self.least);
        if waited > TOO_MUCH {
            self.bytes = (self.bytes * 3 / 4).max(LEAST_BYTES);
        } else if waited < ENOUGH && std::mem::take(&mut self.was_full) {
            self.bytes = (self.bytes * 5 / 4).min(limits::OUTPUT_WINDOW_BYTES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tick;

    /// The window after a viewer has parsed for a while at `rate` bytes per second, over a round trip.
    fn settled(rate: u64, round_trip: Duration) -> u64 {
        let mut window = Window::at(0);
        let mut now = tick().into_std();
        let (mut sent, mut here, mut parsed) = (0_u64, 0_u64, 0_u64);
        let mut acks: VecDeque<(u64, Instant)> = VecDeque::new();
        let mut arrivals: VecDeque<(u64, Instant)> = VecDeque::new();
        for _ in 0..5_000 {
            while window.is_open() {
                sent += 16 * 1024;
                window.sent(sent, now);
                arrivals.push_back((sent, now + round_trip / 2));
            }
            now += Duration::from_millis(1);
            while let Some((offset, _)) = arrivals.front().copied().filter(|(_, at)| *at <= now) {
                here = offset;
                arrivals.pop_front();
            }
            parsed = (parsed + rate / 1000).min(here);
            acks.push_back((parsed, now + round_trip / 2));
            while let Some((offset, _)) = acks.front().copied().filter(|(_, at)| *at <= now) {
                window.acked(offset, now);
                acks.pop_front();
            }
        }
        window.bytes
    }

    #[test]
    fn a_fast_viewer_gets_the_whole_window() {
        assert_eq!(settled(50_000_000, Duration::from_millis(2)), limits::OUTPUT_WINDOW_BYTES);
    }

    #[test]
    fn a_long_round_trip_does_not_shrink_it() {
        assert_eq!(settled(20_000_000, Duration::from_millis(150)), limits::OUTPUT_WINDOW_BYTES);
    }

    #[test]
    fn a_slow_viewer_has_a_tenth_of_a_second_on_its_way() {
        let window = settled(2_000_000, Duration::from_millis(20));
        assert!((LEAST_BYTES..=400_000).contains(&window), "{window}");
        assert_eq!(settled(200_000, Duration::from_millis(20)), LEAST_BYTES);
    }
}
