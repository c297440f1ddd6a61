//! One open connection and its history.

use std::fmt;
use std::sync::Arc;

use hyper::client::conn::{http1, http2};
use netopt_core::exchange::Protocol;
use tokio::task::JoinHandle;

use crate::bell::Bell;
use crate::body::Body;
use crate::client::streams::Streams;
use crate::reach::line::Line;

/// The sending half, by protocol.
pub(crate) enum Sender {
    /// One call at a time.
    Http1(http1::SendRequest<Body>),
    /// Many calls at a time; cloned for each.
    Http2(http2::SendRequest<Body>, Streams),
}

/// An open connection. Dropping it closes it.
pub(crate) struct Connection {
    pub(crate) sender: Sender,
    pub(crate) line: Arc<Line>,
    /// The timer of the calls that have it to themselves, one after the other.
    pub(crate) bell: Bell,
    driver: Driver,
}

/// The task that moves the bytes; it ends with the connection.
#[derive(Debug)]
pub(crate) struct Driver(pub(crate) JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    pub(crate) fn new(sender: Sender, line: Arc<Line>, driver: Driver) -> Self {
        Self {
            sender,
            line,
            bell: Bell::default(),
            driver,
        }
    }

    pub(crate) const fn protocol(&self) -> Protocol {
        match self.sender {
            Sender::Http1(_) => Protocol::Http1,
            Sender::Http2(..) => Protocol::Http2,
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        let by_engine = match &self.sender {
            Sender::Http1(sender) => sender.is_closed(),
            Sender::Http2(sender, _) => sender.is_closed(),
        };
        by_engine || self.driver.0.is_finished()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("birth", &self.line.birth)
            .finish_non_exhaustive()
    }
}
