//! The formula, by version of the draft.

use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

use super::{Foreign, Tls, trimmed_mean};

/// A version of draft-ietf-ippm-responsiveness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Draft {
    /// -03: one minute over the mean of the two round trips, which is the harmonic mean of the two figures.
    Ietf03,
    /// -09, of July 2026: the arithmetic mean of the two figures. It forgives one slow half.
    #[default]
    Ietf09,
}

impl Draft {
    /// The name of the document.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ietf03 => "draft-ietf-ippm-responsiveness-03",
            Self::Ietf09 => "draft-ietf-ippm-responsiveness-09",
        }
    }

    /// ID: how long an interval is. It went from 1 s to 5 s.
    #[must_use]
    pub const fn interval(self) -> Duration {
        match self {
            Self::Ietf03 => Duration::from_secs(1),
            Self::Ietf09 => Duration::from_secs(5),
        }
    }

    /// The responsiveness by these probes; each kind of time goes through [`trimmed_mean`] first.
    ///
    /// With TLS a foreign round trip is the mean of three (TCP, TLS, HTTP), without it of two. Section "Aggregating the
    /// measurements". `None` unless there are probes of both kinds, all of them with TLS or all without, and some time
    /// passed in both.
    #[must_use]
    pub fn responsiveness(
        self,
        foreign: &[Foreign],
        loaded: &[Duration],
    ) -> Option<Responsiveness> {
        let foreign = Rpm::of(foreign_round_trip(foreign)?)?;
        let loaded = Rpm::of(trimmed_mean(loaded)?.as_secs_f64())?;
        let combined = match self {
            Self::Ietf03 => Rpm(2.0 / (foreign.0.recip() + loaded.0.recip())),
            Self::Ietf09 => Rpm(f64::midpoint(foreign.0, loaded.0)),
        };
        Some(Responsiveness {
            draft: self,
            foreign,
            loaded,
            combined,
        })
    }
}

/// The mean round trip of foreign probes in seconds.
fn foreign_round_trip(probes: &[Foreign]) -> Option<f64> {
    let mean = |time: &dyn Fn(&Foreign) -> Duration| {
        let times: Vec<_> = probes.iter().map(time).collect();
        trimmed_mean(&times).map(|mean| mean.as_secs_f64())
    };
    let plain = mean(&|probe| probe.tcp)? + mean(&|probe| probe.http)?;
    let tls: Vec<_> = probes.iter().filter_map(|probe| probe.tls).collect();
    match tls.len().cmp(&probes.len()) {
        Ordering::Less if tls.is_empty() => Some(plain / 2.0),
        Ordering::Equal => {
            let times: Vec<_> = tls.iter().map(Tls::per_round_trip).collect();
            Some((plain + trimmed_mean(&times)?.as_secs_f64()) / 3.0)
        }
        _ => None,
    }
}

/// Round trips per minute: finite and above zero.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rpm(f64);

impl Rpm {
    /// How many round trips of that many seconds fit a minute.
    fn of(seconds: f64) -> Option<Self> {
        let rpm = 60.0 / seconds;
        (rpm.is_finite() && rpm > 0.0).then_some(Self(rpm))
    }

    /// Round trips per minute.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The round trip that this is.
    #[must_use]
    pub fn round_trip(self) -> Duration {
        Duration::from_secs_f64((60.0 / self.0).min(1e9))
    }
}

impl fmt::Display for Rpm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.0} RPM", self.0)
    }
}

