//! What a resolver remembers of names: a machine without I/O, with the time as an argument.
//!
//! An answer is fresh for the smaller of its lifetime and the user's bound. Shortly before that ends a name in use is
//! asked for again, so that nobody waits (prefetch). Afterwards it may be served stale for a bounded time, at once,
//! while it is asked for again (RFC 8767); when that fails, the next try waits a little. That a name has no address is
//! kept, too, for a bounded time (RFC 2308). Trouble is no knowledge and is not kept.
//!
//! What it leaves alone: asking, and that only one asks at a time.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::answer::{Answer, Miss};

/// Names kept at the most: a client talks to few. Beyond, the one that was not asked for the longest goes.
pub(super) const MOST_NAMES: usize = 1024;

/// That a name has no address is believed for so long at the most; RFC 2308 §5 allows hours, but a name that was
/// just made is worth more than a query.
const LONGEST_ABSENCE: Duration = Duration::from_secs(300);

/// The part of the lifetime at its end in which a name in use is asked for again.
const PREFETCH: f64 = 0.1;

/// After a failed refresh the next one waits for so long (the failure recheck timer of RFC 8767 §5).
const RECHECK: Duration = Duration::from_secs(30);

/// How long answers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeping {
    /// Fresh for so long at the most, and for no longer than the answer itself allows. Zero: not at all.
    pub ttl: Duration,
    /// Served stale for so long after that, while they are asked for again. Zero: never.
    pub serve_stale: Duration,
}

#[derive(Debug)]
pub(super) struct Memory {
    keeping: Keeping,
    names: HashMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    known: Result<Answer, Miss>,
    /// From here on it is asked for again.
    refresh_from: Option<Instant>,
    /// `None` is beyond what the clock can hold: for ever.
    fresh_until: Option<Instant>,
    stale_until: Option<Instant>,
    used: Instant,
}

/// What is known of a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Recall {
    /// Nothing of use: ask, and wait.
    Unknown,
    /// This; `refresh` says that it is time to ask again, without waiting.
    Known {
        known: Result<Answer, Miss>,
        is_stale: bool,
        refresh: bool,
    },
}

impl Memory {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self {
            keeping,
            names: HashMap::new(),
        }
    }

    /// What is known of `name`, and that it is in use.
    pub(super) fn recall(&mut self, name: &str, now: Instant) -> Recall {
        let Some(entry) = self.names.get_mut(name) else {
            return Recall::Unknown;
        };
        entry.used = now;
        let is_fresh = is_before(now, entry.fresh_until);
        if !is_fresh && !is_before(now, entry.stale_until) {
            return Recall::Unknown;
        }
        Recall::Known {
            known: entry.known.clone(),
            is_stale: !is_fresh,
            refresh: !is_before(now, entry.refresh_from),
        }
    }

    /// What was learnt; it takes the place of what was known. Trouble leaves that as it is.
    pub(super) fn learn(&mut self, name: &str, learnt: &Result<Answer, Miss>, now: Instant) {
        let (lifetime, stale) = match learnt {
            Ok(answer) => (
                answer
                    .lifetime
                    .unwrap_or(Duration::MAX)
                    .min(self.keeping.ttl),
                self.keeping.serve_stale,
            ),
            Err(miss) => match miss.lifetime {
                Some(lifetime) if miss.cause.is_absence() => (
                    lifetime.min(LONGEST_ABSENCE).min(self.keeping.ttl),
                    Duration::ZERO,
                ),
                // The name is gone, but nobody says for how long.
                None if miss.cause.is_absence() => {
                    self.names.remove(name);
                    return;
                }
                _ => return self.failed(name, now),
            },
        };
        if lifetime.is_zero() && stale.is_zero() {
            self.names.remove(name);
            return;
        }
        self.make_room(name, now);
        let entry = Entry {
            known: learnt.clone(),
            refresh_from: learnt
                .is_ok()
                .then(|| now.checked_add(lifetime.mul_f64(1.0 - PREFETCH)))
                .flatten(),
            fresh_until: now.checked_add(lifetime),
            stale_until: now.checked_add(lifetime.saturating_add(stale)),
            used: now,
        };
        self.names.insert(name.to_owned(), entry);
    }

    /// Nobody could tell: what is known stays as it is, and is not asked for again at once.
    fn failed(&mut self, name: &str, now: Instant) {
        if let Some(entry) = self.names.get_mut(name) {
            entry.refresh_from = now.checked_add(RECHECK);
        }
    }

    fn make_room(&mut self, name: &str, now: Instant) {
        if self.names.len() < MOST_NAMES || self.names.contains_key(name) {
            return;
        }
        self.names
            .retain(|_, entry| is_before(now, entry.stale_until));
        while self.names.len() >= MOST_NAMES {
            let oldest = self.names.iter().min_by_key(|(_, entry)| entry.used);
            let Some(oldest) = oldest.map(|(name, _)| name.clone()) else {
                return;
            };
            self.names.remove(&oldest);
        }
    }
}

/// Whether `now` is before that time; `None` never comes.
fn is_before(now: Instant, end: Option<Instant>) -> bool {
    end.is_none_or(|end| now < end)
}

#[cfg(test)]
mod tests;
