//! What a server gives to its clients at the most.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use netopt_core::unit::Bytes;

/// The bounds of a server. The defaults suit a tool that one person runs for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once, of all clients; each has a thread. Default 512.
    pub connections: u32,
    /// Connections at once of one address. Default 256: two transfers of 64 streams each way.
    pub connections_per_client: u32,
    /// Transfers at once. Default 16.
    pub transfers: u32,
    /// The longest transfer. Default 1 h.
    pub time: Duration,
    /// The most bytes each way of one transfer that is asked for by its bytes. Default 1 TB.
    pub bytes: Bytes,
    /// How long a connection may take to say what it is for. Default 5 s.
    pub opening: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_per_client: 256,
            transfers: 16,
            time: Duration::from_secs(3600),
            bytes: Bytes::new(1_000_000_000_000),
            opening: Duration::from_secs(5),
        }
    }
}

/// Who is in.
#[derive(Debug, Default)]
pub(super) struct Admission(Mutex<BTreeMap<IpAddr, u32>>);

impl Admission {
    /// Lets a connection in, or says which limit is reached.
    pub(super) fn enter(&self, who: IpAddr, limits: &Limits) -> Result<Ticket<'_>, String> {
        let mut inside = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all: u32 = inside.values().sum();
        let own = inside.get(&who).copied().unwrap_or(0);
        if all >= limits.connections {
            return Err(format!(
                "{all} connections are open, which is the limit of this server"
            ));
        }
        if own >= limits.connections_per_client {
            return Err(format!(
                "{own} connections are open from {who}, which is the limit for one client"
            ));
        }
        inside.insert(who, own + 1);
        Ok(Ticket {
            admission: self,
            who,
        })
    }
}

/// A connection's right to be in; dropping it lets another one in.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    admission: &'a Admission,
    who: IpAddr,
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut inside = self
            .admission
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = inside.get_mut(&self.who) {
            *own -= 1;
            if *own == 0 {
                inside.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_cannot_keep_the_others_out() {
        let limits = Limits {
            connections: 3,
            connections_per_client: 2,
            ..Limits::default()
        };
        let admission = Admission::default();
        let [one, two] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        let first = admission.enter(one, &limits).unwrap();
        let _second = admission.enter(one, &limits).unwrap();
        assert!(
            admission
                .enter(one, &limits)
                .unwrap_err()
                .contains("10.0.0.1")
        );
        let _third = admission.enter(two, &limits).unwrap();
        assert!(
            admission
                .enter(two, &limits)
                .unwrap_err()
                .contains("3 connections")
        );
        drop(first);
        drop(admission.enter(one, &limits).unwrap());
    }
}
