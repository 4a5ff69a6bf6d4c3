//! The one place where the server reads a clock. Everything else gets the time as an argument.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Longest single sleep; after each the clock is read again, so that jumps of the system's clock
/// are noticed and no timer overflows however far its end lies.
const NAP: Duration = Duration::from_secs(30);

/// Tells the time and waits for it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(Arc<Mutex<Anchor>>),
    Moved(watch::Sender<Timestamp>),
}

/// The latest reading, and when on the monotonic clock it was taken.
#[derive(Debug)]
struct Anchor {
    reading: Timestamp,
    taken: Instant,
}

impl Clock {
    /// The system's clock, except that it never runs slower than the monotonic one: setting the
    /// system's clock back lengthens nothing.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn system() -> Self {
        Self(Source::System(Arc::new(Mutex::new(Anchor {
            reading: Timestamp::now(),
            taken: Instant::now(),
        }))))
    }

    /// A clock that stands still until it is moved, for tests.
    #[must_use]
    pub fn moved(start: Timestamp) -> Self {
        Self(Source::Moved(watch::Sender::new(start)))
    }

    /// The time now, in whole milliseconds: what is stored equals what was compared.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> Timestamp {
        let exact = match &self.0 {
            Source::System(anchor) => {
                let mut anchor = anchor.lock().unwrap_or_else(PoisonError::into_inner);
                let taken = Instant::now();
                let passed = SignedDuration::try_from(taken.duration_since(anchor.taken))
                    .unwrap_or(SignedDuration::ZERO);
                let at_least = anchor.reading.saturating_add(passed).unwrap_or(anchor.reading);
                *anchor = Anchor { reading: at_least.max(Timestamp::now()), taken };
                anchor.reading
            }
            Source::Moved(now) => *now.borrow(),
        };
        Timestamp::from_millisecond(exact.as_millisecond()).unwrap_or(exact)
    }

    /// Sets a clock made by [`Clock::moved`]; the system's clock stays as it is.
    pub fn set(&self, to: Timestamp) {
        if let Source::Moved(now) = &self.0 {
            now.send_replace(to);
        }
    }

    /// Returns once the time is `until` or later.
    pub async fn sleep_until(&self, until: Timestamp) {
        match &self.0 {
            Source::System(_) => loop {
                let left = self.now().duration_until(until);
                match Duration::try_from(left) {
                    Ok(left) if !left.is_zero() => tokio::time::sleep(left.min(NAP)).await,
                    _ => return,
                }
            },
            Source::Moved(now) => {
                let mut now = now.subscribe();
                // The sender lives in `self`, so waiting can't fail.
                let _ = now.wait_for(|now| *now >= until).await;
            }
        }
    }
}

/// A reading of the monotonic clock, for measuring how long something took; never for deciding
/// about access.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the clock")]
pub fn tick() -> tokio::time::Instant {
    tokio::time::Instant::now()
}
