//! A request that may have been processed is never made twice unless that is harmless, whatever the peer does to it.
//!
//! The peer resets and closes at every point of an exchange, drawn from a seed, and counts how often it has seen each
//! request. It is the judge, not the client.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::{Method, Request};
use netopt_http::{Backoff, Body, Budget, Retries, RetryLayer, Stack};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::scene::{client, config, scripted};

/// Requests of this test; many more beside the tests against real servers, where there is time.
const REQUESTS: usize = if cfg!(feature = "real") {
    100_000
} else {
    4_000
};
const CALLERS: usize = 16;

/// How often each request was seen.
type Seen = Arc<Mutex<HashMap<u64, u32>>>;

/// What the peer does to a request.
#[derive(Debug, Clone, Copy)]
enum Fate {
    ResetUnread,
    ResetInHead,
    ResetInBody,
    ResetBeforeAnswer,
    CloseBeforeAnswer,
    HalfAHead,
    HalfABody,
    Busy,
    CloseAfter,
    Fine,
}

impl Fate {
    fn draw(dice: &mut fastrand::Rng) -> Self {
        match dice.u32(..20) {
            0 => Self::ResetUnread,
            1 => Self::ResetInHead,
            2 => Self::ResetInBody,
            3 => Self::ResetBeforeAnswer,
            4 => Self::CloseBeforeAnswer,
            5 => Self::HalfAHead,
            6 => Self::HalfABody,
            7 => Self::Busy,
            8..11 => Self::CloseAfter,
            _ => Self::Fine,
        }
    }
}

/// Serves a connection until a fate ends it.
async fn serve(stream: TcpStream, seen: Seen, mut dice: fastrand::Rng) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let fate = Fate::draw(&mut dice);
        if matches!(fate, Fate::ResetUnread) {
            return reset(&stream);
        }
        let length = read_head(&mut stream, &seen, fate).await?;
        if matches!(fate, Fate::ResetInBody) {
            return reset(&stream);
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let answer: &[u8] = match fate {
            Fate::ResetBeforeAnswer => return reset(&stream),
            Fate::CloseBeforeAnswer => return None,
            Fate::HalfAHead => b"HTTP/1.1 200 OK\r\ncontent-le",
            Fate::HalfABody => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no",
            Fate::Busy => b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n",
            _ => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        };
        stream.write_all(answer).await.ok()?;
        if matches!(fate, Fate::HalfAHead | Fate::HalfABody | Fate::CloseAfter) {
            return None;
        }
    }
}

/// Reads a head, notes its request from the first line on, and returns the length of its body.
async fn read_head(stream: &mut BufReader<TcpStream>, seen: &Seen, fate: Fate) -> Option<usize> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    let number = line.split(['/', ' ']).nth(2)?.parse().ok()?;
    *seen.lock().unwrap().entry(number).or_default() += 1;
    if matches!(fate, Fate::ResetInHead) {
        return reset(stream).and(None);
    }
    let mut length = 0;
    while !line.trim().is_empty() {
        line.clear();
        stream.read_line(&mut line).await.ok()?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    Some(length)
}

fn reset(stream: &BufReader<TcpStream>) -> Option<()> {
    stream.get_ref().set_zero_linger().ok()
}

/// What the callers know in the end.
#[derive(Debug, Default)]
struct Told {
    answered: u32,
    unsent: u32,
    lost: u32,
}

/// Makes every `CALLERS`-th request from `first` on, POST and GET in turn; odd numbers are POSTs.
async fn ask(stack: Stack, url: String, seen: Seen, first: usize) -> Told {
    let mut told = Told::default();
    for number in (first..REQUESTS).step_by(CALLERS) {
        let method = if number % 2 == 1 {
            Method::POST
        } else {
            Method::GET
        };
        let request = Request::builder()
            .method(&method)
            .uri(format!("{url}{number}"));
        let body = Body::from(if method == Method::POST {
            "pay once"
        } else {
            ""
        });
        let answer = match stack.send(request.body(body).unwrap()).await {
            Ok(response) => {
                response
                    .into_body()
                    .collect(netopt_core::unit::Bytes::new(9))
                    .await
            }
            Err(error) => Err(error),
        };
        let times = seen.lock().unwrap().get(&(number as u64)).copied();
        match answer {
            Ok(_) => {
                assert!(times >= Some(1), "{number} was answered by nobody");
                told.answered += 1;
            }
            Err(error) if error.is_unsent() => {
                assert_eq!(times, None, "{number} was sent: {error}");
                told.unsent += 1;
            }
            Err(_) => told.lost += 1,
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_that_may_have_been_processed_is_made_twice_unless_idempotent() {
    let seen = Seen::default();
    let (dice, judge) = (Mutex::new(fastrand::Rng::with_seed(6)), Arc::clone(&seen));
    let url = scripted(move |stream| {
        let dice = dice.lock().unwrap().fork();
        let seen = Arc::clone(&judge);
        async move {
            let _: Option<()> = serve(stream, seen, dice).await;
        }
    })
    .await;
    let retries = Retries {
        attempts: 3,
        backoff: Backoff {
            base: Duration::from_millis(1),
            most: Duration::from_millis(4),
        },
        ..Retries::default()
    };
    let layer = RetryLayer::seeded(retries, Budget::unlimited(), 6);
    let stack = Stack::new(client(&config())).around(layer);
    let mut callers = JoinSet::new();
    for first in 0..CALLERS {
        let (stack, url) = (stack.clone(), url.clone());
        callers.spawn(ask(stack, url, Arc::clone(&seen), first));
    }
    let told = callers.join_all().await;
    let seen = seen.lock().unwrap();
    let most = |odd| {
        let times = seen.iter().filter(|(number, _)| *number % 2 == odd);
        times.map(|(_, times)| *times).max().unwrap_or(0)
    };
    assert_eq!(most(1), 1, "a POST was made twice");
    assert!(most(0) > 1, "no GET was made again");
    let answered: u32 = told.iter().map(|told| told.answered).sum();
    let lost: u32 = told.iter().map(|told| told.lost).sum();
    assert!(lost > 0 && answered as usize > REQUESTS / 2, "{told:?}");
}
