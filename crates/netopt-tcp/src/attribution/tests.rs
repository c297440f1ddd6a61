//! Worlds in a few numbers: what a sender's kernel would say, and who is to blame.

use netopt_core::unit::{BitRate, Bytes};
use proptest::prelude::*;

use super::*;

const MS: Duration = Duration::from_millis(1);

/// A sender that is looked at every 100 ms for three seconds, and is the same at each look.
#[derive(Debug, Clone, Copy)]
struct World {
    /// Shares of each interval: busy, limited by the window, limited by the buffer.
    clocks: [f64; 3],
    unacked: u32,
    cwnd: u32,
    ssthresh: u32,
    notsent: u64,
    window: u64,
    rtt_ms: f64,
    /// Mbit/s, at one look after the other, again and again.
    delivery: &'static [f64],
    pacing: f64,
    app_limited: bool,
    /// Segments sent again in each interval.
    again: u32,
}

/// A full line of 20 Mbit/s over 40 ms, as Reno fills it.
const LINE: World = World {
    clocks: [1.0, 0.0, 0.0],
    unacked: 120,
    cwnd: 120,
    ssthresh: 100,
    notsent: 1_200_000,
    window: 4_000_000,
    rtt_ms: 71.0,
    delivery: &[19.3],
    pacing: 23.4,
    app_limited: false,
    again: 0,
};

impl World {
    fn samples(&self) -> Vec<Sample> {
        let mss = Bytes::new(1448);
        (0..=30u32)
            .map(|number| {
                let at = MS * 100 * number;
                let rate = self.delivery[number as usize % self.delivery.len()] * 1e6;
                let [busy, window, buffer] = self.clocks.map(|share| Some(at.mul_f64(share)));
                let sent = Bytes::new(u64::from(number) * 240_000);
                let again = self.again * number;
                Sample {
                    at,
                    rtt: Some(Duration::from_secs_f64(self.rtt_ms / 1e3)),
                    min_rtt: Some(MS * 40),
                    mss: Some(mss),
                    unacked: Some(self.unacked),
                    cwnd: Some(self.cwnd),
                    ssthresh: Some(self.ssthresh),
                    notsent: Some(Bytes::new(self.notsent)),
                    window: Some(Bytes::new(self.window)),
                    delivery_rate: BitRate::from_bps(rate),
                    app_limited: Some(self.app_limited),
                    pacing_rate: BitRate::from_bps(self.pacing * 1e6),
                    max_pacing_rate: None,
                    busy,
                    rwnd_limited: window,
                    sndbuf_limited: buffer,
                    acked: Some(sent),
                    sent: Some(sent),
                    again: Some(Bytes::new(u64::from(again) * mss.get())),
                    retransmits: Some(again),
                    spurious: Some(0),
                    reordered: Some(0),
                    timeouts: Some(0),
                }
            })
            .collect()
    }

    fn limit(&self, supply: Supply) -> Limit {
        let context = Context {
            supply,
            ..Context::default()
        };
        let found = of_samples(&self.samples(), &context).unwrap();
        assert!(!found.sentence().is_empty());
        found.limit
    }
}

#[test]
fn a_full_line_with_a_queue_is_its_rate() {
    assert_eq!(LINE.limit(Supply::Unknown), Limit::BottleneckRate);
}

#[test]
fn a_full_line_without_a_queue_is_flat_under_bbr() {
    let bbr = World {
        unacked: 73,
        cwnd: 146,
        ssthresh: 80,
        rtt_ms: 43.5,
        delivery: &[19.2, 19.2, 18.9, 16.1, 19.2, 19.3, 19.2],
        pacing: 24.0,
        ..LINE
    };
    assert_eq!(bbr.limit(Supply::Endless), Limit::BottleneckRate);
}

#[test]
fn a_window_that_losses_keep_small_is_loss() {
    let reno = World {
        unacked: 15,
        cwnd: 15,
        ssthresh: 9,
        rtt_ms: 41.0,
        delivery: &[3.4, 4.2, 4.9, 4.6, 2.5, 1.4, 2.2, 2.6, 1.1],
        pacing: 5.0,
        again: 1,
        ..LINE
    };
    assert_eq!(reno.limit(Supply::Unknown), Limit::Loss);
    // The same without a loss is a window that grows.
    let growing = World { again: 0, ..reno };
    assert_eq!(growing.limit(Supply::Unknown), Limit::SlowStart);
}

#[test]
fn a_sender_that_still_doubles_is_in_slow_start() {
    let doubling = World {
        unacked: 40,
        cwnd: 40,
        ssthresh: 0x7fff_ffff,
        rtt_ms: 41.0,
        delivery: &[2.0, 4.0],
        pacing: 9.0,
        ..LINE
    };
    assert_eq!(doubling.limit(Supply::Unknown), Limit::SlowStart);
}

#[test]
fn a_kilobyte_now_and_then_keeps_a_sender_busy_and_is_its_application() {
    let application = World {
        clocks: [0.84, 0.0, 0.0],
        unacked: 1,
        cwnd: 10,
        notsent: 0,
        rtt_ms: 40.7,
        delivery: &[0.29],
        app_limited: true,
        ..LINE
    };
    assert_eq!(application.limit(Supply::Unknown), Limit::Application);
    // Whoever says that it wrote whatever was taken blames the buffer.
    assert_eq!(application.limit(Supply::Endless), Limit::SendBuffer);
}

