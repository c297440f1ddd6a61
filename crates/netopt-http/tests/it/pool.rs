//! The bound of the pool, as calls feel it.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::{Connect, Queue};
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::{Failure, Protocol};

use crate::scene::{
    assert_answered, assert_failed, at_once, client, config, config_for, failing, get, length,
    phases, serving,
};

const SERVICE: Duration = Duration::from_millis(20);

#[tokio::test]
async fn who_finds_the_pool_full_waits_in_the_queue() {
    for protocol in [Protocol::Http1, Protocol::Https1] {
        let origin = serving(protocol, SERVICE).await;
        let mut config = config_for(&origin);
        config.pool.per_key = NonZeroU32::new(2);
        let client = client(&config);
        let mut calls = at_once(&client, &origin.url(), 8).await;
        calls.iter().for_each(assert_answered);
        assert_eq!(origin.served().connections, 2);
        // Two go at once, so the others wait one, two and three services.
        calls.sort_by_key(|call| length(call, Queue));
        for (place, call) in calls.iter().enumerate() {
            let rounds = u32::try_from(place / 2).unwrap();
            assert!(length(call, Queue) >= SERVICE * rounds, "{place}: {call:?}");
        }
        let connected = calls.iter().filter(|call| phases(call).contains(&Connect));
        assert_eq!(connected.count(), 2);
    }
}

#[tokio::test]
async fn who_waits_too_long_fails_in_the_queue() {
    let origin = failing(Protocol::Http1, Failure::NeverAnswers).await;
    let mut config = config();
    config.pool.per_key = NonZeroU32::new(1);
    config.pool.wait = Duration::from_millis(50);
    let client = client(&config);
    let mut holder = Box::pin(client.send(get(origin.url())));
    let call = tokio::select! {
        biased;
        _ = &mut holder => panic!("nobody answers"),
        call = client.exchange(get(origin.url())) => call,
    };
    assert_failed(&call, FailureKind::PoolTimeout, Queue);
    assert!(length(&call, Queue) >= config.pool.wait);
    assert_eq!(phases(&call), [Queue]);
    assert!(call.connection.is_none());
}

#[tokio::test]
async fn the_bound_on_the_whole_call_holds_in_the_queue_too() {
    let huge = Failure::Huge(Size::new(1 << 30));
    let origin = failing(Protocol::Http1, huge).await;
    let mut config = config();
    config.pool.per_key = NonZeroU32::new(1);
    config.timeout = Duration::from_millis(100);
    let client = client(&config);
    let _unread = client.send(get(origin.url())).await.unwrap();
    let call = client.exchange(get(origin.url())).await;
    assert_failed(&call, FailureKind::PoolTimeout, Queue);
    assert!(length(&call, Queue) >= config.timeout);
}
