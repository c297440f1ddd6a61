//! The task that gathers keys and hands results out.

use std::future::{pending, poll_fn};
use std::sync::Arc;

use netopt_core::names;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use tower::Service;

use super::{Config, Error};
use crate::layers::telemetry::histogram;

/// A key and where its value goes.
pub(super) struct Item<K, V, E, F> {
    pub(super) key: K,
    pub(super) answer: Answer<V, E, F>,
}

type Answer<V, E, F> = oneshot::Sender<Result<V, Error<E, F>>>;

/// Gathers until nobody can ask any more, and all that was asked is answered.
pub(super) async fn gather<S, K, V, E, F>(
    mut service: S,
    mut items: mpsc::Receiver<Item<K, V, E, F>>,
    config: Config,
) where
    S: Service<Vec<K>, Response = Vec<Result<V, E>>, Error = F> + Send + 'static,
    S::Future: Send + 'static,
    K: Send + 'static,
    V: Send + 'static,
    E: Send + 'static,
    F: Send + Sync + 'static,
{
    let sizes = histogram(&names::BATCH_SIZE);
    let mut running = JoinSet::new();
    while let Some(batch) = next(&mut items, config).await {
        while running.len() >= config.in_flight.get() {
            // A task that panicked has dropped its answers, which tells its callers.
            let _ = running.join_next().await.is_some();
        }
        let ready = poll_fn(|cx| service.poll_ready(cx)).await;
        // Those who left while it waited need no answer.
        let batch = batch.into_iter().filter(|item| !item.answer.is_closed());
        let (keys, answers): (Vec<K>, Vec<_>) = batch.map(|item| (item.key, item.answer)).unzip();
        if let Err(error) = ready {
            fail(answers, &Arc::new(error));
        } else if !keys.is_empty() {
            #[expect(clippy::cast_precision_loss, reason = "a batch is far below 2^52 keys")]
            sizes.record(keys.len() as f64);
            let call = service.call(keys);
            running.spawn(async move {
                match call.await {
                    Ok(results) => hand_out(answers, results),
                    Err(error) => fail(answers, &Arc::new(error)),
                }
            });
        }
    }
    while running.join_next().await.is_some() {}
}

/// The next batch: full, or as long after its first key as one waits. `None` when nobody can ask any more.
async fn next<K, V, E, F>(
    items: &mut mpsc::Receiver<Item<K, V, E, F>>,
    config: Config,
) -> Option<Vec<Item<K, V, E, F>>> {
    let size = config.size.get();
    let mut batch = vec![items.recv().await?];
    let deadline = tokio::time::Instant::now().checked_add(config.wait);
    let over = async {
        match deadline {
            Some(deadline) => sleep_until(deadline).await,
            None => pending().await,
        }
    };
    tokio::pin!(over);
    while batch.len() < size {
        let room = size - batch.len();
        tokio::select! {
            biased;
            count = items.recv_many(&mut batch, room) => {
                if count == 0 {
                    break;
                }
                // Who left makes room.
                batch.retain(|item| !item.answer.is_closed());
            }
            () = &mut over => break,
        }
    }
    Some(batch)
}

fn hand_out<V, E, F>(answers: Vec<Answer<V, E, F>>, results: Vec<Result<V, E>>) {
    let (keys, count) = (answers.len(), results.len());
    if keys != count {
        for answer in answers {
            let error = Error::Count {
                keys,
                results: count,
            };
            // Nobody waits for it any more: then nobody gets it.
            let _ = answer.send(Err(error)).is_ok();
        }
        return;
    }
    for (answer, result) in answers.into_iter().zip(results) {
        let _ = answer.send(result.map_err(Error::Key)).is_ok();
    }
}

fn fail<V, E, F>(answers: Vec<Answer<V, E, F>>, error: &Arc<F>) {
    for answer in answers {
        let _ = answer.send(Err(Error::Batch(Arc::clone(error)))).is_ok();
    }
}
