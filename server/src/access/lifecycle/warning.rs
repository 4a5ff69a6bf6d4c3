//! Warnings before access ends.

use jiff::{SignedDuration, Timestamp};

use super::{Cause, Life};

/// How long before the end people are warned, in minutes.
const MINUTES: [u8; 3] = [10, 5, 1];

/// Access ends soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Warning {
    /// How many minutes are left.
    pub minutes: u8,
    /// When to say so.
    pub at: Timestamp,
    /// When access ends.
    pub ends_at: Timestamp,
    /// Why it ends.
    pub cause: Cause,
}

/// The warnings that belong to the end as it stands, those of the past included, first one
/// first. None where nobody is let in.
pub fn warnings(life: &Life) -> impl Iterator<Item = Warning> + use<> {
    let end = life.ends_at.zip(life.cause).filter(|_| life.admits);
    end.into_iter().flat_map(|(ends_at, cause)| {
        MINUTES.into_iter().filter_map(move |minutes| {
            let before = SignedDuration::from_mins(minutes.into());
            let at = ends_at.checked_sub(before).ok()?;
            Some(Warning { minutes, at, ends_at, cause })
        })
    })
}

/// The warning to give now. Whoever drives one build's timer asks with the moment of the last
/// question as `since`, and so gives each warning once; of several that fell due together, as
/// after a sudden change of the end, only the most urgent one.
#[must_use]
pub fn due(life: &Life, since: Timestamp, now: Timestamp) -> Option<Warning> {
    warnings(life).filter(|warning| since < warning.at && warning.at <= now).last()
}
