//! Who came by a link and is in now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use transom_protocol::problem::Problem;

use super::book::Following;
use super::{Door, Entry, Refused};
use crate::access::{Grant, Person};

/// Somebody who came by a link and is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// Who, by the name that they gave.
    pub person: Person,
    /// Since when.
    pub since: Timestamp,
    /// Over how many connections.
    pub connections: u32,
}

/// The guests of a build on this node.
#[derive(Debug, Default)]
pub struct Guests(Mutex<Places>);

#[derive(Debug, Default)]
struct Places {
    next: u64,
    taken: BTreeMap<u64, Place>,
}

#[derive(Debug)]
struct Place {
    share: String,
    person: Person,
    since: Timestamp,
}

/// One connection of a guest, until it is dropped.
#[derive(Debug)]
pub struct GuestPlace {
    entry: Arc<Entry>,
    number: u64,
    _following: Following,
}

impl Drop for GuestPlace {
    fn drop(&mut self) {
        self.entry.guests.places().taken.remove(&self.number);
        super::super::bump(&self.entry.news);
    }
}

impl Guests {
    /// The guests of a link, in the order in which they came.
    pub(super) fn of(&self, share: &str) -> Vec<Guest> {
        let mut guests: Vec<Guest> = Vec::new();
        for place in self.places().taken.values().filter(|place| place.share == share) {
            match guests.iter_mut().find(|guest| guest.person.sub == place.person.sub) {
                Some(guest) => guest.connections += 1,
                None => {
                    guests.push(Guest { person: place.person.clone(), since: place.since, connections: 1 })
                }
            }
        }
        guests
    }

    /// How many connections there are by a link.
    pub(super) fn connections(&self, share: &str) -> usize {
        self.places().taken.values().filter(|place| place.share == share).count()
    }

    /// One more connection by a link, where no more than `most` guests are in by it.
    fn enter(&self, share: &str, person: &Person, most: Option<u32>, now: Timestamp) -> Result<u64, Problem> {
        let mut places = self.places();
        let by_it = places.taken.values().filter(|place| place.share == share);
        let others: BTreeSet<_> = by_it.map(|p| &p.person.sub).filter(|sub| **sub != person.sub).collect();
        // A guest's second tab takes no place from anybody.
        if most.is_some_and(|most| others.len() >= most as usize) {
            return Err(Problem::TooMany);
        }
        let number = places.next;
        places.next += 1;
        places.taken.insert(number, Place { share: share.to_owned(), person: person.clone(), since: now });
        Ok(number)
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    /// A guest's place among those of their link; nothing for others.
    pub(in crate::door) fn guest_place(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
    ) -> Result<Option<GuestPlace>, Refused> {
        let Some(id) = &grant.share else { return Ok(None) };
        self.narrowed(entry, grant)?;
        let known = entry.book.known();
        let most = known.shares.iter().find(|share| share.id == *id).and_then(|s| s.offer.max_viewers);
        let number = entry.guests.enter(id, &grant.person, most, self.now()).map_err(|problem| {
            Refused::because(problem, "As many guests as this link lets in are there already.")
        })?;
        let (entry, _following) = (Arc::clone(entry), self.follow_shares(entry));
        Ok(Some(GuestPlace { entry, number, _following }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(sub: &str) -> Person {
        Person { sub: sub.to_owned(), name: sub.to_owned() }
    }

    #[test]
    fn a_link_lets_in_so_many_guests_and_any_number_of_tabs() {
        let guests = Guests::default();
        let enter = |share, sub| guests.enter(share, &person(sub), Some(2), Timestamp::UNIX_EPOCH);
        let first = enter("l", "kim").unwrap();
        enter("l", "kim").unwrap();
        enter("l", "lee").unwrap();
        enter("other", "max").unwrap();
        assert_eq!(enter("l", "max"), Err(Problem::TooMany));
        enter("l", "lee").unwrap();
        let there: Vec<_> = guests.of("l").into_iter().map(|g| (g.person.sub, g.connections)).collect();
        assert_eq!(there, [("kim".to_owned(), 2), ("lee".to_owned(), 2)]);
        assert_eq!(guests.connections("l"), 4);
        guests.places().taken.remove(&first);
        assert_eq!(enter("l", "max"), Err(Problem::TooMany), "their other tab is there yet");
    }
}
