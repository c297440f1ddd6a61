//! From arguments to a path.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::unit::BitRate;
use netopt_lab::path::{Aqm, Jitter, PathSpec, QueueSpec, Rate, Reorder, WaySpec};

use crate::args::{Managed, PathArgs};
use crate::exit::Fault;
use crate::surroundings;

/// The shortest time by which packets are held back when nothing is said: long enough for others to overtake.
const SHORTEST_HOLD: Duration = Duration::from_millis(1);

/// The path that was asked for.
///
/// # Errors
/// A usage fault that names the file or the value.
pub(super) fn path(args: &PathArgs) -> Result<PathSpec, Fault> {
    let (bottleneck, trouble) = (&args.bottleneck, &args.trouble);
    let held = trouble
        .reorder_by
        .unwrap_or_else(|| (args.distance.rtt / 4).max(SHORTEST_HOLD));
    let way = WaySpec {
        delay: args.distance.rtt / 2,
        jitter: args.distance.jitter.map(|up_to| Jitter {
            up_to,
            overtaking: Switch::from(args.distance.jitter_overtakes),
        }),
        reorder: trouble.reorder.map(|share| Reorder { share, by: held }),
        loss: trouble.loss.unwrap_or_default(),
        rate: Rate::Unlimited,
        queue: QueueSpec {
            limit: bottleneck.queue,
            aqm: match bottleneck.aqm {
                Managed::DropTail => Aqm::None,
                Managed::Codel => Aqm::codel(),
            },
            ecn: Switch::from(bottleneck.ecn),
        },
        duplicate: trouble.duplicate,
        outages: trouble.outage,
    };
    let mut path = PathSpec {
        seed: args.seed,
        ..PathSpec::symmetric(way)
    };
    if let Some(file) = &bottleneck.rate_trace {
        let text = surroundings::read(file)?;
        let trace: Rate = Rate::from_trace(&text)
            .map_err(|error| Fault::usage(format!("{}: {error}", file.display())))?;
        path.up.rate = trace.clone();
        path.down.rate = trace;
    } else {
        path.down.rate = fixed(bottleneck.rate);
        path.up.rate = fixed(bottleneck.up_rate.or(bottleneck.rate));
    }
    Ok(path)
}

fn fixed(rate: Option<BitRate>) -> Rate {
    rate.map_or(Rate::Unlimited, Rate::Fixed)
}
