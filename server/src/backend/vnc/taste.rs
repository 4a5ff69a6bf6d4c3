//! How a machine is asked to encode its pictures: compressed, or as they are where compressing takes longer than the
//! way.
//!
//! Nobody says how wide the way to a machine is and how fast it compresses, so large updates are timed in both ways. The
//! other way is tried for one of them now and then, and only where that cannot take long: the bytes that came say the
//! least that the way takes, which is little where they were few; a machine that is near has a wide one.

use std::time::Duration;

use tokio::time::Instant;

/// Smaller updates say little about either way, in pixels.
const LARGE: u64 = 64 * 1024;
/// What takes less than this is left as it is, in nanoseconds for a pixel: 16 ms for a screen of 1920×1080.
const DEAR: f64 = 8.0;
/// What the newest update counts for.
const WEIGHT: f64 = 0.3;
/// A way that is to be taken must cost this part of the other at most.
const BETTER: f64 = 0.8;
/// A trial may take so long, as far as can be told.
const TRIAL: Duration = Duration::from_secs(1);
/// What the way to a near machine takes at least, in bytes a second: half a gigabit.
const NEAR: f64 = 62_500_000.0;
/// Between trials; twice as long after each that failed, up to the most.
const PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);
/// One update is on its way already when another way is asked for.
const ON_ITS_WAY: u8 = 1;

/// What an update took, from its head to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Effort {
    /// Pixels that came, not those that only moved.
    pub pixels: u64,
    /// Bytes that they came in.
    pub bytes: u64,
    /// How long it took, the canvas not waited for.
    pub took: Duration,
}

impl Effort {
    /// In nanoseconds for a pixel.
    fn cost(&self) -> f64 {
        self.took.as_nanos() as f64 / self.pixels as f64
    }

    /// How long its pixels would take as they are, at most, on a way of which no more is known than that it took this
    /// and that it is a near one.
    fn plain_at_most(&self, is_near: bool) -> Duration {
        let plain = self.pixels as f64 * 4.0;
        let as_seen = self.took.mul_f64(plain / self.bytes.max(1) as f64);
        if is_near { as_seen.min(Duration::from_secs_f64(plain / NEAR)) } else { as_seen }
    }
}

/// The way that is asked for, and what both have cost.
#[derive(Debug)]
pub(super) struct Taste {
    is_near: bool,
    plain: bool,
    /// Of the compressed way, and of the plain one, in nanoseconds for a pixel.
    costs: [Option<f64>; 2],
    /// Updates that may have come the other way.
    unclear: u8,
    next_trial: Option<Instant>,
    pause: Duration,
}

impl Taste {
    /// Compressed, at first.
    pub fn new(is_near: bool) -> Self {
        Self { is_near, plain: false, costs: [None; 2], unclear: 0, next_trial: None, pause: PAUSE }
    }

    /// Whether plain pixels are wanted.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// An update has come. Whether the other way is to be asked for.
    pub fn measured(&mut self, effort: &Effort, now: Instant) -> bool {
        if self.unclear > 0 {
            self.unclear -= 1;
            return false;
        }
        if effort.pixels < LARGE {
            return false;
        }
        let known = &mut self.costs[usize::from(self.plain)];
        let cost = known.map_or(effort.cost(), |known| known + (effort.cost() - known) * WEIGHT);
        *known = Some(cost);
        let other = self.costs[usize::from(!self.plain)];
        let may_try = self.next_trial.is_none_or(|at| now >= at);
        let turns = if self.plain {
            let fails = other.is_some_and(|other| cost > other * BETTER);
            if fails {
                self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                self.next_trial = Some(now + self.pause);
            }
            // Where plain pixels cost something, what is shown now may compress better than what was.
            fails || (cost > DEAR && may_try)
        } else {
            cost > DEAR && may_try && effort.plain_at_most(self.is_near) < TRIAL
        };
        if turns {
            self.turn(now);
        }
        turns
    }

