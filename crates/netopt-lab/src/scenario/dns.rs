//! `[dns]`: what the client's resolver sees. With it the service has a name, without it an address.

use std::time::Duration;

use netopt_core::change::Switch;

use super::table::Table;
use super::value::{self, SWITCH, TIME};
use crate::dns::DEFAULT_TTL;

/// The name of the service in every scenario that has a name service.
pub const HOST: &str = "service.scenario";

/// No resolver waits longer than this for an answer.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
const LONGEST_TTL: Duration = Duration::from_secs(86_400);

/// The name service of a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dns {
    /// From a query to its answer. Default: zero.
    pub delay: Duration,
    /// How long answers may be cached. Default: 60 s.
    pub ttl: Duration,
    /// On: an address where nobody answers comes first. Default: off.
    pub dead_first: Switch,
}

pub(super) fn read(table: &Table<'_, '_>) -> Dns {
    table.only(&["delay", "ttl", "dead_first"]);
    let delay = table.get("delay", &format!("{TIME}, at most 30 s"), |value| {
        value::time(value, LONGEST_DELAY)
    });
    let ttl = table.get("ttl", &format!("{TIME}, at most 24 h"), |value| {
        value::time(value, LONGEST_TTL)
    });
    let dead_first = table.get("dead_first", SWITCH, value::switch);
    Dns {
        delay: delay.unwrap_or_default(),
        ttl: ttl.unwrap_or(DEFAULT_TTL),
        dead_first: dead_first.unwrap_or(false).into(),
    }
}
