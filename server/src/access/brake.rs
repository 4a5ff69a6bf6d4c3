//! A brake on guessing: after some misses each further one makes everybody wait longer. Pure: the time is
//! an argument.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};

/// Longest wait after a miss at a link.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// How long after its last miss an address is forgotten.
const FORGOTTEN: SignedDuration = SignedDuration::from_hours(1);
/// Addresses that are remembered at most.
const ADDRESSES: usize = 16 * 1024;

/// How long nothing is tried after `misses`, of which `free` cost nothing: a second, then twice as long each
/// time.
#[must_use]
pub fn delay(misses: u32, free: u32) -> SignedDuration {
    match misses.checked_sub(free) {
        None | Some(0) => SignedDuration::ZERO,
        Some(beyond) => {
            let seconds = 1_i64.checked_shl(beyond.saturating_sub(1).min(32)).unwrap_or(i64::MAX);
            SignedDuration::from_secs(seconds).min(LONGEST)
        }
    }
}

/// Who has missed, by address. An IPv6 network of 64 bits counts as one: whoever has one has all of it.
#[derive(Debug)]
pub struct Brake {
    free: u32,
    longest: SignedDuration,
    addresses: HashMap<IpAddr, Misses>,
}

#[derive(Debug, Clone, Copy)]
struct Misses {
    count: u32,
    last: Timestamp,
    until: Timestamp,
}

impl Default for Brake {
    /// For what people were told, and may guess.
    fn default() -> Self {
        Self { free: Self::FREE, longest: LONGEST, addresses: HashMap::new() }
    }
}

impl Brake {
    /// Misses of one address that cost nothing. People behind one address share it.
    pub const FREE: u32 = 16;

    /// For what programs show by themselves, and nobody can guess: more costs nothing and no wait is long, for a
    /// whole office may be behind one address.
    #[must_use]
    pub fn for_logins() -> Self {
        Self { free: 64, longest: SignedDuration::from_mins(1), addresses: HashMap::new() }
    }

    /// Somebody at this address has shown what is good: their misses were none, unless they have to wait.
    pub fn forgive(&mut self, address: IpAddr, now: Timestamp) {
        if self.check(address, now).is_ok() {
            self.addresses.remove(&network(address));
        }
    }

    /// How many seconds this address has to wait yet.
    ///
    /// # Errors
    /// Where it has to wait: for how long, in whole seconds.
    pub fn check(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        match self.addresses.get(&network(address)) {
            Some(misses) if misses.until > now => Err(seconds_until(misses.until, now)),
            _ => Ok(()),
        }
    }

    /// Somebody at this address has missed. They have to wait as the return value says.
    pub fn missed(&mut self, address: IpAddr, now: Timestamp) -> SignedDuration {
        let stale = |m: &Misses| now.duration_since(m.last) >= FORGOTTEN;
        if self.addresses.len() >= ADDRESSES {
            self.addresses.retain(|_, misses| !stale(misses));
        }
        if self.addresses.len() >= ADDRESSES {
            // Whoever has so many addresses is not held by this anyway.
            self.addresses.clear();
        }
        let fresh = Misses { count: 0, last: now, until: now };
        let misses = self.addresses.entry(network(address)).or_insert(fresh);
        if stale(misses) {
            *misses = fresh;
        }
        misses.count = misses.count.saturating_add(1);
        let wait = delay(misses.count, self.free).min(self.longest);
        misses.last = now;
        misses.until = now.saturating_add(wait).unwrap_or(now);
        wait
    }
}

/// Whole seconds from `now` to `until`, at least one.
#[must_use]
pub fn seconds_until(until: Timestamp, now: Timestamp) -> u64 {
    let left = now.duration_until(until).as_millis().max(0);
    u64::try_from(left).unwrap_or(u64::MAX).div_ceil(1000).max(1)
}

/// Whom an address stands for: itself, or the IPv6 network of 64 bits that it is in.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn a_wait_doubles_up_to_a_quarter_of_an_hour() {
        let waits: Vec<_> = [0, 5, 6, 7, 8, 15, 16, 17, 40, u32::MAX].map(|n| delay(n, 5).as_secs()).into();
        assert_eq!(waits, [0, 0, 1, 2, 4, 512, 900, 900, 900, 900]);
    }

    #[test]
    fn an_address_waits_longer_after_each_miss_and_others_do_not() {
        let (here, there) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut brake = Brake::default();
        for _ in 0..Brake::FREE {
            assert!(brake.missed(here, at(0)).is_zero());
            assert_eq!(brake.check(here, at(0)), Ok(()));
        }
        assert_eq!(brake.missed(here, at(0)).as_secs(), 1);
        assert_eq!(brake.check(here, at(0)), Err(1));
        assert_eq!(brake.check(there, at(0)), Ok(()));
        assert_eq!(brake.check(here, at(1)), Ok(()));
        assert_eq!(brake.missed(here, at(1)).as_secs(), 2);
        assert_eq!(brake.check(here, at(2)), Err(1));
        assert!(brake.missed(here, at(1 + 3600)).is_zero(), "forgotten after an hour");
    }

    #[test]
    fn a_login_that_is_good_takes_back_misses_but_no_wait() {
        let (here, mut brake) = ("192.0.2.1".parse().unwrap(), Brake::for_logins());
        for _ in 0..3 {
            for _ in 0..64 {
                assert!(brake.missed(here, at(0)).is_zero());
            }
            brake.forgive(here, at(0));
        }
        let waits: Vec<_> = (0..70).map(|_| brake.missed(here, at(0)).as_secs()).collect();
        assert_eq!((waits[63], waits[64], waits[65]), (0, 1, 2));
        assert_eq!(brake.check(here, at(0)), Err(32));
        brake.forgive(here, at(0));
        assert_eq!(brake.check(here, at(0)), Err(32));
        for _ in 0..9 {
            brake.missed(here, at(0));
        }
        assert_eq!(brake.check(here, at(0)), Err(60), "no wait is longer than a minute");
        brake.forgive(here, at(60));
        assert!(brake.missed(here, at(60)).is_zero());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_a_mapped_ipv4_is_itself() {
        let mut brake = Brake::default();
        for _ in 0..=Brake::FREE {
            brake.missed("2001:db8::1".parse().unwrap(), at(0));
            brake.missed("::ffff:192.0.2.1".parse().unwrap(), at(0));
        }
        let waits = |text: &str| brake.check(text.parse().unwrap(), at(0)).is_err();
        assert!(waits("2001:db8::ffff:1") && !waits("2001:db8:0:1::1"));
        assert!(waits("192.0.2.1") && !waits("192.0.2.2"));
    }

    #[test]
    fn no_more_addresses_are_remembered_than_there_is_room_for() {
        let mut brake = Brake::default();
        for n in 0..u32::try_from(ADDRESSES).unwrap() + 10 {
            brake.missed(std::net::Ipv4Addr::from(n).into(), at(0));
        }
        assert!(brake.addresses.len() <= ADDRESSES);
    }
}
