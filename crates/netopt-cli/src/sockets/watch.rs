//! The watching: the kernel is asked a few times, and what is the same connection is joined.

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use netopt_tcp::diag::{self, Filter, Socket};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::owners::{self, Owner, sockets_of};
use super::{Cause, Connection};
use crate::exit::Fault;

/// From look to look: ten ticks and more of the slowest kernel, which counts in steps of 10 ms.
const STEP: Duration = Duration::from_millis(250);

/// The most connections that are followed; of more, the rest are counted. Each takes some two kilobytes,
/// one that sends up to eight.
const FOLLOWED: usize = 20_000;

/// Whose connections are watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Of this process only.
    pub(crate) process: Option<Owner>,
    /// With this port at either end only.
    pub(crate) port: Option<u16>,
}

impl Subject {
    /// The connections of a process, or of the whole machine.
    ///
    /// # Errors
    /// When there is no such process, or it may not be seen.
    pub(crate) fn new(pid: Option<u32>, port: Option<u16>) -> Result<Self, Fault> {
        let process = match pid {
            None => None,
            Some(pid) => {
                sockets_of(pid)?;
                let unnamed = || Owner {
                    program: "?".to_owned(),
                    pid,
                };
                Some(owners::named(pid).unwrap_or_else(unnamed))
            }
        };
        Ok(Self { process, port })
    }
}

/// What was seen.
#[derive(Debug, Clone)]
pub(crate) struct Watched {
    pub(crate) subject: Subject,
    /// From the first look to the last.
    pub(crate) elapsed: Duration,
    /// How often the kernel was asked.
    pub(crate) looks: u32,
    /// Those that were there at some look, the gravest cause first, then the most traffic.
    pub(crate) connections: Vec<(Cause, Connection)>,
    /// Those for which there was no room.
    pub(crate) beyond: usize,
    /// Those whose program may not be seen.
    pub(crate) hidden: usize,
    /// Whether each list of the kernel was whole, and the time was not cut short.
    pub(crate) is_complete: bool,
}

/// Watches for that long; `is_over` ends it before.
///
/// # Errors
/// When the kernel cannot list sockets, or the process ended before the first look.
///
/// # Cancel safety
/// Dropping the future loses what was seen; end it by `is_over` to keep that.
pub(crate) async fn watch(
    subject: Subject,
    time: Duration,
    is_over: impl Future<Output = ()>,
) -> Result<Watched, Fault> {
    let filter = Filter {
        port: subject.port,
        ..Filter::default()
    };
    let begun = Instant::now();
    let mut ticks = interval(STEP.min(time / 2).max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut is_over = std::pin::pin!(is_over);
    let mut followed = Followed::default();
    let (mut looks, mut elapsed, mut is_complete) = (0, Duration::ZERO, true);
    loop {
        tokio::select! {
            biased;
            () = &mut is_over => {
                is_complete = false;
                break;
            }
            _ = ticks.tick() => {}
        }
        let listing = diag::list(&filter).map_err(|error| {
            Fault::unmeasured(format!("the kernel does not list its sockets: {error}"))
        })?;
        let at = begun.elapsed();
        is_complete &= listing.is_complete;
        // A process that ended is as one without sockets.
        let process = subject.process.as_ref();
        let its = process.map(|process| sockets_of(process.pid).unwrap_or_default());
        followed.take(at, listing.sockets, its.as_ref());
        looks += 1;
        elapsed = at;
        if at >= time {
            break;
        }
    }
    followed.name_owners(&subject);
    let beyond = followed.beyond.len();
    let connections = followed.ranked();
    // One that ended before its program was looked for has no name either, and is not hidden.
    let is_hidden =
        |one: &Connection| one.owner.is_none() && one.now().inode != 0 && one.seen() == elapsed;
    let hidden = connections.iter().filter(|(_, one)| is_hidden(one)).count();
    Ok(Watched {
        subject,
        elapsed,
        looks,
        connections,
        beyond,
        hidden,
        is_complete,
    })
}

/// The connections while they are watched, by cookie.
#[derive(Debug, Default)]
struct Followed {
    connections: HashMap<u64, Connection>,
    beyond: HashSet<u64>,
    /// Which socket is at which pair of addresses, at the last look.
    ends: HashMap<(SocketAddr, SocketAddr), u32>,
}

impl Followed {
    /// Takes a list; `its` are the inodes that are meant, `None` for all.
    fn take(&mut self, at: Duration, sockets: Vec<Socket>, its: Option<&HashSet<u32>>) {
        self.ends.clear();
        for socket in sockets {
            self.ends.insert((socket.local, socket.peer), socket.inode);
            if its.is_some_and(|its| !its.contains(&socket.inode)) {
                continue;
            }
            let room = self.connections.len() < FOLLOWED;
            match self.connections.get_mut(&socket.cookie) {
                Some(connection) => connection.look(at, socket),
                None if room => {
                    let cookie = socket.cookie;
                    self.connections.insert(cookie, Connection::new(at, socket));
                }
                None => {
                    self.beyond.insert(socket.cookie);
                }
            }
        }
    }

    /// Says who holds each connection, and its other end if that is here.
    fn name_owners(&mut self, subject: &Subject) {
        let mut wanted: HashSet<u32> = self.ends.values().copied().collect();
        wanted.extend(self.connections.values().map(|one| one.now().inode));
        wanted.remove(&0);
        let owners = owners::owners(&wanted);
        self.connections.values_mut().for_each(|connection| {
            let now = connection.now();
            let opposite = self.ends.get(&(now.peer, now.local));
            let peer_owner = opposite.and_then(|inode| owners.get(inode)).cloned();
            let owner = owners.get(&now.inode).or(subject.process.as_ref());
            connection.owner = owner.cloned();
            connection.peer_owner = peer_owner;
        });
    }

    /// All of them, the gravest cause first, then the most traffic.
    fn ranked(self) -> Vec<(Cause, Connection)> {
        let connections = self.connections.into_values();
        let mut ranked: Vec<_> = connections.map(|one| (Cause::of(&one), one)).collect();
        ranked.sort_by_key(|(cause, one)| {
            let delta = one.delta();
            let moved =
                delta.bytes_acked.unwrap_or_default() + delta.bytes_received.unwrap_or_default();
            (*cause, std::cmp::Reverse(moved), one.now().local)
        });
        ranked
    }
}
