//! Whether anybody listens in a room yet.

use std::fs;
use std::time::Duration;

use netopt_lab::packet::Room;

/// How long a server has to open its port.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// The sockets of the calling thread's network, with the state that tells of a server: listening (0A) or, as UDP has no
/// other, unconnected (07). See `proc_net_tcp` in the kernel's documentation.
const TABLES: [(&str, &str); 4] = [
    ("/proc/thread-self/net/tcp", "0A"),
    ("/proc/thread-self/net/tcp6", "0A"),
    ("/proc/thread-self/net/udp", "07"),
    ("/proc/thread-self/net/udp6", "07"),
];

/// Returns as soon as a port is open in the room; false when none is after [`PATIENCE`].
pub(super) async fn wait(room: &Room) -> bool {
    let look = async {
        while !room.within(anybody).unwrap_or(false) {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, look).await.is_ok()
}

fn anybody() -> bool {
    TABLES
        .iter()
        .any(|(file, state)| fs::read_to_string(file).is_ok_and(|table| has(&table, state)))
}

/// Whether a socket of the table is in `state`, its fourth column.
fn has(table: &str, state: &str) -> bool {
    let mut sockets = table.lines().skip(1);
    sockets.any(|line| line.split_whitespace().nth(3) == Some(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listening_socket_is_seen_and_a_connected_one_is_none() {
        let head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when";
        let listening = "   0: 020012C6:1451 00000000:0000 0A 00000000:00000000 00:00000000";
        let connected = "   1: 020012C6:1451 010012C6:8D24 01 00000000:00000000 00:00000000";
        assert!(has(&format!("{head}\n{connected}\n{listening}\n"), "0A"));
        assert!(!has(&format!("{head}\n{connected}\n"), "0A"));
        assert!(!has("", "0A"));
    }
}
