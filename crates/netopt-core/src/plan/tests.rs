//! Files that are right come back the same; files that are wrong say where and why.

use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::change::{ConcurrencyLimit, HttpVersion, Percentile, Switch, Window};
use crate::encoding::{Encoding, Encodings};
use crate::unit::{Bytes, Ratio};

fn problem(text: &str) -> String {
    Plan::read(text).unwrap_err().to_string()
}

#[test]
fn errors_name_line_key_value_and_bound() {
    assert_eq!(
        problem("[tcp]\nnodelay = \"yes\"\n"),
        "line 2: tcp.nodelay: \"yes\" is not true or false"
    );
    assert_eq!(
        problem("[pool]\n\nmax_connections = 0\n"),
        "line 3: pool.max_connections: 0 is not a number from 1 to 65535, or \"unlimited\""
    );
    assert!(
        problem("[dns]\ncache_ttl = \"48h\"")
            .starts_with("line 2: dns.cache_ttl: \"48h\" is not a time from")
    );
    assert!(
        problem("[http]\nkeepalive = true")
            .contains("line 2: http.keepalive: is unknown; known are")
    );
    assert!(problem("[udp]\na = 1").contains("sections [tcp], [dns], [tls], [pool], [http], [h2]"));
    assert!(problem("schema = \"netopt.plan/9\"").contains("is not \"netopt.plan/1\""));
    assert!(problem("[tcp\nnodelay = true").starts_with("line 1: "));
}

#[test]
fn knobs_of_the_kernel_name_their_bounds() {
    for (line, told) in [
        (
            "congestion_control = \"Vegas!\"",
            "\"Vegas!\" is not the name of a congestion control",
        ),
        (
            "notsent_lowat = 16384",
            "16384 is not an amount from \"1B\"",
        ),
        (
            "receive_buffer = \"2GiB\"",
            "\"2GiB\" is not an amount from",
        ),
        ("send_buffer = \"0B\"", "\"0B\" is not an amount from"),
        (
            "user_timeout = \"0.5ms\"",
            "\"0.5ms\" is not a time from \"1ms\"",
        ),
        ("fast_open = \"yes\"", "\"yes\" is not true or false"),
    ] {
        let problem = problem(&format!("[tcp]\n{line}\n"));
        assert!(problem.contains(told), "{problem}");
    }
    let text = "[tcp]\ncongestion_control = \"system\"\nsend_buffer = \"system\"\nuser_timeout = \"system\"\n";
    assert_eq!(Plan::read(text).unwrap().settings(), Settings::default());
}

#[test]
fn all_violations_are_told_at_once() {
    let errors =
        Plan::read("[http]\nversion = 3\naccept_encoding = [\"lzma\"]\n[tcp]\nnodelay = 1\n")
            .unwrap_err();
    let lines: Vec<usize> = errors.0.iter().map(|error| error.line).collect();
    assert_eq!(lines, [2, 3, 5]);
}

#[test]
fn an_empty_file_is_the_ordinary_client() {
    assert_eq!(Plan::read("").unwrap().settings(), Settings::default());
}

#[test]
fn since_ignores_what_was_so_before() {
    let before = Plan::new().with(Change::KeepAlive(Switch::Off));
    let after = before
        .clone()
        .with(Change::Nodelay(Switch::On))
        .with(Change::KeepAlive(Switch::On));
    assert_eq!(after.since(&before), [Change::KeepAlive(Switch::On)]);
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any_switch(),
        any_amount(),
        any_time(),
        any_number(),
        any_word()
    ]
}

fn any_switch() -> impl Strategy<Value = Change> {
    let make: Vec<fn(Switch) -> Change> = vec![
        Change::Nodelay,
        Change::Quickack,
        Change::FastOpen,
        Change::AddressRacing,
        Change::Resumption,
        Change::FirstInFirstOut,
        Change::KeepAlive,
        Change::Coalesce,
    ];
    (prop::sample::select(make), any::<bool>()).prop_map(|(make, on)| make(Switch::from(on)))
}

