//! What carries a call: a connection of its own or a share in one, and the loan of it.

use std::ops::Deref;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use netopt_core::change::Switch;
use netopt_pool::Guard;

use crate::body::Body;
use crate::connection::{Connection, Sender};
use crate::keep;
use crate::opener::Opener;
use crate::share::Share;

/// What carries a call.
#[derive(Debug)]
pub(crate) enum Carrier {
    /// A connection of one's own.
    Alone(Guard<Opener>),
    /// A share in a connection.
    Shared(Share),
}

/// A request without an answer.
pub(crate) struct Rejected {
    pub(crate) error: hyper::Error,
    pub(crate) delivery: Delivery,
    /// Its body, where that is untouched.
    pub(crate) body: Option<Body>,
}

/// Whether the peer may have seen the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Not one byte of it was sent.
    Unsent,
    /// Some or all of it was.
    MaybeSent,
}

/// A carrier while a call uses it. Dropped before [`Loan::give_back`] it closes, because the rest would be in the way.
#[derive(Debug)]
pub(crate) struct Loan {
    carrier: Carrier,
    reuse: Switch,
}

impl Loan {
    pub(crate) const fn new(carrier: Carrier) -> Self {
        Self {
            carrier,
            reuse: Switch::Off,
        }
    }

    /// Sends the request and waits for the head of its answer.
    pub(crate) async fn carry(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, Rejected> {
        match &mut self.carrier {
            Carrier::Alone(guard) => {
                let answer = match &mut guard.sender {
                    Sender::Http1(sender) => sender.try_send_request(request).await,
                    Sender::Http2(sender, _) => sender.try_send_request(request).await,
                };
                if let Ok(answer) = &answer
                    && let Some(keep) = keep::told(answer.headers())
                {
                    guard.expires_within(keep);
                }
                answer
            }
            Carrier::Shared(share) => share.carry(request).await,
        }
        .map_err(Rejected::from)
    }

    /// The connection is as good as before the call; the next one may have it.
    pub(crate) fn give_back(mut self) {
        self.reuse = Switch::On;
    }
}

impl Deref for Loan {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match &self.carrier {
            Carrier::Alone(guard) => guard,
            Carrier::Shared(share) => share.connection(),
        }
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Carrier::Alone(guard) = &mut self.carrier
            && !self.reuse.is_on()
        {
            guard.close();
        }
    }
}

impl From<TrySendError<Request<Body>>> for Rejected {
    fn from(mut error: TrySendError<Request<Body>>) -> Self {
        let body = error.take_message().map(Request::into_body);
        Self {
            delivery: match body {
                Some(_) => Delivery::Unsent,
                None => Delivery::MaybeSent,
            },
            error: error.into_error(),
            body,
        }
    }
}
