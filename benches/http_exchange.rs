//! What does a call by our client cost above the same call by bare hyper, both on a kept connection?
//!
//! The floor is hyper's own HTTP/1.1 connection without a pool, a deadline or a clock: what a program would pay that
//! sends, reads the answer to its end and learns nothing about it. Both call the same origin, and all three share one
//! thread: between two threads, waking the other one up takes longer than all else, and how long is the scheduler's
//! mood. The cost of loopback and of the origin is in both, so the ratio of the two understates the client's part.

use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use criterion::Criterion;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use netopt::{Plan, Stack, Surroundings, Tls, stack};
use netopt_lab::{Origin, OriginSpec};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

/// Any free port of loopback.
const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    exchange(&mut criterion);
    criterion.final_summary();
}

fn exchange(criterion: &mut Criterion) {
    let runtime = runtime();
    // 2 kB of JSON at once, connections kept.
    let origin = runtime.block_on(Origin::start(ANYWHERE, OriginSpec::default()));
    let origin = origin.expect("loopback has a free port");

    let mut group = criterion.benchmark_group("http_exchange");
    group.bench_function("floor_hyper", |bencher| {
        let request = Request::get("/")
            .header(header::HOST, origin.local_addr().to_string())
            .body(Full::default())
            .expect("an address is a good host");
        let mut sender = runtime.block_on(connect(origin.local_addr()));
        bencher.iter(|| runtime.block_on(call_by_hyper(&mut sender, request.clone())));
    });
    group.bench_function("netopt", |bencher| {
        let request = Request::get(origin.url())
            .body(Bytes::new())
            .expect("an origin's address is a good one");
        let client = client();
        runtime.block_on(call_by_netopt(&client, request.clone()));
        bencher.iter(|| runtime.block_on(call_by_netopt(&client, request.clone())));
        assert_eq!(client.pool_stats().opened, 1, "a connection was not kept");
    });
    group.finish();
}

fn runtime() -> Runtime {
    let built = Builder::new_current_thread().enable_all().build();
    built.expect("the system has a poller to give")
}

/// The ordinary client.
fn client() -> Stack {
    let around = Surroundings::new(Tls::trusting_nobody());
    stack::client(&Plan::new(), &around).expect("trusting nobody needs no certificate")
}

async fn call_by_netopt(client: &Stack, request: Request<Bytes>) {
    let exchange = client.exchange(request).await;
    assert!(exchange.outcome.is_success(), "{:?}", exchange.outcome);
}

async fn connect(origin: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(origin).await;
    let stream = stream.expect("the origin listens");
    stream
        .set_nodelay(true)
        .expect("a connected socket takes it");
    let (sender, driver) = http1::handshake(TokioIo::new(stream))
        .await
        .expect("HTTP/1.1 has no handshake that could fail");
    tokio::spawn(async move { drop(driver.await) });
    sender
}

async fn call_by_hyper(sender: &mut SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) {
    sender.ready().await.expect("the origin keeps it open");
    let answer = sender.send_request(request).await;
    let answer = answer.expect("the origin answers");
    assert!(answer.status().is_success(), "{}", answer.status());
    let mut body = answer.into_body();
    while let Some(frame) = body.frame().await {
        drop(frame.expect("the origin sends all of it"));
    }
}
