//! The phases of one call, each with a start and an end of its own.
//!
//! A phase is measured, never obtained by subtracting two others: a large upload is then no slow handshake, and a
//! reused connection has no connect phase instead of one that took zero.

use std::time::Duration;

/// A stretch of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Waiting for a pooled connection to become free.
    Queue,
    /// Name to address.
    Dns,
    /// The TCP handshake, as the kernel reports it to the caller.
    Connect,
    /// From asking a proxy for a way to the peer until it is there: the proxy's own lookup and connecting are in it.
    Proxy,
    /// The TLS handshake.
    Tls,
    /// From asking the peer to change the protocol of the connection until it agreed: the opening handshake of WebSocket
    /// (RFC 6455 §4).
    Upgrade,
    /// From handing the request over until its last byte was accepted by the kernel.
    Send,
    /// From the last byte of the request until the first byte of the answer.
    Wait,
    /// From the first byte of the answer until its last.
    Receive,
}

impl Phase {
    /// All phases in the order in which a call goes through them.
    pub const ALL: [Self; 9] = [
        Self::Queue,
        Self::Dns,
        Self::Connect,
        Self::Proxy,
        Self::Tls,
        Self::Upgrade,
        Self::Send,
        Self::Wait,
        Self::Receive,
    ];

    /// The name in reports and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Upgrade => "upgrade",
            Self::Send => "send",
            Self::Wait => "wait",
            Self::Receive => "receive",
        }
    }
}

/// A start and an end, both since the call was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    start: Duration,
    end: Duration,
}

impl Span {
    /// From `start` to `end`; an end before the start is taken for the start.
    #[must_use]
    pub fn new(start: Duration, end: Duration) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }

    /// When it began.
    #[must_use]
    pub const fn start(self) -> Duration {
        self.start
    }

    /// When it ended.
    #[must_use]
    pub const fn end(self) -> Duration {
        self.end
    }

    /// How long it took.
    #[must_use]
    pub fn length(self) -> Duration {
        self.end.saturating_sub(self.start)
    }
}

/// The phases that one call went through. A phase that did not happen is absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timeline {
    spans: [Option<Span>; Phase::ALL.len()],
}

impl Timeline {
    /// A call that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `phase` took from `start` to `end`, both since the call was made.
    pub fn mark(&mut self, phase: Phase, start: Duration, end: Duration) {
        self.spans[phase as usize] = Some(Span::new(start, end));
    }

    /// The same call as seen by somebody who had asked for it `earlier` before: he waited that long in the queue.
    #[must_use]
    pub fn asked_for(self, earlier: Duration) -> Self {
        if earlier.is_zero() {
            return self;
        }
        let mut spans = self
            .spans
            .map(|span| span.map(|span| Span::new(span.start + earlier, span.end + earlier)));
        let queued = self.length(Phase::Queue).unwrap_or_default();
        spans[Phase::Queue as usize] = Some(Span::new(Duration::ZERO, earlier + queued));
        Self { spans }
    }

    /// When the phase was, if it was.
    #[must_use]
    pub fn span(&self, phase: Phase) -> Option<Span> {
        self.spans[phase as usize]
    }

    /// How long the phase took, if it happened.
    #[must_use]
    pub fn length(&self, phase: Phase) -> Option<Duration> {
        self.span(phase).map(Span::length)
    }

    /// When the last phase ended; zero for a call without phases.
    #[must_use]
    pub fn end(&self) -> Duration {
        self.spans
            .iter()
            .flatten()
            .map(|span| span.end())
            .max()
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phase_that_did_not_happen_is_absent_not_zero() {
        let mut timeline = Timeline::new();
        timeline.mark(
            Phase::Wait,
            Duration::from_millis(1),
            Duration::from_millis(3),
        );
        assert_eq!(timeline.length(Phase::Connect), None);
        assert_eq!(timeline.length(Phase::Wait), Some(Duration::from_millis(2)));
        assert_eq!(timeline.end(), Duration::from_millis(3));
    }

    #[test]
    fn who_asked_earlier_waited_in_the_queue() {
        let mut timeline = Timeline::new();
        let ms = Duration::from_millis;
        timeline.mark(Phase::Queue, Duration::ZERO, ms(1));
        timeline.mark(Phase::Wait, ms(1), ms(3));
        let seen = timeline.asked_for(ms(10));
        assert_eq!(seen.length(Phase::Queue), Some(ms(11)));
        assert_eq!(
            (seen.length(Phase::Wait), seen.end()),
            (Some(ms(2)), ms(13))
        );
        assert_eq!(timeline.asked_for(Duration::ZERO), timeline);
    }

    #[test]
    fn a_span_never_runs_backwards() {
        let span = Span::new(Duration::from_millis(5), Duration::from_millis(2));
        assert_eq!(span.length(), Duration::ZERO);
    }
}