    fn turn(&mut self, now: Instant) {
        self.plain = !self.plain;
        self.unclear = ON_ITS_WAY;
        // It is judged by what is shown from now on.
        self.costs[usize::from(self.plain)] = None;
        if self.plain {
            self.next_trial = Some(now + self.pause);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tick;

    const SCREEN: u64 = 1920 * 1080;

    /// A machine whose way takes `bytes_per_ms`, and whose compressor `compress_ms` for a screen and leaves `part`
    /// of it; how many of `screens` come plain.
    fn plain(taste: &mut Taste, now: &mut Instant, machine: (f64, f64, f64), screens: usize) -> usize {
        let (bytes_per_ms, compress_ms, part) = machine;
        let mut next = taste.is_plain();
        (0..screens)
            .filter(|_| {
                let plain = next;
                // It was asked for before this one came.
                next = taste.is_plain();
                let bytes = SCREEN as f64 * 4.0 * if plain { 1.0 } else { part };
                let ms = (bytes / bytes_per_ms).max(if plain { 4.0 } else { compress_ms });
                *now += Duration::from_secs_f64(ms / 1000.0).max(Duration::from_millis(33));
                let took = Duration::from_secs_f64(ms / 1000.0);
                taste.measured(&Effort { pixels: SCREEN, bytes: bytes as u64, took }, *now);
                plain
            })
            .count()
    }

    #[test]
    fn a_near_machine_sends_photographs_as_they_are() {
        let (mut taste, mut now) = (Taste::new(false), tick());
        let count = plain(&mut taste, &mut now, (1_500_000.0, 60.0, 0.5), 100);
        assert!(count > 95, "{count} of 100");
    }

    #[test]
    fn a_far_one_compresses_and_is_hardly_ever_asked_otherwise() {
        // 10 and 100 Mbit/s, where a screen would take 6.6 s and 660 ms, and a gigabit, where it takes 66 ms.
        for (bytes_per_ms, most) in [(1250.0, 0), (12_500.0, 12), (125_000.0, 12)] {
            let (mut taste, mut now) = (Taste::new(false), tick());
            let count = plain(&mut taste, &mut now, (bytes_per_ms, 30.0, 0.3), 1000);
            assert!(count <= most, "{count} of 1000 at {bytes_per_ms}");
        }
    }

    #[test]
    fn a_near_machine_that_compresses_slowly_but_well_sends_its_video_as_it_is() {
        let (mut taste, mut now) = (Taste::new(false), tick());
        let count = plain(&mut taste, &mut now, (1_500_000.0, 80.0, 0.17), 100);
        assert!(count > 95, "{count} of 100");
    }

    #[test]
    fn pages_that_compress_to_little_say_nothing_of_the_way_unless_the_machine_is_near() {
        for (is_near, expected) in [(false, 0..=0), (true, 96..=100)] {
            let (mut taste, mut now) = (Taste::new(is_near), tick());
            let count = plain(&mut taste, &mut now, (1_500_000.0, 30.0, 0.02), 100);
            assert!(expected.contains(&count), "{count} of 100, near: {is_near}");
        }
    }

    #[test]
    fn a_near_machine_on_a_narrow_way_is_tried_seldom() {
        let (mut taste, mut now) = (Taste::new(true), tick());
        let count = plain(&mut taste, &mut now, (12_500.0, 30.0, 0.02), 1000);
        assert!(count <= 12, "{count} of 1000");
    }

    #[test]
    fn what_is_compressed_fast_stays_compressed() {
        let (mut taste, mut now) = (Taste::new(true), tick());
        assert_eq!(plain(&mut taste, &mut now, (1_500_000.0, 9.0, 0.02), 500), 0);
    }

    #[test]
    fn a_way_that_gets_slow_is_left_and_one_that_gets_better_found_again() {
        let (mut taste, mut now) = (Taste::new(false), tick());
        plain(&mut taste, &mut now, (1_500_000.0, 60.0, 0.5), 50);
        assert!(taste.is_plain());
        plain(&mut taste, &mut now, (50_000.0, 60.0, 0.2), 50);
        assert!(!taste.is_plain(), "166 ms plain against 60");
        plain(&mut taste, &mut now, (1_500_000.0, 60.0, 0.5), 2000);
        assert!(taste.is_plain());
    }

    #[test]
    fn text_behind_a_video_is_compressed_again_where_plain_pixels_cost_something() {
        let (mut taste, mut now) = (Taste::new(false), tick());
        plain(&mut taste, &mut now, (250_000.0, 80.0, 0.5), 50);
        assert!(taste.is_plain(), "33 ms plain against 80");
        plain(&mut taste, &mut now, (250_000.0, 8.0, 0.02), 1000);
        assert!(!taste.is_plain(), "33 ms plain against 8");
    }

    #[test]
    fn small_updates_say_nothing() {
        let (mut taste, now) = (Taste::new(false), tick());
        let effort = Effort { pixels: 4096, bytes: 4096, took: Duration::from_millis(50) };
        assert!((0..100).all(|_| !taste.measured(&effort, now)));
    }
}
