//! A tunnel by `CONNECT` (RFC 9110 §9.3.6): one request to an HTTP proxy, after which the connection is the target's.
//!
//! hyper speaks and reads it, within a bound on the size of the answer's head.

use std::future::poll_fn;
use std::pin::pin;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use netopt_tcp::Stream;

use super::Trouble;
use crate::agent::AGENT;
use crate::destination::Destination;
use crate::proxy::{Login, Proxy};

/// The head of the answer: a status, and what a proxy has to say about itself.
const LARGEST_HEAD: usize = 16 * 1024;

/// Asks for a tunnel to `to`; the stream behind the answer is the target's.
///
/// Cancel safe: dropping the future closes the stream.
pub(super) async fn ask(
    proxy: &Proxy,
    to: &Destination,
    stream: Stream,
) -> Result<Stream, Trouble> {
    let request = request(proxy, to).ok_or_else(|| {
        Trouble::Refused("cannot be told this target's name in an HTTP request".to_owned())
    })?;
    let mut engine = http1::Builder::new();
    engine.max_buf_size(LARGEST_HEAD);
    let (mut sender, mut connection) = engine.handshake(TokioIo::new(stream)).await?;
    let answer = {
        let mut asking = pin!(sender.send_request(request));
        tokio::select! {
            biased;
            answer = &mut asking => answer,
            // It ends with the answer, or tells the asker why there is none.
            _ = poll_fn(|cx| connection.poll_without_shutdown(cx)) => asking.await,
        }
    };
    let status = answer?.status();
    if !status.is_success() {
        return Err(Trouble::Refused(words(
            status,
            proxy.login(),
            &to.authority(),
        )));
    }
    let parts = connection.into_parts();
    if parts.read_buf.is_empty() {
        Ok(parts.io.into_inner())
    } else {
        // Over TLS and in WebSocket the client speaks first.
        Err(Trouble::Refused(format!(
            "sends {} bytes through the tunnel before anything was asked",
            parts.read_buf.len()
        )))
    }
}

fn request(proxy: &Proxy, to: &Destination) -> Option<Request<Empty<Bytes>>> {
    let authority = to.authority();
    let mut request = Request::new(Empty::new());
    *request.method_mut() = Method::CONNECT;
    *request.uri_mut() = Uri::builder().authority(authority.as_str()).build().ok()?;
    let headers = request.headers_mut();
    headers.insert(header::HOST, HeaderValue::from_str(&authority).ok()?);
    headers.insert(header::USER_AGENT, AGENT);
    if let Some(login) = proxy.authorization() {
        headers.insert(header::PROXY_AUTHORIZATION, login);
    }
    Some(request)
}

/// What a status instead of a tunnel means, to be read after the proxy's name.
fn words(status: StatusCode, login: Option<&Login>, target: &str) -> String {
    let code = status.as_u16();
    match (status, login) {
        (StatusCode::PROXY_AUTHENTICATION_REQUIRED, None) => {
            format!("asks who we are ({code}): write USER:PASSWORD@ before its host")
        }
        // tinyproxy says 401 where 407 is meant.
        (StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED, Some(_)) => {
            format!("refuses the user and password of its URL ({code})")
        }
        (StatusCode::FORBIDDEN | StatusCode::METHOD_NOT_ALLOWED, _) => {
            format!("opens no tunnel to {target}: its rules forbid it ({code})")
        }
        (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE, _) => {
            format!("opens no tunnel to {target}: it cannot reach it ({code})")
        }
        (StatusCode::GATEWAY_TIMEOUT, _) => {
            format!("opens no tunnel to {target}: it got no answer from there in time ({code})")
        }
        _ => format!("opens no tunnel to {target}: it answered with status {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_says_what_to_do_or_who_is_at_fault() {
        let login = Login {
            user: b"me".to_vec(),
            password: b"secret".to_vec(),
        };
        for (status, login, said) in [
            (407, None, "write USER:PASSWORD@"),
            (401, Some(&login), "refuses the user and password"),
            (407, Some(&login), "refuses the user and password"),
            (403, None, "forbid"),
            (502, None, "cannot reach it (502)"),
            (504, None, "in time"),
            (400, None, "status 400"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let words = words(status, login, "shop.test:443");
            assert!(words.contains(said), "{words}");
        }
    }
}
