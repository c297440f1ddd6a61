//! The layers: which of our crates may depend on which, and which outside crates are kept out of one.
//!
//! Arrows point down only and siblings do not know each other. Dev-dependencies are free: a test may
//! use any crate, and the lab is made for nothing else.

use super::source::Source;
use super::violation::Violation;
use crate::workspace::Member;

/// Each crate with those of ours it may ship with, from the ground up.
const TABLE: &[(&str, &[&str])] = &[
    ("netopt-core", &[]),
    ("netopt-tcp", &["netopt-core"]),
    ("netopt-pool", &["netopt-core"]),
    ("netopt-lb", &["netopt-core"]),
    ("netopt-load", &["netopt-core"]),
    ("netopt-monitor", &["netopt-core"]),
    ("netopt-explain", &["netopt-core"]),
    ("netopt-lab", &["netopt-core"]),
    ("netopt-http", &["netopt-core", "netopt-tcp", "netopt-pool"]),
    ("netopt-trial", &["netopt-core", "netopt-load"]),
    (
        "netopt",
        &[
            "netopt-core",
            "netopt-tcp",
            "netopt-pool",
            "netopt-lb",
            "netopt-http",
        ],
    ),
    ("netopt-proxy", &["netopt-core", "netopt", "netopt-monitor"]),
    (
        "netopt-cli",
        &[
            "netopt-core",
            "netopt-tcp",
            "netopt-pool",
            "netopt-lb",
            "netopt-load",
            "netopt-monitor",
            "netopt-explain",
            "netopt-lab",
            "netopt-http",
            "netopt-trial",
            "netopt",
            "netopt-proxy",
        ],
    ),
    // Benches use our crates as dev-dependencies; the workshop uses none of them.
    ("netopt-bench", &[]),
    ("xtask", &[]),
];

/// Families of outside crates kept out of one of ours: the family's name is a crate, or the part of a
/// crate's name before `-` or `_`. The last field says why.
const KEPT_OUT: &[(&str, &[&str], &str)] = &[
    (
        "netopt-core",
        &["tokio", "rand"],
        "core has no I/O, no async and no randomness",
    ),
    ("netopt-trial", &["http", "hyper"], "trial never sees HTTP"),
    (
        "netopt-explain",
        &["tokio", "hyper"],
        "explain never measures",
    ),
];

/// Checks what each member ships with; `manifests` are their manifests, for the line numbers.
pub(super) fn check(members: &[Member], manifests: &[Source]) -> Vec<Violation> {
    let ours = |name: &str| {
        TABLE.iter().any(|(known, _)| *known == name) || members.iter().any(|m| m.name == name)
    };
    let mut violations = Vec::new();
    for member in members {
        let manifest = manifests
            .iter()
            .find(|manifest| manifest.path == member.manifest);
        let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == member.name) else {
            let advice = format!(
                "`{}` has no layer: give it one in xtask/src/tidy/layers.rs",
                member.name
            );
            violations.push(Violation::new(&member.manifest, 1, "layers", advice));
            continue;
        };
        for dependency in &member.dependencies {
            let reason = if ours(dependency) {
                upward(&member.name, dependency, allowed)
            } else {
                kept_out(&member.name, dependency)
            };
            violations.extend(reason.map(|reason| {
                let line = manifest.map_or(1, |manifest| dependency_line(manifest, dependency));
                Violation::new(&member.manifest, line, "layers", reason)
            }));
        }
    }
    violations
}

/// What is wrong with one of ours depending on another of ours.
fn upward(member: &str, dependency: &str, allowed: &[&str]) -> Option<String> {
    if allowed.contains(&dependency) {
        return None;
    }
    if dependency == "netopt-lab" {
        return Some(format!(
            "`{member}` ships with the lab: make it a dev-dependency"
        ));
    }
    Some(format!(
        "`{member}` must not know `{dependency}`: move what both need down, or the use of both up"
    ))
}

/// What is wrong with one of ours depending on an outside crate.
fn kept_out(member: &str, dependency: &str) -> Option<String> {
    let family = dependency.split(['-', '_']).next()?;
    let (_, _, why) = KEPT_OUT
        .iter()
        .find(|(name, families, _)| *name == member && families.contains(&family))?;
    Some(format!("`{dependency}` is kept out of `{member}`: {why}"))
}

/// The line of the manifest that names a dependency.
fn dependency_line(manifest: &Source, dependency: &str) -> usize {
    let names = |line: &str| {
        line.strip_prefix(dependency)
            .is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
    };
    manifest
        .text
        .lines()
        .position(names)
        .map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, dependencies: &[&str]) -> Member {
        Member {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
            benches: Vec::new(),
        }
    }

    fn advice(name: &str, dependencies: &[&str]) -> Vec<String> {
        check(&[member(name, dependencies)], &[])
            .into_iter()
            .map(|violation| violation.advice)
            .collect()
    }

    #[test]
    fn every_crate_of_the_table_points_down_only() {
        for (index, (name, allowed)) in TABLE.iter().enumerate() {
            for dependency in *allowed {
                let below = TABLE[..index].iter().any(|(name, _)| name == dependency);
                assert!(below, "{name} -> {dependency}");
            }
        }
    }

    #[test]
    fn arrows_down_pass() {
        assert!(
            advice(
                "netopt-http",
                &["bytes", "hyper", "netopt-core", "netopt-pool", "netopt-tcp"]
            )
            .is_empty()
        );
        assert!(advice("netopt-cli", &["netopt", "netopt-lab", "netopt-trial"]).is_empty());
        assert!(advice("xtask", &["anyhow"]).is_empty());
    }

    #[test]
    fn arrows_up_and_sideways_fail() {
        assert_eq!(advice("netopt-core", &["netopt-tcp"]).len(), 1);
        assert_eq!(
            advice("netopt-tcp", &["netopt-core", "netopt-pool"]).len(),
            1
        );
        assert_eq!(advice("netopt-trial", &["netopt-http"]).len(), 1);
        assert_eq!(advice("netopt-proxy", &["netopt-http"]).len(), 1);
    }

    #[test]
    fn the_lab_ships_with_the_binary_only() {
        assert_eq!(
            advice("netopt-http", &["netopt-lab"]),
            ["`netopt-http` ships with the lab: make it a dev-dependency"]
        );
    }

    #[test]
    fn families_are_kept_out_by_name() {
        assert_eq!(
            advice(
                "netopt-core",
                &["tokio-util", "rand_xoshiro", "serde", "randomise"]
            )
            .len(),
            2
        );
        assert_eq!(
            advice("netopt-trial", &["hyper-util"]),
            ["`hyper-util` is kept out of `netopt-trial`: trial never sees HTTP"]
        );
    }

    #[test]
    fn a_new_crate_asks_for_its_layer() {
        assert_eq!(
            advice("netopt-quic", &["netopt-core"]),
            ["`netopt-quic` has no layer: give it one in xtask/src/tidy/layers.rs"]
        );
    }

    #[test]
    fn the_line_is_that_of_the_dependency() {
        let tcp = member("netopt-tcp", &["netopt-pool"]);
        let manifest = Source {
            path: tcp.manifest.clone(),
            text: "[dependencies]\nnetopt-pool-x = \"1\"\nnetopt-pool.workspace = true\n"
                .to_owned(),
        };
        assert_eq!(check(&[tcp], &[manifest])[0].line, 3);
    }
}
