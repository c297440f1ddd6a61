//! What does a connect cost where the first address is dead, and where it is not, beside hyper-util's connector?
//!
//! A name has two addresses of loopback: a black hole, and a listener. Both connectors get them without a lookup, so only
//! the order of attempts counts, and the same bound of a second on the whole. The floor is one bare connect to the
//! listener. A race should cost a stagger of 250 ms more than the floor; one after the other costs half of the bound.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::{Ipv4Addr, SocketAddr};
use std::task::{Context, Poll};
use std::time::Duration;

use criterion::Criterion;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use netopt_core::change::Switch;
use netopt_lab::{BlackHole, NameServer, NameServerSpec};
use netopt_tcp::{Connector, Options, Resolver};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tower_service::Service;

const LIVE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const DEAD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);
const HOST: &str = "two.test";
/// The bound on a whole connect.
const BOUND: Duration = Duration::from_secs(1);

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    connect(&mut criterion);
    criterion.final_summary();
}

fn connect(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("the system has a poller to give");
    let scene = runtime.block_on(Scene::set());
    for (name, addresses, samples) in [
        ("connect_live", vec![LIVE], 50),
        ("connect_dead_first", vec![DEAD, LIVE], 10),
    ] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(samples);
        group.bench_function("floor_bare", |bencher| {
            bencher.iter(|| runtime.block_on(TcpStream::connect((LIVE, scene.port))));
        });
        let names = scene.names(&runtime, &addresses);
        let keeping = Duration::from_secs(3600);
        let connector = Connector {
            resolver: Resolver::server(names.local_addr())
                .expect("an address makes a resolver")
                .cached(keeping),
            options: Options::default(),
            racing: Switch::On,
            timeout: BOUND,
        };
        group.bench_function("netopt_race", |bencher| {
            bencher.iter(|| {
                let connected = runtime.block_on(connector.connect(HOST, scene.port));
                connected.expect("somebody answers")
            });
        });
        let mut peer = HttpConnector::new_with_resolver(Fixed(
            addresses
                .iter()
                .map(|ip| (*ip, scene.port).into())
                .collect(),
        ));
        peer.set_connect_timeout(Some(BOUND));
        peer.set_nodelay(true);
        let uri: Uri = format!("http://{HOST}:{}", scene.port)
            .parse()
            .expect("a name and a port make a URI");
        group.bench_function("hyper_util", |bencher| {
            bencher.iter(|| {
                let connected = runtime.block_on(peer.call(uri.clone()));
                connected.expect("somebody answers")
            });
        });
        group.finish();
    }
}

/// A dead and a live address with the same port.
struct Scene {
    port: u16,
    _hole: BlackHole,
}

impl Scene {
    async fn set() -> Self {
        let live = TcpListener::bind((LIVE, 0)).await.expect("a free port");
        let port = live.local_addr().expect("it is bound").port();
        let hole = BlackHole::start((DEAD, port).into()).await;
        tokio::spawn(async move { while live.accept().await.is_ok() {} });
        Self {
            port,
            _hole: hole.expect("the port is free there, too"),
        }
    }

    fn names(&self, runtime: &Runtime, addresses: &[Ipv4Addr]) -> NameServer {
        let records = addresses
            .iter()
            .map(|ip| (HOST.to_owned(), (*ip).into()))
            .collect();
        let spec = NameServerSpec {
            records,
            ttl: Duration::from_secs(3600),
            ..NameServerSpec::default()
        };
        let server = runtime.block_on(NameServer::start((LIVE, 0).into(), spec));
        server.expect("a free port")
    }
}

/// A resolver of hyper-util that knows the addresses.
#[derive(Debug, Clone)]
struct Fixed(Vec<SocketAddr>);

impl Service<Name> for Fixed {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}
