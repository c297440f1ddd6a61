//! One transfer at the server: agree, wait for the streams, do the work, report.

use std::io;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Shared;
use super::strangers::Stranger;
use crate::transfer::course::{Course, DRAIN, End, Joined, gather};
use crate::transfer::datagrams;
use crate::transfer::flow::{Sampler, processor, rest_until};
use crate::transfer::meter::Meter;
use crate::transfer::mixed::Clock;
use crate::transfer::spec::{Amount, Spec, Work};
use crate::transfer::stop::{LOOK, Stop};
use crate::transfer::view::{View, nanos};
use crate::transfer::wire::{Frame, Patience};

/// A transfer that was agreed on.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) spec: Spec,
    pub(super) who: SocketAddr,
    pub(super) stop: Stop,
    joined: Mutex<(Vec<Joined>, bool)>,
    changed: Condvar,
}

impl Session {
    /// How many streams it needs.
    fn streams(&self) -> usize {
        let streams = usize::from(self.spec.streams);
        match self.spec.work {
            Work::Bulk(ways) => streams * ways.all().len(),
            Work::Exchanges { .. } | Work::Mixed { .. } => streams,
            Work::Connects { .. } | Work::Datagrams { .. } => 0,
        }
    }

    /// Takes a stream in, unless there are enough or it is there already.
    pub(super) fn join(&self, one: Joined) {
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = |other: &Joined| (other.way, other.index) == (one.way, one.index);
        if joined.0.len() < self.streams() && !joined.0.iter().any(is_known) {
            joined.0.push(one);
            self.changed.notify_all();
        }
    }

    /// Returns when the transfer has ended.
    pub(super) fn wait_for_end(&self) {
        let joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(joined, |joined| !joined.1));
    }

    /// The streams, once they are all there.
    fn gathered(&self, bound: Duration) -> Option<Vec<Joined>> {
        let until = Instant::now() + bound;
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        while joined.0.len() < self.streams() {
            if Instant::now() >= until || self.stop.is_told() {
                return None;
            }
            let waited = self.changed.wait_timeout(joined, LOOK);
            joined = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Some(std::mem::take(&mut joined.0))
    }

    fn end(&self) {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.changed.notify_all();
    }
}

/// Serves a control connection to its end.
pub(super) fn converse(shared: &Arc<Shared>, control: &TcpStream, who: SocketAddr) {
    control.set_nodelay(true).ok();
    control.set_write_timeout(Some(shared.limits.opening)).ok();
    let patience = Patience::of(shared.limits.opening, &shared.stop);
    let stranger = match Frame::receive(control, &patience) {
        Ok(Some(Frame::Hello(spec))) => Ok(spec),
        Ok(Some(_)) => Err(Some(Stranger::Foreign)),
        Ok(None) => Err(Some(Stranger::Left)),
        Err(error) => Err(Stranger::by(&error)),
    };
    let spec = match stranger {
        Ok(spec) => spec,
        Err(stranger) => {
            if let Some(stranger) = stranger {
                shared.strangers.count(stranger);
            }
            Frame::Refused("what was asked for cannot be read, or is out of range".to_owned())
                .send(control)
                .ok();
            return;
        }
    };
    let token = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), who);
    let session = Arc::new(Session {
        spec: *spec,
        who,
        stop: Stop::new(),
        joined: Mutex::default(),
        changed: Condvar::new(),
    });
    if let Err(line) = admit(shared, token, &session) {
        shared.refused.fetch_add(1, Ordering::Relaxed);
        Frame::Refused(line).send(control).ok();
        return;
    }
    shared.transfers.fetch_add(1, Ordering::Relaxed);
    // Whatever breaks here, the client hears of it by its own connection.
    run(shared, control, token, &session).ok();
    session.stop.tell();
    session.end();
    shared
        .sessions
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .remove(&token);
}

fn admit(shared: &Shared, token: u64, session: &Arc<Session>) -> Result<(), String> {
    let limits = &shared.limits;
    match session.spec.amount {
        Amount::Time(time) if time > limits.time => {
            return Err(format!(
                "{time:?} is longer than this server's limit of {:?}",
                limits.time
            ));
        }
        Amount::Bytes(bytes) if bytes > limits.bytes => {
            return Err(format!(
                "{bytes} is more than this server's limit of {}",
                limits.bytes
            ));
        }
        _ => {}
    }
    let mut sessions = shared
        .sessions
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if sessions.len() >= limits.transfers as usize {
        return Err(format!(
            "{} transfers are running, which is the limit of this server; try again later",
            sessions.len()
        ));
    }
    sessions.insert(token, Arc::clone(session));
    Ok(())
}

