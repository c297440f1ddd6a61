//! Options with a story of their own: algorithms that are kept back, names that are not there, and what the seed did wrong.

use std::net::{TcpListener, TcpStream};

use netopt_core::change::Switch;
use netopt_core::unit::Bytes;
use netopt_tcp::options::{self, Grant, Setting, Value};

use super::{as_nobody, may_do_all, socket};

fn names(file: &str) -> Vec<String> {
    let path = format!("/proc/sys/net/ipv4/{file}");
    let list = std::fs::read_to_string(path).unwrap();
    list.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn nobody_gets_the_algorithms_of_the_list_and_no_other() {
    as_nobody(|| {
        let allowed = names("tcp_allowed_congestion_control");
        for name in names("tcp_available_congestion_control") {
            let option = options::CONGESTION_CONTROL;
            let socket = socket(&option.row()).unwrap();
            let grant = option.set(&socket, name.parse().unwrap()).unwrap();
            if allowed.contains(&name) {
                assert_eq!(grant, Grant::Exactly(Value::Name(name)));
            } else {
                let told = grant.to_string();
                assert!(
                    told.contains("is not in net.ipv4.tcp_allowed_congestion_control"),
                    "{told}"
                );
                assert_ne!(option.get(&socket).unwrap().as_str(), name);
            }
        }
    });
}

#[test]
fn what_is_not_there_is_refused_with_the_way_out() {
    for (text, told) in [
        (
            "tcp.congestion_control=no-such",
            "refused: this kernel has no \"no-such\"; take one of",
        ),
        (
            "socket.bind_device=no-such9",
            "refused: there is no device \"no-such9\"; take one that",
        ),
    ] {
        let setting: Setting = text.parse().unwrap();
        let socket = socket(setting.option()).unwrap();
        let grant = setting.apply(&socket).to_string();
        assert!(grant.starts_with(told), "{grant}");
    }
}

#[test]
fn seed_an_option_at_the_wrong_level_is_another_option() {
    let (nodelay, debug) = (options::NODELAY, options::DEBUG);
    assert_eq!(nodelay.row().number, debug.row().number);
    assert_ne!(nodelay.row().level, debug.row().level);
    // What the seed did: the number of TCP_NODELAY at SOL_SOCKET. With privilege it is SO_DEBUG, else an error; Nagle stays.
    let seeds = socket(&debug.row()).unwrap();
    let grant = debug.set(&seeds, Switch::On).unwrap();
    assert_eq!(grant.is_in_force(), may_do_all(), "{grant}");
    assert_eq!(nodelay.get(&seeds).unwrap(), Switch::Off);
    // What it meant.
    let ours = socket(&nodelay.row()).unwrap();
    let grant = nodelay.set(&ours, Switch::On).unwrap();
    assert_eq!(grant, Grant::Exactly(Value::Switch(Switch::On)));
    assert_eq!(debug.get(&ours).unwrap(), Switch::Off);
}

#[test]
fn seed_a_fixed_buffer_ends_the_tuning_until_the_lock_is_lifted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let lock = options::BUFFER_LOCK;
    let Ok(free) = lock.get(&stream) else {
        eprintln!("skipped: this kernel does not tell which buffers are fixed");
        return;
    };
    assert_eq!(free, 0, "the kernel tunes both");
    let size = Bytes::new(16_384);
    let grant = options::RECEIVE_BUFFER.set(&stream, size).unwrap();
    assert_eq!(grant, Grant::Exactly(Value::Bytes(size)));
    assert_eq!(lock.get(&stream).unwrap(), 2, "the receive buffer is fixed");
    lock.set(&stream, 0).unwrap();
    assert_eq!(lock.get(&stream).unwrap(), 0);
}
