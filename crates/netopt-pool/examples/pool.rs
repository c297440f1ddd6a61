//! Bare TCP connections in the pool, at most two to a host: `cargo run -p netopt-pool --example pool [HOST:PORT…]`. Without
//! arguments it talks to a listener of its own.
#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::error::Error;
use std::io;
use std::num::NonZeroU32;

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use netopt_pool::{Config, Pool};
use tokio::net::{TcpListener, TcpStream};

/// Opens connections to one host. Any manager for deadpool will do.
struct Host(String);

impl Manager for Host {
    type Type = TcpStream;
    type Error = io::Error;

    async fn create(&self) -> io::Result<TcpStream> {
        TcpStream::connect(&self.0).await
    }

    /// A connection on which there is something to read, if only the end, is not to be used again.
    async fn recycle(&self, stream: &mut TcpStream, _: &Metrics) -> RecycleResult<io::Error> {
        match stream.try_read(&mut [0; 1]) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            _ => Err(RecycleError::message("it is closed")),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut hosts: Vec<String> = std::env::args().skip(1).collect();
    if hosts.is_empty() {
        hosts.push(listener.local_addr()?.to_string());
    }
    let config = Config {
        per_key: NonZeroU32::new(2),
        ..Config::default()
    };
    let pool = Pool::new(config, |host: &String| Host(host.clone()));
    for host in &hosts {
        let (one, two) = tokio::try_join!(pool.get(host), pool.get(host))?;
        println!("{host}: {:?} and {:?}", one.origin(), two.origin());
        drop((one, two));
        println!("{host}: {:?}, once more", pool.get(host).await?.origin());
    }
    let stats = pool.stats();
    println!("{} opened, {} reused", stats.opened, stats.reused);
    Ok(())
}
