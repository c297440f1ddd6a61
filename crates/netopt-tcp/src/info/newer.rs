//! The fields that came later, from byte 104 on, each with the kernel that brought it.
//!
//! **The three times of a sender** bite those who add them up. At any moment a sender is idle, busy, held by the peer's
//! window, or held by its own send buffer. The kernel's `busy_time` is the sum of the last three, so it contains
//! `rwnd_limited` and `sndbuf_limited`. They are counted in ticks of the kernel (4 ms at 250 Hz), and a sender that only
//! waits for acknowledgements is busy: one kilobyte every 50 ms over a path of 40 ms is busy for four fifths of the time.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};

use super::field::{
    Bits32, Bytes32, Bytes64, Count16, Count32, Micros64, Millis32, Rate, RoundTrip, fields,
};

fields! {
    /// How fast the kernel spaces out what it sends. `None` without a limit.
    104 pacing_rate: Rate => BitRate, since (3, 15);
    /// The limit that the application put on it (`SO_MAX_PACING_RATE`). `None` without one.
    112 max_pacing_rate: Rate => BitRate, since (3, 15);
    /// Bytes that the peer acknowledged. The SYN and the FIN count one each.
    120 bytes_acked: Bytes64 => Bytes, since (4, 1);
    /// Bytes received in order. The SYN and the FIN count one each.
    128 bytes_received: Bytes64 => Bytes, since (4, 1);
    /// Segments sent, with retransmissions and bare acknowledgements. Wraps after 2³².
    136 segs_out: Count32 => u32, since (4, 2);
    /// Segments received, with bare acknowledgements. Wraps after 2³².
    140 segs_in: Count32 => u32, since (4, 2);
    /// Bytes written by the application and not yet sent once.
    144 notsent_bytes: Bytes32 => Bytes, since (4, 6);
    /// Smallest round trip in the kernel's window of five minutes (`net.ipv4.tcp_min_rtt_wlen`). An upper bound of the
    /// propagation time: a queue that never drained is inside. `None` before the first sample.
    148 min_rtt: RoundTrip => Duration, since (4, 6);
    /// Segments with data received.
    152 data_segs_in: Count32 => u32, since (4, 6);
    /// Segments with data sent, with retransmissions.
    156 data_segs_out: Count32 => u32, since (4, 6);
    /// How fast the peer acknowledged lately: the smaller of send rate and acknowledgement rate over about one round trip.
    /// It is the last sample that the application did not limit, or the best one that it did; `delivery_rate_app_limited`
    /// tells which. `None` before the first sample.
    160 delivery_rate: Rate => BitRate, since (4, 9);
    /// Time in which there was something to send or to be acknowledged, with `rwnd_limited` and `sndbuf_limited`
    /// inside. In ticks of the kernel.
    168 busy_time: Micros64 => Duration, since (4, 10);
    /// Part of `busy_time` in which the peer's window stopped us.
    176 rwnd_limited: Micros64 => Duration, since (4, 10);
    /// Part of `busy_time` in which our send buffer was too small. It is counted only while a writer waits for room and
    /// the congestion window is open, so a program that never meets a full buffer is never held by it.
    184 sndbuf_limited: Micros64 => Duration, since (4, 10);
    /// Segments that the peer has, with those acknowledged out of order. Wraps after 2³².
    192 delivered: Count32 => u32, since (4, 18);
    /// Those of `delivered` that came with a congestion mark.
    196 delivered_ce: Count32 => u32, since (4, 18);
    /// Bytes of data sent, with retransmissions.
    200 bytes_sent: Bytes64 => Bytes, since (4, 19);
    /// Bytes of data sent again.
    208 bytes_retrans: Bytes64 => Bytes, since (4, 19);
    /// Segments that the peer had twice (RFC 2883): what we sent again for nothing.
    216 dsack_dups: Count32 => u32, since (4, 19);
    /// How often segments that overtook each other were noticed.
    220 reord_seen: Count32 => u32, since (4, 19);
    /// Packets that came out of order: a receiver's sign of loss or reordering.
    224 rcv_ooopack: Count32 => u32, since (5, 4);
    /// The window that the peer last offered, scaled.
    228 snd_wnd: Bytes32 => Bytes, since (5, 4);
    /// The window that we offer now, scaled.
    232 rcv_wnd: Bytes32 => Bytes, since (6, 2);
    /// How often the flow label was changed to get another path.
    236 rehash: Count32 => u32, since (6, 2);
    /// Retransmission timeouts since the connection began, of the SYN as well.
    240 total_rto: Count16 => u16, since (6, 7);
    /// How many runs of timeouts there were from which the connection recovered.
    242 total_rto_recoveries: Count16 => u16, since (6, 7);
    /// Time spent in these runs.
    244 total_rto_time: Millis32 => Duration, since (6, 7);
    /// Segments with a congestion mark that came in (RFC 9768).
    248 received_ce: Count32 => u32, since (6, 18);
    /// Bytes that the peer got with ECT(1).
    252 delivered_e1_bytes: Bytes32 => Bytes, since (6, 18);
    /// Bytes that the peer got with ECT(0).
    256 delivered_e0_bytes: Bytes32 => Bytes, since (6, 18);
    /// Bytes that the peer got with a congestion mark.
    260 delivered_ce_bytes: Bytes32 => Bytes, since (6, 18);
    /// Bytes that came with ECT(1).
    264 received_e1_bytes: Bytes32 => Bytes, since (6, 18);
    /// Bytes that came with ECT(0).
    268 received_e0_bytes: Bytes32 => Bytes, since (6, 18);
    /// Bytes that came with a congestion mark.
    272 received_ce_bytes: Bytes32 => Bytes, since (6, 18);
    /// The last four bytes, as they are. In Linux 6.18 and 6.19 two fields of 16 bits, `accecn_fail_mode` and
    /// `accecn_opt_seen`; from 7.0 on bits in another order, with `ecn_mode` and `options2` among them. The length is the
    /// same, so nothing in the structure tells which it is, and this crate does not guess.
    276 accecn: Bits32 => u32, since (6, 18);
}
