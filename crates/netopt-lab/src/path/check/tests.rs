//! What is refused, and how it is told.

use super::*;
use crate::path::{Jitter, Reorder};
use netopt_core::change::Switch;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

fn told(way: WaySpec) -> Vec<String> {
    match PathSpec::symmetric(way).check() {
        Ok(()) => Vec::new(),
        Err(violations) => violations.iter().map(ToString::to_string).collect(),
    }
}

fn ratio(share: f64) -> Ratio {
    Ratio::new(share).unwrap()
}

fn mbit(rate: f64) -> BitRate {
    BitRate::from_bps(rate * 1e6).unwrap()
}

fn queue(queue: QueueSpec) -> WaySpec {
    WaySpec {
        queue,
        ..WaySpec::default()
    }
}

fn rate(rate: Rate) -> WaySpec {
    WaySpec {
        rate,
        ..WaySpec::default()
    }
}

const fn step(ms: u64, rate: Option<BitRate>) -> RateStep {
    RateStep {
        lasts: Duration::from_millis(ms),
        rate,
    }
}

#[test]
fn a_plain_path_and_a_full_one_are_fine() {
    assert_eq!(PathSpec::default().check(), Ok(()));
    let full = WaySpec {
        delay: MS * 40,
        jitter: Some(Jitter {
            up_to: MS * 5,
            overtaking: Switch::On,
        }),
        reorder: Some(Reorder {
            share: ratio(0.01),
            by: MS,
        }),
        loss: Loss::Bursts {
            share: ratio(0.5),
            mean_length: 1.0,
        },
        rate: Rate::Trace(vec![step(10, None), step(10, Some(mbit(100.0)))]),
        queue: QueueSpec {
            limit: Limit::Bytes(Bytes::new(1500)),
            aqm: Aqm::codel(),
            ecn: Switch::On,
        },
        duplicate: Some(ratio(1.0)),
        outages: Some(Outages {
            first: MS,
            lasts: MS,
            every: Some(MS * 2),
        }),
    };
    assert_eq!(told(full), Vec::<String>::new());
}

#[test]
fn everything_is_told_at_once_with_its_way() {
    let path = PathSpec {
        up: WaySpec {
            delay: MS * 20_000,
            ..queue(QueueSpec {
                limit: Limit::Packets(0),
                ..QueueSpec::default()
            })
        },
        down: rate(Rate::Fixed(mbit(1e-4))),
        seed: 1,
    };
    assert_eq!(
        path.check().unwrap_err().to_string(),
        "up.delay: 20.0 s is too long; must be at most 10.0 s; \
         up.queue.limit: 0 packets; must be 1 to 1000000; \
         down.rate: 100 bit/s; must be 1 kbit/s to 100 Gbit/s"
    );
}

