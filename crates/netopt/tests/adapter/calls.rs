//! Redirects, retries with their budget, and the bound on silences.

use std::time::Duration;

use netopt::Change;
use netopt::core::change::HttpVersion;
use netopt::core::unit::Ratio;
use netopt_lab::origin::Errors;
use netopt_lab::{Origin, OriginSpec};
use reqwest::StatusCode;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::scene::{ANY, Peer, client, origin};

/// An origin of whose answers that share is a 503.
async fn failing(share: f64, status: StatusCode) -> Origin {
    let mut spec = OriginSpec::default();
    spec.service.errors = Some(Errors {
        share: Ratio::new(share).unwrap(),
        status,
    });
    origin(spec).await
}

#[tokio::test]
async fn redirects_are_followed_so_often() {
    for (changes, requests) in [
        (vec![], 11),
        (vec![Change::Redirects(3)], 4),
        (vec![Change::Redirects(0)], 1),
    ] {
        let peer =
            Peer::saying("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n").await;
        let answer = client(&changes).get(&peer.url).send().await;
        assert_eq!(peer.heads().len(), requests);
        match answer {
            Ok(answer) => assert_eq!((answer.status().as_u16(), requests), (302, 1)),
            Err(error) => assert!(error.is_redirect() && requests > 1, "{error}"),
        }
    }
}

#[tokio::test]
async fn retry_attempts_make_errors_good() {
    for (attempts, is_good) in [(0, false), (8, true)] {
        let origin = failing(0.3, StatusCode::SERVICE_UNAVAILABLE).await;
        let client = client(&[Change::RetryAttempts(attempts)]);
        let mut good = 0;
        for _ in 0..20 {
            let answer = client.get(origin.url()).send().await.unwrap();
            good += u64::from(answer.status().is_success());
        }
        assert_eq!(good == 20, is_good);
        assert_eq!(origin.served().requests > 20, is_good);
    }
}

#[tokio::test]
async fn what_may_have_been_processed_is_not_made_again() {
    for (status, post, requests) in [
        (StatusCode::SERVICE_UNAVAILABLE, false, 3),
        (StatusCode::SERVICE_UNAVAILABLE, true, 1),
        (StatusCode::TOO_MANY_REQUESTS, false, 1),
    ] {
        let origin = failing(1.0, status).await;
        let client = client(&[Change::RetryAttempts(2)]);
        let call = if post {
            client.post(origin.url()).body("once")
        } else {
            client.get(origin.url())
        };
        assert_eq!(call.send().await.unwrap().status(), status);
        assert_eq!(origin.served().requests, requests, "{status} {post}");
    }
}

/// An HTTP/2 server that refuses the first stream of all and answers the others, and how many it saw.
async fn refusing_once(listener: TcpListener) -> usize {
    let (stream, _) = listener.accept().await.unwrap();
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut seen = 0;
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        seen += 1;
        if seen == 1 {
            respond.send_reset(h2::Reason::REFUSED_STREAM);
        } else {
            respond
                .send_response(http::Response::new(()), true)
                .unwrap();
        }
    }
    seen
}

#[tokio::test]
async fn a_refused_stream_is_made_again_whatever_its_method() {
    for attempts in [0, 2] {
        let listener = TcpListener::bind(ANY).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(refusing_once(listener));
        let client = client(&[
            Change::Version(HttpVersion::Http2),
            Change::RetryAttempts(attempts),
        ]);
        // Without a plan for retries reqwest does so by itself, and a plan must not take that away.
        let answer = client.post(&url).body("once").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        drop((answer, client));
        assert_eq!(server.await.unwrap(), 2);
    }
}

#[tokio::test]
async fn retry_budget_bounds_them_in_an_outage() {
    let mut sent = Vec::new();
    for budget in [Ratio::new(0.1), None] {
        let origin = failing(1.0, StatusCode::SERVICE_UNAVAILABLE).await;
        let client = client(&[Change::RetryAttempts(2), Change::RetryBudget(budget)]);
        let mut calls = JoinSet::new();
        for _ in 0..200 {
            calls.spawn(client.get(origin.url()).send());
        }
        for answer in calls.join_all().await {
            answer.unwrap();
        }
        sent.push(origin.served().requests);
    }
    // The reserve is ten a second for ten seconds; a slow machine may see a second ten.
    assert!((250..=420).contains(&sent[0]), "{sent:?}");
    assert_eq!(sent[1], 600);
}

#[tokio::test]
async fn timeout_stall_ends_a_silence() {
    let peer = Peer::saying("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfive").await;
    let client = client(&[Change::StallTimeout(Some(Duration::from_millis(150)))]);
    let read = async {
        let answer = client.get(&peer.url).send().await.unwrap();
        answer.bytes().await.unwrap_err()
    };
    let error = timeout(Duration::from_secs(30), read).await.unwrap();
    assert!(error.is_timeout(), "{error:?}");
}
