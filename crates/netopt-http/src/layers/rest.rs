//! The rest of an answer that nobody wants.
//!
//! An HTTP/1.1 connection can carry the next call only when the body of the last one is read. So what is small and comes
//! soon is read; of the rest the connection closes.

use http::Response;
use http_body_util::BodyExt as _;
use netopt_core::unit::Bytes;
use tokio::time::{Instant, timeout_at};

use crate::body::Body;

/// As much as a round trip or two bring; more costs more than a new connection.
const MOST: Bytes = Bytes::new(64 * 1024);

/// Reads the rest of `answer`, if that is done before `until`.
pub(crate) async fn discard(answer: Response<Body>, until: Instant) {
    let mut body = answer.into_body();
    let mut left = MOST;
    let reading = async {
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, bytes::Bytes::len);
            left = left.saturating_sub(Bytes::new(length as u64));
            if left == Bytes::ZERO {
                break;
            }
        }
    };
    // Whether it was in time the connection knows by itself.
    let _in_time = timeout_at(until, reading).await;
}
