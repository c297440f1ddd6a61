//! TCP sink: reads to the end, then closes.
//!
//! A client that has closed its side and reads to the end of the other knows that all of it was read. What it leaves
//! alone: what the bytes mean.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::MAX_READ;
use crate::socket::StyledSocket;

/// Serves one connection.
pub(super) async fn serve(mut socket: StyledSocket) -> io::Result<()> {
    let mut buffer = vec![0; MAX_READ];
    while socket.read(&mut buffer).await? > 0 {}
    socket.shutdown().await
}