#[test]
fn what_a_paced_sender_hands_out_bit_by_bit_is_the_applications() {
    // 4 kB each 10 ms under BBR, looked at right after each write.
    let paced = World {
        unacked: 14,
        cwnd: 45,
        ssthresh: 0x7fff_ffff,
        notsent: 2_208,
        rtt_ms: 43.3,
        delivery: &[3.6],
        pacing: 10.3,
        app_limited: true,
        ..LINE
    };
    assert_eq!(paced.limit(Supply::Unknown), Limit::Application);
}

#[test]
fn a_small_window_is_seen_by_the_clock_and_behind_bbr_by_being_full() {
    let window = World {
        clocks: [1.0, 1.0, 0.0],
        unacked: 12,
        cwnd: 24,
        window: 17_376,
        rtt_ms: 41.5,
        delivery: &[3.35],
        ..LINE
    };
    let small = Limit::ReceiverWindow(Reader::SmallBuffer);
    assert_eq!(window.limit(Supply::Endless), small);
    let paced = World {
        clocks: [1.0, 0.25, 0.0],
        ..window
    };
    assert_eq!(paced.limit(Supply::Endless), small);
}

#[test]
fn a_send_buffer_is_seen_by_its_clock_and_by_being_known_to_be_full() {
    let clock = World {
        clocks: [1.0, 0.0, 0.68],
        unacked: 47,
        cwnd: 112,
        notsent: 0,
        rtt_ms: 47.0,
        delivery: &[10.4],
        app_limited: true,
        ..LINE
    };
    assert_eq!(clock.limit(Supply::Unknown), Limit::SendBuffer);
    let unpaced = World {
        clocks: [1.0, 0.0, 0.0],
        ..clock
    };
    assert_eq!(unpaced.limit(Supply::Unknown), Limit::Application);
    let context = Context {
        send_buffer: Some(Bytes::new(60_000)),
        ..Context::default()
    };
    let found = of_samples(&unpaced.samples(), &context).unwrap();
    assert_eq!(found.limit, Limit::SendBuffer);
}

#[test]
fn the_past_of_a_connection_does_not_count() {
    let mut samples = LINE.samples();
    for sample in &mut samples {
        // An hour of waiting for the application, before the first look.
        sample.busy = sample.busy.map(|busy| busy + Duration::from_secs(3));
        sample.at += Duration::from_secs(3600);
        sample.rwnd_limited = Some(Duration::from_secs(2));
    }
    let found = of_samples(&samples, &Context::default()).unwrap();
    assert_eq!(found.limit, Limit::BottleneckRate);
    assert_eq!(found.confidence, Confidence::High);
}

#[test]
fn a_short_answer_is_judged_by_two_looks() {
    let mut samples = LINE.samples();
    samples.truncate(2);
    for sample in &mut samples {
        (sample.cwnd, sample.ssthresh) = (Some(80), Some(0x7fff_ffff));
        (sample.unacked, sample.notsent) = (Some(0), Some(Bytes::ZERO));
        sample.rtt = Some(MS * 41);
    }
    let found = of_samples(&samples, &Context::default()).unwrap();
    assert_eq!(
        (found.limit, found.confidence),
        (Limit::SlowStart, Confidence::Low)
    );
    assert_eq!(of_samples(&samples[..1], &Context::default()), None);
}

#[test]
fn a_pace_that_was_asked_for_is_pacing() {
    let mut samples = LINE.samples();
    for sample in &mut samples {
        sample.rtt = Some(MS * 41);
        sample.max_pacing_rate = BitRate::from_bps(20e6);
        sample.pacing_rate = sample.max_pacing_rate;
    }
    let found = of_samples(&samples, &Context::default()).unwrap();
    assert_eq!(found.limit, Limit::Pacing);
}

#[test]
fn a_kernel_that_tells_little_gives_a_verdict_without_a_panic() {
    let old = |number: u32| Sample {
        at: MS * 100 * number,
        rtt: Some(MS * 80),
        cwnd: Some(20),
        unacked: Some(20),
        ..Sample::default()
    };
    let found = of_samples(&[old(0), old(1), old(2)], &Context::default()).unwrap();
    assert_eq!(found.limit, Limit::SlowStart);
    assert!(found.figures.goodput.is_none());
    assert_ne!(found.confidence, Confidence::High);
}

proptest! {
    #[test]
    fn whatever_a_kernel_says_the_shares_are_shares(bytes in proptest::collection::vec(any::<u8>(), 2 * 280), apart in 0u64..10_000) {
        let snapshots = [
            Snapshot { at: MS, info: TcpInfo::from_bytes(&bytes[..280]) },
            Snapshot { at: MS + Duration::from_micros(apart), info: TcpInfo::from_bytes(&bytes[280..]) },
        ];
        for supply in [Supply::Unknown, Supply::Endless] {
            let context = Context { supply, ..Context::default() };
            if let Some(found) = attribute(&snapshots, &context) {
                let sum: f64 = Part::ALL.into_iter().map(|part| found.shares.of(part).get()).sum();
                prop_assert!((sum - 1.0).abs() < 1e-9);
                prop_assert!(!found.sentence().is_empty());
                prop_assert!(!found.evidence().is_empty());
            }
        }
    }
}
