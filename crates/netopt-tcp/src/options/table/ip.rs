//! Options of the addresses and packets below: `IPPROTO_IP` and `IPPROTO_IPV6`.

use netopt_core::change::Switch;

use super::rows;
use crate::options::key::{COUNT, Key, SWITCH, Typed, key as any};
use crate::options::row::{Level, Moment, Privilege, ReadBack, SocketOption};

const fn key<T>(name: &'static str, c: &'static str, number: i32, typed: &Typed<T>) -> Key<T> {
    any(name, c, Level::Ip, number, typed)
}

const fn v6<T>(name: &'static str, c: &'static str, number: i32, typed: &Typed<T>) -> Key<T> {
    any(name, c, Level::Ipv6, number, typed)
}

/// The two bits of explicit congestion notification belong to TCP.
const ECN: ReadBack = ReadBack::Adjusted("the two lowest bits stay TCP's own");

rows! {
    IP;
    /// The traffic class of packets (DSCP, six bits, above two that are TCP's own).
    IP_TOS: i32 = key("ip.tos", "IP_TOS", 1, &COUNT).reads(ECN);
    /// How many routers a packet may pass.
    IP_TTL: i32 = key("ip.ttl", "IP_TTL", 2, &COUNT).bounds("1 to 255");
    /// How packets find their size: 0 fragment, 1 as the route says, 2 never fragment, 3 never and ignore what was learnt.
    MTU_DISCOVER: i32 = key("ip.mtu_discover", "IP_MTU_DISCOVER", 10, &COUNT).bounds("0 to 5");
    /// Binds to an address that this machine does not have, or not yet.
    FREEBIND: Switch = key("ip.freebind", "IP_FREEBIND", 15, &SWITCH).at(Moment::BeforeConnect);
    /// Uses addresses of others: for proxies between two peers that do not know of them.
    TRANSPARENT: Switch = key("ip.transparent", "IP_TRANSPARENT", 19, &SWITCH)
        .at(Moment::BeforeConnect)
        .needs(Privilege::NetAdmin);
    /// Drops packets that passed more routers than this leaves: 255 takes neighbours only.
    MIN_TTL: i32 = key("ip.min_ttl", "IP_MINTTL", 21, &COUNT).bounds("0 to 255");
    /// Binding to an address takes no port yet, so that one port serves connections to several peers.
    BIND_ADDRESS_NO_PORT: Switch = key("ip.bind_address_no_port", "IP_BIND_ADDRESS_NO_PORT", 24, &SWITCH)
        .at(Moment::BeforeConnect)
        .since(4, 2);
    /// The traffic class of packets, IPv6. -1 is the system's.
    TRAFFIC_CLASS: i32 = v6("ipv6.traffic_class", "IPV6_TCLASS", 67, &COUNT).reads(ECN).bounds("-1 to 255");
    /// How many routers a packet may pass, IPv6. -1 is the system's.
    HOP_LIMIT: i32 = v6("ipv6.hop_limit", "IPV6_UNICAST_HOPS", 16, &COUNT)
        .reads(ReadBack::Adjusted("-1 reads as what the route says"))
        .bounds("-1 to 255");
    /// Leaves IPv4 to other sockets.
    ONLY_V6: Switch = v6("ipv6.only", "IPV6_V6ONLY", 26, &SWITCH).at(Moment::BeforeConnect);
    /// Binds to an address of IPv6 that this machine does not have, or not yet.
    FREEBIND_V6: Switch = v6("ipv6.freebind", "IPV6_FREEBIND", 78, &SWITCH)
        .at(Moment::BeforeConnect)
        .since(4, 15);
}
