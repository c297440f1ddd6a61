//! The order in which addresses are tried: families alternate, RFC 8305 §4.
//!
//! What it leaves alone: sorting within a family, which RFC 6724 and the resolver did already.

use std::net::SocketAddr;

/// Alternates the families, beginning with that of the first address.
pub(super) fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (first, second) = by_family(addresses);
    let mut mixed = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    loop {
        let (one, other) = (first.next(), second.next());
        if one.is_none() && other.is_none() {
            return mixed;
        }
        mixed.extend(one);
        mixed.extend(other);
    }
}

/// Those of the first one's family, and the others; both in their order.
pub(super) fn by_family(addresses: Vec<SocketAddr>) -> (Vec<SocketAddr>, Vec<SocketAddr>) {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|a| a.parse().unwrap()).collect()
    }

    #[test]
    fn families_alternate_and_the_first_stays_first() {
        assert_eq!(
            interleave(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"])),
            parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"])
        );
        assert!(interleave(Vec::new()).is_empty());
    }

    proptest! {
        #[test]
        fn none_is_lost_none_is_added_and_each_family_keeps_its_order(
            families in prop::collection::vec(any::<bool>(), 0..24),
        ) {
            let addresses: Vec<SocketAddr> = (1..)
                .zip(&families)
                .map(|(port, v6)| {
                    let ip: std::net::IpAddr = if *v6 { [0u16; 8].into() } else { [0u8; 4].into() };
                    SocketAddr::new(ip, port)
                })
                .collect();
            let mixed = interleave(addresses.clone());
            prop_assert_eq!(mixed.first(), addresses.first());
            for v6 in [true, false] {
                let of = |list: &[SocketAddr]| -> Vec<SocketAddr> {
                    list.iter().copied().filter(|a| a.is_ipv6() == v6).collect()
                };
                prop_assert_eq!(of(&mixed), of(&addresses));
            }
        }
    }
}
