//! Two clients: hyper for what is HTTP, a bare socket for what is not or should not be.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use netopt_lab::origin::{Origin, OriginSpec};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) async fn origin(spec: OriginSpec) -> Origin {
    Origin::start(crate::anywhere(), spec).await.unwrap()
}

/// A connection that speaks HTTP.
pub(crate) enum Client {
    One(http1::SendRequest<Full<Bytes>>),
    Two(http2::SendRequest<Full<Bytes>>),
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    pub(crate) async fn http1(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::http1_over(stream).await
    }

    pub(crate) async fn http1_over<T>(io: T) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(io)).await.unwrap();
        tokio::spawn(connection);
        Self::One(sender)
    }

    pub(crate) async fn http2(address: SocketAddr) -> Self {
        Self::http2_over(TcpStream::connect(address).await.unwrap()).await
    }

    pub(crate) async fn http2_over<T>(io: T) -> Self
    where
        T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(io));
        let (sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        Self::Two(sender)
    }

    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::One(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Two(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }

    pub(crate) async fn get(&mut self) -> hyper::Result<Answered> {
        self.get_with(&[]).await
    }

    pub(crate) async fn get_with(
        &mut self,
        headers: &[(&'static str, &'static str)],
    ) -> hyper::Result<Answered> {
        let mut request = request(Method::GET, Bytes::new());
        for (name, value) in headers {
            request
                .headers_mut()
                .insert(*name, HeaderValue::from_static(value));
        }
        let (head, body) = self.send(request).await?.into_parts();
        Ok(Answered {
            status: head.status,
            headers: head.headers,
            body: body.collect().await?.to_bytes(),
        })
    }
}

pub(crate) fn request(method: Method, body: Bytes) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri("http://localhost/catalogue")
        .header("host", "localhost")
        .body(Full::new(body))
        .unwrap()
}

/// Sends one plain request and reads whatever comes until the other side closes.
pub(crate) async fn raw(address: SocketAddr) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A reset after the answer is an end as well.
    stream.read_to_end(&mut answer).await.ok();
    answer
}
