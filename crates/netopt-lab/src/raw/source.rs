//! TCP source: sends noise until it has sent enough or the client is gone.
//!
//! What the client sends is read and thrown away meanwhile, since closing a socket with unread data resets the
//! connection and can cost the client what it has not read yet (RFC 1122 section 4.2.2.13). What it leaves alone: rates;
//! it sends as fast as the path takes it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use netopt_core::unit::Bytes as Size;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{MAX_READ, RawSpec};
use crate::origin::{BodyKind, BodySpec, body};
use crate::socket::StyledSocket;
use crate::work::Work;

/// How long a client that was sent everything may keep its side open before the connection is given up.
const LINGER: Duration = Duration::from_secs(10);

/// What a source sends.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Sent over and over.
    chunk: Bytes,
    /// `None` is without end.
    amount: Option<Size>,
}

impl Source {
    pub(super) fn new(spec: &RawSpec) -> Self {
        let noise = BodySpec {
            size: Size::new(MAX_READ as u64),
            kind: BodyKind::Random,
            ..BodySpec::default()
        };
        Self {
            chunk: body::generate(&noise, spec.seed),
            amount: spec.amount,
        }
    }
}

/// Serves one connection.
pub(super) async fn serve(socket: StyledSocket, source: Source, work: Arc<Work>) -> io::Result<()> {
    work.spend(work.draw().time).await;
    let (mut reader, mut writer) = tokio::io::split(socket);
    let mut heard = std::pin::pin!(async move {
        let mut buffer = vec![0; MAX_READ];
        while reader.read(&mut buffer).await? > 0 {}
        io::Result::Ok(())
    });
    let sent = async {
        let mut left = source.amount.map_or(u64::MAX, Size::get);
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(usize::MAX);
            let chunk = &source.chunk[..length.min(source.chunk.len())];
            writer.write_all(chunk).await?;
            if source.amount.is_some() {
                left -= chunk.len() as u64;
            }
        }
        writer.flush().await?;
        writer.shutdown().await
    };
    let mut sent = std::pin::pin!(sent);
    let mut client_is_done = false;
    loop {
        // A client that closes its side may still want to read; one that resets the connection does not.
        tokio::select! {
            sent = sent.as_mut() => {
                sent?;
                break;
            }
            heard = heard.as_mut(), if !client_is_done => {
                heard?;
                client_is_done = true;
            }
        }
    }
    if client_is_done {
        return Ok(());
    }
    tokio::time::timeout(LINGER, heard).await?
}
