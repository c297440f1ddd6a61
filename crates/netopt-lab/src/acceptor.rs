//! The tasks of a listening socket's connections, bounded in number and ended together.
//!
//! Link and origin accept in the same way: wait for a free place, accept, serve in a task. Connections beyond the bound
//! stay in the kernel's accept queue, as they would before a busy server. What it leaves alone: what is served.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinSet};

/// The pause after an accept that failed: out of descriptors, or the peer was gone. Trying again at once would spin.
const PAUSE: Duration = Duration::from_millis(5);

/// A port that is served. Dropping it closes the port and ends every connection.
#[derive(Debug)]
pub(crate) struct Acceptor {
    local_addr: SocketAddr,
    accepting: AbortHandle,
}

impl Acceptor {
    /// Gives each connection to `listener`, at most `places` at once, to `serve` in a task of its own. Must be called
    /// within a runtime.
    pub(crate) fn start<S, F>(listener: TcpListener, places: usize, serve: S) -> io::Result<Self>
    where
        S: FnMut(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let local_addr = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, places, serve)).abort_handle();
        Ok(Self {
            local_addr,
            accepting,
        })
    }

    pub(crate) const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts until aborted; the connections' tasks live in its set and end with it.
async fn accept<S, F>(listener: TcpListener, places: usize, mut serve: S)
where
    S: FnMut(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(places));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        // Finished tasks are let go of here; there are never more of them than connections since the last accept.
        while connections.try_join_next().is_some() {}
        if let Ok((stream, _)) = listener.accept().await {
            let serving = serve(stream);
            connections.spawn(async move {
                serving.await;
                drop(place);
            });
        } else {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::{SocketSpec, listen};
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn no_more_connections_than_places_are_served_at_once() {
        let (started, mut starts) = tokio::sync::mpsc::unbounded_channel();
        let listener = listen::tcp(([127, 0, 0, 1], 0).into(), &SocketSpec::default())
            .await
            .unwrap();
        let acceptor = Acceptor::start(listener, 2, move |mut stream| {
            let started = started.clone();
            async move {
                started.send(()).unwrap();
                // Served until the client goes away.
                stream.read_u8().await.ok();
            }
        })
        .unwrap();
        let mut clients = Vec::new();
        for _ in 0..3 {
            clients.push(TcpStream::connect(acceptor.local_addr()).await.unwrap());
        }
        starts.recv().await.unwrap();
        starts.recv().await.unwrap();
        assert!(starts.try_recv().is_err(), "the third has to wait");
        clients.remove(0);
        starts.recv().await.unwrap();
    }
}