/// From the welcome to the report.
fn run(shared: &Shared, control: &TcpStream, token: u64, session: &Session) -> io::Result<()> {
    let spec = &session.spec;
    let socket = match spec.work {
        Work::Datagrams { .. } => Some(UdpSocket::bind((control.local_addr()?.ip(), 0))?),
        _ => None,
    };
    let port = socket
        .as_ref()
        .map_or(Ok(0), |socket| socket.local_addr().map(|at| at.port()))?;
    if let Some(name) = &spec.sockets.congestion_control
        && let Err(error) = crate::transfer::flow::prepare(control, &spec.sockets)
    {
        return Frame::Refused(format!("this server cannot use \"{name}\": {error}")).send(control);
    }
    Frame::Welcome { token, port }.send(control)?;
    if let Some(socket) = &socket {
        meet(socket, token, session)?;
    }
    let Some(joined) = session.gathered(spec.patience) else {
        return Frame::Refused("not all streams came in time".to_owned()).send(control);
    };
    Frame::Ready.send(control)?;
    loop {
        match Frame::receive(control, &Patience::of(spec.patience + DRAIN, &session.stop))? {
            Some(Frame::Ping(number)) => {
                let at = nanos(shared.zero.elapsed());
                Frame::Pong(number, at).send(control)?;
            }
            Some(Frame::Go) => break,
            _ => return Ok(()),
        }
    }
    let view = work(shared, control, (token, session), joined, socket.as_ref());
    Frame::Report(Box::new(view)).send(control)
}

/// How much more patient a server is with datagrams than its client.
const MEETING: Duration = Duration::from_secs(1);

/// Waits for the client's first datagram, which says where its others come from.
fn meet(socket: &UdpSocket, token: u64, session: &Session) -> io::Result<()> {
    // Longer than the client waits, which then says that no datagram came through, and not that we left.
    let until = Instant::now() + session.spec.patience + MEETING;
    socket.set_read_timeout(Some(LOOK))?;
    let mut room = [0; 64];
    while Instant::now() < until && !session.stop.is_told() {
        if let Ok((length, from)) = socket.recv_from(&mut room)
            && from.ip() == session.who.ip()
            && datagrams::is_knock(&room[..length], token)
        {
            return socket.connect(from);
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

fn work(
    shared: &Shared,
    control: &TcpStream,
    (token, session): (u64, &Session),
    joined: Vec<Joined>,
    socket: Option<&UdpSocket>,
) -> View {
    let meter = Meter::default();
    let course = Course {
        end: End::Server,
        spec: &session.spec,
        begun: Instant::now(),
        clock: Clock {
            zero: shared.zero,
            ahead: 0,
        },
        stop: &session.stop,
        meter: &meter,
    };
    let flows = course.flows(&joined);
    let before = processor();
    let is_done = AtomicBool::new(false);
    let is_over = AtomicBool::new(false);
    let mut view = View::default();
    std::thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut sampler = Sampler::new(course.begun, flows.len());
            while !is_over.load(Ordering::Acquire) {
                rest_until(sampler.next());
                sampler.look(&flows, Instant::now());
            }
            sampler.finish(&flows)
        });
        let workers = course.start(scope, &flows);
        let datagrams = socket.map(|socket| {
            let is_over = |_| is_done.load(Ordering::Acquire);
            scope.spawn(move || datagrams::exchange(&course, token, socket, is_over))
        });
        // The client says when it is done; if it goes instead, so does its transfer.
        let bound = course.over().saturating_duration_since(Instant::now()) + session.spec.patience;
        match Frame::receive(control, &Patience::of(bound, &session.stop)) {
            Ok(Some(Frame::Done)) => is_done.store(true, Ordering::Release),
            _ => session.stop.tell(),
        }
        let (_, trouble) = gather(workers);
        let mut trouble = trouble.map(|error| error.to_string());
        if let Some(Ok(half)) = datagrams.map(std::thread::ScopedJoinHandle::join) {
            match half {
                Ok((sent, arrived)) => (view.sent, view.arrived) = (sent, arrived),
                Err(error) => trouble = Some(error.to_string()),
            }
        }
        let told = || "it was told to stop".to_owned();
        view.trouble = trouble.or_else(|| course.stop.is_told().then(told));
        is_over.store(true, Ordering::Release);
        sampler.thread().unpark();
        (view.flows, view.cpu_samples) = sampler.join().unwrap_or_default();
    });
    view.elapsed = course.begun.elapsed();
    view.cpu = before.and_then(|before| processor()?.checked_sub(before));
    view
}
