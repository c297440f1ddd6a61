//! From host and port to a connected stream, each step timed by itself.
//!
//! What it leaves alone: TLS, pooling, and deciding what a client should do; a plan decides that.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures_util::FutureExt as _;
use netopt_core::change::Switch;
use netopt_core::opening::Opening;
use netopt_core::phase::Phase;
use tokio::time::{Instant, timeout_at};

use crate::error::Error;
use crate::options::Options;
use crate::race::{self, Attempt, AttemptEnd, Field, Log, Manner};
use crate::resolve::{Found, Origin, Resolver};
use crate::stream::Stream;

/// Stands for a bound that no clock can hold.
const FOREVER: Duration = Duration::from_secs(365 * 86_400);

/// Makes connections. All values are valid.
#[derive(Debug, Clone)]
pub struct Connector {
    /// Who is asked for addresses.
    pub resolver: Resolver,
    /// What the kernel is asked for.
    pub options: Options,
    /// On: all addresses race, 250 ms apart (RFC 8305). Off: one after the other as an ordinary client does, each with
    /// an equal share of the bound; only the other family is tried after 300 ms.
    pub racing: Switch,
    /// The bound on lookup and handshake together.
    pub timeout: Duration,
}

/// How the addresses were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lookup {
    /// When it began.
    pub start: Instant,
    /// When there was an address to begin with.
    pub end: Instant,
    /// Whether somebody was asked, or the memory knew.
    pub origin: Origin,
    /// How long the answer may be kept; `None` where the resolver does not tell.
    pub lifetime: Option<Duration>,
}

/// A connection and when its parts happened.
#[derive(Debug)]
pub struct Connected {
    /// The stream.
    pub stream: Stream,
    /// The peer.
    pub peer: SocketAddr,
    /// The lookup; `None` for an address, which needs none.
    pub lookup: Option<Lookup>,
    /// When the handshake began and ended, lost races included.
    pub handshake: (Instant, Instant),
    /// Each address that was tried, in the order in which they were; one of them won.
    pub attempts: Vec<Attempt>,
    /// How often the kernel sent the first segment of the winner again; `None` where it does not tell.
    pub syn_retransmits: Option<u32>,
}

impl Connector {
    /// Connects to `host` (a name or an address) at `port`.
    ///
    /// Cancel safe: dropping the future closes whatever was begun.
    ///
    /// # Errors
    /// Says whether lookup or handshake failed, and why, each address that was tried by its name; both together are
    /// bounded by the timeout.
    pub async fn connect(&self, host: &str, port: u16) -> Result<Connected, Error> {
        self.connect_noting(host, port, |_, _| {}).await
    }

    /// As [`Connector::connect`], and tells `entering` when lookup and handshake begin, so that a caller who gives up
    /// in between knows where it stood.
    ///
    /// # Errors
    /// As [`Connector::connect`].
    pub async fn connect_noting(
        &self,
        host: &str,
        port: u16,
        mut entering: impl FnMut(Phase, Instant),
    ) -> Result<Connected, Error> {
        let begun = Instant::now();
        let deadline = begun.checked_add(self.timeout).unwrap_or(begun + FOREVER);
        let is_address = host.parse::<IpAddr>().is_ok();
        if !is_address {
            entering(Phase::Dns, begun);
        }
        let found = timeout_at(deadline, self.look_up(host))
            .await
            .map_err(|_| Error::lookup_timeout(host, self.timeout))??;
        let looked_up = Instant::now();
        entering(Phase::Connect, looked_up);
        let lookup = (!is_address).then_some(Lookup {
            start: begun,
            end: looked_up,
            origin: found.origin,
            lifetime: found.lifetime,
        });
        let whom = name(host, port, &found.addresses);
        let mut attempts = Log::new();
        let left = deadline.saturating_duration_since(looked_up);
        let connecting = race::connect(
            field(found, port),
            self.manner(left),
            &mut attempts,
            |address| race::dial(address, &self.options),
        );
        let socket = match timeout_at(deadline, connecting).await {
            Ok(Ok(socket)) => socket,
            // The shares of the attempts are used up, and with them the whole of it.
            Ok(Err(error)) if is_own_bound(&error) => {
                return Err(Error::connect_timeout(&whom, self.timeout, &attempts));
            }
            Ok(Err(error)) => return Err(Error::connect(&whom, error, &attempts)),
            Err(_) => {
                stop(&mut attempts, Instant::now());
                return Err(Error::connect_timeout(&whom, self.timeout, &attempts));
            }
        };
        let connected = Instant::now();
        // A socket whose SYN waits for the first data (fast open) has no peer yet; the race knows whom it is for.
        let taken = winner(&attempts)
            .map_or_else(|| socket.peer_addr(), |winner| Ok(winner.address))
            .and_then(|peer| Ok((peer, Stream::new(socket, self.options)?)));
        let (peer, stream) = taken.map_err(|error| Error::connect(&whom, error, &[]))?;
        let syn_retransmits = stream.wire().info().and_then(|info| info.total_retrans());
        Ok(Connected {
            stream,
            peer,
            lookup,
            handshake: (looked_up, connected),
            attempts,
            syn_retransmits,
        })
    }

