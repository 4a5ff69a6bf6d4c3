//! Where the viewers of a desktop point, for the others to see: the newest place of each, never the way there.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use transom_protocol::wire::PointerInfo;

use crate::clock::tick;

/// How often one viewer is told of the others' pointers at most.
const EVERY: Duration = Duration::from_millis(80);

/// Everybody's pointers.
#[derive(Debug, Default)]
pub struct Pointers(watch::Sender<Places>);

#[derive(Debug, Default)]
struct Places {
    /// Goes up with every mark.
    number: u64,
    of: BTreeMap<String, Mark>,
}

#[derive(Debug, PartialEq, Eq)]
struct Mark {
    number: u64,
    x: u16,
    y: u16,
}

/// One viewer, who is told of the others' pointers.
#[derive(Debug)]
pub struct Onlooker {
    places: watch::Receiver<Places>,
    /// Number of the newest mark that they know.
    seen: u64,
    last: Option<Instant>,
    /// When they are to be told what is new.
    due: Option<Instant>,
}

impl Pointers {
    /// A viewer points there.
    pub fn mark(&self, viewer: &str, x: u16, y: u16) {
        self.0.send_if_modified(|places| {
            if places.of.get(viewer).is_some_and(|mark| (mark.x, mark.y) == (x, y)) {
                return false;
            }
            places.number += 1;
            places.of.insert(viewer.to_owned(), Mark { number: places.number, x, y });
            true
        });
    }

    /// A viewer has gone.
    pub fn forget(&self, viewer: &str) {
        self.0.send_if_modified(|places| {
            places.of.remove(viewer);
            // Others learn that from who is here.
            false
        });
    }

    /// Somebody new. What was pointed at before they came is no news.
    #[must_use]
    pub fn onlooker(&self) -> Onlooker {
        let places = self.0.subscribe();
        let seen = places.borrow().number;
        Onlooker { places, seen, last: None, due: None }
    }
}

impl Onlooker {
    /// What is new of everybody but `me`, not more often than [`EVERY`]. Dropping the future loses nothing.
    pub async fn next(&mut self, me: &str) -> Vec<PointerInfo> {
        loop {
            let due = match self.due {
                Some(due) => due,
                None => {
                    if self.places.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    *self.due.insert(self.last.map_or_else(tick, |last| last + EVERY))
                }
            };
            sleep_until(due).await;
            (self.due, self.last) = (None, Some(tick()));
            let places = self.places.borrow_and_update();
            let news = places.of.iter().filter(|(viewer, mark)| mark.number > self.seen && *viewer != me);
            let news: Vec<_> =
                news.map(|(viewer, m)| PointerInfo { viewer: viewer.clone(), x: m.x, y: m.y }).collect();
            self.seen = places.number;
            if !news.is_empty() {
                return news;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn at(viewer: &str, x: u16) -> PointerInfo {
        PointerInfo { viewer: viewer.into(), x, y: 0 }
    }

    #[tokio::test]
    async fn the_newest_place_of_each_is_told_and_never_the_way_there() {
        let pointers = Pointers::default();
        pointers.mark("early", 9, 0);
        let mut onlooker = pointers.onlooker();
        (0..100).for_each(|x| pointers.mark("a", x, 0));
        pointers.mark("me", 5, 0);
        let began = tick();
        assert_eq!(onlooker.next("me").await, [at("a", 99)]);
        (0..100).for_each(|x| pointers.mark("a", x, 0));
        pointers.mark("b", 3, 0);
        assert_eq!(onlooker.next("me").await, [at("a", 99), at("b", 3)]);
        assert!(tick() - began >= EVERY, "not more often");
        pointers.mark("b", 3, 0);
        pointers.mark("me", 6, 0);
        assert!(onlooker.next("me").now_or_never().is_none(), "no news");
    }

    #[tokio::test]
    async fn a_look_that_is_dropped_loses_nothing_and_who_has_gone_points_nowhere() {
        let pointers = Pointers::default();
        let mut onlooker = pointers.onlooker();
        pointers.mark("a", 1, 0);
        assert_eq!(onlooker.next("me").await, [at("a", 1)]);
        pointers.mark("a", 2, 0);
        pointers.mark("b", 2, 0);
        assert!(onlooker.next("me").now_or_never().is_none(), "too early");
        pointers.forget("b");
        assert_eq!(onlooker.next("me").await, [at("a", 2)]);
    }
}
