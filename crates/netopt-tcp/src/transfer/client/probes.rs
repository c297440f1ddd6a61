//! Probes on connections of their own: how long a newcomer waits, without load and beside it.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use netopt_core::model::responsiveness::Foreign;
use tokio::time::Instant;

use crate::transfer::error::{Error, Stage};
use crate::transfer::flow::rest_until;
use crate::transfer::stop::Stop;
use crate::transfer::wire::{Opening, Patience};

/// Probes before the load.
const IDLE: u32 = 20;
/// How long one may take; beyond that it counts as lost and says nothing.
const PATIENCE: Duration = Duration::from_secs(5);

/// A probe and when it ended, since the begin of the transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probed {
    /// When it ended.
    pub at: Duration,
    /// What it measured.
    pub foreign: Foreign,
}

/// Probes while nothing else is on the path.
///
/// # Errors
/// When one is not answered: then nothing else would be.
pub(super) fn idle(
    whom: (SocketAddr, u64),
    every: Duration,
    stop: &Stop,
) -> Result<Vec<Foreign>, Error> {
    let mut all = Vec::new();
    let begun = Instant::now();
    for number in 0..IDLE {
        let due = begun + every * number;
        while Instant::now() < due && !stop.is_told() {
            rest_until(due);
        }
        all.push(probe(whom, stop)?);
    }
    Ok(all)
}

/// Probes until it is over.
pub(super) fn during(
    whom: (SocketAddr, u64),
    (begun, every): (Instant, Duration),
    is_over: &AtomicBool,
    stop: &Stop,
) -> Vec<Probed> {
    let mut all = Vec::new();
    let mut due = begun;
    while !is_over.load(Ordering::Acquire) && !stop.is_told() {
        if Instant::now() < due {
            rest_until(due);
            continue;
        }
        // One that fails leaves a gap; the load itself says what broke.
        if let Ok(foreign) = probe(whom, stop) {
            let at = begun.elapsed();
            all.push(Probed { at, foreign });
        }
        due = (due + every).max(Instant::now());
    }
    all
}

fn probe((peer, token): (SocketAddr, u64), stop: &Stop) -> Result<Foreign, Error> {
    let begun = Instant::now();
    let fault = |error| Error::io(Stage::Agree, "a probe", error);
    let stream = TcpStream::connect_timeout(&peer, PATIENCE).map_err(fault)?;
    let tcp = begun.elapsed();
    stream.set_nodelay(true).map_err(fault)?;
    let mut request = Opening::Probe { token }.encode().to_vec();
    request.push(1);
    let asked = Instant::now();
    (&stream).write_all(&request).map_err(fault)?;
    Patience::of(PATIENCE, stop)
        .read(&stream, &mut [0])
        .map_err(fault)?;
    Ok(Foreign {
        tcp,
        tls: None,
        http: asked.elapsed(),
    })
}
