//! Connections with known figures, for tests.

use std::time::Duration;

use netopt_core::unit::Bytes;
use netopt_tcp::TcpInfo;
use netopt_tcp::diag::Socket;
use netopt_tcp::info::State;

use super::Connection;

/// What a connection was and did in two seconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) state: State,
    pub(crate) receive_queue: u64,
    pub(crate) send_queue: u64,
    pub(crate) busy: u64,
    pub(crate) rwnd_limited: u64,
    pub(crate) sndbuf_limited: u64,
    pub(crate) acked: u64,
    pub(crate) sent: u64,
    pub(crate) again: u64,
    pub(crate) received: u64,
    pub(crate) segments: u32,
    pub(crate) out_of_order: u32,
    pub(crate) rtt: u32,
    pub(crate) min_rtt: u32,
    pub(crate) window: u32,
    /// The window that it offers itself.
    pub(crate) offered: u32,
    pub(crate) unsent: u32,
    /// Segments in flight.
    pub(crate) in_flight: u32,
    pub(crate) cwnd: u32,
    pub(crate) backoff: u8,
    pub(crate) is_app_limited: bool,
}

/// An idle one: 20 ms away, with an open window.
impl Default for Scene {
    fn default() -> Self {
        Self {
            state: State::Established,
            receive_queue: 0,
            send_queue: 0,
            busy: 0,
            rwnd_limited: 0,
            sndbuf_limited: 0,
            acked: 0,
            sent: 0,
            again: 0,
            received: 0,
            segments: 0,
            out_of_order: 0,
            rtt: 20_000,
            min_rtt: 20_000,
            window: 65_536,
            offered: 200_000,
            unsent: 0,
            in_flight: 0,
            cwnd: 20,
            backoff: 0,
            is_app_limited: false,
        }
    }
}

impl Scene {
    /// The connection, looked at when it began and two seconds later. Times are in milliseconds.
    pub(crate) fn connection(self) -> Connection {
        let before = Self {
            busy: 0,
            rwnd_limited: 0,
            sndbuf_limited: 0,
            acked: 0,
            sent: 0,
            again: 0,
            received: 0,
            segments: 0,
            out_of_order: 0,
            ..self
        };
        let mut connection = Connection::new(Duration::ZERO, before.socket());
        connection.look(Duration::from_secs(2), self.socket());
        connection
    }

    /// The same over so many looks, a quarter of a second apart, each with its part of what happened.
    pub(crate) fn course(self, looks: u32) -> Connection {
        let at = |number: u32| {
            let part = |whole: u64| whole * u64::from(number) / u64::from(looks);
            let scene = Self {
                busy: part(self.busy),
                rwnd_limited: part(self.rwnd_limited),
                sndbuf_limited: part(self.sndbuf_limited),
                acked: part(self.acked),
                sent: part(self.sent),
                again: part(self.again),
                received: part(self.received),
                ..self
            };
            (Duration::from_millis(250) * number, scene.socket())
        };
        let (begun, first) = at(0);
        let mut connection = Connection::new(begun, first);
        for (time, socket) in (1..=looks).map(at) {
            connection.look(time, socket);
        }
        connection
    }

    fn socket(self) -> Socket {
        Socket {
            local: "192.0.2.1:40000".parse().unwrap(),
            peer: "198.51.100.7:443".parse().unwrap(),
            state: self.state,
            timer: None,
            retransmits: 0,
            receive_queue: Bytes::new(self.receive_queue),
            send_queue: Bytes::new(self.send_queue),
            user: 0,
            inode: 4242,
            cookie: 1,
            memory: None,
            congestion: None,
            algorithm: None,
            info: Some(self.info()),
        }
    }

    fn info(self) -> TcpInfo {
        let mut raw = [0; 280];
        raw[0] = self.state.number();
        raw[4] = self.backoff;
        raw[7] = u8::from(self.is_app_limited);
        for (offset, number) in [
            (16, 1448),
            (24, self.in_flight),
            (68, self.rtt),
            (80, self.cwnd),
            (144, self.unsent),
            (148, self.min_rtt),
            (152, self.segments),
            (224, self.out_of_order),
            (228, self.window),
            (232, self.offered),
        ] {
            raw[offset..offset + 4].copy_from_slice(&number.to_ne_bytes());
        }
        for (offset, number) in [
            (120, self.acked),
            (128, self.received),
            (168, self.busy * 1000),
            (176, self.rwnd_limited * 1000),
            (184, self.sndbuf_limited * 1000),
            (200, self.sent),
            (208, self.again),
        ] {
            raw[offset..offset + 8].copy_from_slice(&number.to_ne_bytes());
        }
        TcpInfo::from_bytes(&raw)
    }
}
