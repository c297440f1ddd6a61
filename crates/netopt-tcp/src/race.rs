//! Racing the addresses of a name, after RFC 8305 ("Happy Eyeballs" version 2).
//!
//! Addresses alternate between families, IPv6 first if it came first; the next attempt starts 250 ms after the last one or
//! as soon as that has failed, whichever is sooner, and the first connection wins. One dead address then costs a
//! quarter of a second and not the whole timeout.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until};

use crate::options::Options;

/// The recommended pause between two attempts, RFC 8305 §5.
const STAGGER: Duration = Duration::from_millis(250);

/// Connects to the first address that answers, from a socket that `options` have prepared.
///
/// Cancel safe: dropping the future drops every attempt.
pub(crate) async fn connect(
    addresses: Vec<SocketAddr>,
    options: &Options,
) -> io::Result<TcpStream> {
    let mut waiting = interleave(addresses).into_iter();
    let mut attempts = FuturesUnordered::new();
    let mut first_error = None;
    let mut next_at = Instant::now();
    loop {
        if let Some(address) = (attempts.is_empty() || Instant::now() >= next_at)
            .then(|| waiting.next())
            .flatten()
        {
            attempts.push(attempt(address, options));
            next_at = Instant::now() + STAGGER;
        }
        if attempts.is_empty() {
            return Err(
                first_error.unwrap_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))
            );
        }
        tokio::select! {
            Some(result) = attempts.next() => match result {
                Ok(stream) => return Ok(stream),
                Err(error) => {
                    first_error.get_or_insert(error);
                    // The next one need not wait for the pause to pass.
                    next_at = Instant::now();
                }
            },
            () = sleep_until(next_at), if waiting.len() > 0 => {}
        }
    }
}

/// One attempt. What is negotiated in the handshake has to be set before it.
async fn attempt(address: SocketAddr, options: &Options) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    options.prepare(&SockRef::from(&socket))?;
    socket.connect(address).await
}

/// Alternates the families, beginning with that of the first address (RFC 8305 §4).
fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (Vec<_>, Vec<_>) = addresses
        .into_iter()
        .partition(|address| address.is_ipv6() == first_is_v6);
    let mut mixed = Vec::with_capacity(first.len() + second.len());
    first.reverse();
    second.reverse();
    while !first.is_empty() || !second.is_empty() {
        mixed.extend(first.pop());
        mixed.extend(second.pop());
    }
    mixed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_and_none_is_lost() {
        let parse = |list: &[&str]| -> Vec<SocketAddr> {
            list.iter().map(|a| a.parse().unwrap()).collect()
        };
        let mixed = interleave(parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]));
        assert_eq!(
            mixed,
            parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"])
        );
        assert!(interleave(Vec::new()).is_empty());
    }

    #[tokio::test]
    async fn a_refusing_address_does_not_hold_up_the_next() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let good = listener.local_addr().unwrap();
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .unwrap()
            .local_addr()
            .unwrap();
        let begun = Instant::now();
        let stream = connect(vec![closed, good], &Options::default())
            .await
            .unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
        assert!(begun.elapsed() < STAGGER);
    }

    #[tokio::test]
    async fn nobody_to_ask_is_an_error() {
        assert!(connect(Vec::new(), &Options::default()).await.is_err());
    }
}
