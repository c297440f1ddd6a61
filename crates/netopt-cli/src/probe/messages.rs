//! `ws://` and `wss://`: a message that the server sends back, first each on a new connection, then all on a kept one.
//!
//! Whether a server sends messages back is its program's affair, and most do something else. So the first message is given
//! a second; if it does not come back, pings are timed instead, which every server has to answer (RFC 6455 §5.5.2).
//! What was timed is told with the figures, because a ping says nothing about the server's program.
//!
//! What it leaves alone: the protocol, which is `netopt_http::WebSockets`.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use netopt::http::{Question, WebSocket, WebSockets};
use netopt::stack;
use netopt_core::exchange::Exchange;
use netopt_core::outcome::{Failure, Outcome};
use netopt_core::target::Target;
use netopt_core::unit::Bytes;

use super::sampler::wants_more;
use super::{Probe, Series, Way};
use crate::exit::Fault;

/// A server that sends messages back does so within this time, unless it or the way to it is very slow.
const ECHO_WAIT: Duration = Duration::from_secs(1);

/// What was asked of a WebSocket server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A message, to be sent back.
    #[default]
    Echo,
    /// A ping, because a message did not come back.
    Ping,
}

/// What became of the messages of a probe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Messages {
    /// What was timed.
    pub(crate) asked: Asked,
    /// Payload of each message or ping.
    pub(crate) size: Bytes,
    /// Messages that came and were no answer.
    pub(crate) unasked: u64,
    /// Why pings were timed; `None` for messages.
    pub(crate) no_echo: Option<String>,
}

/// Makes all calls to a WebSocket target.
pub(super) async fn messages(
    probe: &mut Probe,
    way: Way<'_>,
    mut told: impl FnMut(),
) -> Result<(), Fault> {
    let samples = u64::from(probe.samples.get());
    let mut caller = Caller {
        sockets: stack::web_sockets(way.plan, way.around).map_err(Fault::internal)?,
        target: &probe.target,
        way,
        // Drawn anew for each process: it only has to differ from what others say to the same server.
        session: RandomState::new().hash_one(&probe.target),
        number: 0,
        messages: probe.messages.insert(Messages {
            size: probe.size,
            ..Messages::default()
        }),
    };
    caller.find_out(&mut probe.fresh).await;
    told();
    while wants_more(&probe.fresh, samples) {
        let (exchange, socket) = caller.call(way.around.timeout).await;
        probe.fresh.record(exchange);
        told();
        part(socket).await;
    }
    if let Some(kept) = &mut probe.kept
        && probe.fresh.answered() > 0
    {
        // It opens the connection; what that costs was just measured.
        let (_, mut socket) = caller.call(way.around.timeout).await;
        told();
        while wants_more(kept, samples) {
            let exchange = caller.call_again(&mut socket).await;
            kept.record(exchange);
            told();
        }
        part(socket).await;
    }
    Ok(())
}

/// Who asks the same thing again and again.
struct Caller<'a> {
    sockets: WebSockets,
    target: &'a Target,
    way: Way<'a>,
    session: u64,
    number: u64,
    messages: &'a mut Messages,
}

impl Caller<'_> {
    /// The first call: an answered message is a sample, one that was not answered on an open connection decides for pings.
    async fn find_out(&mut self, series: &mut Series) {
        let (exchange, socket) = self.call(ECHO_WAIT.min(self.way.around.timeout)).await;
        match exchange.outcome.failure() {
            Some(failure) if exchange.connection.is_some() => {
                self.messages.asked = Asked::Ping;
                let longest = Bytes::new(netopt::http::MAX_PING as u64);
                self.messages.size = self.messages.size.min(longest);
                self.messages.no_echo = Some(failure.message.clone());
            }
            _ => series.record(exchange),
        }
        part(socket).await;
    }

    /// A call on a new connection, and the connection if it is as good as before.
    async fn call(&mut self, bound: Duration) -> (Exchange, Option<WebSocket>) {
        // The budget spaces only; its total is never reached.
        self.way.budget.take().await.ok();
        match self
            .sockets
            .open(self.target, self.way.around.timeout)
            .await
        {
            Ok(mut socket) => {
                let exchange = self.ask(&mut socket, bound).await;
                let is_well = exchange.outcome.failure().is_none();
                (exchange, is_well.then_some(socket))
            }
            Err(exchange) => (*exchange, None),
        }
    }

    /// A call on that connection, or on a new one in its place.
    async fn call_again(&mut self, kept: &mut Option<WebSocket>) -> Exchange {
        let bound = self.way.around.timeout;
        let Some(socket) = kept else {
            let (exchange, socket) = self.call(bound).await;
            *kept = socket;
            return exchange;
        };
        self.way.budget.take().await.ok();
        let exchange = self.ask(socket, bound).await;
        if exchange.outcome.failure().is_some() {
            *kept = None;
        }
        exchange
    }

    async fn ask(&mut self, socket: &mut WebSocket, bound: Duration) -> Exchange {
        self.number += 1;
        let text = text(self.session, self.number, self.messages.size);
        let question = match self.messages.asked {
            Asked::Echo => Question::Echo(&text),
            Asked::Ping => Question::Ping(&text),
        };
        let before = socket.unasked();
        let mut exchange = socket.ask(question, bound).await;
        self.messages.unasked += socket.unasked() - before;
        if let (Outcome::Failed(failure), Some(no_echo)) =
            (&mut exchange.outcome, &self.messages.no_echo)
        {
            add(failure, no_echo);
        }
        exchange
    }
}

/// A ping failed, and before it a message had.
fn add(failure: &mut Failure, no_echo: &str) {
    if failure.message != no_echo {
        failure.message = format!("{}; before that, {no_echo}", failure.message);
    }
}

async fn part(socket: Option<WebSocket>) {
    if let Some(socket) = socket {
        socket.close().await;
    }
}

/// A text of that size that no other call of any run has sent.
fn text(session: u64, number: u64, size: Bytes) -> String {
    let size = usize::try_from(size.get()).unwrap_or(usize::MAX);
    let mut text = format!("{:08x} {number} ", session >> 32);
    text.extend(
        "netopt "
            .chars()
            .cycle()
            .take(size.saturating_sub(text.len())),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_their_size_and_differ() {
        let first = text(7 << 32, 1, Bytes::new(40));
        assert_eq!(first, "00000007 1 netopt netopt netopt netopt n");
        assert_eq!(text(u64::MAX, 1_000_000, Bytes::new(20)).len(), 20);
        assert_ne!(first, text(7 << 32, 2, Bytes::new(40)));
        assert_ne!(first, text(8 << 32, 1, Bytes::new(40)));
    }

    #[test]
    fn a_failed_ping_tells_what_was_before() {
        let mut failure = Failure {
            kind: netopt_core::outcome::FailureKind::Reset,
            phase: netopt_core::phase::Phase::Wait,
            message: "it was reset".to_owned(),
        };
        add(&mut failure, "it was reset");
        assert_eq!(failure.message, "it was reset");
        add(&mut failure, "nothing came");
        assert_eq!(failure.message, "it was reset; before that, nothing came");
    }
}
