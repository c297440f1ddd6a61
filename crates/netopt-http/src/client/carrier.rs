//! What carries a call: a connection of its own or a share in one, and the loan of it.

use std::ops::Deref;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::TrySendError;
use netopt_core::change::Switch;
use netopt_core::exchange::Protocol;
use netopt_pool::{Guard, Origin};

use crate::bell::Bell;
use crate::body::Body;
use crate::client::connection::{Connection, Sender};
use crate::client::expect::{Withheld, hold_back};
use crate::client::keep;
use crate::client::opener::Opener;
use crate::client::share::Share;
use crate::error::{Delivery, Refusal, refusal};

/// A stale connection may have to be replaced; after so many the peer is at fault.
const MOST_ATTEMPTS: usize = 4;
/// A peer that takes fewer streams at once than we knew refuses those beyond, once. One that refuses again is overloaded, and
/// asking it at once would not help: that is for who waits and has a budget.
const MOST_REFUSED: usize = 2;

/// What carries a call.
#[derive(Debug)]
pub(crate) enum Carrier {
    /// A connection of one's own.
    Alone(Guard<Opener>),
    /// A share in a connection.
    Shared(Share),
    /// A connection that no pool knows.
    Own(Box<Connection>),
}

/// A request without an answer.
pub(crate) struct Rejected {
    pub(crate) error: hyper::Error,
    pub(crate) delivery: Delivery,
    /// Its body and how many attempts there may be in all, where it may be sent again at once.
    pub(crate) again: Option<(Body, usize)>,
}

/// A carrier while a call uses it. Dropped before [`Loan::give_back`] it closes, because the rest would be in the way.
#[derive(Debug)]
pub(crate) struct Loan {
    carrier: Carrier,
    /// Whether it was opened for this call.
    found: Origin,
    /// Whether it can carry another call once this one is over.
    fit: Switch,
    reuse: Switch,
}

impl Loan {
    pub(crate) const fn new(carrier: Carrier, found: Origin) -> Self {
        Self {
            carrier,
            found,
            fit: Switch::On,
            reuse: Switch::Off,
        }
    }

    /// Sends the request and waits for the head of its answer.
    pub(crate) async fn carry(
        &mut self,
        request: Request<Body>,
    ) -> Result<Response<Incoming>, Rejected> {
        // An HTTP/2 peer may say that it did not work on a request whose body is gone.
        let is_http2 = self.protocol() == Protocol::Http2;
        let spare = is_http2.then(|| request.body().try_clone()).flatten();
        let connection = match &mut self.carrier {
            Carrier::Alone(guard) => &mut **guard,
            Carrier::Own(connection) => connection,
            Carrier::Shared(share) => {
                let answer = share.carry(request).await;
                return answer.map_err(|error| Rejected::of(error, spare, self.found));
            }
        };
        let answer = match &mut connection.sender {
            Sender::Http1(sender) => {
                let (request, withheld) = hold_back(request);
                let answer = sender.try_send_request(request).await;
                if withheld.is_some_and(Withheld::settle) {
                    self.fit = Switch::Off;
                }
                answer
            }
            Sender::Http2(sender, _) => sender.try_send_request(request).await,
        };
        if let Ok(answer) = &answer
            && let Carrier::Alone(guard) = &mut self.carrier
            && let Some(keep) = keep::told(answer.headers())
        {
            guard.expires_within(keep);
        }
        answer.map_err(|error| Rejected::of(error, spare, self.found))
    }

    /// The timer of the connection. It was armed by an earlier call perhaps, and need not be armed again.
    pub(crate) fn take_bell(&mut self) -> Bell {
        match &mut self.carrier {
            Carrier::Alone(guard) => std::mem::take(&mut guard.bell),
            Carrier::Shared(_) | Carrier::Own(_) => Bell::default(),
        }
    }

    /// The timer for the next call of the connection.
    pub(crate) fn leave_bell(&mut self, bell: Bell) {
        if let Carrier::Alone(guard) = &mut self.carrier {
            guard.bell = bell;
        }
    }

    /// The connection is as good as before the call; the next one may have it.
    pub(crate) fn give_back(mut self) {
        self.reuse = self.fit;
    }
}

impl Deref for Loan {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        match &self.carrier {
            Carrier::Alone(guard) => guard,
            Carrier::Shared(share) => share.connection(),
            Carrier::Own(connection) => connection,
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

impl Rejected {
    /// What became of a request. `spare` is its body once more; `found` says whether its connection is to blame.
    fn of(mut error: TrySendError<Request<Body>>, spare: Option<Body>, found: Origin) -> Self {
        let untouched = error.take_message().map(Request::into_body);
        let error = error.into_error();
        let (delivery, again) = match (untouched, refusal(&error)) {
            // A connection that was opened for this request and fails before it was used is no accident.
            (Some(_), _) if found == Origin::Opened => (Delivery::Unsent, None),
            (Some(body), _) => (Delivery::Unsent, Some((body, MOST_ATTEMPTS))),
            (None, Some(Refusal::GoAway)) => {
                (Delivery::Unsent, spare.map(|body| (body, MOST_ATTEMPTS)))
            }
            (None, Some(Refusal::Stream)) => {
                (Delivery::Unsent, spare.map(|body| (body, MOST_REFUSED)))
            }
            (None, None) => (Delivery::MaybeSent, None),
        };
        Self {
            error,
            delivery,
            again,
        }
    }
}
