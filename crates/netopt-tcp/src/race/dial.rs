//! One attempt at one address, from a socket that the options have prepared.

use std::io;
use std::net::SocketAddr;

use socket2::SockRef;
use tokio::net::{TcpSocket, TcpStream};

use crate::options::Options;

/// Connects to `address`. What is negotiated in the handshake is set before it.
///
/// Cancel safe: dropping the future closes the socket.
pub(crate) async fn dial(address: SocketAddr, options: &Options) -> io::Result<TcpStream> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    options.prepare(&SockRef::from(&socket))?;
    socket.connect(address).await
}
