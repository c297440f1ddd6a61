//! Options of TCP that are times, or how often something is tried.

use std::time::Duration;

use netopt_core::change::Switch;

use super::rows;
use crate::options::key::{COUNT, Key, MICROS, MILLIS, SECONDS, SWITCH, Typed, key as any};
use crate::options::row::{Level, Moment, ReadBack, SocketOption};

/// Timers of TCP run on the kernel's clock of 100 to 1000 ticks a second.
const TICKS: ReadBack = ReadBack::Adjusted("rounded up to the kernel's ticks, 1 ms to 10 ms");

const fn key<T>(name: &'static str, c: &'static str, number: i32, typed: &Typed<T>) -> Key<T> {
    any(name, c, Level::Tcp, number, typed)
}

rows! {
    TCP_TIMING;
    /// How long a connection is silent before it is probed, with socket.keepalive on.
    KEEPALIVE_TIME: Duration = key("tcp.keepalive_time", "TCP_KEEPIDLE", 4, &SECONDS).bounds("1 s to 32767 s");
    /// The time between two probes.
    KEEPALIVE_INTERVAL: Duration = key("tcp.keepalive_interval", "TCP_KEEPINTVL", 5, &SECONDS).bounds("1 s to 32767 s");
    /// How many probes go unanswered before the connection is given up.
    KEEPALIVE_RETRIES: i32 = key("tcp.keepalive_retries", "TCP_KEEPCNT", 6, &COUNT).bounds("1 to 127");
    /// How often a SYN is sent again: 1 s, 3 s, 7 s and so on after the first.
    SYN_RETRIES: i32 = key("tcp.syn_retries", "TCP_SYNCNT", 7, &COUNT)
        .at(Moment::BeforeConnect)
        .bounds("1 to 127");
    /// How long a closed connection waits for the peer to close, too. 0 s is `net.ipv4.tcp_fin_timeout`.
    FIN_TIMEOUT: Duration = key("tcp.fin_timeout", "TCP_LINGER2", 8, &SECONDS)
        .reads(ReadBack::Adjusted("0 s reads as net.ipv4.tcp_fin_timeout; at most 120 s"));
    /// Accepts a connection only when its first data is there, or so much time has passed. 0 s is at once.
    DEFER_ACCEPT: Duration = key("tcp.defer_accept", "TCP_DEFER_ACCEPT", 9, &SECONDS)
        .at(Moment::Listener)
        .reads(ReadBack::Adjusted("rounded up to the times of retransmission: 1 s, 3 s, 7 s and so on"));
    /// How long sent data may stay unacknowledged before the connection is given up (RFC 5482). 0 ms is the system's.
    USER_TIMEOUT: Duration = key("tcp.user_timeout", "TCP_USER_TIMEOUT", 18, &MILLIS).since(2, 6);
    /// Does not double the retransmission timeout the first six times when little is in flight.
    THIN_LINEAR_TIMEOUTS: Switch = key("tcp.thin_linear_timeouts", "TCP_THIN_LINEAR_TIMEOUTS", 16, &SWITCH);
    /// Holds every packet back for so long, with the qdisc fq only; elsewhere it is set, read back, and does nothing.
    TX_DELAY: Duration = key("tcp.tx_delay", "TCP_TX_DELAY", 37, &MICROS).since(4, 20);
    /// The longest time between two retransmissions.
    RTO_MAX: Duration = key("tcp.rto_max", "TCP_RTO_MAX_MS", 44, &MILLIS).bounds("1 s to 120 s").since(6, 15);
    /// The shortest time until the first retransmission; 200 ms unless the route says otherwise.
    RTO_MIN: Duration = key("tcp.rto_min", "TCP_RTO_MIN_US", 45, &MICROS)
        .reads(TICKS)
        .bounds("more than one tick of the kernel (4 ms at 250 Hz) to 200 ms")
        .since(6, 15);
    /// The longest time that an acknowledgement is held back; 200 ms unless set.
    DELACK_MAX: Duration = key("tcp.delack_max", "TCP_DELACK_MAX_US", 46, &MICROS)
        .reads(TICKS)
        .bounds("more than one tick of the kernel (4 ms at 250 Hz) to 200 ms")
        .since(6, 15);
}
