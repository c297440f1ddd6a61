//! Every row of the table on the kernel that runs here: set, read back, by somebody with privilege and by nobody.
//! Beside are options with a story of their own, and the page that shows the table.
#![expect(
    clippy::print_stderr,
    clippy::panic,
    reason = "a test that is skipped says so, and one that fails tells what the kernel said"
)]

mod page;
mod single;

use std::thread;

use netopt_tcp::options::{self, Grant, Level, Privilege, ReadBack, Setting, SocketOption, Value};
use rustix::thread::{CapabilitySet, capabilities, set_thread_res_uid};
use socket2::{Domain, Protocol, Socket, Type};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Privileged,
}

/// What is expected of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Granted,
    Clamped,
    /// Out of the bounds that the row states.
    OutOfBounds,
    Ignored,
    /// Accepted by an option that cannot be read.
    Unseen,
}
use Want::{Clamped, Granted, Ignored, OutOfBounds, Unseen};

/// At least one value for each row, and what a kernel makes of it for somebody who may do all.
const SAMPLES: &[(&str, &str, Want)] = &[
    ("socket.debug", "on", Granted),
    ("socket.reuse_address", "on", Granted),
    ("socket.reuse_port", "on", Granted),
    ("socket.dont_route", "on", Granted),
    ("socket.keepalive", "on", Granted),
    ("socket.urgent_inline", "on", Granted),
    ("socket.linger", "5s", Granted),
    ("socket.linger", "0s", Granted),
    ("socket.linger", "off", Granted),
    ("socket.send_buffer", "64KiB", Granted),
    ("socket.send_buffer", "1GiB", Clamped),
    ("socket.send_buffer", "100B", Clamped),
    ("socket.receive_buffer", "64KiB", Granted),
    ("socket.receive_buffer", "1GiB", Clamped),
    ("socket.receive_buffer", "100B", Clamped),
    ("socket.send_buffer_force", "64MiB", Granted),
    ("socket.receive_buffer_force", "64MiB", Granted),
    ("socket.buffer_lock", "3", Granted),
    ("socket.buffer_lock", "4", OutOfBounds),
    ("socket.receive_lowat", "1000B", Granted),
    ("socket.receive_lowat", "0B", Clamped),
    ("socket.priority", "6", Granted),
    ("socket.priority", "7", Granted),
    ("socket.mark", "7", Granted),
    ("socket.bind_device", "lo", Granted),
    ("socket.timestamping", "0x31a", Granted),
    ("socket.timestamping", "0x40000000", OutOfBounds),
    ("socket.busy_poll", "0us", Granted),
    ("socket.busy_poll", "50us", Granted),
    ("socket.prefer_busy_poll", "on", Granted),
    ("socket.busy_poll_budget", "64", Unseen),
    ("socket.busy_poll_budget", "70000", OutOfBounds),
    ("socket.max_pacing_rate", "10mbit", Granted),
    ("socket.max_pacing_rate", "unlimited", Granted),
    ("socket.incoming_cpu", "0", Granted),
    ("socket.zerocopy", "on", Granted),
    ("socket.rehash", "off", Granted),
    ("tcp.nodelay", "on", Granted),
    ("tcp.nodelay", "off", Granted),
    ("tcp.max_segment", "1000B", Granted),
    ("tcp.max_segment", "87B", OutOfBounds),
    ("tcp.max_segment", "40kB", OutOfBounds),
    ("tcp.cork", "on", Granted),
    ("tcp.quickack", "off", Granted),
    ("tcp.quickack", "on", Granted),
    ("tcp.congestion_control", "reno", Granted),
    ("tcp.notsent_lowat", "16kB", Granted),
    ("tcp.window_clamp", "64KiB", Granted),
    ("tcp.window_clamp", "100B", Clamped),
    ("tcp.fast_open", "16", Granted),
    ("tcp.fast_open", "100000000", Clamped),
    ("tcp.fast_open", "-1", OutOfBounds),
    ("tcp.fast_open_connect", "on", Granted),
    ("tcp.fast_open_no_cookie", "on", Granted),
    ("tcp.save_syn", "on", Granted),
    ("tcp.inq", "on", Granted),
    ("tcp.thin_dupack", "on", Ignored),
    ("tcp.keepalive_time", "20s", Granted),
    ("tcp.keepalive_time", "0s", OutOfBounds),
    ("tcp.keepalive_time", "32768s", OutOfBounds),
    ("tcp.keepalive_interval", "5s", Granted),
    ("tcp.keepalive_interval", "0s", OutOfBounds),
    ("tcp.keepalive_retries", "4", Granted),
    ("tcp.keepalive_retries", "128", OutOfBounds),
    ("tcp.syn_retries", "3", Granted),
    ("tcp.syn_retries", "0", OutOfBounds),
    ("tcp.fin_timeout", "30s", Granted),
    ("tcp.fin_timeout", "1000s", Clamped),
    ("tcp.defer_accept", "1s", Granted),
    ("tcp.defer_accept", "5s", Clamped),
    ("tcp.user_timeout", "20s", Granted),
    ("tcp.thin_linear_timeouts", "on", Granted),
    ("tcp.tx_delay", "1ms", Granted),
    ("tcp.rto_max", "5s", Granted),
    ("tcp.rto_max", "999ms", OutOfBounds),
    ("tcp.rto_min", "40ms", Granted),
    ("tcp.rto_min", "300ms", OutOfBounds),
    ("tcp.delack_max", "40ms", Granted),
    ("tcp.delack_max", "41001us", Clamped),
    ("tcp.delack_max", "300ms", OutOfBounds),
    ("ip.tos", "184", Granted),
    ("ip.tos", "187", Clamped),
    ("ip.ttl", "32", Granted),
    ("ip.ttl", "0", OutOfBounds),
    ("ip.mtu_discover", "2", Granted),
    ("ip.mtu_discover", "6", OutOfBounds),
    ("ip.freebind", "on", Granted),
    ("ip.transparent", "on", Granted),
    ("ip.min_ttl", "2", Granted),
    ("ip.min_ttl", "256", OutOfBounds),
    ("ip.bind_address_no_port", "on", Granted),
    ("ipv6.traffic_class", "32", Granted),
    ("ipv6.traffic_class", "255", Clamped),
    ("ipv6.traffic_class", "256", OutOfBounds),
    ("ipv6.hop_limit", "32", Granted),
    ("ipv6.hop_limit", "256", OutOfBounds),
    ("ipv6.only", "on", Granted),
    ("ipv6.freebind", "on", Granted),
];

