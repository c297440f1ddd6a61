//! HTTP/2: one connection for all calls, and what the faults of one stream mean for the others.

use std::collections::BTreeSet;
use std::time::Duration;

use netopt_core::change::HttpVersion;
use netopt_core::exchange::Protocol as Spoken;
use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase::{Connect, Queue, Receive, Wait};
use netopt_core::unit::Bytes as Size;
use netopt_lab::origin::{Failure, KeepAlive, OriginSpec, Protocol};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::timeout;

use crate::frames::Act::Send;
use crate::frames::{CANCEL, Manner, NO_ERROR, answer, framed, head_of, part, reset};
use crate::scene::{
    PATIENCE, assert_answered, assert_failed, at_once, client, config, config_for, failing, get,
    length, origin, phases, post, serving,
};

#[tokio::test]
async fn calls_at_once_share_one_connection() {
    for protocol in [Protocol::Http2, Protocol::Https2] {
        let origin = serving(protocol, Duration::from_millis(20)).await;
        let client = client(&config_for(&origin));
        let calls = at_once(&client, &origin.url(), 8).await;
        assert_eq!(origin.served().connections, 1);
        let mut earlier = BTreeSet::new();
        for call in &calls {
            assert_answered(call);
            let used = call.connection.as_ref().unwrap();
            assert_eq!((used.protocol, used.id), (Spoken::Http2, 1));
            earlier.insert(used.earlier);
            let connected = phases(call).contains(&Connect);
            assert_eq!(connected, used.earlier == 0, "who connects is the first");
        }
        assert_eq!(earlier, (0..8).collect(), "each call counts once");
    }
}

#[tokio::test]
async fn prior_knowledge_needs_no_handshake() {
    let origin = serving(Protocol::Http2, Duration::ZERO).await;
    let client = client(&config_for(&origin));
    let first = client.exchange(get(origin.url())).await;
    assert_answered(&first);
    assert_eq!(phases(&first), [Queue, Connect, Wait, Receive]);
    assert_eq!(first.traffic.body, Size::new(2000));
    let second = client.exchange(post(origin.url(), 100_000)).await;
    assert_answered(&second);
    assert_eq!(phases(&second), [Queue, Wait, Receive]);
    assert!(second.traffic.sent > Size::new(100_000));
    assert_eq!(origin.served().connections, 1);
}

#[tokio::test]
async fn a_connection_that_is_wound_up_is_replaced_without_an_error() {
    for protocol in [Protocol::Http2, Protocol::Https2] {
        let origin = origin(OriginSpec {
            protocol,
            keep_alive: KeepAlive::Requests(2),
            ..OriginSpec::default()
        })
        .await;
        let client = client(&config_for(&origin));
        for _ in 0..6 {
            assert_answered(&client.exchange(get(origin.url())).await);
        }
        let connections = origin.served().connections;
        assert!((2..=6).contains(&connections), "{connections}");
    }
}

#[tokio::test]
async fn one_answer_given_up_does_not_disturb_the_others() {
    let failure = Failure::Huge(Size::new(1 << 30));
    let origin = failing(Protocol::Http2, failure).await;
    let mut config = config_for(&origin);
    config.body_limit = Size::new(100_000);
    let client = client(&config);
    let mut kept = client.send(get(origin.url())).await.unwrap();
    for _ in 0..3 {
        let cut = client.exchange(get(origin.url())).await;
        assert_answered(&cut);
        assert!(cut.answer.unwrap().cut);
    }
    let mut dropped = client.send(get(origin.url())).await.unwrap();
    assert!(dropped.chunk().await.unwrap().is_some());
    drop(dropped);
    assert!(kept.chunk().await.unwrap().is_some(), "it still comes in");
    assert_eq!(origin.served().connections, 1);
}

#[tokio::test]
async fn a_stream_cut_off_fails_alone() {
    let origin = failing(Protocol::Http2, Failure::CloseMidBody(Size::new(500))).await;
    let client = client(&config_for(&origin));
    for _ in 0..2 {
        let call = client.exchange(get(origin.url())).await;
        assert_failed(&call, FailureKind::ClosedEarly, Receive);
    }
}

#[tokio::test]
async fn a_silent_stream_fails_in_its_wait() {
    let origin = failing(Protocol::Http2, Failure::NeverAnswers).await;
    let mut config = config_for(&origin);
    config.timeout = Duration::from_millis(300);
    let call = client(&config).exchange(get(origin.url())).await;
    assert_failed(&call, FailureKind::RequestTimeout, Wait);
    assert!(length(&call, Wait) >= config.timeout / 2);
    assert!(call.path.is_some() && call.traffic.sent > Size::ZERO);
}

#[tokio::test]
async fn a_body_cut_off_without_an_error_is_not_taken_for_whole() {
    for error in [NO_ERROR, CANCEL] {
        let url = framed(Manner::plain(), move |came| {
            let (stream, five) = (came.stream, b"five!");
            Send([head_of(stream, 9), part(stream, five), reset(stream, error)].concat())
        })
        .await;
        let mut config = config();
        config.version = HttpVersion::Http2;
        let call = client(&config).exchange(get(url)).await;
        assert_failed(&call, FailureKind::ClosedEarly, Receive);
        assert_eq!(call.traffic.body, Size::new(5));
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_without_being_asked_for() {
    for bound in [Some(Duration::from_millis(20)), None] {
        let (over, mut told) = unbounded_channel();
        let manner = Manner {
            over: Some(over),
            ..Manner::plain()
        };
        let url = framed(manner, |came| Send(answer(came.stream, b"ok"))).await;
        let mut config = config();
        config.version = HttpVersion::Http2;
        match bound {
            Some(bound) => config.pool.idle = bound,
            None => config.pool.upkeep.lifetime = Some(Duration::from_millis(20)),
        }
        let client = client(&config);
        assert_answered(&client.exchange(get(&url)).await);
        timeout(PATIENCE, told.recv()).await.unwrap().unwrap();
        assert_answered(&client.exchange(get(&url)).await);
    }
}
