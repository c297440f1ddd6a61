//! Options of TCP that decide how data is cut, sent and named.

use netopt_core::change::{CongestionControl, Switch};
use netopt_core::unit::Bytes;

use super::rows;
use crate::options::key::{ALGORITHM, BYTES, COUNT, Key, SWITCH, Typed, key as any};
use crate::options::row::{Level, Moment, Privilege, ReadBack, SocketOption};

const fn key<T>(name: &'static str, c: &'static str, number: i32, typed: &Typed<T>) -> Key<T> {
    any(name, c, Level::Tcp, number, typed)
}

rows! {
    TCP;
    /// Nagle's algorithm off: a small write does not wait until the one before it is acknowledged.
    NODELAY: Switch = key("tcp.nodelay", "TCP_NODELAY", 1, &SWITCH);
    /// The largest segment to send and to ask for. Before the handshake only what was set is read back.
    MAX_SEGMENT: Bytes = key("tcp.max_segment", "TCP_MAXSEG", 2, &BYTES)
        .at(Moment::BeforeConnect)
        .bounds("88 B to 32767 B");
    /// Holds incomplete segments back for up to 200 ms, until it is off again.
    CORK: Switch = key("tcp.cork", "TCP_CORK", 3, &SWITCH);
    /// Acknowledges at once. The kernel goes back to waiting by itself, so it is set after each read.
    QUICKACK: Switch = key("tcp.quickack", "TCP_QUICKACK", 12, &SWITCH).at(Moment::EachRead);
    /// Who decides how fast to send: bbr, cubic, reno and what else is loaded.
    CONGESTION_CONTROL: CongestionControl = key("tcp.congestion_control", "TCP_CONGESTION", 13, &ALGORITHM)
        .at(Moment::BeforeConnect)
        .needs(Privilege::AllowedList);
    /// The unsent data from which on the socket takes no more. 0 B is `net.ipv4.tcp_notsent_lowat`, which is no bound.
    NOTSENT_LOWAT: Bytes = key("tcp.notsent_lowat", "TCP_NOTSENT_LOWAT", 25, &BYTES).since(3, 12);
    /// The largest window to offer the peer. 0 B is none of one's own, before the handshake only.
    WINDOW_CLAMP: Bytes = key("tcp.window_clamp", "TCP_WINDOW_CLAMP", 10, &BYTES)
        .reads(ReadBack::Adjusted("at least half of the smallest receive buffer"));
    /// How many connections may wait with data in their SYN. 0 is none.
    FAST_OPEN: i32 = key("tcp.fast_open", "TCP_FASTOPEN", 23, &COUNT)
        .at(Moment::Listener)
        .reads(ReadBack::Adjusted("at most net.core.somaxconn"))
        .bounds("0 and more")
        .since(3, 7);
    /// Sends the first data with the SYN where the peer gave a cookie before; connect then returns at once.
    FAST_OPEN_CONNECT: Switch = key("tcp.fast_open_connect", "TCP_FASTOPEN_CONNECT", 30, &SWITCH)
        .at(Moment::BeforeConnect)
        .since(4, 11);
    /// Fast open without a cookie: for networks in which addresses cannot be forged.
    FAST_OPEN_NO_COOKIE: Switch = key("tcp.fast_open_no_cookie", "TCP_FASTOPEN_NO_COOKIE", 34, &SWITCH)
        .at(Moment::BeforeConnect)
        .since(4, 15);
    /// Keeps the SYN of each connection that is accepted.
    SAVE_SYN: Switch = key("tcp.save_syn", "TCP_SAVE_SYN", 27, &SWITCH).at(Moment::Listener).since(4, 3);
    /// Tells with each read how much more has arrived.
    INQ: Switch = key("tcp.inq", "TCP_INQ", 36, &SWITCH).since(4, 18);
    /// Sends again after one duplicate acknowledgement when little is in flight.
    THIN_DUPACK: Switch = key("tcp.thin_dupack", "TCP_THIN_DUPACK", 17, &SWITCH)
        .reads(ReadBack::Dead("since 4.16, early retransmit and TLP do its work"));
}
