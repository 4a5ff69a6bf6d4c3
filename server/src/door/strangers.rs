//! Refusals of whoever has proved nothing. Anybody can bring one about as often as they like, and each row is a
//! write to the disk: some are written, the others are counted, and the next row says how many they were.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::PoisonError;

use jiff::Timestamp;
use serde_json::json;
use transom_protocol::problem::Problem;

use super::Door;
use super::journal::{Actor, Outcome};
use crate::access::brake::network;

impl Door {
    /// Somebody was refused before anything was decided but what they are worth.
    pub(crate) async fn note_stranger(&self, actor: &Actor, action: &str, problem: Problem, route: &str) {
        let now = self.now();
        let taken =
            self.0.strangers.lock().unwrap_or_else(PoisonError::into_inner).take(actor.address(), now);
        let Some(unsaid) = taken else { return };
        let detail = json!({ "problem": problem.name(), "route": route, "unsaid": unsaid });
        let _ = self.note(None, actor, action, Outcome::Denied, detail).await;
    }
}

/// How many refusals were written in this minute, and how many were not since the last that was.
#[derive(Debug, Default)]
pub(super) struct Strangers {
    minute: i64,
    written: u32,
    by_address: HashMap<Option<IpAddr>, u32>,
    unsaid: u64,
}

impl Strangers {
    /// Rows in a minute.
    const MOST: u32 = 40;
    /// Rows in a minute that one address brings about: one that does nothing else hides no other.
    const MOST_OF_ONE: u32 = 8;

    /// Whether one more is written, and how many were not since the last that was.
    fn take(&mut self, address: Option<IpAddr>, now: Timestamp) -> Option<u64> {
        let minute = now.as_second().div_euclid(60);
        if minute != self.minute {
            (self.minute, self.written) = (minute, 0);
            self.by_address.clear();
        }
        if self.written < Self::MOST {
            let of_one = self.by_address.entry(address.map(network)).or_default();
            if *of_one < Self::MOST_OF_ONE {
                *of_one += 1;
                self.written += 1;
                return Some(std::mem::take(&mut self.unsaid));
            }
        }
        self.unsaid = self.unsaid.saturating_add(1);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u32) -> Option<IpAddr> {
        Some(std::net::Ipv4Addr::from_bits(n).into())
    }

    #[test]
    fn one_address_fills_no_disk_and_hides_no_other() {
        let (mut strangers, now) = (Strangers::default(), Timestamp::UNIX_EPOCH);
        let written = (0..100).filter(|_| strangers.take(address(1), now).is_some()).count();
        assert_eq!(written, 8);
        assert_eq!(strangers.take(address(2), now), Some(92), "the others are counted");
        let later = Timestamp::from_second(60).unwrap();
        assert_eq!((strangers.take(address(1), later), strangers.take(None, later)), (Some(0), Some(0)));
    }

    #[test]
    fn many_addresses_fill_no_disk_either() {
        let (mut strangers, now) = (Strangers::default(), Timestamp::UNIX_EPOCH);
        let written = (0..1000).filter(|n| strangers.take(address(*n), now).is_some()).count();
        assert_eq!((written, strangers.by_address.len()), (40, 40), "nor the memory");
        assert_eq!(strangers.take(None, Timestamp::from_second(60).unwrap()), Some(960));
    }

    #[test]
    fn an_ipv6_network_is_one_address() {
        let (mut strangers, now) = (Strangers::default(), Timestamp::UNIX_EPOCH);
        let address = |n: u128| Some(IpAddr::from(std::net::Ipv6Addr::from_bits((0x2001_0db8 << 96) | n)));
        assert_eq!((0..100).filter(|n| strangers.take(address(*n), now).is_some()).count(), 8);
    }
}
