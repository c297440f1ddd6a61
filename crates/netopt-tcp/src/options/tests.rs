//! The table agrees with the headers and with itself; values come back from the kernel's bytes as they were.

use std::collections::HashSet;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use proptest::prelude::*;

use super::*;

#[test]
fn no_two_rows_have_a_name_or_a_place_in_common() {
    let mut seen = HashSet::new();
    for option in all() {
        assert!(seen.insert(option.name.to_owned()), "{}", option.name);
        assert!(
            seen.insert(option.constant.to_owned()),
            "{}",
            option.constant
        );
        let place = format!("{} {}", option.level.constant(), option.number);
        assert!(seen.insert(place), "{}", option.name);
        assert_eq!(find(option.name), Some(option));
        assert_eq!(find(option.constant), Some(option));
    }
    assert!(all().count() > 45);
}

#[test]
fn a_row_is_named_by_its_level_and_told_in_a_line() {
    for option in all() {
        let (section, _) = option.name.split_once('.').unwrap();
        let own = match option.level {
            Level::Socket => "socket",
            Level::Tcp => "tcp",
            Level::Ip => "ip",
            Level::Ipv6 => "ipv6",
        };
        assert_eq!(section, own, "{}", option.name);
        let about = option.about.trim();
        assert!(about.ends_with('.') && about.len() < 160, "{about}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn seed_levels_and_numbers_are_those_of_the_headers() {
    macro_rules! headers {
        ($($level:ident: $($name:ident)+;)+) => {
            [$($((stringify!($level), stringify!($name), libc::$level, libc::$name)),+),+]
        };
    }
    let known = headers! {
        SOL_SOCKET: SO_DEBUG SO_REUSEADDR SO_REUSEPORT SO_DONTROUTE SO_KEEPALIVE SO_OOBINLINE SO_LINGER SO_SNDBUF
            SO_RCVBUF SO_SNDBUFFORCE SO_RCVBUFFORCE SO_BUF_LOCK SO_RCVLOWAT SO_PRIORITY SO_MARK SO_BINDTODEVICE
            SO_TIMESTAMPING SO_BUSY_POLL SO_PREFER_BUSY_POLL SO_BUSY_POLL_BUDGET SO_MAX_PACING_RATE
            SO_INCOMING_CPU SO_ZEROCOPY SO_TXREHASH;
        IPPROTO_TCP: TCP_NODELAY TCP_MAXSEG TCP_CORK TCP_QUICKACK TCP_CONGESTION TCP_NOTSENT_LOWAT TCP_WINDOW_CLAMP
            TCP_FASTOPEN TCP_FASTOPEN_CONNECT TCP_FASTOPEN_NO_COOKIE TCP_SAVE_SYN TCP_INQ TCP_THIN_DUPACK
            TCP_KEEPIDLE TCP_KEEPINTVL TCP_KEEPCNT TCP_SYNCNT TCP_LINGER2 TCP_DEFER_ACCEPT TCP_USER_TIMEOUT
            TCP_THIN_LINEAR_TIMEOUTS;
        IPPROTO_IP: IP_TOS IP_TTL IP_MTU_DISCOVER IP_FREEBIND IP_TRANSPARENT IP_MINTTL IP_BIND_ADDRESS_NO_PORT;
        IPPROTO_IPV6: IPV6_TCLASS IPV6_UNICAST_HOPS IPV6_V6ONLY IPV6_FREEBIND;
    };
    for (level, name, level_number, number) in known {
        let row = find(name).unwrap();
        assert_eq!(
            (row.level.constant(), row.level.number()),
            (level, level_number)
        );
        assert_eq!(row.number, number, "{name}");
    }
    // These are newer than the headers that most crates were made from.
    let newer = all().filter(|row| known.iter().all(|(_, name, ..)| *name != row.constant));
    let newer: Vec<&str> = newer.map(|row| row.constant).collect();
    assert_eq!(
        newer,
        [
            "TCP_TX_DELAY",
            "TCP_RTO_MAX_MS",
            "TCP_RTO_MIN_US",
            "TCP_DELACK_MAX_US"
        ]
    );
}

#[test]
fn mistakes_are_told_before_the_kernel_is_asked() {
    for (text, told) in [
        (
            "tcp.nodelay",
            "\"tcp.nodelay\" is not an option and a value such as",
        ),
        (
            "tcp.nodelay=maybe",
            "tcp.nodelay: \"maybe\" is not on or off",
        ),
        (
            "tcp.keepalive_time=500ms",
            "tcp.keepalive_time: \"500ms\" is not a time in whole seconds",
        ),
        (
            "TCP_NOTSENT_LOWAT=8GB",
            "tcp.notsent_lowat: \"8GB\" is not an amount of data",
        ),
        (
            "tcp.congestion_control=",
            "tcp.congestion_control: \"\" is not a name of 1 to 15 bytes",
        ),
        (
            "nodelay=on",
            "\"nodelay\" is not a socket option; did you mean tcp.nodelay?",
        ),
        (
            "tcp.speed=on",
            "\"tcp.speed\" is not a socket option that is known here",
        ),
    ] {
        let error = text.parse::<Setting>().unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
    }
    let late = KEEPALIVE_TIME.to(Duration::from_millis(1500)).unwrap_err();
    assert!(
        late.to_string()
            .starts_with("tcp.keepalive_time: \"1.50 s\" is not"),
        "{late}"
    );
}

/// A kind, and a value of it that the kernel's type can hold.
fn any_value() -> impl Strategy<Value = (Kind, Value)> {
    let times = |kind: Kind, unit: Duration| {
        (0u32..=1 << 30).prop_map(move |count| (kind, Value::Time(unit.saturating_mul(count))))
    };
    prop_oneof![
        any::<bool>().prop_map(|on| (Kind::Switch, Value::Switch(on.into()))),
        any::<i32>().prop_map(|number| (Kind::Count, Value::Count(number.into()))),
        any::<u32>().prop_map(|count| (Kind::Bytes, Value::Bytes(Bytes::new(count.into())))),
        times(Kind::Seconds, Duration::from_secs(1)),
        times(Kind::Millis, Duration::from_millis(1)),
        times(Kind::Micros, Duration::from_micros(1)),
        times(Kind::Linger, Duration::from_secs(1)),
        Just((Kind::Linger, Value::Off)),
        Just((Kind::Rate, Value::Unlimited)),
        (1u32..).prop_map(|count| {
            let rate = BitRate::from_bps(f64::from(count) * 8.0).unwrap();
            (Kind::Rate, Value::Rate(rate))
        }),
        "[a-z0-9_-]{1,15}".prop_map(|name| (Kind::Name, Value::Name(name))),
    ]
}

proptest! {
    #[test]
    fn the_kernels_bytes_say_what_was_asked((kind, value) in any_value()) {
        let bytes = value.encode(kind).unwrap();
        prop_assert_eq!(Value::decode(kind, &bytes), Some(value));
    }

    #[test]
    fn any_bytes_are_a_value_or_none(bytes in prop::collection::vec(any::<u8>(), 0..32)) {
        for option in all() {
            drop(Value::decode(option.kind, &bytes));
        }
    }

    #[test]
    fn no_text_makes_reading_fail(text in ".{0,40}") {
        drop(text.parse::<Setting>());
        for option in all() {
            drop(Setting::read(option.name, &text));
        }
    }
}
