//! What can be said from the receiving end alone.
//!
//! A receiver knows its own buffer and its own application, and sees packets come out of order. It does not see what the
//! sender waits for: that a window was never full leaves the sender's application, its buffers, its congestion window and
//! the line, and they look the same from here. The verdict says so instead of guessing.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, Ratio, show_duration};

use crate::TcpInfo;

/// Our application is slow when data stood unread at this share of the looks.
const MOSTLY: f64 = 0.5;

/// What came in one window a round trip, to this share, was limited by the window.
const FILLS_WINDOW: f64 = 0.7;

/// Segments out of order, above this share of all, mean losses or reordering.
const DISORDER: f64 = 0.002;

/// One look at a receiving socket.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// When, since some moment that is the same for all looks.
    pub at: Duration,
    /// What the kernel said.
    pub info: TcpInfo,
    /// What stood in the socket unread, Recv-Q; `None` when not known.
    pub unread: Option<Bytes>,
}

/// What a receiver can tell about a transfer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Receiving {
    /// The verdict.
    pub seen: Seen,
    /// Payload received over time.
    pub goodput: Option<BitRate>,
    /// The window that we offered, the largest of all looks.
    pub window: Option<Bytes>,
    /// The kernel's estimate of the round trip at this end, the smallest of all looks.
    pub rtt: Option<Duration>,
    /// The share of segments that came out of order.
    pub out_of_order: Option<Ratio>,
    /// The share of looks at which data stood unread.
    pub unread: Option<Ratio>,
}

/// What limits a transfer, as far as its receiver sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Seen {
    /// Data stands unread: our application.
    Reader,
    /// A whole window came each round trip: our buffer.
    Window,
    /// Packets come out of order: loss or reordering on the path.
    Disorder,
    /// The sender or the network. From this end they cannot be told apart.
    SenderOrNetwork,
}

/// What the looks of a receiver tell; `None` with fewer than two, or when nothing came between the first and the last.
#[must_use]
pub fn receiving(arrivals: &[Arrival]) -> Option<Receiving> {
    let (first, last) = (arrivals.first()?, arrivals.last()?);
    let length = last.at.checked_sub(first.at)?;
    let grown = |of: fn(&TcpInfo) -> Option<Bytes>| {
        of(&last.info)?.get().checked_sub(of(&first.info)?.get())
    };
    let came = Bytes::new(grown(TcpInfo::bytes_received)?);
    let goodput = came.over(length)?;
    let later = || arrivals.iter().skip(1);
    let window = later().filter_map(|look| look.info.rcv_wnd()).max();
    let rtt = later().filter_map(|look| look.info.rcv_rtt()).min();
    let told: Vec<bool> = later()
        .filter_map(|look| Some(look.unread? >= look.info.rcv_mss()?))
        .collect();
    let standing = told.iter().filter(|stands| **stands).count();
    let disorder = last
        .info
        .rcv_ooopack()
        .zip(first.info.rcv_ooopack())
        .and_then(|(after, before)| after.checked_sub(before));
    let segments = last
        .info
        .data_segs_in()
        .zip(first.info.data_segs_in())
        .and_then(|(after, before)| after.checked_sub(before));
    let out_of_order = disorder
        .zip(segments)
        .and_then(|(odd, all)| Ratio::of(odd.min(all).into(), all.into()));
    let unread = Ratio::of(standing as u64, told.len() as u64);
    let filled = window
        .zip(rtt)
        .and_then(|(window, rtt)| Some(goodput.bps() >= FILLS_WINDOW * window.over(rtt)?.bps()));
    let above = |share: Option<Ratio>, least: f64| share.is_some_and(|share| share.get() >= least);
    let seen = if above(unread, MOSTLY) {
        Seen::Reader
    } else if filled == Some(true) {
        Seen::Window
    } else if above(out_of_order, DISORDER) {
        Seen::Disorder
    } else {
        Seen::SenderOrNetwork
    };
    Some(Receiving {
        seen,
        goodput: Some(goodput),
        window,
        rtt,
        out_of_order,
        unread,
    })
}

