//! When a delivery that failed is sent again.

use jiff::{SignedDuration, Timestamp};

/// Seconds from one attempt to the next: 70 hours in all.
const PAUSES_S: [i64; 10] =
    [5, 30, 2 * 60, 10 * 60, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600, 24 * 3600];
/// By how many percent a pause is shortened at most, so that what failed together is not sent together.
const JITTER_PERCENT: i64 = 20;

/// When to send again what has now failed `tries` times; `None` when it is given up. `chance` is
/// random.
pub(super) fn again(tries: u32, now: Timestamp, chance: u8) -> Option<Timestamp> {
    let step = usize::try_from(tries.checked_sub(1)?).ok()?;
    let milliseconds = PAUSES_S.get(step)?.saturating_mul(1000);
    let shorter = milliseconds * JITTER_PERCENT * i64::from(chance) / (100 * 255);
    now.checked_add(SignedDuration::from_millis(milliseconds.saturating_sub(shorter))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause(tries: u32, chance: u8) -> Option<f64> {
        again(tries, Timestamp::UNIX_EPOCH, chance).map(|at| at.as_millisecond() as f64 / 1000.0)
    }

    #[test]
    fn pauses_grow_until_it_is_given_up_after_three_days() {
        let pauses: Vec<_> = (1..).map_while(|tries| pause(tries, 0)).collect();
        assert_eq!(pauses[..4], [5.0, 30.0, 120.0, 600.0]);
        assert!(pauses.is_sorted());
        let hours = pauses.iter().sum::<f64>() / 3600.0;
        assert!((48.0..72.0).contains(&hours), "{hours}");
        assert_eq!(pause(0, 0), None);
    }

    #[test]
    fn chance_shortens_a_pause_by_a_fifth_at_most() {
        let least = pause(1, 255).unwrap();
        assert!((4.0..4.1).contains(&least), "{least}");
        assert!(pause(1, 128).unwrap() > least);
        assert_eq!(pause(10, 0), Some(86_400.0));
        assert!(pause(10, 255).unwrap() >= 69_119.0);
    }
}