/// A responsiveness and the two that it is made of.
///
/// Foreign much above loaded: the queue stands in the sender or in its own flow's queue, not in a shared one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Responsiveness {
    /// The version by which the two were combined.
    pub draft: Draft,
    /// On connections of their own.
    pub foreign: Rpm,
    /// On those that carry the load.
    pub loaded: Rpm,
    /// Both together: the figure that is published.
    pub combined: Rpm,
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use proptest::prelude::*;

    fn probe(tcp: u64, tls: Option<u64>, http: u64) -> Foreign {
        Foreign {
            tcp: Duration::from_millis(tcp),
            tls: tls.map(|millis| Tls {
                time: Duration::from_millis(millis),
                round_trips: NonZeroU32::MIN,
            }),
            http: Duration::from_millis(http),
        }
    }

    fn rpm(draft: Draft, foreign: Foreign, loaded: u64) -> f64 {
        let result = draft.responsiveness(&[foreign; 3], &[Duration::from_millis(loaded); 5]);
        result.unwrap().combined.get()
    }

    #[test]
    fn vectors_of_both_versions() {
        for (times, new, old) in [
            ((30, Some(30), 30, 30), 2000.0, 2000.0),
            ((60, Some(60), 60, 20), 2000.0, 1500.0),
            // Without TLS two terms, not three of which one is nil.
            ((60, None, 60, 20), 2000.0, 1500.0),
            ((30, None, 90, 60), 1000.0, 1000.0),
        ] {
            let foreign = probe(times.0, times.1, times.2);
            assert!(
                (rpm(Draft::Ietf09, foreign, times.3) - new).abs() < 1e-9,
                "{times:?}"
            );
            assert!(
                (rpm(Draft::Ietf03, foreign, times.3) - old).abs() < 1e-9,
                "{times:?}"
            );
        }
    }

    #[test]
    fn two_round_trips_of_tls_count_as_two() {
        let mut old_tls = probe(60, Some(120), 60);
        old_tls.tls = old_tls.tls.map(|tls| Tls {
            round_trips: NonZeroU32::new(2).unwrap(),
            ..tls
        });
        assert!((rpm(Draft::Ietf09, old_tls, 20) - 2000.0).abs() < 1e-9);
    }

    #[test]
    fn what_was_not_measured_is_unknown_and_not_zero() {
        let (draft, ms) = (Draft::default(), Duration::from_millis(20));
        let (with, without) = (probe(60, Some(60), 60), probe(60, None, 60));
        assert_eq!(draft, Draft::Ietf09);
        assert_eq!(draft.responsiveness(&[], &[ms]), None);
        assert_eq!(draft.responsiveness(&[with], &[]), None);
        assert_eq!(draft.responsiveness(&[with, without], &[ms]), None);
        assert_eq!(draft.responsiveness(&[with], &[Duration::ZERO]), None);
        assert_eq!(draft.responsiveness(&[probe(0, None, 0)], &[ms]), None);
    }

    #[test]
    fn versions_name_themselves() {
        assert!(Draft::Ietf03.name().ends_with("-03"));
        assert_eq!(Draft::Ietf09.interval(), Duration::from_secs(5));
        assert_eq!(Rpm(2000.0).round_trip(), Duration::from_millis(30));
        assert_eq!(Rpm(2000.0).to_string(), "2000 RPM");
    }

    proptest! {
        #[test]
        fn the_older_form_is_never_above_and_both_lie_between_the_halves(
            tcp in 1u64..5000, tls in any::<Option<u16>>(), http in 1u64..5000, loaded in 1u64..5000
        ) {
            let foreign = [probe(tcp, tls.map(u64::from), http)];
            let loaded = [Duration::from_millis(loaded)];
            let new = Draft::Ietf09.responsiveness(&foreign, &loaded).unwrap();
            let old = Draft::Ietf03.responsiveness(&foreign, &loaded).unwrap();
            prop_assert_eq!((new.foreign, new.loaded), (old.foreign, old.loaded));
            prop_assert!(old.combined.get() <= new.combined.get() * (1.0 + 1e-12));
            let (low, high) = (new.foreign.get().min(new.loaded.get()), new.foreign.get().max(new.loaded.get()));
            for combined in [new.combined.get(), old.combined.get()] {
                prop_assert!(combined >= low * (1.0 - 1e-12) && combined <= high * (1.0 + 1e-12));
            }
        }
    }
}
