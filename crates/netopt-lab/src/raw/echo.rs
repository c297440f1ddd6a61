//! TCP echo: what one read brings goes back after its time, in the pieces that were asked for.
//!
//! It does not read on while it works or writes, so a client that never reads is held up by its window. What it leaves
//! alone: what the bytes mean.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::MAX_READ;
use crate::socket::StyledSocket;
use crate::work::Work;

/// Serves one connection until the client has closed its side, then closes the other.
pub(super) async fn serve(mut socket: StyledSocket, work: Arc<Work>) -> io::Result<()> {
    let meter = socket.meter();
    let mut buffer = vec![0; MAX_READ];
    loop {
        let length = socket.read(&mut buffer).await?;
        if length == 0 {
            return socket.shutdown().await;
        }
        meter.message();
        work.spend(work.draw().time).await;
        socket.write_all(&buffer[..length]).await?;
        // The end of a burst: the next answer is cut into the same pieces again.
        socket.flush().await?;
    }
}