fn each_is_told(slips: impl IntoIterator<Item = (WaySpec, &'static str)>) {
    for (way, expected) in slips {
        assert_eq!(told(way), [expected]);
    }
}

#[test]
fn losses_that_no_chain_has() {
    let bursts = |share, mean_length| WaySpec {
        loss: Loss::Bursts {
            share: ratio(share),
            mean_length,
        },
        ..WaySpec::default()
    };
    let too_many =
        "cannot be lost in bursts of 3 packets; must be at most 75.0 %, or make bursts longer";
    assert_eq!(
        told(bursts(0.8, 3.0)),
        [format!("loss.share: 80.0 % {too_many}")]
    );
    assert_eq!(
        told(bursts(1.0, 3.0)),
        [format!("loss.share: 100.0 % {too_many}")]
    );
    for length in [0.5, -1.0, 2e6, f64::INFINITY, f64::NAN] {
        let told = told(bursts(0.1, length));
        let expected = format!(
            "loss.mean_length: {length} packets; must be 1 to 1000000, use an outage for more"
        );
        assert!(told[0].ends_with(&expected), "{told:?}");
    }
}

#[test]
fn rates_and_traces_that_no_line_has() {
    let still = step(1, None);
    let moving = step(1, Some(mbit(1.0)));
    let long_and_fast = WaySpec {
        delay: MS * 9000,
        ..rate(Rate::Fixed(mbit(1000.0)))
    };
    each_is_told([
        (
            rate(Rate::Fixed(mbit(200_000.0))),
            "rate: 200000000000 bit/s; must be 1 kbit/s to 100 Gbit/s",
        ),
        (
            rate(Rate::Trace(Vec::new())),
            "rate: a trace of 0 steps; must be 1 to 100000",
        ),
        (
            rate(Rate::Trace(vec![moving; 100_001])),
            "rate: a trace of 100001 steps; must be 1 to 100000",
        ),
        (
            rate(Rate::Trace(vec![still; 3])),
            "rate: every step of the trace stands still; one must have a rate",
        ),
        (
            rate(Rate::Trace(vec![moving, step(0, None)])),
            "rate, step 2: lasts 0 s; must be above zero",
        ),
        (
            rate(Rate::Trace(vec![step(1, Some(mbit(1e-5)))])),
            "rate, step 1: 10 bit/s; must be 1 kbit/s to 100 Gbit/s",
        ),
        (
            long_and_fast,
            "delay: 9.00 s at this rate hold 1.1 GB; the lab has room for 67.1 MB, so shorten the delay or lower the rate",
        ),
    ]);
}

#[test]
fn queues_that_pass_nothing_or_mark_nothing() {
    let limit = |limit| {
        queue(QueueSpec {
            limit,
            ..QueueSpec::default()
        })
    };
    let codel = |target, interval| {
        queue(QueueSpec {
            aqm: Aqm::Codel { target, interval },
            ..QueueSpec::default()
        })
    };
    let marking = queue(QueueSpec {
        ecn: Switch::On,
        ..QueueSpec::default()
    });
    each_is_told([
        (
            limit(Limit::Packets(1_000_001)),
            "queue.limit: 1000001 packets; must be 1 to 1000000",
        ),
        (
            limit(Limit::Bytes(Bytes::new(1499))),
            "queue.limit: 1499 B; must be 1500 B, a full packet, to 1000000000 B",
        ),
        (
            codel(MS * 100, MS * 5),
            "queue.aqm.target: 100 ms; must be above zero and below the interval of 5.00 ms",
        ),
        (
            codel(MS, MS * 60_000),
            "queue.aqm.interval: 60.0 s is too long; must be at most 10.0 s",
        ),
        (
            marking,
            "queue.ecn: on, and nothing would mark; turn CoDel on or this off",
        ),
    ]);
}

#[test]
fn times_that_mean_nothing() {
    let outages = |lasts, every| WaySpec {
        outages: Some(Outages {
            first: MS,
            lasts,
            every,
        }),
        ..WaySpec::default()
    };
    let held_back = WaySpec {
        reorder: Some(Reorder {
            share: ratio(0.1),
            by: Duration::ZERO,
        }),
        ..WaySpec::default()
    };
    let jitter = WaySpec {
        jitter: Some(Jitter {
            up_to: MS * 11_000,
            overtaking: Switch::On,
        }),
        ..WaySpec::default()
    };
    each_is_told([
        (
            outages(Duration::ZERO, None),
            "outages.lasts: 0 s; must be above zero",
        ),
        (
            outages(MS * 5, Some(MS * 5)),
            "outages.every: 5.00 ms is no longer than one lasts; must be above 5.00 ms, or the line is always dead",
        ),
        (
            held_back,
            "reorder.by: 0 s changes no order; must be above zero",
        ),
        (
            jitter,
            "jitter.up_to: 11.0 s is too long; must be at most 10.0 s",
        ),
    ]);
}

proptest! {
    #[test]
    fn bursts_are_refused_just_where_no_chain_has_them(share in 0.0f64..=1.0, mean_length in 1.0f64..20.0) {
        let loss = Loss::Bursts { share: ratio(share), mean_length };
        let possible = share * (mean_length + 1.0) <= mean_length;
        prop_assume!((share * (mean_length + 1.0) - mean_length).abs() > 1e-9);
        prop_assert_eq!(told(WaySpec { loss, ..WaySpec::default() }).is_empty(), possible);
    }
}
