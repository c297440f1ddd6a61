//! What cannot be taken is told, for every knob, and `docs/reqwest.md` says the same.

use std::fmt::Write as _;

use netopt::reqwest::{Extent, apply};
use netopt::{Change, Plan};

use crate::scene::{builder, client};

const PAGE: &str = include_str!("../../../../docs/reqwest.md");

/// Every knob away from its default.
const EVERYTHING: &str = r#"
[tcp]
nodelay = false
quickack = true
congestion_control = "bbr"
notsent_lowat = "128KiB"
receive_buffer = "128KiB"
send_buffer = "128KiB"
user_timeout = "20s"
fast_open = true
address_racing = true
[dns]
cache_ttl = "60s"
serve_stale = "60s"
[tls]
resumption = false
[pool]
max_connections = 4
min_idle = 2
idle_timeout = "60s"
lifetime = "60s"
fifo = true
[http]
keep_alive = false
version = "http1"
accept_encoding = ["zstd", "br", "gzip"]
request_encoding = "gzip"
redirects = 3
coalesce = true
[h2]
connections = 2
window = "adaptive"
[cache]
size = "1MiB"
[retry]
attempts = 2
budget = "10%"
[hedge]
after = "p95"
[limit]
concurrency = 4
rate = 100
[timeout]
attempt = "5s"
stall = "5s"
"#;

fn everything() -> Plan {
    let plan = Plan::read(EVERYTHING).unwrap();
    for default in Change::DEFAULTS {
        let turned = plan
            .changes()
            .iter()
            .find(|change| change.name() == default.name());
        assert!(
            turned.is_some_and(|turned| *turned != default),
            "{default:?}"
        );
    }
    plan
}

#[test]
fn the_page_says_of_every_knob_what_becomes_of_it() {
    let plan = everything();
    let left = apply(&plan, builder()).left;
    let mut missing = String::new();
    for change in Change::DEFAULTS {
        let name = change.name();
        let row = match left.iter().find(|left| left.change.name() == name) {
            None => format!("| `{name}` | yes | "),
            Some(left) if left.extent == Extent::Part => {
                format!("| `{name}` | in part | {} |", left.reason)
            }
            Some(left) => format!("| `{name}` | no | {} |", left.reason),
        };
        if !PAGE.lines().any(|line| line.starts_with(&row)) {
            writeln!(missing, "{row}").unwrap();
        }
    }
    assert!(missing.is_empty(), "docs/reqwest.md lacks\n{missing}");
    let rows = PAGE.lines().filter(|line| line.starts_with("| `"));
    assert_eq!(rows.count(), Change::DEFAULTS.len());
}

#[test]
fn what_is_missing_is_told_in_the_order_of_the_plan() {
    let plan =
        Plan::read("[pool]\nlifetime = \"60s\"\n[tcp]\nnodelay = false\n[limit]\nrate = 5\n");
    let told: Vec<String> = apply(&plan.unwrap(), builder())
        .left
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for wanted in [
        "pool.lifetime = 60.0 s is not applied: ",
        "limit.rate = 5 is not applied: ",
    ] {
        assert!(told.iter().any(|told| told.starts_with(wanted)), "{told:?}");
    }
}

#[test]
fn nothing_is_missing_at_the_defaults() {
    let plan: Plan = Change::DEFAULTS.into_iter().collect();
    assert_eq!(apply(&plan, builder()).left, []);
    assert_eq!(apply(&Plan::new(), builder()).left, []);
}

#[test]
fn a_budget_without_retries_is_told() {
    let plan = Plan::read("[retry]\nbudget = \"10%\"\n").unwrap();
    assert_eq!(apply(&plan, builder()).left.len(), 1);
}

#[test]
fn a_builder_under_every_knob_builds() {
    client(everything().changes());
}
