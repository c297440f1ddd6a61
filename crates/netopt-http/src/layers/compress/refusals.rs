//! Who said that it does not take compressed requests.
//!
//! Bounded in number and in time: a server that is renewed is asked again. What it leaves alone: telling a refusal from
//! another one with the same status.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::destination::Destination;

/// Long enough that the extra request does not show, short enough that a renewed server is noticed.
pub(super) const REMEMBERED: Duration = Duration::from_secs(3600);
/// More destinations than one client speaks to.
const MOST: usize = 1024;

/// Destinations that refused, and since when.
#[derive(Debug, Default)]
pub(super) struct Refusals(HashMap<Destination, Instant>);

impl Refusals {
    /// Whether it refused within the last hour.
    pub(super) fn has(&self, to: &Destination, now: Instant) -> bool {
        let since = self.0.get(to);
        since.is_some_and(|since| now.saturating_duration_since(*since) < REMEMBERED)
    }

    /// It has just refused. With too many of them, the old ones are forgotten, or else all.
    pub(super) fn note(&mut self, to: Destination, now: Instant) {
        if self.0.len() >= MOST {
            self.0
                .retain(|_, since| now.saturating_duration_since(*since) < REMEMBERED);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(to, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn destination(port: u16) -> Destination {
        let uri = format!("http://a:{port}/").parse().unwrap();
        Destination::of(&uri).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        /// Who refused is known for an hour, and no more are known than the bound.
        #[test]
        fn a_refusal_lasts_an_hour_and_their_number_is_bounded(
            notes in proptest::collection::vec((1u16..3000, 0u64..10), 1..3000),
        ) {
            let (start, mut now) = (Instant::now(), Duration::ZERO);
            let mut refusals = Refusals::default();
            for (port, pause) in notes {
                now += Duration::from_secs(pause);
                refusals.note(destination(port), start + now);
                prop_assert!(refusals.has(&destination(port), start + now));
                prop_assert!(!refusals.has(&destination(port), start + now + REMEMBERED));
                prop_assert!(refusals.0.len() <= MOST);
            }
        }
    }
}
