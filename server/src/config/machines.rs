//! How machines are reached, and in which networks they may be.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};

use super::sections::between;

/// `[machines]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Machines {
    /// Where machines may be.
    pub networks: MachineNetworks,
    /// How long a connection may take to be made, in seconds (1 to 120).
    #[serde(deserialize_with = "between::<_, 1, 120>")]
    pub connect_timeout_s: u64,
    /// How often a quiet connection is probed, in seconds (1 to 600); three misses end it.
    #[serde(deserialize_with = "between::<_, 1, 600>")]
    pub keepalive_s: u64,
    /// How long a connection waits, logged in, for a terminal that somebody may open, in seconds (0 to
    /// 3600); 0 keeps none ready.
    #[serde(deserialize_with = "between::<_, 0, 3600>")]
    pub spare_idle_s: u64,
}

impl Default for Machines {
    fn default() -> Self {
        Self {
            networks: MachineNetworks::default(),
            connect_timeout_s: 10,
            keepalive_s: 15,
            spare_idle_s: 600,
        }
    }
}

/// Networks in which machines may be; nothing else is ever dialled.
///
/// Loopback, link-local and the clouds' metadata addresses stay out even where a listed network
/// covers them: only a network that lies wholly inside such a range opens it. Unspecified, broadcast
/// and multicast addresses are never allowed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct MachineNetworks(pub(super) Vec<IpNet>);

pub(super) const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> IpNet {
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix))
}

pub(super) const fn v6(head: [u16; 3], tail: u16, prefix: u8) -> IpNet {
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::new(head[0], head[1], head[2], 0, 0, 0, 0, tail), prefix))
}

/// Where machines are unless the operator says otherwise.
pub(super) const PRIVATE: [IpNet; 4] =
    [v4(10, 0, 0, 0, 8), v4(172, 16, 0, 0, 12), v4(192, 168, 0, 0, 16), v6([0xfc00, 0, 0], 0, 7)];

/// Ranges that a wider network doesn't open; narrower ranges stand for themselves.
const GUARDED: [IpNet; 9] = [
    v4(127, 0, 0, 0, 8),
    v6([0, 0, 0], 1, 128),
    v4(169, 254, 0, 0, 16),
    v6([0xfe80, 0, 0], 0, 10),
    v4(169, 254, 169, 254, 32),
    v4(100, 100, 100, 200, 32),
    v4(168, 63, 129, 16, 32),
    v6([0xfd00, 0x0ec2, 0], 0x254, 128),
    v6([0xfd20, 0xce, 0], 0x254, 128),
];

/// Ranges that name no single machine.
const NEVER: [IpNet; 5] = [
    v4(0, 0, 0, 0, 8),
    v4(224, 0, 0, 0, 4),
    v4(255, 255, 255, 255, 32),
    v6([0, 0, 0], 0, 128),
    v6([0xff00, 0, 0], 0, 8),
];

impl MachineNetworks {
    /// Whether a machine may be at `address`.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allows_plain(address) && embedded(address).is_none_or(|inner| self.allows_plain(inner.into()))
    }

    /// The networks.
    #[must_use]
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }

    fn allows_plain(&self, address: IpAddr) -> bool {
        let opens = |network: &IpNet| {
            network.contains(&address)
                && GUARDED
                    .iter()
                    .filter(|range| range.contains(&address))
                    .all(|range| range.contains(network))
        };
        !NEVER.iter().any(|range| range.contains(&address)) && self.0.iter().any(opens)
    }
}

/// The IPv4 address to which a translator or tunnel would carry an IPv6 one: IPv4-compatible
/// (RFC 4291), NAT64 (RFC 6052) and 6to4 (RFC 3056).
pub(super) fn embedded(address: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(v6) = address else { return None };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let from = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0] if g != 0 => Some(from(g, h)),
        [0x64, 0xff9b, 0, 0, 0, 0] => Some(from(g, h)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        _ => None,
    }
}

impl Default for MachineNetworks {
    fn default() -> Self {
        Self(PRIVATE.to_vec())
    }
}

