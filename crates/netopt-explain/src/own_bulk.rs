//! What small calls wait for behind the client's own uploads: in its own socket, and in the queue of the path.
//!
//! On a connection that bulk data keeps full the kernel's round trip is a clean gauge: acknowledgements come all the time, and
//! no server works between data and acknowledgement. What is in the socket and not sent yet goes before whatever is
//! written next, and takes its size over the rate of delivery. Both together bound how much longer calls wait than they do
//! alone; what is beyond that, such as a server that is busy with the uploads, is not claimed here.
//!
//! Uploads count as the client's own when they are on the connection of the calls, which a call sees as more data sent
//! during it than it has itself, or when the client told of them.

use std::time::Duration;

use netopt_core::exchange::{Exchange, Protocol};
use netopt_core::unit::Bytes;

use crate::facts::{Facts, Times, answered, middle};
use crate::queuing::waited_under_load;
use crate::standing::floor;
use crate::upload::{is_small_alone, long};

/// Where the uploads are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// On the connection of the calls.
    Shared,
    /// On connections of their own.
    Apart,
}

/// What calls wait for behind uploads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OwnBulk {
    pub(crate) carrier: Carrier,
    /// How much longer calls wait than alone, at the median.
    pub(crate) waited: Duration,
    /// Of that, at most: the queue of the path.
    pub(crate) queue: Duration,
    /// Of that, at most: what stood in the socket in front of the call. Nothing on connections of their own.
    pub(crate) backlog: Duration,
    /// That as an amount.
    pub(crate) unsent: Bytes,
    /// The empty round trip.
    pub(crate) floor: Duration,
    /// Round trips on the connections with uploads.
    pub(crate) loaded: Times,
}

/// What the calls of the baseline wait for behind uploads of the same client; `None` when there are none, or nothing tells.
pub(crate) fn own_bulk(facts: &Facts) -> Option<OwnBulk> {
    let (carrier, calls) = uploads_beside(facts)?;
    let floor = floor(facts)?;
    let waited = waited_under_load(facts)?;
    let loaded: Times = calls
        .iter()
        .filter_map(|call| call.path.as_ref()?.rtt)
        .collect();
    let queue = loaded.p50()?.saturating_sub(floor).min(waited);
    let in_front = || {
        calls.iter().filter_map(|call| {
            Some((
                call.path_before.as_ref()?,
                call.path.as_ref()?.delivery_rate?,
            ))
        })
    };
    let (backlog, unsent) = match carrier {
        Carrier::Shared => {
            let times: Times = in_front()
                .filter_map(|(before, rate)| Some(before.unsent? / rate))
                .collect();
            let size = middle(in_front().filter_map(|(before, _)| before.unsent));
            (times.p50().unwrap_or_default(), size.unwrap_or_default())
        }
        Carrier::Apart => (Duration::ZERO, Bytes::ZERO),
    };
    Some(OwnBulk {
        carrier,
        waited,
        queue,
        backlog: backlog.min(waited),
        unsent,
        floor,
        loaded,
    })
}

/// The calls that tell of the connections with uploads.
fn uploads_beside(facts: &Facts) -> Option<(Carrier, Vec<&Exchange>)> {
    let answered_calls = facts.answered().count();
    let shared: Vec<&Exchange> = facts.answered().filter(|call| shares(call)).collect();
    if shared.len() * 2 > answered_calls && is_small_alone(facts) {
        return Some((Carrier::Shared, shared));
    }
    let apart: Vec<&Exchange> = answered(&facts.baseline.beside)
        .filter(|call| long(call).is_some())
        .collect();
    // One is enough: what is claimed is bound by how much longer the calls wait, of which there are many.
    (!apart.is_empty() && is_small_alone(facts)).then_some((Carrier::Apart, apart))
}

/// Whether the connection of a call sent more than a first flight during it, and others could use it.
fn shares(call: &Exchange) -> bool {
    let multiplexed = call
        .connection
        .as_ref()
        .is_some_and(|connection| connection.protocol == Protocol::Http2);
    multiplexed && long(call).is_some()
}

#[cfg(test)]
mod tests;
