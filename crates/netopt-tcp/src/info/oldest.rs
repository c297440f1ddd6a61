//! The fields that every kernel fills: the first 104 bytes of `struct tcp_info`, and the two bytes of bits in them.
//!
//! Of a listening socket two fields mean something else: `unacked` is the number of connections that wait to be
//! accepted, `sacked` the most that may wait.

use std::time::Duration;

use netopt_core::unit::Bytes;

use super::field::{
    Agreed, Bytes32, CongestionNumber, Count8, Count32, FirstBit, FirstNibble, Micros32, Millis32,
    RoundTrip, SecondAndThirdBit, SecondNibble, StateNumber, fields,
};
use super::state::{CongestionState, FastOpenFail, Negotiated, State};

fields! {
    /// Where the connection is in its life.
    0 state: StateNumber => State, since (2, 6);
    /// What the congestion control is about.
    1 ca_state: CongestionNumber => CongestionState, since (2, 6);
    /// Timeouts in a row of the segment that is due. Back to 0 once something is acknowledged.
    2 retransmits: Count8 => u8, since (2, 6);
    /// Window or keep-alive probes in a row that nobody answered.
    3 probes: Count8 => u8, since (2, 6);
    /// How often the retransmission timeout has been doubled. Above 0, nothing came back for a whole timeout.
    4 backoff: Count8 => u8, since (2, 6);
    /// What both ends agreed on in the handshake.
    5 options: Agreed => Negotiated, since (2, 6);
    /// The peer's window scale: what it sends is to be shifted left by so many bits, 0 to 14.
    6 snd_wscale: FirstNibble => u8, since (2, 6);
    /// Our own window scale, 0 to 14.
    6 rcv_wscale: SecondNibble => u8, since (2, 6);
    /// The sample in `delivery_rate` was taken while the application had nothing more to send, so the path can carry at
    /// least that much. It is true only while less than a segment is unsent, nothing is queued below TCP, and the
    /// congestion window is open.
    7 delivery_rate_app_limited: FirstBit => bool, since (4, 9) needs 168;
    /// Why fast open did not work for this client.
    7 fastopen_client_fail: SecondAndThirdBit => FastOpenFail, since (5, 5) needs 232;
    /// The retransmission timeout as it stands, with its backoff.
    8 rto: Micros32 => Duration, since (2, 6);
    /// How long an acknowledgement may be delayed.
    12 ato: Micros32 => Duration, since (2, 6);
    /// The largest segment that we send, without headers.
    16 snd_mss: Bytes32 => Bytes, since (2, 6);
    /// The kernel's estimate of the segments that the peer sends.
    20 rcv_mss: Bytes32 => Bytes, since (2, 6);
    /// Segments sent and not acknowledged. Of a listening socket: connections that wait to be accepted.
    24 unacked: Count32 => u32, since (2, 6);
    /// Segments acknowledged out of order. Of a listening socket: how many connections may wait.
    28 sacked: Count32 => u32, since (2, 6);
    /// Segments in flight that are thought lost.
    32 lost: Count32 => u32, since (2, 6);
    /// Segments in flight that were sent again.
    36 retrans: Count32 => u32, since (2, 6);
    /// Forward acknowledged segments; always 0 since Linux 4.15.
    40 fackets: Count32 => u32, since (2, 6);
    /// Time since data was last sent.
    44 last_data_sent: Millis32 => Duration, since (2, 6);
    /// The kernel does not remember this and says 0.
    48 last_ack_sent: Millis32 => Duration, since (2, 6);
    /// Time since data last came.
    52 last_data_recv: Millis32 => Duration, since (2, 6);
    /// Time since an acknowledgement last came.
    56 last_ack_recv: Millis32 => Duration, since (2, 6);
    /// The largest packet that the path is known to carry.
    60 pmtu: Bytes32 => Bytes, since (2, 6);
    /// How far our receive window may grow now.
    64 rcv_ssthresh: Bytes32 => Bytes, since (2, 6);
    /// Smoothed round trip (RFC 6298): an average, not a sample. `None` before the first sample.
    68 rtt: RoundTrip => Duration, since (2, 6);
    /// Mean deviation of the round trip (RFC 6298); 250 ms before the first sample.
    72 rttvar: Micros32 => Duration, since (2, 6);
    /// Slow start ends at this window, in segments. [`TcpInfo::NO_THRESHOLD`](crate::TcpInfo::NO_THRESHOLD) until the
    /// first loss.
    76 snd_ssthresh: Count32 => u32, since (2, 6);
    /// Congestion window in segments.
    80 snd_cwnd: Count32 => u32, since (2, 6);
    /// The largest segment that we told the peer to send.
    84 advmss: Bytes32 => Bytes, since (2, 6);
    /// How many segments may overtake each other before one is thought lost; 3 at the beginning.
    88 reordering: Count32 => u32, since (2, 6);
    /// Round trip as a receiver sees it: by timestamps, or by how long a window takes. `None` without an estimate.
    92 rcv_rtt: RoundTrip => Duration, since (2, 6);
    /// What the application read in the last round trip; the receive buffer is tuned by it.
    96 rcv_space: Bytes32 => Bytes, since (2, 6);
    /// Segments sent again since the connection began.
    100 total_retrans: Count32 => u32, since (2, 6);
}
