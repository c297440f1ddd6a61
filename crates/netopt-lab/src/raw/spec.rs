//! What a raw server speaks and which faults it has: plain data, each default the healthy choice.
//!
//! Every field public, so that a scenario file maps onto them one to one. What it leaves alone: serving.

use std::io;

use netopt_core::change::Switch;
use netopt_core::unit::Bytes;

use super::MAX_CONNECTIONS;
use crate::dist::Dist;
use crate::refuse;
use crate::socket::{DEFAULT_BACKLOG, SocketSpec, WriteStyle};

/// The seed when nothing is said; any number would do.
const DEFAULT_SEED: u64 = 1;

/// A server below HTTP and its faults. The default is healthy: a TCP echo that answers at once.
#[derive(Debug, Clone, PartialEq)]
pub struct RawSpec {
    /// What it speaks. Default: [`RawProtocol::TcpEcho`].
    pub protocol: RawProtocol,
    /// From a message's arrival, or the end of its wait for a worker, to its echo; of a source, from the connection to
    /// the first byte. A sink has none. Default: none.
    pub time: Dist,
    /// Messages worked on at once; others queue in order of arrival. At least 1. Default: `None`, no limit.
    pub workers: Option<usize>,
    /// What a source sends on each connection before it closes it; for no other protocol. Default: `None`, until the
    /// client goes.
    pub amount: Option<Bytes>,
    /// How it treats its sockets. UDP has buffers and a pace of reading only.
    pub socket: SocketSpec,
    /// Seed of what a source sends and of everything drawn. Default: 1.
    pub seed: u64,
}

impl Default for RawSpec {
    fn default() -> Self {
        Self {
            protocol: RawProtocol::default(),
            time: Dist::default(),
            workers: None,
            amount: None,
            socket: SocketSpec::default(),
            seed: DEFAULT_SEED,
        }
    }
}

/// What a raw server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RawProtocol {
    /// TCP: what comes goes back.
    #[default]
    TcpEcho,
    /// TCP: sends noise as fast as it goes. What comes is read and thrown away.
    TcpSource,
    /// TCP: reads to the end of the stream, then closes, so a client that reads on knows that all has come.
    TcpSink,
    /// UDP: every datagram goes back to where it came from.
    UdpEcho,
    /// WebSocket (RFC 6455) in clear text: every message goes back; pings are answered.
    WsEcho,
    /// WebSocket over TLS.
    WssEcho,
}

impl RawProtocol {
    /// Whether it runs over TLS.
    #[must_use]
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::WssEcho)
    }

    /// The scheme of its URLs.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::TcpEcho | Self::TcpSource | Self::TcpSink => "tcp",
            Self::UdpEcho => "udp",
            Self::WsEcho => "ws",
            Self::WssEcho => "wss",
        }
    }
}

impl RawSpec {
    /// Names every value that is out of its range or has no meaning for the protocol.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidInput`] with all of them in one line.
    pub fn check(&self) -> io::Result<()> {
        let mut wrong = Vec::new();
        self.time.check(&mut wrong);
        self.socket.check(MAX_CONNECTIONS, &mut wrong);
        if self.workers == Some(0) {
            wrong.push("workers is 0, must be at least 1".to_owned());
        }
        let scheme = self.protocol.scheme();
        for name in self.senseless() {
            wrong.push(format!("{name} means nothing to this {scheme} server"));
        }
        refuse(&wrong)
    }

    /// The fields that were set although the protocol has no use for them.
    fn senseless(&self) -> impl Iterator<Item = &'static str> {
        use RawProtocol::{TcpSink, TcpSource, UdpEcho};
        let (protocol, socket) = (self.protocol, &self.socket);
        let sink = protocol == TcpSink;
        let udp = protocol == UdpEcho;
        [
            (protocol != TcpSource, self.amount.is_some(), "amount"),
            (sink, self.time != Dist::default(), "time"),
            (sink, self.workers.is_some(), "workers"),
            (sink, socket.sndbuf.is_some(), "sndbuf"),
            (protocol == TcpSource, socket.reads.is_some(), "reads"),
            (sink || udp, socket.write != WriteStyle::Whole, "write"),
            (sink || udp, socket.nodelay != Switch::On, "nodelay"),
            (udp, socket.backlog != DEFAULT_BACKLOG, "backlog"),
            (udp, socket.connections.is_some(), "connections"),
        ]
        .into_iter()
        .filter_map(|(useless, set, name)| (useless && set).then_some(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netopt_core::unit::BitRate;
    use std::time::Duration;

    fn complaint(spec: &RawSpec) -> String {
        spec.check().unwrap_err().to_string()
    }

    #[test]
    fn every_violation_is_named_at_once() {
        RawSpec::default().check().unwrap();
        let spec = RawSpec {
            time: Dist::Exp(Duration::from_secs(601)),
            workers: Some(0),
            amount: Some(Bytes::new(1)),
            socket: SocketSpec {
                rcvbuf: Some(Bytes::new(100)),
                sndbuf: Some(Bytes::new(1 << 40)),
                reads: BitRate::from_bps(1.0),
                backlog: 0,
                connections: Some(0),
                ..SocketSpec::default()
            },
            ..RawSpec::default()
        };
        let message = complaint(&spec);
        for part in [
            "service time 601.0 s is above 600.0 s",
            "workers is 0",
            "amount means nothing to this tcp server",
            "rcvbuf 100 B is not within 2.3 kB and 1.1 GB",
            "sndbuf 1099.5 GB",
            "reads 1.0 bit/s is below",
            "backlog is 0",
            "connections is 0, must be from 1 to 1024",
        ] {
            assert!(message.contains(part), "{part} in: {message}");
        }
    }

    #[test]
    fn what_a_protocol_has_not_cannot_be_set() {
        let spec = RawSpec {
            protocol: RawProtocol::UdpEcho,
            socket: SocketSpec {
                write: WriteStyle::Chunks(vec![Bytes::new(1)]),
                nodelay: Switch::Off,
                backlog: 1,
                connections: Some(1),
                ..SocketSpec::default()
            },
            ..RawSpec::default()
        };
        let message = complaint(&spec);
        for part in ["write", "nodelay", "backlog", "connections"] {
            let part = format!("{part} means nothing to this udp server");
            assert!(message.contains(&part), "{part} in: {message}");
        }
        let spec = RawSpec {
            protocol: RawProtocol::TcpSink,
            time: Dist::Fixed(Duration::from_secs(1)),
            workers: Some(1),
            ..RawSpec::default()
        };
        assert_eq!(
            complaint(&spec),
            "time means nothing to this tcp server; workers means nothing to this tcp server"
        );
    }
}