impl Receiving {
    /// One sentence: what is seen, by which figure, and what to do.
    #[must_use]
    pub fn sentence(&self) -> String {
        let rate = |rate: Option<BitRate>| {
            rate.map_or_else(|| "an unknown rate".to_owned(), |rate| rate.to_string())
        };
        let share = |share: Option<Ratio>| {
            share.map_or_else(|| "an unknown share".to_owned(), |share| share.to_string())
        };
        match self.seen {
            Seen::Reader => format!(
                "our application limits it: data stood unread at {} of the looks; read more often, or in larger pieces",
                share(self.unread)
            ),
            Seen::Window => {
                let trip = self
                    .rtt
                    .map_or_else(|| "a round trip".to_owned(), show_duration);
                let window = self.window.unwrap_or_default();
                format!(
                    "our window limits it: {window} in {trip} is {}; remove SO_RCVBUF, or raise the maximum of tcp_rmem",
                    rate(self.goodput)
                )
            }
            Seen::Disorder => format!(
                "the path loses or reorders packets: {} came out of order, at {}",
                share(self.out_of_order),
                rate(self.goodput)
            ),
            Seen::SenderOrNetwork => format!(
                "the sender or the network limits it, at {}: from this end they cannot be told apart",
                rate(self.goodput)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One second of a receiver: its window, the round trip in µs, what came, segments out of order, and what stood unread.
    fn second(window: u32, rtt: u32, came: u64, odd: u32, unread: Option<u64>) -> Receiving {
        let look = |number: u64| {
            let mut bytes = [0; 280];
            let mut set = |at: usize, value: u32| {
                bytes[at..at + 4].copy_from_slice(&value.to_ne_bytes());
            };
            let part = u32::try_from(number).unwrap();
            set(20, 1448);
            set(92, rtt);
            set(152, 100 * part);
            set(224, odd * part);
            set(232, window);
            bytes[128..136].copy_from_slice(&(came * number / 10).to_ne_bytes());
            Arrival {
                at: Duration::from_millis(100 * number),
                info: TcpInfo::from_bytes(&bytes),
                unread: unread.map(Bytes::new),
            }
        };
        let looks: Vec<Arrival> = (0..=10).map(look).collect();
        let found = receiving(&looks).unwrap();
        assert!(!found.sentence().is_empty());
        found
    }

    #[test]
    fn what_stands_unread_is_our_application() {
        let found = second(30_000, 40_000, 700_000, 0, Some(60_000));
        assert_eq!(found.seen, Seen::Reader);
        assert!(found.sentence().contains("100.0 % of the looks"));
    }

    #[test]
    fn a_window_each_round_trip_is_our_buffer() {
        // 20 kB in 40 ms are half a megabyte a second.
        assert_eq!(
            second(20_000, 40_000, 480_000, 0, Some(0)).seen,
            Seen::Window
        );
        assert_eq!(second(20_000, 40_000, 480_000, 0, None).seen, Seen::Window);
        let found = second(200_000, 40_000, 480_000, 0, Some(0));
        assert_eq!(found.seen, Seen::SenderOrNetwork);
    }

    #[test]
    fn segments_out_of_order_are_the_path_and_without_them_nothing_can_be_told() {
        let found = second(4_000_000, 40_000, 480_000, 2, Some(0));
        assert_eq!(found.seen, Seen::Disorder);
        let found = second(4_000_000, 40_000, 480_000, 0, Some(0));
        assert_eq!(found.seen, Seen::SenderOrNetwork);
        assert!(found.sentence().contains("cannot be told apart"));
    }

    #[test]
    fn nothing_is_told_of_nothing() {
        assert_eq!(receiving(&[]), None);
        let silent = Arrival {
            at: Duration::ZERO,
            info: TcpInfo::from_bytes(&[0; 280]),
            unread: None,
        };
        assert_eq!(receiving(&[silent.clone(), silent]), None);
    }
}
