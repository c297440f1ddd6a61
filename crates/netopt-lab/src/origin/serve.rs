//! One connection of an origin: TLS where it is spoken, then HTTP by hyper, or something that is not HTTP.
//!
//! HTTP/2 runs each stream in a task of its own; they are kept with the connection and end with it. What it leaves
//! alone: the requests themselves.

use std::future::Future;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::rt::Executor;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::forget::Forgotten;
use super::lifetime::Lifetime;
use super::site::Site;
use super::{Failure, KeepAlive, Protocol};
use crate::tls;

/// How long a connection that was answered with nonsense is kept for the client to read it.
const LINGER: Duration = Duration::from_secs(1);

/// The greeting of a server that a wrong port number leads to.
const NOT_HTTP: &[u8] =
    b"SSH-2.0-not_http\r\n\x00\x00\x01\x14\x08\x14\xff\xfe\x80 no such thing\r\n";

/// Serves one connection to its end.
pub(super) async fn serve(stream: TcpStream, site: Arc<Site>, tls: Option<TlsAcceptor>) {
    let forgets = matches!(site.spec.keep_alive, KeepAlive::Forgotten(_));
    let Ok(forgotten) = forgets.then(|| Forgotten::handle(&stream)).transpose() else {
        return;
    };
    let Ok(socket) = site.manner.take(stream) else {
        return;
    };
    // Errors of a connection are the client's to see: it broke off, or a fault was planted.
    let Some(tls) = tls else {
        let http = match site.spec.protocol {
            Protocol::Http2 => Http::Two,
            Protocol::Http1 | Protocol::Https1 | Protocol::Https2 => Http::One,
        };
        speak(socket, http, site, forgotten).await.ok();
        return;
    };
    if let Some(stream) = tls::accept(&tls, socket).await {
        let http = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Http::Two,
            _ => Http::One,
        };
        speak(stream, http, site, forgotten).await.ok();
    }
}

/// The two versions of HTTP.
#[derive(Clone, Copy)]
enum Http {
    One,
    Two,
}

async fn speak<T>(
    io: T,
    http: Http,
    site: Arc<Site>,
    forgotten: Option<Forgotten>,
) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    if site.spec.failure == Failure::NotHttp {
        return speak_nonsense(io).await;
    }
    let lifetime = Lifetime::new(site.spec.keep_alive);
    let streams = Streams::default();
    let builder = auto::Builder::new(streams.clone());
    let builder = match http {
        Http::One => builder.http1_only(),
        Http::Two => builder.http2_only(),
    };
    let (shared, life) = (Arc::clone(&site), Arc::clone(&lifetime));
    let service = service_fn(move |request| {
        let (site, lifetime) = (Arc::clone(&shared), Arc::clone(&life));
        async move { site.answer(request, lifetime).await }
    });
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(io), service));
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = lifetime.over() => match forgotten {
            Some(forgotten) => {
                streams.end();
                return forgotten.written_to().await;
            }
            None => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    streams.end();
    served.map_err(io::Error::other)
}

async fn speak_nonsense<T: AsyncRead + AsyncWrite + Unpin>(mut io: T) -> io::Result<()> {
    let mut buffer = [0; 4096];
    if io.read(&mut buffer).await? == 0 {
        return Ok(());
    }
    io.write_all(NOT_HTTP).await?;
    io.shutdown().await?;
    // Closing with unread data would reset the connection before the client has read the answer.
    let drained = async { while io.read(&mut buffer).await.is_ok_and(|count| count > 0) {} };
    tokio::time::timeout(LINGER, drained).await.ok();
    Ok(())
}

/// The tasks of a connection's HTTP/2 streams.
#[derive(Debug, Clone, Default)]
struct Streams(Arc<Mutex<JoinSet<()>>>);

impl Streams {
    fn end(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .abort_all();
    }
}

impl<F> Executor<F> for Streams
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(stream);
    }
}
