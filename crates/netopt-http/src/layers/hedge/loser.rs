//! What becomes of the attempt whose answer is not taken.

use std::time::Duration;

use http::Version;
use tokio::time::{Instant, timeout_at};

use crate::layers::rest::discard;
use crate::service::ResponseFuture;

/// How long a loser may go on. Who is slower than this has a connection that is better closed.
const MOST: Duration = Duration::from_secs(10);

/// Lets go of `attempt`, whose rival had an answer by `version`; `note` is told when its head comes.
pub(super) fn let_go(
    attempt: ResponseFuture,
    version: Version,
    note: impl FnOnce(Instant) + Send + 'static,
) {
    if version == Version::HTTP_2 {
        // It would have taken longer than this: all that a percentile needs to know.
        note(Instant::now());
        return;
    }
    let until = Instant::now() + MOST;
    drop(tokio::spawn(async move {
        let answer = timeout_at(until, attempt).await;
        note(Instant::now());
        if let Ok(Ok(answer)) = answer {
            discard(answer, until).await;
        }
    }));
}