impl TryFrom<Vec<String>> for MachineNetworks {
    type Error = String;

    fn try_from(networks: Vec<String>) -> Result<Self, Self::Error> {
        networks.iter().map(|text| parse_network(text)).collect::<Result<_, _>>().map(Self)
    }
}

/// A network in CIDR notation, or one address.
pub(super) fn parse_network(text: &str) -> Result<IpNet, String> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| format!("`{text}` is no network like `10.0.0.0/8` or `fc00::/7`"))?;
    if network.trunc() == network {
        Ok(network)
    } else {
        Err(format!("`{text}` has bits beyond its prefix; `{}` is meant?", network.trunc()))
    }
}

impl From<MachineNetworks> for Vec<String> {
    fn from(networks: MachineNetworks) -> Self {
        networks.0.iter().map(ToString::to_string).collect()
    }
}

impl fmt::Debug for MachineNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(ToString::to_string)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(list: &[&str]) -> MachineNetworks {
        list.iter().map(ToString::to_string).collect::<Vec<_>>().try_into().unwrap()
    }

    fn allowed<'a>(networks: &MachineNetworks, addresses: &[&'a str]) -> Vec<&'a str> {
        addresses.iter().copied().filter(|address| networks.allows(address.parse().unwrap())).collect()
    }

    #[test]
    fn private_networks_are_open_by_default_and_nothing_else() {
        let inside =
            ["10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1", "fd12::1", "::ffff:10.1.2.3"];
        let outside = [
            "8.8.8.8",
            "172.32.0.1",
            "2001:db8::1",
            "127.0.0.1",
            "::1",
            "169.254.1.1",
            "fe80::1",
            "::ffff:8.8.8.8",
        ];
        assert_eq!(allowed(&MachineNetworks::default(), &inside), inside);
        assert!(allowed(&MachineNetworks::default(), &outside).is_empty());
    }

    #[test]
    fn a_wide_network_opens_neither_loopback_nor_link_local_nor_metadata() {
        let refused = [
            "127.0.0.1",
            "127.255.255.254",
            "::1",
            "169.254.169.254",
            "169.254.0.1",
            "fe80::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "100.100.100.200",
            "168.63.129.16",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b::7f00:1",
            "::127.0.0.1",
            "2002:7f00:1::1",
        ];
        assert!(allowed(&networks(&["0.0.0.0/0", "::/0"]), &refused).is_empty());
        assert_eq!(allowed(&MachineNetworks::default(), &["fd00:ec2::254"]), Vec::<&str>::new());
    }

    #[test]
    fn what_names_no_machine_is_refused_even_where_it_is_listed() {
        let refused = [
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "239.1.1.1",
            "::",
            "ff02::1",
            "::ffff:0.0.0.0",
        ];
        let all =
            networks(&["0.0.0.0/0", "::/0", "0.0.0.0/32", "255.255.255.255/32", "224.0.0.0/4", "ff00::/8"]);
        assert!(allowed(&all, &refused).is_empty());
    }

    #[test]
    fn a_network_inside_a_guarded_range_opens_just_itself() {
        let some = networks(&["127.0.0.0/8", "::1", "169.254.0.0/16"]);
        let addresses =
            ["127.0.0.1", "127.1.1.1", "::1", "::ffff:127.0.0.1", "169.254.7.7", "169.254.169.254"];
        assert_eq!(allowed(&some, &addresses), addresses[..5]);
        assert!(networks(&["169.254.169.254"]).allows("169.254.169.254".parse().unwrap()));
        assert!(!networks(&["127.0.0.2/32"]).allows("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn a_network_with_stray_bits_is_refused_with_what_was_meant() {
        let error = MachineNetworks::try_from(vec!["10.1.2.3/8".to_owned()]).unwrap_err();
        assert_eq!(error, "`10.1.2.3/8` has bits beyond its prefix; `10.0.0.0/8` is meant?");
        assert!(MachineNetworks::try_from(vec!["ten".to_owned()]).is_err());
    }
}
