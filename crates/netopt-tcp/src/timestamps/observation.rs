//! The right to ask a wire about one call.

use std::sync::Arc;

use netopt_core::stamps::Stamps;

use super::clock::Pair;
use super::journal::Opening;
use super::journal::question::Question;
use super::watch::drain;
use crate::info::TcpInfo;
use crate::stream::Wire;

/// One call under way on a connection that takes kernel stamps. While it lives, no other call can have stamps there.
#[derive(Debug)]
pub struct Observation {
    wire: Arc<Wire>,
}

impl Observation {
    /// Begins with the request's handing over; `None` where the stream takes no stamps.
    pub(crate) fn begin(wire: Arc<Wire>) -> Option<Self> {
        // What is left in the queue is of earlier calls.
        wire.with_descriptor(|descriptor| drain(descriptor, &wire))?;
        let info = wire.info();
        wire.with_journal(|journal| journal.enter(|| opening(info.as_ref())))?;
        Some(Self { wire })
    }

    /// What the kernel told of the call, to be asked when it is over and the stream is still open.
    ///
    /// `None` when another call was under way at the same time, when the stream is gone, and when it cannot be said
    /// which bytes were the call's.
    #[must_use]
    pub fn stamps(&self, question: &Question) -> Option<Stamps> {
        self.wire
            .with_descriptor(|descriptor| drain(descriptor, &self.wire))?;
        let info = self.wire.info();
        let min_rtt = info.as_ref().and_then(TcpInfo::min_rtt);
        let now = opening(info.as_ref());
        self.wire
            .with_journal(|journal| journal.stamps(question, now, min_rtt))
            .flatten()
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        self.wire.with_journal(super::Journal::leave);
    }
}

fn opening(info: Option<&TcpInfo>) -> Opening {
    Opening {
        clocks: Pair::now(),
        segments: info.and_then(TcpInfo::data_segs_in),
        resent: info.and_then(TcpInfo::total_retrans),
    }
}
