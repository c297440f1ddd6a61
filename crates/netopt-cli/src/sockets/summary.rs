//! What stands out among the connections: those with the same cause, program and peer are one sentence.

use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};

use super::{Cause, Connection, Owner, Watched, sentence};

/// A sentence, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) cause: Cause,
    /// The address at the other end of all of them.
    pub(crate) peer: IpAddr,
    /// The program of all of them.
    pub(crate) owner: Option<Owner>,
    /// How many there are.
    pub(crate) count: usize,
    /// The sentence for people.
    pub(crate) message: String,
}

/// The connections of a group while it is told.
#[derive(Debug)]
pub(super) struct Members<'a> {
    /// The first of them in the order of the watching: the one that moved most.
    pub(super) worst: &'a Connection,
    pub(super) count: usize,
}

/// Segments sent again from which on a connection is named for what it sent again in its whole life.
const NOTABLE: u32 = 10;
/// So many are named.
const NAMED: usize = 3;

/// A sentence for each group of connections that somebody should look at, the gravest first.
#[must_use]
pub(crate) fn summary(watched: &Watched) -> Vec<Group> {
    let mut found: Vec<(Cause, IpAddr, Option<&Owner>, Members<'_>)> = Vec::new();
    // A reader that does not read is told at its own end, where somebody can see it; not at the sender's again.
    let deaf: HashSet<(SocketAddr, SocketAddr)> = watched
        .connections
        .iter()
        .filter(|(cause, _)| matches!(cause, Cause::Unread | Cause::SlowReader))
        .map(|(_, one)| (one.now().peer, one.now().local))
        .collect();
    let is_told = |cause: Cause, one: &Connection| {
        let ends = (one.now().local, one.now().peer);
        matches!(cause, Cause::ClosedWindow | Cause::PeerWindow) && deaf.contains(&ends)
    };
    let troubled = watched
        .connections
        .iter()
        .filter(|(cause, one)| cause.is_trouble() && !is_told(*cause, one));
    for (cause, one) in troubled {
        let (peer, owner) = (one.now().peer.ip(), one.owner.as_ref());
        let same = found
            .iter_mut()
            .find(|(its, at, of, _)| (*its, *at, *of) == (*cause, peer, owner));
        match same {
            Some((.., members)) => members.count += 1,
            None => found.push((
                *cause,
                peer,
                owner,
                Members {
                    worst: one,
                    count: 1,
                },
            )),
        }
    }
    found
        .into_iter()
        .map(|(cause, peer, owner, members)| Group {
            cause,
            peer,
            owner: owner.cloned(),
            count: members.count,
            message: sentence::of(cause, &members),
        })
        .collect()
}

/// How many there are of each cause that occurs, in the order of the causes.
#[must_use]
pub(crate) fn counts(watched: &Watched) -> Vec<(Cause, usize)> {
    let of = |cause: Cause| {
        watched
            .connections
            .iter()
            .filter(|(its, _)| *its == cause)
            .count()
    };
    Cause::ALL
        .into_iter()
        .map(|cause| (cause, of(cause)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// The connections that sent most again since they were opened; what a loss costs now is a cause of its own.
#[must_use]
pub(crate) fn retransmitters(watched: &Watched) -> Vec<String> {
    let total = |one: &Connection| one.info().and_then(netopt_tcp::TcpInfo::total_retrans);
    let mut all: Vec<(u32, &Connection)> = watched
        .connections
        .iter()
        .filter_map(|(_, one)| Some((total(one)?, one)))
        .filter(|(again, _)| *again >= NOTABLE)
        .collect();
    all.sort_by_key(|(again, _)| std::cmp::Reverse(*again));
    all.iter()
        .filter_map(|(_, one)| sentence::retransmitter(one))
        .take(NAMED)
        .collect()
}
