//! What the kernel knew about the connections of a probe.
//!
//! Each figure is the middle one of all looks, except the smallest round trip, which is the smallest, and the
//! retransmits, which are added up over the connections. A figure that no look has is `None`.

use std::collections::BTreeMap;
use std::time::Duration;

use netopt_core::exchange::Exchange;
use netopt_core::path::PathSample;
use netopt_core::unit::BitRate;

/// The kernel's view over all connections of a probe.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Kernel {
    /// Smoothed round-trip time.
    pub(crate) rtt: Option<Duration>,
    /// Smallest round-trip time.
    pub(crate) min_rtt: Option<Duration>,
    /// Segments sent again, on all connections together.
    pub(crate) retransmits: Option<u64>,
    /// Congestion window in segments.
    pub(crate) cwnd: Option<u32>,
    /// Rate of delivery of what we sent.
    pub(crate) delivery_rate: Option<BitRate>,
    /// The looks behind it.
    pub(crate) n: u64,
}

impl Kernel {
    /// Of series with a client each: connections are counted anew in each of them.
    pub(super) fn of<'a>(series: impl Iterator<Item = &'a [Exchange]>) -> Self {
        let mut looks: Vec<PathSample> = Vec::new();
        let mut retransmits: BTreeMap<(usize, u64), u32> = BTreeMap::new();
        for (client, exchanges) in series.enumerate() {
            for exchange in exchanges {
                let Some(path) = exchange.path.as_deref().copied() else {
                    continue;
                };
                looks.push(path);
                if let (Some(connection), Some(count)) = (&exchange.connection, path.retransmits) {
                    let most = retransmits.entry((client, connection.id)).or_default();
                    *most = count.max(*most);
                }
            }
        }
        Self {
            rtt: middle(looks.iter().filter_map(|look| look.rtt)),
            min_rtt: looks.iter().filter_map(|look| look.min_rtt).min(),
            retransmits: (!retransmits.is_empty())
                .then(|| retransmits.values().map(|&count| u64::from(count)).sum()),
            cwnd: middle(looks.iter().filter_map(|look| look.cwnd)),
            delivery_rate: middle(looks.iter().filter_map(|look| look.delivery_rate)),
            n: looks.len() as u64,
        }
    }
}

/// The middle one, the smaller of two; `None` of nothing.
pub(super) fn middle<T: PartialOrd>(values: impl Iterator<Item = T>) -> Option<T> {
    let mut all: Vec<T> = values.collect();
    all.sort_by(|one, other| one.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal));
    let at = all.len().checked_sub(1)? / 2;
    Some(all.swap_remove(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::scene::answered;
    use netopt_core::exchange::{ConnectionUse, Protocol};

    fn look(id: u64, retransmits: u32, rtt: u64) -> Exchange {
        let mut exchange = answered(&[]);
        exchange.connection = Some(ConnectionUse {
            id,
            earlier: 0,
            age: Duration::ZERO,
            protocol: Protocol::Http1,
            tls: None,
            nodelay: None,
            congestion_control: None,
            opening: None,
        });
        let rtt = Some(Duration::from_millis(rtt));
        exchange.path = Some(Box::new(PathSample {
            rtt,
            retransmits: Some(retransmits),
            ..PathSample::default()
        }));
        exchange
    }

    #[test]
    fn retransmits_of_a_connection_are_counted_once() {
        let fresh = [look(1, 2, 10), look(2, 1, 30)];
        let kept = [look(1, 4, 20), look(1, 5, 20)];
        let kernel = Kernel::of([fresh.as_slice(), kept.as_slice()].into_iter());
        assert_eq!(kernel.retransmits, Some(2 + 1 + 5));
        assert_eq!(kernel.rtt, Some(Duration::from_millis(20)));
        assert_eq!(kernel.n, 4);
    }

    #[test]
    fn what_no_look_tells_is_unknown() {
        let kernel = Kernel::of([[answered(&[])].as_slice()].into_iter());
        assert_eq!(kernel, Kernel::default());
    }
}
