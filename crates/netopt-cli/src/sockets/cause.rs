//! What a connection is held by: one cause, the gravest that fits.
//!
//! The rules are those of `docs/sockets.md`. What limits a sender whose readers keep up, `netopt_tcp::attribution` says where
//! the looks are enough; the rules here are for what it cannot see, and for few looks. They look at shares of the time in which the connection was watched, never at
//! totals of its life.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio};
use netopt_tcp::attribution::Limit;
use netopt_tcp::diag::Socket;
use netopt_tcp::info::State;
use netopt_tcp::{Delta, TcpInfo};

use super::Connection;

/// A share from which on something is the cause: nothing else can be larger.
const MOST: f64 = 0.5;
/// Below this share of bytes sent again, losses cost little (a loss of 1 % halves Reno on a long path).
const LOSSY: f64 = 0.01;
/// A round trip so much above the smallest one is a queue; the smoothed value moves by itself less than that.
const QUEUED: f64 = 1.5;
/// And by so much at least: what is less is the scheduler's.
const LEAST_QUEUE: Duration = Duration::from_millis(2);

/// What a connection is held by, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Cause {
    /// The peer does not answer: sent data stands, and nothing is acknowledged.
    Unanswered,
    /// Its own program does not read what came.
    Unread,
    /// The peer closed; its own program keeps the connection open.
    NotClosed,
    /// The peer closed its window, because its program does not read.
    ClosedWindow,
    /// Its own program reads more slowly than data comes.
    SlowReader,
    /// The window that the peer offers.
    PeerWindow,
    /// Its own send buffer.
    SendBuffer,
    /// Losses: much is sent again.
    Loss,
    /// A queue on the path: the round trip is far above the smallest one.
    Queue,
    /// The path or the congestion window, without a sign which.
    Path,
    /// What comes is out of order: loss or reordering on the way in.
    Reordered,
    /// It receives; the sender or the path decide, and that cannot be told from here.
    Sender,
    /// Its own program: it has nothing more to send.
    Program,
    /// Nothing: it is idle.
    Idle,
    /// Not known: it was seen once only, or the kernel does not tell.
    Unknown,
}

impl Cause {
    /// All causes, the gravest first.
    pub(crate) const ALL: [Self; 15] = [
        Self::Unanswered,
        Self::Unread,
        Self::NotClosed,
        Self::ClosedWindow,
        Self::SlowReader,
        Self::PeerWindow,
        Self::SendBuffer,
        Self::Loss,
        Self::Queue,
        Self::Path,
        Self::Reordered,
        Self::Sender,
        Self::Program,
        Self::Idle,
        Self::Unknown,
    ];

    /// What holds this connection.
    #[must_use]
    pub(crate) fn of(connection: &Connection) -> Self {
        let stood = |bytes: Bytes| bytes > Bytes::ZERO;
        let delta = connection.delta();
        let (Some(info), Some(acked)) = (connection.info(), delta.bytes_acked) else {
            return Self::Unknown;
        };
        let shares = connection.shares();
        let most = |share: Option<Ratio>| share.is_some_and(|share| share.get() >= MOST);
        let is_closed = connection.is_window_closed() && stood(connection.standing_out());
        let is_window = most(shares.map(|shares| shares.peer_window));
        let is_silent = stood(connection.standing_out()) && acked == Bytes::ZERO;
        let is_backing_off = info.backoff().is_some_and(|times| times > 0);
        if !is_closed && !is_window && (is_silent || is_backing_off) {
            return Self::Unanswered;
        }
        let unread = connection.standing_in();
        if stood(unread) && connection.read() == Some(Bytes::ZERO) {
            return Self::Unread;
        }
        let is_left = |socket: &Socket| socket.state == State::CloseWait;
        if is_left(connection.before()) && is_left(connection.now()) {
            return Self::NotClosed;
        }
        if is_closed {
            return Self::ClosedWindow;
        }
        if stood(unread) && info.rcv_wnd().is_some_and(|left| unread >= left) {
            return Self::SlowReader;
        }
        if is_window || connection.is_window_full() {
            return Self::PeerWindow;
        }
        Self::of_flow(connection, info)
    }

