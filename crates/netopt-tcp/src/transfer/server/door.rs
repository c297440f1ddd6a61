//! Hears what a connection is for, and sends it where it belongs.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::Shared;
use super::session::{Session, converse};
use super::strangers::Stranger;
use crate::transfer::course::Joined;
use crate::transfer::exchanges::{Sizes, answer_once};
use crate::transfer::flow::prepare;
use crate::transfer::spec::{Spec, Work};
use crate::transfer::wire::{self, Frame, LENGTH, MAGIC, Opening, Patience, VERSION};

/// What a stranger is told.
const TOLD: &[u8] = b"this is a netopt transfer server: use `netopt transfer HOST:PORT`\n";

/// Serves one connection to its end.
pub(super) fn open(shared: &Arc<Shared>, stream: TcpStream, who: SocketAddr) {
    // On Linux an accepted socket blocks again; elsewhere it inherits.
    stream.set_nonblocking(false).ok();
    let ticket = match shared.admission.enter(who.ip(), &shared.limits) {
        Ok(ticket) => ticket,
        Err(line) => {
            shared.refused.fetch_add(1, Ordering::Relaxed);
            Frame::Refused(line).send(&stream).ok();
            return;
        }
    };
    match hear(shared, &stream) {
        Ok(Opening::Control) => converse(shared, &stream, who),
        Ok(Opening::Stream { token, way, index }) => {
            let Some(session) = of(shared, token, who) else {
                return;
            };
            if prepare(&stream, &session.spec.sockets).is_ok() {
                // It stays inside as long as its transfer does.
                session.join(Joined {
                    way,
                    index,
                    stream: Arc::new(stream),
                });
                session.wait_for_end();
            }
        }
        Ok(Opening::Once { token }) => once(shared, token, &stream, who),
        Ok(Opening::Probe { token }) => probe(shared, token, &stream, who),
        Err(Unheard::Speaks(wire::Stranger::Version(theirs))) => {
            shared.strangers.count(Stranger::Foreign);
            let line =
                format!("this server speaks version {VERSION} of the protocol, not {theirs}");
            Frame::Refused(line).send(&stream).ok();
        }
        Err(Unheard::Speaks(_)) => {
            shared.strangers.count(Stranger::Foreign);
            (&stream).write_all(TOLD).ok();
        }
        Err(Unheard::Ends(stranger)) => {
            if let Some(stranger) = stranger {
                shared.strangers.count(stranger);
            }
        }
    }
    drop(ticket);
}

/// Answers one request, where that is what the transfer is about.
fn once(shared: &Shared, token: u64, stream: &TcpStream, who: SocketAddr) {
    let Some(session) = of(shared, token, who) else {
        return;
    };
    if let Work::Connects { request, response } = session.spec.work {
        let sizes = Sizes {
            request,
            response,
            patience: session.spec.patience,
        };
        prepare(stream, &session.spec.sockets).ok();
        // The client sees a failure of its own, and counts it.
        answer_once(stream, &sizes, &session.stop).ok();
    }
}

/// Sends one byte back.
fn probe(shared: &Shared, token: u64, mut stream: &TcpStream, who: SocketAddr) {
    let Some(session) = of(shared, token, who) else {
        return;
    };
    prepare(stream, &session.spec.sockets).ok();
    let patience = Patience::of(Spec::default().patience, &session.stop);
    let mut byte = [0];
    if patience.read(stream, &mut byte).is_ok() {
        stream.write_all(&byte).ok();
    }
}

/// Why there is no opening.
enum Unheard {
    /// Something else was said.
    Speaks(wire::Stranger),
    /// Nothing, or not enough; `None` when this server was told to stop.
    Ends(Option<Stranger>),
}

fn hear(shared: &Shared, stream: &TcpStream) -> Result<Opening, Unheard> {
    let patience = Patience::of(shared.limits.opening, &shared.stop);
    let mut bytes = [0; LENGTH];
    // One that does not begin as ours do is told at once, not when it has sent enough.
    for at in 0..MAGIC.len() {
        read(&patience, stream, &mut bytes[at..=at])?;
        if bytes[at] != MAGIC[at] {
            return Err(Unheard::Speaks(wire::Stranger::Foreign));
        }
    }
    read(&patience, stream, &mut bytes[MAGIC.len()..])?;
    Opening::decode(&bytes).map_err(Unheard::Speaks)
}

fn read(patience: &Patience<'_>, stream: &TcpStream, bytes: &mut [u8]) -> Result<(), Unheard> {
    let read = patience.read(stream, bytes);
    read.map_err(|error| Unheard::Ends(Stranger::by(&error)))
}

/// The transfer of that token, if that client began it.
fn of(shared: &Shared, token: u64, who: SocketAddr) -> Option<Arc<Session>> {
    let sessions = shared
        .sessions
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let session = sessions
        .get(&token)
        .filter(|session| session.who.ip() == who.ip());
    if session.is_none() {
        shared.strangers.count(Stranger::Foreign);
    }
    session.map(Arc::clone)
}
