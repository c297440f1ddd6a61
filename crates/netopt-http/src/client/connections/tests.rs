//! Which destinations are kept when there are too many.

use std::time::Duration;

use netopt_core::change::Switch;
use netopt_core::encoding::Encodings;
use netopt_core::unit::Bytes;
use netopt_lab::origin::{OriginSpec, Protocol};
use netopt_tcp::{Connector, Options, Resolver};

use super::*;
use crate::http2::Http2;
use crate::tls::Tls;

fn connections(version: HttpVersion) -> Connections {
    let bound = Duration::from_secs(20);
    let config = Config {
        connector: Connector {
            resolver: Resolver::system(),
            options: Options::default(),
            racing: Switch::Off,
            timeout: bound,
        },
        proxy: None,
        tls: Tls::trusting_nobody(),
        version,
        http2: Http2::default(),
        pool: netopt_pool::Config::default(),
        accept_encoding: Encodings::NONE,
        timeout: bound,
        body_limit: Bytes::new(1 << 20),
        timestamps: Switch::Off,
        audited: Switch::Off,
    };
    Connections::new(&config).unwrap()
}

fn destination(url: &str) -> Destination {
    Destination::of(&url.parse().unwrap()).unwrap()
}

fn numbered(number: usize) -> Destination {
    destination(&format!("https://host{number}.example/"))
}

#[test]
fn what_is_known_of_a_destination_is_kept_while_there_is_room() {
    let connections = connections(HttpVersion::Auto);
    let held = connections.sharing(&numbered(0));
    for number in 1..MOST_DESTINATIONS + 500 {
        let sharing = connections.sharing(&numbered(number));
        sharing.note_http1();
    }
    assert_eq!(lock(&connections.shared).len(), MOST_DESTINATIONS);
    assert!(Arc::ptr_eq(&held, &connections.sharing(&numbered(0))));
}

#[test]
fn a_destination_of_which_nothing_is_known_is_not_kept() {
    let connections = connections(HttpVersion::Auto);
    for number in 0..500 {
        drop(connections.sharing(&numbered(number)));
    }
    assert!(lock(&connections.shared).len() < 5);
}

#[tokio::test]
async fn a_shared_connection_makes_room_only_when_no_call_is_on_it() {
    let origin = netopt_lab::Origin::start(
        "127.0.0.1:0".parse().unwrap(),
        OriginSpec {
            protocol: Protocol::Http2,
            ..OriginSpec::default()
        },
    )
    .await
    .unwrap();
    let connections = Connections {
        shared: Mutex::new(Roster::new(1)),
        ..connections(HttpVersion::Http2)
    };
    let to = destination(&origin.url());
    let mut recording = Recording::begin();
    let loan = connections.get(&to, &mut recording).await.unwrap();
    drop(connections.sharing(&numbered(1)));
    let is_open = || connections.sharing(&to).is_open();
    assert!(is_open(), "a call is on it");
    loan.give_back();
    assert!(is_open(), "nobody new has come since");
    drop(connections.sharing(&numbered(2)));
    assert!(!is_open(), "it went");
}
