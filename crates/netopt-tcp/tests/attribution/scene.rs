//! Rooms for the proof: one link at a time, and runs in which the lab was late do not count.

use std::sync::{Mutex, PoisonError};

use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::packet::{PacketLink, RoomSpec, Truth, Void};
use netopt_lab::path::{Limit, PathSpec, Rate, WaySpec};
use std::time::Duration;

/// How often a run that the lab spoilt is made again.
const TRIES: usize = 8;

static ALONE: Mutex<()> = Mutex::new(());

/// A path of the same kind both ways: round trip in ms, rate in Mbit/s, and a queue in bytes.
pub(crate) fn path(rtt_ms: u64, mbit: Option<f64>, queue: u64) -> PathSpec {
    let mut way = WaySpec {
        delay: Duration::from_micros(rtt_ms * 500),
        ..WaySpec::default()
    };
    if let Some(mbit) = mbit {
        way.rate = Rate::Fixed(BitRate::from_bps(mbit * 1e6).unwrap());
        way.queue.limit = Limit::Bytes(Bytes::new(queue));
    }
    PathSpec::symmetric(way)
}

/// Measures over a fresh link until the lab was on time, and gives what was measured then, with the truth.
///
/// `None` with a word on stderr where rooms cannot be made, and where this machine never let the link be on time.
pub(crate) fn honest<T>(
    path: &PathSpec,
    congestion_control: &str,
    measure: impl Fn(&PacketLink) -> T,
) -> Option<(T, Truth)> {
    let rooms = RoomSpec {
        congestion_control: Some(congestion_control.to_owned()),
    };
    let mut last = None;
    for _ in 0..TRIES {
        let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let link = match PacketLink::start(path, &rooms) {
            Ok(link) => link,
            Err(error) if error.is_missing_here() => {
                eprintln!("skipped: {error}");
                return None;
            }
            Err(error) => panic!("{error}"),
        };
        let measured = measure(&link);
        let truth = link.finish();
        match truth.void(path.rtt()) {
            None => return Some((measured, truth)),
            Some(void @ (Void::Late(..) | Void::Busy(_))) => last = Some(void),
            Some(void) => panic!("{void}"),
        }
    }
    eprintln!(
        "skipped: this machine has no time for a link: {}",
        last.unwrap()
    );
    None
}
