//! Files that are right come back the same; files that are wrong say where and why.

use std::num::NonZeroU32;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::change::{HttpVersion, Switch};
use crate::encoding::{Encoding, Encodings};
use crate::unit::Bytes;

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
    assert!(problem("[udp]\na = 1").contains("sections [tcp], [dns], [pool], [http]"));
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
    let switch = any::<bool>().prop_map(Switch::from);
    let size = (1u64..=1 << 30).prop_map(Bytes::new);
    prop_oneof![
        switch.clone().prop_map(Change::Nodelay),
        switch.clone().prop_map(Change::Quickack),
        switch.clone().prop_map(Change::FastOpen),
        switch.clone().prop_map(Change::AddressRacing),
        switch.prop_map(Change::KeepAlive),
        (0u64..86_400_000).prop_map(|ms| Change::DnsCacheTtl(Duration::from_millis(ms))),
        prop::option::of("[a-z0-9_-]{1,15}")
            .prop_map(|name| Change::CongestionControl(name.and_then(|name| name.parse().ok()))),
        prop::option::of(size.clone()).prop_map(Change::NotsentLowat),
        prop::option::of(size.clone()).prop_map(Change::ReceiveBuffer),
        prop::option::of(size).prop_map(Change::SendBuffer),
        prop::option::of(1u64..86_400_000)
            .prop_map(|ms| Change::UserTimeout(ms.map(Duration::from_millis))),
        (0u64..86_400_000).prop_map(|ms| Change::ServeStale(Duration::from_millis(ms))),
        (0u32..=65_535).prop_map(|n| Change::MaxConnections(NonZeroU32::new(n))),
        prop::sample::select(vec![
            HttpVersion::Auto,
            HttpVersion::Http1,
            HttpVersion::Http2
        ])
        .prop_map(Change::Version),
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
        let value = if value == "\"0ms\"" { "\"0s\"" } else { value };
        assert!(row.contains(&format!(" | `{value}` | ")), "{row}: {value}");
    }
}