    /// What holds one whose readers at both ends keep up.
    fn of_flow(connection: &Connection, info: &TcpInfo) -> Self {
        let (delta, shares) = (connection.delta(), connection.shares());
        let most = |share: Option<Ratio>| share.is_some_and(|share| share.get() >= MOST);
        let waited = delta
            .sndbuf_limited
            .is_some_and(|time| time > Duration::ZERO);
        if most(shares.map(|shares| shares.send_buffer)) || (waited && connection.is_buffer_full())
        {
            return Self::SendBuffer;
        }
        let is_sender = delta.bytes_acked >= delta.bytes_received;
        if is_sender && let Some(cause) = Self::of_limit(connection, info) {
            return cause;
        }
        if is_lossy(&delta) {
            return Self::Loss;
        }
        if most(shares.map(|shares| shares.otherwise)) && !connection.is_app_limited() {
            return if is_queued(info) {
                Self::Queue
            } else {
                Self::Path
            };
        }
        if delta.bytes_received > delta.bytes_acked {
            let is_mixed_up = is_mixed_up(&delta);
            return if is_mixed_up {
                Self::Reordered
            } else {
                Self::Sender
            };
        }
        if delta.bytes_acked > Some(Bytes::ZERO) {
            Self::Program
        } else {
            Self::Idle
        }
    }

    /// What the looks at a sender say, taken together, where they are many enough and one limit stands out.
    fn of_limit(connection: &Connection, info: &TcpInfo) -> Option<Self> {
        Some(match connection.limit()? {
            Limit::ReceiverWindow(_) => Self::PeerWindow,
            Limit::SendBuffer => Self::SendBuffer,
            // Who sends little waits for each loss by itself.
            Limit::Application if is_lossy(&connection.delta()) => Self::Loss,
            Limit::Application => Self::Program,
            Limit::BottleneckRate if is_queued(info) => Self::Queue,
            Limit::BottleneckRate | Limit::SlowStart | Limit::Pacing => Self::Path,
            Limit::Loss => Self::Loss,
            Limit::Host | Limit::Mixed => return None,
        })
    }

    /// Whether somebody should look at it.
    #[must_use]
    pub(crate) const fn is_trouble(self) -> bool {
        matches!(
            self,
            Self::Unanswered
                | Self::Unread
                | Self::NotClosed
                | Self::ClosedWindow
                | Self::SlowReader
                | Self::PeerWindow
                | Self::SendBuffer
                | Self::Loss
                | Self::Queue
                | Self::Reordered
        )
    }

    /// Two or three words, for a column of 16.
    #[must_use]
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Unanswered => "no answer",
            Self::Unread => "not read",
            Self::NotClosed => "not closed",
            Self::ClosedWindow => "window closed",
            Self::SlowReader => "read slowly",
            Self::PeerWindow => "peer's window",
            Self::SendBuffer => "send buffer",
            Self::Loss => "loss",
            Self::Queue => "queue on path",
            Self::Path => "path",
            Self::Reordered => "loss or reorder",
            Self::Sender => "peer or path",
            Self::Program => "own program",
            Self::Idle => "idle",
            Self::Unknown => "not known",
        }
    }

    /// The name in documents.
    #[must_use]
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Unread => "unread",
            Self::NotClosed => "not_closed",
            Self::ClosedWindow => "closed_window",
            Self::SlowReader => "slow_reader",
            Self::PeerWindow => "peer_window",
            Self::SendBuffer => "send_buffer",
            Self::Loss => "loss",
            Self::Queue => "queue",
            Self::Path => "path",
            Self::Reordered => "reordered",
            Self::Sender => "sender_or_path",
            Self::Program => "program",
            Self::Idle => "idle",
            Self::Unknown => "unknown",
        }
    }
}

/// Whether enough was sent again.
fn is_lossy(delta: &Delta) -> bool {
    delta
        .retransmitted()
        .is_some_and(|share| share.get() >= LOSSY)
}

/// Whether enough of what came was out of order: a packet that is lost puts all that follow it in that round trip out of
/// order, so the share is larger than that of the losses.
fn is_mixed_up(delta: &Delta) -> bool {
    let (Some(mixed), Some(all)) = (delta.rcv_ooopack, delta.data_segs_in) else {
        return false;
    };
    f64::from(mixed) >= LOSSY * f64::from(all) && mixed > 0
}

/// Whether the round trip is far above the smallest one.
fn is_queued(info: &TcpInfo) -> bool {
    let (Some(rtt), Some(least)) = (info.rtt(), info.min_rtt()) else {
        return false;
    };
    rtt > least.mul_f64(QUEUED) && rtt.saturating_sub(least) >= LEAST_QUEUE
}

#[cfg(test)]
mod tests;
