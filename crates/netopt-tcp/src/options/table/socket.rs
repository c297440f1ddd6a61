//! Options of any socket: `SOL_SOCKET`.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::{BitRate, Bytes};

use super::rows;
use crate::options::key::{
    BYTES, COUNT, Key, LINGER_TIME, MICROS, NAME, RATE, SWITCH, Typed, key as any,
};
use crate::options::row::{Level, Moment, Privilege, ReadBack, SocketOption};

const fn key<T>(name: &'static str, c: &'static str, number: i32, typed: &Typed<T>) -> Key<T> {
    any(name, c, Level::Socket, number, typed)
}

rows! {
    SOCKET;
    /// Notes in the kernel's log what the protocol does. It has the number of `TCP_NODELAY` at another level.
    DEBUG: Switch = key("socket.debug", "SO_DEBUG", 1, &SWITCH).needs(Privilege::NetAdmin);
    /// Lets a listener bind a port whose old connections still wait for their end.
    REUSE_ADDRESS: Switch = key("socket.reuse_address", "SO_REUSEADDR", 2, &SWITCH).at(Moment::Listener);
    /// Lets several listeners of one user share a port; the kernel spreads connections over them.
    REUSE_PORT: Switch = key("socket.reuse_port", "SO_REUSEPORT", 15, &SWITCH).at(Moment::Listener).since(3, 9);
    /// Sends to neighbours only, past all gateways.
    DONT_ROUTE: Switch = key("socket.dont_route", "SO_DONTROUTE", 5, &SWITCH);
    /// Probes a silent peer, at the times of the tcp.keepalive options.
    KEEPALIVE: Switch = key("socket.keepalive", "SO_KEEPALIVE", 9, &SWITCH);
    /// Leaves urgent data in the stream.
    URGENT_INLINE: Switch = key("socket.urgent_inline", "SO_OOBINLINE", 10, &SWITCH);
    /// What closing does with unsent data: wait so long for it, reset at 0 s, or send it in the background (off).
    LINGER: Option<Duration> = key("socket.linger", "SO_LINGER", 13, &LINGER_TIME);
    /// A fixed send buffer. It ends the kernel's tuning, and is cut to `net.core.wmem_max` without an error.
    SEND_BUFFER: Bytes = key("socket.send_buffer", "SO_SNDBUF", 7, &BYTES)
        .at(Moment::BeforeConnect)
        .reads(ReadBack::Doubled(7));
    /// A fixed receive buffer. It ends the kernel's tuning, and is cut to `net.core.rmem_max` without an error.
    RECEIVE_BUFFER: Bytes = key("socket.receive_buffer", "SO_RCVBUF", 8, &BYTES)
        .at(Moment::BeforeConnect)
        .reads(ReadBack::Doubled(8));
    /// A fixed send buffer beyond `net.core.wmem_max`.
    SEND_BUFFER_FORCE: Bytes = key("socket.send_buffer_force", "SO_SNDBUFFORCE", 32, &BYTES)
        .at(Moment::BeforeConnect)
        .needs(Privilege::NetAdmin)
        .reads(ReadBack::Doubled(7));
    /// A fixed receive buffer beyond `net.core.rmem_max`.
    RECEIVE_BUFFER_FORCE: Bytes = key("socket.receive_buffer_force", "SO_RCVBUFFORCE", 33, &BYTES)
        .at(Moment::BeforeConnect)
        .needs(Privilege::NetAdmin)
        .reads(ReadBack::Doubled(8));
    /// Which buffers are fixed: 1 send, 2 receive. 0 hands both back to the kernel's tuning.
    BUFFER_LOCK: i32 = key("socket.buffer_lock", "SO_BUF_LOCK", 72, &COUNT).bounds("0 to 3").since(5, 14);
    /// Wakes a reader when that much has arrived, not for each byte.
    RECEIVE_LOWAT: Bytes = key("socket.receive_lowat", "SO_RCVLOWAT", 18, &BYTES)
        .reads(ReadBack::Adjusted("0 becomes 1; at most half of net.ipv4.tcp_rmem's largest"));
    /// The queue that packets take in this machine, 0 to 6 for anyone.
    PRIORITY: i32 = key("socket.priority", "SO_PRIORITY", 12, &COUNT).needs(Privilege::NetAdminAbove(6));
    /// A number that routes and firewalls of this machine see.
    MARK: i32 = key("socket.mark", "SO_MARK", 36, &COUNT).needs(Privilege::NetAdmin);
    /// Sends and receives through one device only. Older kernels keep it for `CAP_NET_RAW`; today's let anyone bind once.
    BIND_DEVICE: String = key("socket.bind_device", "SO_BINDTODEVICE", 25, &NAME).at(Moment::BeforeConnect);
    /// Which stamps the kernel takes of packets, as flags: 0x2 sent, 0x8 received, 0x10 report, 0x100 scheduled, 0x200 acknowledged.
    TIMESTAMPING: i32 = key("socket.timestamping", "SO_TIMESTAMPING", 37, &COUNT)
        .bounds("the flags SOF_TIMESTAMPING_*; those that number bytes (0x80, 0x10000) on a connected socket only");
    /// Polls the device for so long when nothing has arrived. It burns a processor to save an interrupt.
    BUSY_POLL: Duration = key("socket.busy_poll", "SO_BUSY_POLL", 46, &MICROS).bounds("0 us and more").since(3, 11);
    /// Keeps the device's interrupts off while somebody polls.
    PREFER_BUSY_POLL: Switch = key("socket.prefer_busy_poll", "SO_PREFER_BUSY_POLL", 69, &SWITCH)
        .needs(Privilege::NetAdmin)
        .since(5, 11);
    /// How many packets one turn of polling takes.
    BUSY_POLL_BUDGET: i32 = key("socket.busy_poll_budget", "SO_BUSY_POLL_BUDGET", 70, &COUNT)
        .needs(Privilege::NetAdmin)
        .reads(ReadBack::Nothing)
        .bounds("0 to 65535")
        .since(5, 11);
    /// The most that is sent in a second, spread evenly. Packets wait in the qdisc fq, or in a timer of TCP.
    MAX_PACING_RATE: Option<BitRate> = key("socket.max_pacing_rate", "SO_MAX_PACING_RATE", 47, &RATE).since(3, 13);
    /// The processor whose packets this listener wants, among several that share a port.
    INCOMING_CPU: i32 = key("socket.incoming_cpu", "SO_INCOMING_CPU", 49, &COUNT).at(Moment::Listener).since(4, 4);
    /// Allows `MSG_ZEROCOPY`: sending without a copy, for writes above some 10 kB.
    ZEROCOPY: Switch = key("socket.zerocopy", "SO_ZEROCOPY", 60, &SWITCH).since(4, 14);
    /// Looks for another path, by another hash, when packets are lost again and again.
    REHASH: Switch = key("socket.rehash", "SO_TXREHASH", 74, &SWITCH).since(5, 18);
}
