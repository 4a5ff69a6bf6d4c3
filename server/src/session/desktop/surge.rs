//! How much of a desktop changes at the moment: what has settled waits for its turn while much else is sent.

use std::time::{Duration, Instant};

/// Bytes of the last moments that are hardly anything beside what is to be refined.
const LITTLE: f64 = 32.0 * 1024.0;
/// After so long, bytes count half.
const HALF_LIFE: Duration = Duration::from_millis(250);
/// Between two small steps while much is sent: nothing stays blurred for ever.
const TRICKLE: Duration = Duration::from_millis(500);

/// Bytes that viewers were sent lately.
#[derive(Debug, Default)]
pub struct Surge {
    bytes: f64,
    /// When they were so many.
    at: Option<Instant>,
    /// When something that had settled was sent last, or the first frame.
    refined: Option<Instant>,
}

impl Surge {
    /// A frame of so many bytes was sent.
    pub fn sent(&mut self, bytes: usize, now: Instant) {
        self.bytes = self.level(now) + bytes as f64;
        self.at = Some(now);
        self.refined.get_or_insert(now);
    }

    /// Something that had settled was sent.
    pub fn refined(&mut self, now: Instant) {
        self.refined = Some(now);
    }

    /// Whether a whole step of what has settled may go.
    #[must_use]
    pub fn is_over(&self, now: Instant) -> bool {
        self.level(now) <= LITTLE
    }

    /// When something of it may go, a small step at least; `None`: at once.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        let over = self.at? + HALF_LIFE.mul_f64((self.bytes / LITTLE).log2().max(0.0));
        Some(over.min(self.refined? + TRICKLE))
    }

    fn level(&self, now: Instant) -> f64 {
        let Some(at) = self.at else { return 0.0 };
        let halves = now.saturating_duration_since(at).as_secs_f64() / HALF_LIFE.as_secs_f64();
        self.bytes * (-halves).exp2()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tick;

    const FRAME: Duration = Duration::from_millis(33);

    #[test]
    fn what_hardly_changes_holds_nothing_back() {
        let (mut surge, mut now) = (Surge::default(), tick().into_std());
        assert!(surge.is_over(now) && surge.next().is_none());
        for _ in 0..100 {
            surge.sent(400, now);
            now += FRAME;
            assert!(surge.is_over(now) && surge.next().is_some_and(|at| at <= now));
        }
    }

    #[test]
    fn what_has_settled_waits_while_much_moves_and_goes_on_behind_it() {
        let (mut surge, mut now) = (Surge::default(), tick().into_std());
        let (mut whole, mut small) = (0, 0);
        for _ in 0..150 {
            surge.sent(5 * 1024, now);
            now += FRAME;
            if surge.next().is_some_and(|at| at <= now) {
                *(if surge.is_over(now) { &mut whole } else { &mut small }) += 1;
                surge.refined(now);
            }
        }
        assert!(whole <= 12 && (8..=10).contains(&small), "{whole} and {small} in five seconds");
        let over = surge.next().unwrap();
        assert!(over > now && over <= now + TRICKLE);
        assert!(surge.is_over(now + Duration::from_secs(1)));
    }
}