/// A new socket, of the family that the option wants.
fn socket(option: &SocketOption) -> Option<Socket> {
    let domain = match option.level {
        Level::Ipv6 => Domain::IPV6,
        _ => Domain::IPV4,
    };
    match Socket::new(domain, Type::STREAM, Some(Protocol::TCP)) {
        Ok(socket) => Some(socket),
        Err(error) => {
            eprintln!("skipped {}: {error}", option.name);
            None
        }
    }
}

/// The version of the kernel that runs.
fn kernel() -> (u8, u8) {
    let release = rustix::system::uname()
        .release()
        .to_str()
        .unwrap()
        .to_owned();
    let mut parts = release
        .split(|c: char| !c.is_ascii_digit())
        .map(|part| part.parse().unwrap());
    (parts.next().unwrap(), parts.next().unwrap())
}

fn may_do_all() -> bool {
    capabilities(None).is_ok_and(|own| own.effective.contains(CapabilitySet::NET_ADMIN))
}

/// Whether the row says that this value is not for everyone.
fn is_kept_back(setting: &Setting) -> bool {
    match setting.option().rules.privilege {
        Privilege::Anyone | Privilege::AllowedList => false,
        Privilege::NetAdmin => true,
        Privilege::NetAdminAbove(bound) => {
            matches!(setting.value(), Value::Count(number) if *number > bound)
        }
    }
}

/// Sets every sample and compares.
fn check_all(who: Who) {
    for (name, text, want) in SAMPLES {
        let setting = Setting::read(name, text).unwrap();
        let option = *setting.option();
        let Some(socket) = socket(&option) else {
            continue;
        };
        let before = option.read(&socket).ok();
        let grant = setting.apply(&socket);
        let after = option.read(&socket).ok();
        let told = format!("{setting}, by {who:?}: {grant}");
        if let Grant::NotSupported { since } = &grant {
            assert!(kernel() < *since, "{told}");
            continue;
        }
        if is_kept_back(&setting) && who == Who::Nobody {
            let Grant::Refused(refusal) = &grant else {
                panic!("{told}")
            };
            assert!([Some(1), Some(13)].contains(&refusal.errno), "{told}");
            assert!(told.contains("CAP_NET_ADMIN"), "{told}");
            assert_eq!(before, after, "{told}");
            continue;
        }
        match (want, &grant) {
            (Granted, Grant::Exactly(got)) => {
                assert_eq!(Some(got), after.as_ref(), "{told}");
                assert_eq!(got, setting.value(), "{told}");
            }
            (Clamped, Grant::Clamped { asked, got }) => {
                assert_ne!(asked, got, "{told}");
                assert_eq!(Some(got), after.as_ref(), "{told}");
                let rule = option.rules.read_back;
                assert!(
                    matches!(rule, ReadBack::Doubled(_) | ReadBack::Adjusted(_)),
                    "the row must say that it clamps: {told}"
                );
            }
            (Ignored, Grant::Ignored { got, .. }) => assert_eq!(Some(got), before.as_ref()),
            (Unseen, Grant::Unseen(_)) => assert_eq!(option.rules.read_back, ReadBack::Nothing),
            (OutOfBounds, Grant::Refused(refusal)) => {
                assert_eq!(refusal.errno, Some(22), "{told}");
                assert!(told.contains(option.rules.bounds), "{told}");
                assert_eq!(before, after, "{told}");
            }
            _ => panic!("wanted {want:?}: {told}"),
        }
    }
}

/// Runs `test` in a thread without privilege; says so and does nothing where that cannot be had.
fn as_nobody(test: fn()) {
    let uid = rustix::process::Uid::from_raw(65_534);
    let thread = thread::spawn(move || {
        // The bare system call changes this thread only, and takes its capabilities away.
        if may_do_all() && set_thread_res_uid(uid, uid, uid).is_err() {
            eprintln!("skipped: this process may not become nobody");
            return;
        }
        assert!(!may_do_all());
        test();
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn every_row_has_a_sample_and_every_bound_one_beyond_it() {
    for option in options::all() {
        let of_row = || SAMPLES.iter().filter(|(name, ..)| *name == option.name);
        assert!(of_row().next().is_some(), "{} is not tested", option.name);
        let beyond = of_row().any(|(.., want)| *want == OutOfBounds);
        // No amount of time is below zero.
        let bounded = !option.rules.bounds.is_empty() && option.name != "socket.busy_poll";
        assert_eq!(beyond, bounded, "{}", option.name);
    }
}

#[test]
fn every_row_is_as_the_table_says_for_nobody() {
    as_nobody(|| check_all(Who::Nobody));
}

#[test]
fn every_row_is_as_the_table_says_with_privilege() {
    if !may_do_all() {
        eprintln!("skipped: this needs CAP_NET_ADMIN");
        return;
    }
    check_all(Who::Privileged);
}
