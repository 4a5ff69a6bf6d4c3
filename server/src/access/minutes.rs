//! The time that somebody is at the machines of a project, by day. Pure.

use jiff::{SignedDuration, Timestamp};

use super::lifecycle::Facts;

/// Milliseconds of a day of UTC, which knows no leap seconds here.
pub const DAY_MS: i64 = 24 * 3600 * 1000;
/// Longest stay that is counted, in days: longer than any build may last.
const LONGEST_DAYS: i64 = 60;

/// Somebody came or the last one went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// The stay that is over.
    pub over: Option<(Timestamp, Timestamp)>,
    /// Since when somebody is there now.
    pub since: Option<Timestamp>,
}

/// What a change of the facts means for the time that counts; nothing where it changes none.
#[must_use]
pub fn turn(before: &Facts, after: &Facts) -> Option<Turn> {
    let there = |facts: &Facts| facts.attached_since.filter(|_| facts.ended.is_none());
    let (was, since) = (there(before), there(after));
    if was == since {
        return None;
    }
    let over = was.map(|from| match after.ended {
        // Who is there at the end does not leave after it.
        Some((at, _)) if after.attached_since == Some(from) => (from, at),
        _ => (from, after.last_left.unwrap_or(from)),
    });
    Some(Turn { over: over.filter(|(from, to)| from < to), since })
}

/// Days since 1970, and how many milliseconds of a stay fall on each.
#[must_use]
pub fn by_day(from: Timestamp, to: Timestamp) -> Vec<(i64, i64)> {
    let to = to.as_millisecond();
    let mut at = from.as_millisecond().max(to.saturating_sub(LONGEST_DAYS * DAY_MS));
    let mut days = Vec::new();
    while at < to {
        let day = at.div_euclid(DAY_MS);
        let end = ((day + 1) * DAY_MS).min(to);
        days.push((day, end - at));
        at = end;
    }
    days
}

/// When the day of `now` is over.
#[must_use]
pub fn midnight(now: Timestamp) -> Timestamp {
    let into = now.as_millisecond().rem_euclid(DAY_MS);
    now.saturating_add(SignedDuration::from_millis(DAY_MS - into)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Policy;
    use crate::access::lifecycle::Cause;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    fn ready() -> Facts {
        let mut facts = Facts { started_at: Some(at(0)), max_duration_s: 36000, ..Facts::default() };
        facts.enable(&Policy::default(), at(0)).unwrap();
        facts.probe_ready(&Policy::default(), at(1)).unwrap();
        facts
    }

    #[test]
    fn time_counts_from_the_first_who_comes_to_the_last_who_goes() {
        let policy = Policy::default();
        let mut there = ready();
        there.attach(&policy, at(5)).unwrap();
        assert_eq!(turn(&ready(), &there), Some(Turn { over: None, since: Some(at(5)) }));
        let mut more = there.clone();
        more.attach(&policy, at(7)).unwrap();
        assert_eq!(turn(&there, &more), None);
        let mut gone = there.clone();
        gone.leave(&policy, at(9));
        assert_eq!(turn(&there, &gone), Some(Turn { over: Some((at(5), at(9))), since: None }));
        let mut back = gone.clone();
        back.attach(&policy, at(12)).unwrap();
        assert_eq!(turn(&there, &back), Some(Turn { over: Some((at(5), at(9))), since: Some(at(12)) }));
    }

    #[test]
    fn the_end_of_access_is_the_end_of_the_stay() {
        let policy = Policy::default();
        let mut there = ready();
        there.attach(&policy, at(5)).unwrap();
        let mut ended = there.clone();
        ended.end(&policy, at(8), Cause::EndedByUser).unwrap();
        assert_eq!(turn(&there, &ended), Some(Turn { over: Some((at(5), at(8))), since: None }));
        let mut later = ended.clone();
        later.leave(&policy, at(20));
        assert_eq!(turn(&ended, &later), None, "counted once");
    }

    #[test]
    fn a_stay_over_midnight_counts_on_both_days() {
        let day = 24 * 60;
        assert_eq!(by_day(at(day - 10), at(day + 5)), [(0, 600_000), (1, 300_000)]);
        assert_eq!(by_day(at(5), at(5)), []);
        assert_eq!(by_day(at(9), at(5)), []);
        assert_eq!(by_day(at(-5), at(0)), [(-1, 300_000)]);
        assert!(by_day(Timestamp::MIN, Timestamp::MAX).len() <= 61);
        assert_eq!(midnight(at(day - 1)), at(day));
        assert_eq!(midnight(at(day)), at(2 * day));
    }
}
