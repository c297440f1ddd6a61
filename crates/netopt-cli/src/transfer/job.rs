//! From the arguments to the transfers that are run one after the other.

use std::time::Duration;

use netopt_core::model::responsiveness::Draft;
use netopt_core::unit::{BitRate, Bytes};
use netopt_tcp::transfer::{Amount, Reading, SMALLEST_MESSAGE, Sockets, Spec, Way, Ways, Work};

use crate::args::TransferArgs;
use crate::exit::Fault;

/// How long bulk and the like take.
const TIME: Duration = Duration::from_secs(10);
/// The fewest intervals of the draft whose moving average is one.
const RESPONSIVENESS_TIME: Duration = Duration::from_secs(20);
/// Connections that load a path for its responsiveness.
const RESPONSIVENESS_STREAMS: u16 = 4;
/// From one probe, and from one message of a stream, to the next: at four streams half of the draft's 100 a second.
const RESPONSIVENESS_PROBES: Duration = Duration::from_millis(100);
const MESSAGE: Bytes = Bytes::new(100);
const DATAGRAM: Bytes = Bytes::new(1200);
const DATAGRAM_RATE: f64 = 10e6;

/// What shall be run.
#[derive(Debug)]
pub(crate) struct Job {
    /// One after the other.
    pub(crate) runs: Vec<Run>,
    pub(crate) interval: Duration,
    /// Whether it is about latency under load.
    pub(crate) draft: Option<Draft>,
}

/// One transfer.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) spec: Spec,
    pub(crate) probes: Option<Duration>,
    /// The direction under load, when it is about latency under load.
    pub(crate) loaded: Option<Way>,
}

/// Reads them.
///
/// # Errors
/// Bad usage: every value that is out of its range.
pub(crate) fn read(args: &TransferArgs) -> Result<Job, Fault> {
    let runs = if args.work.responsiveness {
        let ways: &[Way] = match (args.work.up, args.work.down) {
            (true, false) => &[Way::Up],
            (false, true) => &[Way::Down],
            _ => &[Way::Up, Way::Down],
        };
        ways.iter().map(|way| responsiveness(args, *way)).collect()
    } else {
        let run = Run {
            spec: spec(args, work(args), TIME),
            probes: None,
            loaded: None,
        };
        vec![run]
    };
    for run in &runs {
        run.spec.check().map_err(Fault::usage)?;
    }
    Ok(Job {
        runs,
        interval: args.interval,
        draft: args.work.responsiveness.then(Draft::default),
    })
}

fn responsiveness(args: &TransferArgs, way: Way) -> Run {
    let full = match way {
        Way::Up => Ways::Up,
        Way::Down => Ways::Down,
    };
    let work = Work::Mixed {
        full: Some(full),
        size: args.work.size.unwrap_or(SMALLEST_MESSAGE),
        every: RESPONSIVENESS_PROBES,
    };
    let spec = spec(args, work, RESPONSIVENESS_TIME);
    let Amount::Time(time) = spec.amount else {
        return Run {
            spec,
            probes: None,
            loaded: None,
        };
    };
    let spec = Spec {
        streams: args.amount.streams.unwrap_or(RESPONSIVENESS_STREAMS),
        // One more with each interval, and no later than in the first half.
        stagger: Draft::default().interval().min(time / 8),
        ..spec
    };
    Run {
        spec,
        probes: Some(RESPONSIVENESS_PROBES),
        loaded: Some(way),
    }
}

fn work(args: &TransferArgs) -> Work {
    let work = &args.work;
    let ways = match (work.down, work.both) {
        (true, _) => Ways::Down,
        (_, true) => Ways::Both,
        _ => Ways::Up,
    };
    let (request, response) = (work.request, work.response);
    if work.rr {
        Work::Exchanges { request, response }
    } else if work.crr {
        Work::Connects { request, response }
    } else if work.mixed {
        Work::Mixed {
            full: Some(ways),
            size: work.size.unwrap_or(MESSAGE),
            every: work.every,
        }
    } else if work.udp {
        Work::Datagrams {
            ways,
            size: work.size.unwrap_or(DATAGRAM),
            rate: args
                .amount
                .rate
                .or_else(|| BitRate::from_bps(DATAGRAM_RATE))
                .expect("ten million is a rate"),
        }
    } else {
        Work::Bulk(ways)
    }
}

fn spec(args: &TransferArgs, work: Work, time: Duration) -> Spec {
    Spec {
        work,
        streams: args.amount.streams.unwrap_or(1),
        amount: args.amount.bytes.map_or_else(
            || Amount::Time(args.amount.time.unwrap_or(time)),
            Amount::Bytes,
        ),
        rate: args.amount.rate,
        reading: if args.sockets.copy {
            Reading::Copy
        } else {
            Reading::Discard
        },
        sockets: Sockets {
            congestion_control: args.sockets.cc.clone(),
            notsent_lowat: args.sockets.notsent_lowat,
        },
        stagger: Duration::ZERO,
        patience: args.sockets.timeout,
    }
}
