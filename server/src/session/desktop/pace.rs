//! How much of a desktop is on its way to one viewer: as much as its connection carries without a queue.
//!
//! A viewer acknowledges a frame when it is on the screen. The shortest time that this ever took, and the bytes that
//! were acknowledged in a time, say how many frames and bytes may be on their way at once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Frames on their way at once at most, and without knowing better.
const FRAMES_MAX: usize = 8;
const FRAMES_MIN: usize = 2;
/// Another frame for each of these in the round trip: a picture on a screen lasts so long.
const REFRESH: Duration = Duration::from_millis(16);
/// Bytes on their way at once at least.
const BYTES_MIN: f64 = 64.0 * 1024.0;
/// Beyond what the connection carries in a round trip, so that its end is found.
const BYTES_MORE: f64 = 1.25;
/// How long the shortest round trip is believed.
const BELIEVED: Duration = Duration::from_secs(30);
/// The weight of the newest rate.
const NEW: f64 = 0.25;

/// What is on its way to one viewer.
#[derive(Debug)]
pub struct Pace {
    on_their_way: VecDeque<Sent>,
    bytes: usize,
    shortest: Option<(Duration, Instant)>,
    /// Bytes a second.
    rate: Option<f64>,
}

#[derive(Debug)]
struct Sent {
    number: u32,
    bytes: usize,
    at: Instant,
    /// What was on its way before it.
    before: usize,
}

impl Pace {
    /// Nothing is on its way, and nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self { on_their_way: VecDeque::new(), bytes: 0, shortest: None, rate: None }
    }

    /// Whether another frame may be sent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.on_their_way.is_empty()
            || (self.on_their_way.len() < self.frames() && self.bytes < self.bytes_max())
    }

    /// A frame of so many bytes is sent.
    pub fn sent(&mut self, number: u32, bytes: usize, now: Instant) {
        self.on_their_way.push_back(Sent { number, bytes, at: now, before: self.bytes });
        self.bytes += bytes;
    }

    /// Frame `number`, and all before it, are on the screen; whether it was sent at all.
    pub fn acked(&mut self, number: u32, now: Instant) -> bool {
        let Some(at) = self.on_their_way.iter().position(|sent| sent.number == number) else { return false };
        let mut done = 0;
        for sent in self.on_their_way.drain(..=at) {
            done += sent.bytes;
            if sent.number == number {
                let took = now.saturating_duration_since(sent.at);
                let old = self.shortest.is_none_or(|(least, when)| took <= least || now > when + BELIEVED);
                if old {
                    self.shortest = Some((took, now));
                }
                // What was before it went through the same connection in that time.
                let rate = (sent.before + sent.bytes) as f64 / took.as_secs_f64().max(0.001);
                self.rate = Some(self.rate.map_or(rate, |was| was + (rate - was) * NEW));
            }
        }
        self.bytes -= done;
        true
    }

    fn frames(&self) -> usize {
        let round_trip = self.shortest.map_or(Duration::ZERO, |(shortest, _)| shortest);
        let more = round_trip.as_micros().div_ceil(REFRESH.as_micros());
        (FRAMES_MIN + usize::try_from(more).unwrap_or(FRAMES_MAX)).min(FRAMES_MAX)
    }

    fn bytes_max(&self) -> usize {
        let (Some((shortest, _)), Some(rate)) = (self.shortest, self.rate) else { return BYTES_MIN as usize };
        (rate * shortest.as_secs_f64() * BYTES_MORE).max(BYTES_MIN) as usize
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tick;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn frames_go_out_until_the_connection_is_full_and_one_always_may() {
        let (mut pace, now) = (Pace::new(), tick().into_std());
        pace.sent(1, 10_000_000, now);
        assert!(!pace.is_open(), "more than a connection nobody knows");
        assert!(!pace.acked(7, now), "never sent");
        assert!(pace.acked(1, now + ms(100)) && pace.is_open());
        // 100 MB/s and 100 ms: 12 MB may be on their way, in at most eight frames.
        for number in 2..9 {
            pace.sent(number, 1_000_000, now + ms(100));
            assert!(pace.is_open(), "{number}");
        }
        pace.sent(9, 1, now + ms(100));
        assert!(!pace.is_open(), "the eighth");
        assert!(pace.acked(9, now + ms(200)) && pace.is_open());
        assert_eq!(pace.bytes, 0);
    }

    #[test]
    fn a_near_viewer_gets_few_frames_and_a_slow_one_few_bytes() {
        let (mut near, now) = (Pace::new(), tick().into_std());
        near.sent(1, 1000, now);
        near.acked(1, now + ms(1));
        (2..5).for_each(|number| near.sent(number, 10, now));
        assert!(!near.is_open());
        let (mut slow, mut at) = (Pace::new(), now);
        for number in 0..20 {
            slow.sent(number, 50_000, at);
            at += ms(1000);
            slow.acked(number, at);
        }
        slow.sent(20, 65_536, at);
        assert!(!slow.is_open(), "50 kB/s are not sent more than the least");
    }
}
