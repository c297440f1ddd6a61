//! The figures that a congestion control keeps for itself: BBR, the Vegas family, DCTCP.

use std::time::Duration;

use netopt_core::unit::{BitRate, Ratio};

use super::wire::{u16_at, u32_at};

/// What a congestion control tells of itself. CUBIC and Reno tell nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// BBR (`struct tcp_bbr_info`).
    Bbr {
        /// Its estimate of the bottleneck, a maximum over ten round trips. `None` before the first sample.
        bandwidth: Option<BitRate>,
        /// Its smallest round trip of ten seconds. `None` before the first sample.
        min_rtt: Option<Duration>,
        /// Pacing over the estimate: above 1 it probes, below 1 it drains.
        pacing_gain: f64,
        /// Window over the bandwidth-delay product.
        cwnd_gain: f64,
    },
    /// Vegas, and those that answer in its form (`struct tcpvegas_info`).
    Vegas {
        /// Whether the delay governs the window now.
        is_enabled: bool,
        /// Its last round trip. `None` before the first sample.
        rtt: Option<Duration>,
        /// Its smallest round trip. `None` before the first sample.
        min_rtt: Option<Duration>,
    },
    /// DCTCP (`struct tcp_dctcp_info`).
    Dctcp {
        /// The smoothed share of bytes that were marked.
        alpha: Option<Ratio>,
    },
}

impl Algorithm {
    /// Reads the attribute with that number (`INET_DIAG_VEGASINFO` and its like); `None` for others, and for less than it
    /// needs.
    pub(super) fn read(attribute: u16, bytes: &[u8]) -> Option<Self> {
        match attribute {
            3 => Some(Self::Vegas {
                is_enabled: u32_at(bytes, 0)? != 0,
                rtt: micros(u32_at(bytes, 8)?),
                min_rtt: micros(u32_at(bytes, 12)?),
            }),
            9 => Some(Self::Dctcp {
                // Alpha is a share of 1024.
                alpha: Ratio::of(u32_at(bytes, 4)?.into(), 1024)
                    .filter(|_| u16_at(bytes, 0).is_some_and(|enabled| enabled != 0)),
            }),
            16 => {
                let (low, high) = (u32_at(bytes, 0)?, u32_at(bytes, 4)?);
                // Bytes a second in two halves; gains are multiples of 1/256.
                let bandwidth = f64::from(high).mul_add(4_294_967_296.0, f64::from(low));
                Some(Self::Bbr {
                    bandwidth: BitRate::from_bps(bandwidth * 8.0),
                    min_rtt: micros(u32_at(bytes, 8)?),
                    pacing_gain: f64::from(u32_at(bytes, 12)?) / 256.0,
                    cwnd_gain: f64::from(u32_at(bytes, 16)?) / 256.0,
                })
            }
            _ => None,
        }
    }
}

/// Zero and all ones are "no sample yet".
fn micros(number: u32) -> Option<Duration> {
    (number != 0 && number != u32::MAX).then(|| Duration::from_micros(number.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(numbers: &[u32]) -> Vec<u8> {
        numbers.iter().copied().flat_map(u32::to_ne_bytes).collect()
    }

    #[test]
    fn bbr_tells_its_estimate() {
        let told = Algorithm::read(16, &bytes(&[2_500_000, 0, 40_000, 739, 512]));
        let Some(Algorithm::Bbr {
            bandwidth,
            min_rtt,
            pacing_gain,
            cwnd_gain,
        }) = told
        else {
            panic!("{told:?}");
        };
        assert_eq!(bandwidth, BitRate::from_bps(20e6));
        assert_eq!(min_rtt, Some(Duration::from_millis(40)));
        assert!((pacing_gain - 2.887).abs() < 0.001 && (cwnd_gain - 2.0).abs() < 1e-9);
    }

    #[test]
    fn less_than_it_needs_is_nothing() {
        assert_eq!(Algorithm::read(16, &bytes(&[1, 0, 1, 1])), None);
        assert_eq!(Algorithm::read(3, &bytes(&[1, 0, 1])), None);
        assert_eq!(Algorithm::read(4, &bytes(&[1, 0, 1, 1, 1])), None);
    }

    #[test]
    fn a_share_of_marks_is_a_share() {
        let told = Algorithm::read(9, &bytes(&[1, 512, 0, 0]));
        assert_eq!(
            told,
            Some(Algorithm::Dctcp {
                alpha: Ratio::new(0.5)
            })
        );
    }
}
