//! Which connections are used again.

use std::time::Duration;

use netopt::Change;
use netopt::core::change::Switch;
use netopt_lab::OriginSpec;
use netopt_lab::origin::{Dist, ServiceSpec};

use crate::scene::{call, client, origin};

#[tokio::test]
async fn keep_alive_decides_about_reuse() {
    for (changes, connections) in [
        (vec![], 1),
        (vec![Change::KeepAlive(Switch::On)], 1),
        (vec![Change::KeepAlive(Switch::Off)], 3),
    ] {
        let (origin, client) = (origin(OriginSpec::default()).await, client(&changes));
        for _ in 0..3 {
            call(&client, &origin.url()).await;
        }
        assert_eq!(origin.served().connections, connections, "{changes:?}");
    }
}

#[tokio::test]
async fn idle_timeout_decides_whether_a_connection_survives_a_pause() {
    let slow = OriginSpec {
        service: ServiceSpec {
            time: Dist::Fixed(Duration::from_millis(300)),
            ..ServiceSpec::default()
        },
        ..OriginSpec::default()
    };
    for (limit, connections) in [(Duration::from_millis(1), 2), (Duration::from_secs(90), 1)] {
        let (origin, elsewhere) = (
            origin(OriginSpec::default()).await,
            origin(slow.clone()).await,
        );
        let client = client(&[Change::IdleTimeout(limit)]);
        for url in [origin.url(), elsewhere.url(), origin.url()] {
            call(&client, &url).await;
        }
        assert_eq!(origin.served().connections, connections, "{limit:?}");
    }
}
