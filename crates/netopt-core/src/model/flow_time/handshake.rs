//! Round trips before the request can leave.
//!
//! A fresh connection costs one round trip for TCP and those of TLS on top; a reused one costs none. With loss, a lost
//! SYN or SYN-ACK waits for a timeout that starts at a second, which is why rare loss shows in p99 of the connect phase
//! and nowhere in its median. What the two ends compute is left out.

use std::time::Duration;

use crate::unit::Ratio;

/// The first timeout of a SYN: one second (RFC 6298 §2.1).
pub const SYN_TIMEOUT: Duration = Duration::from_secs(1);

/// How TLS starts on a fresh TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tls {
    /// Plain text: no further round trip.
    Absent,
    /// TLS 1.3, full or resumed without early data: one (RFC 8446 §2, §2.2).
    V13,
    /// TLS 1.3 with early data (0-RTT): none, the request goes with the first flight (RFC 8446 §2.3).
    V13EarlyData,
    /// TLS 1.2, full: two (RFC 5246 §7.3, figure 1).
    V12,
    /// TLS 1.2, resumed: one (RFC 5246 §7.3, figure 2).
    V12Resumed,
}

impl Tls {
    /// Round trips after that of TCP.
    #[must_use]
    pub const fn round_trips(self) -> u32 {
        match self {
            Self::Absent | Self::V13EarlyData => 0,
            Self::V13 | Self::V12Resumed => 1,
            Self::V12 => 2,
        }
    }
}

/// How a call gets its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Opening {
    /// An earlier call had used it: no round trip.
    Reused,
    /// It is opened for this call: one round trip of TCP (RFC 9293 §3.5), and those of TLS.
    Fresh(Tls),
}

impl Opening {
    /// Round trips until the request can leave.
    #[must_use]
    pub const fn round_trips(self) -> u32 {
        self.tcp_round_trips() + self.tls_round_trips()
    }

    /// Those of TCP.
    #[must_use]
    pub const fn tcp_round_trips(self) -> u32 {
        match self {
            Self::Reused => 0,
            Self::Fresh(_) => 1,
        }
    }

    /// Those of TLS.
    #[must_use]
    pub const fn tls_round_trips(self) -> u32 {
        match self {
            Self::Reused => 0,
            Self::Fresh(tls) => tls.round_trips(),
        }
    }
}

/// The expected TCP handshake when SYNs are lost `there` and SYN-ACKs `back`:
/// RTT + Ts·((1−pr)/(1−2pr) + (1−pf)/(1−2pf) − 2), with Ts the first `timeout`.
///
/// Equation 4 of Cardwell, Savage, Anderson, "Modeling TCP latency", INFOCOM 2000. The timeout doubles, so at a loss of
/// one half or more the expectation is infinite: `None`. Real stacks give up after a few tries, so it is an upper bound.
#[must_use]
pub fn expected(rtt: Duration, timeout: Duration, there: Ratio, back: Ratio) -> Option<Duration> {
    let failures = |loss: Ratio| {
        let p = loss.get();
        (p < 0.5).then(|| p / (1.0 - 2.0 * p))
    };
    let waiting = timeout.as_secs_f64() * (failures(there)? + failures(back)?);
    rtt.checked_add(Duration::try_from_secs_f64(waiting).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RTT: Duration = Duration::from_millis(100);

    fn ratio(value: f64) -> Ratio {
        Ratio::new(value).unwrap()
    }

    #[test]
    fn round_trips_of_each_way_to_start() {
        for (opening, round_trips) in [
            (Opening::Reused, 0),
            (Opening::Fresh(Tls::Absent), 1),
            (Opening::Fresh(Tls::V13), 2),
            (Opening::Fresh(Tls::V13EarlyData), 1),
            (Opening::Fresh(Tls::V12), 3),
            (Opening::Fresh(Tls::V12Resumed), 2),
        ] {
            assert_eq!(opening.round_trips(), round_trips, "{opening:?}");
        }
    }

    #[test]
    fn cardwell_equation_4() {
        for (loss, seconds) in [(0.01, 0.12041), (0.05, 0.21111), (0.0, 0.1)] {
            let time = expected(RTT, SYN_TIMEOUT, ratio(loss), ratio(loss)).unwrap();
            assert!(
                (time.as_secs_f64() - seconds).abs() <= 5e-6,
                "{loss}: {time:?}"
            );
        }
        assert_eq!(expected(RTT, SYN_TIMEOUT, ratio(0.0), ratio(0.5)), None);
        assert_eq!(expected(RTT, SYN_TIMEOUT, ratio(0.5), ratio(0.0)), None);
    }

    proptest! {
        #[test]
        fn more_loss_either_way_takes_longer(there in 0.0..0.49f64, back in 0.0..0.49f64, more in 1e-6..0.01f64) {
            let at = |there, back| expected(RTT, SYN_TIMEOUT, ratio(there), ratio(back)).unwrap();
            prop_assert!(at(there, back) >= RTT);
            prop_assert!(at(there + more, back) > at(there, back));
            prop_assert!(at(there, back + more) > at(there, back));
        }
    }
}