fn any_amount() -> impl Strategy<Value = Change> {
    let make: Vec<fn(Option<Bytes>) -> Change> = vec![
        Change::NotsentLowat,
        Change::ReceiveBuffer,
        Change::SendBuffer,
        |size| Change::CacheSize(size.unwrap_or(Bytes::ZERO)),
        |size| {
            Change::H2Window(size.map_or(Window::Adaptive, |size| {
                Window::Fixed(size.max(Bytes::new(65_535)))
            }))
        },
    ];
    let size = prop::option::of((1u64..=1 << 30).prop_map(Bytes::new));
    (prop::sample::select(make), size).prop_map(|(make, size)| make(size))
}

fn any_time() -> impl Strategy<Value = Change> {
    let make: Vec<fn(Option<Duration>) -> Change> = vec![
        Change::UserTimeout,
        Change::Lifetime,
        Change::AttemptTimeout,
        Change::StallTimeout,
        |time| Change::DnsCacheTtl(time.unwrap_or(Duration::ZERO)),
        |time| Change::ServeStale(time.unwrap_or(Duration::ZERO)),
        |time| Change::IdleTimeout(time.unwrap_or(Duration::from_secs(1))),
    ];
    let time = prop::option::of((1u64..86_400_000).prop_map(Duration::from_millis));
    (prop::sample::select(make), time).prop_map(|(make, time)| make(time))
}

fn any_number() -> impl Strategy<Value = Change> {
    let make: Vec<fn(u32) -> Change> = vec![
        |n| Change::MaxConnections(NonZeroU32::new(n)),
        Change::MinIdle,
        |n| Change::Redirects(n % 21),
        |n| Change::RetryAttempts(n % 11),
        |n| Change::H2Connections(NonZeroU32::new(n % 65).unwrap_or(NonZeroU32::MIN)),
        |n| Change::LimitRate(NonZeroU32::new(n)),
        |n| {
            let limit = NonZeroU32::new(n).map(ConcurrencyLimit::Fixed);
            Change::LimitConcurrency(limit.unwrap_or(ConcurrencyLimit::Aimd))
        },
        |n| Change::RetryBudget(Ratio::new(f64::from(n) / 65_535.0)),
        |n| Change::HedgeAfter(u8::try_from(n % 128).ok().and_then(Percentile::new)),
    ];
    (prop::sample::select(make), 0u32..=65_535).prop_map(|(make, number)| make(number))
}

fn any_word() -> impl Strategy<Value = Change> {
    let versions = vec![HttpVersion::Auto, HttpVersion::Http1, HttpVersion::Http2];
    prop_oneof![
        prop::option::of("[a-z0-9_-]{1,15}")
            .prop_map(|name| Change::CongestionControl(name.and_then(|name| name.parse().ok()))),
        prop::sample::select(versions).prop_map(Change::Version),
        prop::option::of(prop::sample::select(Encoding::ALL.to_vec()))
            .prop_map(Change::RequestEncoding),
        prop::sample::subsequence(Encoding::ALL.to_vec(), 0..=3)
            .prop_map(|set| Change::AcceptEncoding(set.into_iter().collect::<Encodings>())),
    ]
}

proptest! {
    #[test]
    fn a_written_plan_reads_back_the_same(changes in prop::collection::vec(any_change(), 0..10), note in ".{0,40}") {
        let plan: Plan = changes.into_iter().collect();
        let back = Plan::read(&plan.write(&note, |_| note.clone())).unwrap();
        prop_assert_eq!(back.settings(), plan.settings());
        prop_assert_eq!(back.changes().len(), plan.changes().len());
    }

    #[test]
    fn reading_never_panics(text in ".{0,200}") {
        drop(Plan::read(&text));
    }
}

#[test]
fn the_page_tells_of_every_knob_and_its_default() {
    let page = include_str!("../../../../docs/plan.md");
    for change in Change::DEFAULTS {
        let row = format!("| `{}` | ", change.name());
        let row = page
            .lines()
            .find(|line| line.starts_with(&row))
            .unwrap_or_else(|| panic!("docs/plan.md has no row for {}", change.name()));
        let default = Plan::new().with(change).write("", |_| String::new());
        let value = default.lines().last().unwrap();
        let (_, value) = value.split_once(" = ").unwrap();
        assert!(row.contains(&format!(" | `{value}` | ")), "{row}: {value}");
    }
}
