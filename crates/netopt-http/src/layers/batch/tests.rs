//! Batches as their service sees them, under a clock that stands still until all wait.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use proptest::prelude::*;
use tokio::time::{Instant, sleep};
use tower::{ServiceExt as _, service_fn};

use super::*;

type Batches = Arc<Mutex<Vec<Vec<u32>>>>;
type Doubling = Batch<u32, u32, String, std::io::Error>;

fn config(size: usize, in_flight: usize) -> Config {
    Config {
        size: NonZeroUsize::new(size).unwrap(),
        in_flight: NonZeroUsize::new(in_flight).unwrap(),
        ..Config::default()
    }
}

/// Doubles after `time`; keys that divide by 10 fail, and a batch with 13 in it fails as a whole.
fn doubling(config: Config, time: Duration) -> (Doubling, Batches) {
    let batches = Batches::default();
    let seen = Arc::clone(&batches);
    let service = service_fn(move |keys: Vec<u32>| {
        seen.lock().unwrap().push(keys.clone());
        async move {
            sleep(time).await;
            if keys.contains(&13) {
                return Err(std::io::Error::other("13"));
            }
            let double = |key: u32| match key % 10 {
                0 => Err(format!("{key} is round")),
                _ => Ok(2 * key),
            };
            Ok(keys.into_iter().map(double).collect())
        }
    });
    (Batch::new(service, config), batches)
}

#[tokio::test(start_paused = true)]
async fn seed_practice_calls_at_once_are_one_batch_in_order_and_one_may_fail() {
    let (batch, seen) = doubling(config(100, 4), Duration::ZERO);
    let answers = join_all((1..=12).map(|key| batch.clone().oneshot(key))).await;
    for (key, answer) in (1..=12).zip(answers) {
        match answer {
            Ok(value) => assert_eq!(value, 2 * key),
            Err(Error::Key(why)) => assert_eq!((key, why.as_str()), (10, "10 is round")),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(*seen.lock().unwrap(), [(1..=12).collect::<Vec<_>>()]);
}

#[tokio::test(start_paused = true)]
async fn a_full_batch_does_not_wait_and_one_key_waits_no_longer_than_told() {
    let (batch, seen) = doubling(config(3, 4), Duration::ZERO);
    let start = Instant::now();
    join_all((1..=3).map(|key| batch.clone().oneshot(key))).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    batch.clone().oneshot(4).await.unwrap();
    let waited = start.elapsed();
    assert!(
        waited >= DEFAULT_WAIT && waited < 2 * DEFAULT_WAIT,
        "{waited:?}"
    );
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_fails_fails_alone() {
    let (batch, _) = doubling(config(2, 4), Duration::from_millis(1));
    let answers = join_all([12, 13, 14, 15].map(|key| batch.clone().oneshot(key))).await;
    let failed: Vec<bool> = answers
        .iter()
        .map(|answer| matches!(answer, Err(Error::Batch(_))))
        .collect();
    assert_eq!(failed, [true, true, false, false]);
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_takes_its_key_along() {
    let (batch, seen) = doubling(config(3, 1), Duration::from_millis(10));
    let mut gone = Box::pin(batch.clone().oneshot(1));
    assert!(futures_util::poll!(&mut gone).is_pending());
    drop(gone);
    let answers = join_all([2, 3].map(|key| batch.clone().oneshot(key))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(*seen.lock().unwrap(), [vec![2, 3]]);
}

#[tokio::test(start_paused = true)]
async fn no_more_batches_are_on_their_way_than_told() {
    let (batch, _) = doubling(config(1, 2), Duration::from_millis(10));
    let start = Instant::now();
    join_all((1..=6).map(|key| batch.clone().oneshot(key))).await;
    let took = start.elapsed();
    assert!(
        took >= Duration::from_millis(30) && took < Duration::from_millis(40),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_forgets_a_key_is_told_so() {
    let service =
        service_fn(|_: Vec<u32>| async { Ok::<_, std::io::Error>(vec![Ok::<u32, String>(1)]) });
    let batch = Batch::new(service, Config::default());
    let answers = join_all([1, 2].map(|key| batch.clone().oneshot(key))).await;
    for answer in answers {
        let error = answer.unwrap_err();
        assert!(matches!(
            error,
            Error::Count {
                keys: 2,
                results: 1
            }
        ));
        assert!(
            error
                .to_string()
                .contains("2 keys was answered with 1 results")
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_task_ends_with_the_last_handle_and_call() {
    let (batch, seen) = doubling(Config::default(), Duration::from_millis(1));
    let last = tokio::spawn(batch.clone().oneshot(7));
    tokio::task::yield_now().await;
    drop(batch);
    assert_eq!(last.await.unwrap().unwrap(), 14);
    // Only the task that gathers holds the service, and with it the other count.
    while Arc::strong_count(&seen) > 1 {
        sleep(Duration::from_millis(1)).await;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever the sizes and the times, each caller gets its own value, each key is asked for once, and no batch is too large.
    #[test]
    fn everybody_gets_its_own(
        size in 1usize..7, in_flight in 1usize..4, queue in 1usize..5,
        calls in proptest::collection::vec((14u32..1000, 0u64..6), 1..40),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let config = Config { queue: NonZeroUsize::new(queue).unwrap(), ..config(size, in_flight) };
            let (batch, seen) = doubling(config, Duration::from_millis(3));
            let answers = join_all(calls.iter().map(|(key, delay)| {
                let (batch, key, delay) = (batch.clone(), *key, Duration::from_millis(*delay));
                async move {
                    sleep(delay).await;
                    batch.oneshot(key).await
                }
            }));
            for ((key, _), answer) in calls.iter().zip(answers.await) {
                prop_assert_eq!(answer.ok(), (key % 10 != 0).then_some(2 * key));
            }
            let seen = seen.lock().unwrap();
            prop_assert!(seen.iter().all(|batch| batch.len() <= size && !batch.is_empty()));
            let mut asked: Vec<u32> = seen.concat();
            let mut keys: Vec<u32> = calls.iter().map(|(key, _)| *key).collect();
            asked.sort_unstable();
            keys.sort_unstable();
            prop_assert_eq!(asked, keys);
            Ok(())
        })?;
    }
}