    /// The addresses to begin with; who tries them in turn waits for all of them first.
    async fn look_up(&self, host: &str) -> Result<Found, Error> {
        let mut found = self.resolver.find(host).await?;
        if !self.racing.is_on()
            && let Some(late) = found.late.take()
        {
            found.addresses.extend(late.await);
        }
        Ok(found)
    }

    fn manner(&self, bound: Duration) -> Manner {
        if self.racing.is_on() {
            Manner::Race
        } else {
            Manner::InTurn(bound)
        }
    }
}

fn field(found: Found, port: u16) -> Field {
    let with_port = move |addresses: Vec<IpAddr>| -> Vec<SocketAddr> {
        let all = addresses.into_iter();
        all.map(|ip| SocketAddr::new(ip, port)).collect()
    };
    Field {
        addresses: with_port(found.addresses),
        late: found.late.map(|late| late.map(with_port).boxed()),
    }
}

fn name(host: &str, port: u16, addresses: &[IpAddr]) -> String {
    match addresses {
        [only] if host.parse() == Ok(*only) => SocketAddr::new(*only, port).to_string(),
        [only] => format!("{host}:{port} ({only})"),
        many => format!("{host}:{port} ({} addresses)", many.len()),
    }
}

/// Notes until when the attempts ran that nobody waits for any more.
fn stop(attempts: &mut Log, now: Instant) {
    let running = |attempt: &&mut Attempt| attempt.outcome == AttemptEnd::Running;
    for attempt in attempts.iter_mut().filter(running) {
        attempt.end = now;
    }
}

/// The attempt that won, if there was a race at all.
fn winner(attempts: &[Attempt]) -> Option<&Attempt> {
    attempts
        .iter()
        .find(|attempt| attempt.outcome == AttemptEnd::Won)
}

/// True for a wait that we ended; the kernel's own has a number.
fn is_own_bound(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::TimedOut && error.raw_os_error().is_none()
}

impl Connected {
    /// The phases that happened, with their start and end.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, Instant, Instant)> {
        let lookup = self
            .lookup
            .map(|lookup| (Phase::Dns, lookup.start, lookup.end));
        let handshake = (Phase::Connect, self.handshake.0, self.handshake.1);
        lookup.into_iter().chain([handshake])
    }

    /// How it came about, as a fact about a call.
    #[must_use]
    pub fn opening(&self) -> Opening {
        let silent = self.attempts.iter().filter(|attempt| attempt.is_silent());
        let detour = winner(&self.attempts)
            .zip(self.attempts.first())
            .map(|(winner, first)| winner.start.saturating_duration_since(first.start));
        Opening {
            lifetime: self.lookup.and_then(|lookup| lookup.lifetime),
            silent: u32::try_from(silent.count()).unwrap_or(u32::MAX),
            detour: detour.unwrap_or_default(),
            syn_retransmits: self.syn_retransmits,
        }
    }
}
