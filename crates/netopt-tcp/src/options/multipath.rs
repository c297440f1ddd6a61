//! Multipath TCP: a protocol of its own that falls back to TCP when the peer does not speak it (RFC 8684).

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};

/// `IPPROTO_MPTCP`
const MULTIPATH: i32 = 262;

/// A new socket of the family of `address` that speaks Multipath TCP, not bound and not connected; since Linux 5.6.
///
/// # Errors
/// When this system has no Multipath TCP, or has it switched off; the error says which and what to do.
pub fn multipath(address: &SocketAddr) -> io::Result<Socket> {
    #[cfg(target_os = "linux")]
    {
        let domain = Domain::for_address(*address);
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::from(MULTIPATH)));
        socket.map_err(|error| {
            const ENOPROTOOPT: i32 = 92;
            let problem = match error.raw_os_error() {
                Some(ENOPROTOOPT) => {
                    "multipath TCP is switched off; set net.mptcp.enabled to 1".to_owned()
                }
                _ => format!("this kernel gives no multipath TCP ({error}); use plain TCP"),
            };
            io::Error::new(error.kind(), problem)
        })
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = address;
        Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "multipath TCP is supported on Linux only; use plain TCP",
        ))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_protocol_and_its_options_are_those_of_tcp() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let socket = match multipath(&address) {
            Ok(socket) => socket,
            Err(error) => {
                assert!(error.to_string().contains("multipath TCP"), "{error}");
                return;
            }
        };
        let own = socket.protocol().unwrap().map(i32::from);
        assert_eq!(own, Some(MULTIPATH));
        let on = netopt_core::change::Switch::On;
        let grant = crate::options::NODELAY.set(&socket, on).unwrap();
        assert!(grant.is_in_force(), "{grant}");
        // The peer speaks plain TCP.
        socket.connect(&address.into()).unwrap();
    }
}
