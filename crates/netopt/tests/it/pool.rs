//! The knobs of the pool, as an origin and its calls see them.

use std::time::Duration;

use netopt::Change;
use netopt::core::change::Switch;
use netopt_lab::{Origin, OriginSpec, origin};
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::{call, client, healthy};

/// Longer than the shortest bounds that a plan can set, by far.
const PAUSE: Duration = Duration::from_millis(50);

/// An origin whose answers take a pause.
async fn slow() -> Origin {
    let spec = OriginSpec {
        service: origin::ServiceSpec {
            time: origin::Dist::Fixed(PAUSE),
            ..origin::ServiceSpec::default()
        },
        ..OriginSpec::default()
    };
    Origin::start("127.0.0.1:0".parse().unwrap(), spec)
        .await
        .unwrap()
}

/// How many connections an origin sees of two calls with a pause between them.
async fn with_a_pause(change: Change) -> u64 {
    let (origin, elsewhere) = (healthy().await, slow().await);
    let client = client(change);
    call(&client, &origin.url()).await;
    call(&client, &elsewhere.url()).await;
    call(&client, &origin.url()).await;
    origin.served().connections
}

#[tokio::test]
async fn idle_timeout_decides_whether_a_connection_survives_a_pause() {
    for (limit, connections) in [(Duration::from_millis(1), 2), (Duration::from_secs(90), 1)] {
        let seen = with_a_pause(Change::IdleTimeout(limit)).await;
        assert_eq!(seen, connections, "{limit:?}");
    }
}

#[tokio::test]
async fn lifetime_decides_whether_a_connection_grows_old() {
    for (limit, connections) in [(Some(Duration::from_millis(1)), 2), (None, 1)] {
        let seen = with_a_pause(Change::Lifetime(limit)).await;
        assert_eq!(seen, connections, "{limit:?}");
    }
}

#[tokio::test]
async fn min_idle_opens_connections_ahead_of_the_calls() {
    for (spares, connections) in [(0, 1), (3, 3)] {
        let origin = healthy().await;
        let client = client(Change::MinIdle(spares));
        call(&client, &origin.url()).await;
        let all_there = async {
            while origin.served().connections < connections {
                yield_now().await;
            }
        };
        timeout(Duration::from_secs(30), all_there).await.unwrap();
        call(&client, &origin.url()).await;
        assert_eq!(origin.served().connections, connections);
    }
}

#[tokio::test]
async fn fifo_takes_connections_in_turn() {
    for (switch, turns) in [(Switch::On, 2), (Switch::Off, 1)] {
        let origin = slow().await;
        let client = client(Change::FirstInFirstOut(switch));
        let url = origin.url();
        tokio::join!(call(&client, &url), call(&client, &url));
        assert_eq!(origin.served().connections, 2);
        let mut seen = Vec::new();
        for _ in 0..4 {
            seen.push(call(&client, &url).await.connection.unwrap().id);
        }
        assert_eq!(seen[0], seen[2]);
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), turns, "{switch:?}");
    }
}
