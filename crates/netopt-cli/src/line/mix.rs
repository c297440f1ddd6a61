//! What a program asks for, when it is more than one thing: paths in turn, or some more often than others.
//!
//! Which path a call has follows from its number, so all arms of a trial ask for the same in the same order. Where the list
//! comes from, a file of the user or one of the lab, is not known here.

use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;

use http::Uri;
use http::uri::PathAndQuery;
use netopt_explain::Asking;
use netopt_load::choice::Choice;

/// Several paths of a target.
#[derive(Debug, Clone)]
pub(crate) struct Mix {
    paths: Arc<[PathAndQuery]>,
    choice: Choice,
    asking: Asking,
}

impl Mix {
    /// These paths in turn; `None` of an empty list.
    #[must_use]
    pub(crate) fn listed(paths: Vec<PathAndQuery>) -> Option<Self> {
        let count = NonZeroU64::new(paths.len() as u64)?;
        Some(Self {
            choice: Choice::in_turn(count),
            asking: Asking::Listed,
            paths: paths.into(),
        })
    }

    /// The same paths at random, the first ones more often, by Zipf's law with this exponent; `None` if there is no such law.
    #[must_use]
    pub(crate) fn by_popularity(self, exponent: f64, seed: u64) -> Option<Self> {
        let count = NonZeroU64::new(self.paths.len() as u64)?;
        Some(Self {
            choice: Choice::zipf(count, exponent, seed)?,
            ..self
        })
    }

    /// The same paths as one piece of work.
    #[must_use]
    pub(crate) fn chained(self) -> Self {
        let length = u32::try_from(self.paths.len()).ok();
        Self {
            asking: length
                .and_then(NonZeroU32::new)
                .map_or(Asking::Listed, Asking::Chain),
            ..self
        }
    }

    /// What was said about what is asked for.
    #[must_use]
    pub(crate) const fn asking(&self) -> Asking {
        self.asking
    }

    /// How many paths there are.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.paths.len()
    }

    /// `uri` with the path of that call.
    #[must_use]
    pub(super) fn place(&self, uri: &Uri, index: u64) -> Uri {
        let mut parts = uri.clone().into_parts();
        let path = usize::try_from(self.choice.of(index))
            .ok()
            .and_then(|place| self.paths.get(place));
        if let Some(path) = path {
            parts.path_and_query = Some(path.clone());
        }
        Uri::from_parts(parts).unwrap_or_else(|_| uri.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mix(paths: &[&str]) -> Mix {
        Mix::listed(paths.iter().map(|path| path.parse().unwrap()).collect()).unwrap()
    }

    #[test]
    fn calls_go_through_the_list_and_keep_the_target() {
        let target: Uri = "http://shop.test:81/".parse().unwrap();
        let mix = mix(&["/a", "/b?c"]);
        let places: Vec<String> = (0..3)
            .map(|index| mix.place(&target, index).to_string())
            .collect();
        assert_eq!(
            places,
            [
                "http://shop.test:81/a",
                "http://shop.test:81/b?c",
                "http://shop.test:81/a"
            ]
        );
        assert_eq!(mix.asking(), Asking::Listed);
        assert_eq!(
            mix.chained().asking(),
            Asking::Chain(NonZeroU32::new(2).unwrap())
        );
        assert!(Mix::listed(Vec::new()).is_none());
    }

    #[test]
    fn the_popular_ones_come_more_often() {
        let target: Uri = "http://shop.test/".parse().unwrap();
        let mix = mix(&["/a", "/b", "/c"]).by_popularity(2.0, 1).unwrap();
        let first = (0..1_000).filter(|index| mix.place(&target, *index).path() == "/a");
        // 36 of 49.
        assert!((650..820).contains(&first.count()));
    }
}
