//! What is different for some paths: whether their answers may be kept, and whether they are somewhere else.
//!
//! A redirect leads to the same path with one hop more in its query, and after the last hop the answer is there. So nothing is
//! kept about who was sent where, and a client that calls the final URL is answered at once. A redirect takes no work and no
//! worker: servers give it before they do anything. What it leaves alone: other hosts.

use http::{HeaderValue, StatusCode};

/// More hops than any client follows.
pub const MOST_HOPS: u32 = 40;

/// The parameter of the query that counts hops.
const HOP: &str = "hop=";

/// What is different for the paths that begin in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// How the paths begin, with a slash: `/` is all of them. Of several routes the longest counts.
    pub path: String,
    /// Their `Cache-Control`. Default: `None`, that of the other paths.
    pub cache_control: Option<HeaderValue>,
    /// Where they lead. Default: `None`, the answer is there.
    pub redirects: Option<Redirects>,
}

impl Default for Route {
    fn default() -> Self {
        Self {
            path: "/".to_owned(),
            cache_control: None,
            redirects: None,
        }
    }
}

/// Redirects before the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redirects {
    /// How many, from 1 to [`MOST_HOPS`].
    pub hops: u32,
    /// Their status: 301, 302, 303, 307 or 308.
    pub status: StatusCode,
}

impl Route {
    /// Adds what is out of its range to `wrong`.
    pub(super) fn check(&self, wrong: &mut Vec<String>) {
        if !self.path.starts_with('/') {
            wrong.push(format!("route {:?} must begin with a slash", self.path));
        }
        let Some(Redirects { hops, status }) = self.redirects else {
            return;
        };
        if !(1..=MOST_HOPS).contains(&hops) {
            wrong.push(format!(
                "redirect hops {hops} are not from 1 to {MOST_HOPS}"
            ));
        }
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            let status = status.as_u16();
            wrong.push(format!(
                "redirect status {status} is not one of 301, 302, 303, 307, 308"
            ));
        }
    }
}

/// The route of `path`; `None` where nothing is different.
pub(super) fn of<'a>(routes: &'a [Route], path: &str) -> Option<&'a Route> {
    routes
        .iter()
        .filter(|route| path.starts_with(&route.path))
        .max_by_key(|route| route.path.len())
}

impl Redirects {
    /// Where `path` leads; `None` when all hops are made.
    pub(super) fn next(self, path: &str) -> Option<String> {
        let (place, query) = path.split_once('?').unwrap_or((path, ""));
        let made = |part: &&str| {
            part.strip_prefix(HOP)
                .is_some_and(|hop| hop.parse::<u32>().is_ok())
        };
        let hop = query.split('&').find(made);
        let hop: u32 = hop.map_or(0, |hop| hop[HOP.len()..].parse().unwrap_or(self.hops));
        if hop >= self.hops {
            return None;
        }
        let rest = query
            .split('&')
            .filter(|part| !part.is_empty() && !made(part));
        let rest: String = rest.map(|part| format!("{part}&")).collect();
        Some(format!("{place}?{rest}{HOP}{}", hop + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redirects(hops: u32) -> Redirects {
        Redirects {
            hops,
            status: StatusCode::FOUND,
        }
    }

    #[test]
    fn the_longest_route_counts() {
        let route = |path: &str| Route {
            path: path.to_owned(),
            ..Route::default()
        };
        let routes = [route("/"), route("/old/"), route("/old/very/")];
        for (path, expected) in [("/", 0), ("/older", 0), ("/old/x", 1), ("/old/very/x?y", 2)] {
            assert_eq!(of(&routes, path), Some(&routes[expected]), "{path}");
        }
        assert_eq!(of(&routes[1..], "/new"), None);
    }

    proptest! {
        #[test]
        fn each_path_is_there_after_its_hops_and_keeps_its_query(hops in 1u32..9, path in "/[a-z]{0,5}(\\?[a-z]=[0-9]&[a-z]=[0-9])?") {
            let mut at = path.clone();
            for _ in 0..hops {
                at = redirects(hops).next(&at).unwrap();
            }
            prop_assert_eq!(redirects(hops).next(&at), None);
            let bare = at.replace(&format!("hop={hops}"), "");
            prop_assert_eq!(bare.trim_end_matches(['&', '?']), path);
        }
    }
}
