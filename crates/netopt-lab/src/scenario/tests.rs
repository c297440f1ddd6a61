//! Every key is read, and no text panics. Mistakes are beside.

mod mistakes;

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use netopt_core::change::{Change, Switch};
use netopt_core::metric::Metric;
use netopt_core::unit::{BitRate, Bytes, PerSecond, Ratio};
use netopt_core::workload::Workload;
use proptest::prelude::*;

use super::*;
use crate::origin::{
    BodyKind, Compress, Dist, Errors, KeepAlive, Overload, Protocol, Redirects, TlsSpec,
    TlsVersion, WriteStyle,
};
use crate::path::{Jitter, Limit, Loss, Rate, Reorder};
use crate::raw::{RawProtocol, RawSpec};
use crate::server::ServerSpec;

const EXPECT: &str = "[expect]\nprimary = \"none\"\n";

fn read(text: &str) -> Scenario {
    Scenario::read(text).unwrap_or_else(|errors| unreachable!("{errors}\n{text}"))
}

/// A good scenario with these lines in front of its answer key.
fn with(lines: &str) -> Result<Scenario, Misfits> {
    Scenario::read(&format!("name = \"n\"\n{lines}\n{EXPECT}"))
}

const WHOLE: &str = r#"
name = "nagle meets delayed ack"
version = 1
[link]
rtt = "40ms"
rate = "20mbit"
queue = "200kB"
loss = "1%"
jitter = "2ms"
reorder = "0.5%"
engine = "packet"
[[origin]]
protocol = "https2"
body = "12kB"
body_kind = "random"
service = {dist = "lognormal", mean = "2ms", sigma = 1}
workers = 8
thrash_above = 3
keep_alive = {idle = "2s"}
compress = false
cache_control = "max-age=60"
etag = true
errors = {share = "5%", status = 502}
overload = {rate = "300/s", patience = "80ms"}
tls = {version = "1.2", sessions = false, certificate = "18kB"}
rcvbuf = "16kB"
sndbuf = "32kB"
backlog = 128
nodelay = false
write_chunks = ["200B", "300B"]
weight = 3
routes = [{path = "/old/", cache_control = "no-store", redirects = {hops = 2, status = 301}}, {redirects = {hops = 1}}]
[[origin]]
protocol = "tcp-echo"
[dns]
delay = "12ms"
ttl = "5s"
dead_first = true
[workload]
preset = "web"
metric = "throughput"
rate = 60
concurrency = 4
duration = "3s"
method = "PUT"
request_body = "1kB"
upload_beside = "1MB"
headers = "3kB"
cookies = "1kB"
paths = ["/a", "/b"]
zipf = 1.1
connect_timeout = "2s"
client = {nodelay = false, "dns.cache_ttl" = "5s"}
[expect]
primary = "tcp.nagle-delayed-ack"
allow = ["http.compression"]
change = "nodelay"
min_effect = "50%"
"#;

#[test]
fn every_key_of_the_link_and_its_names_is_read() {
    let scenario = read(WHOLE);
    assert_eq!(scenario.name, "nagle meets delayed ack");
    let link = scenario.link.unwrap();
    assert_eq!(link.engine, Engine::Packet);
    assert!(!link.is_plain());
    assert_eq!(link.path.up, link.path.down);
    let way = link.path.up;
    assert_eq!(way.delay, Duration::from_millis(20));
    assert_eq!(way.rate, Rate::Fixed(BitRate::from_bps(20e6).unwrap()));
    assert_eq!(way.queue.limit, Limit::Bytes(Bytes::new(200_000)));
    assert_eq!(way.loss, Loss::Independent(Ratio::new(0.01).unwrap()));
    let up_to = Duration::from_millis(2);
    let overtaking = Switch::Off;
    assert_eq!(way.jitter, Some(Jitter { up_to, overtaking }));
    assert_eq!(way.reorder.unwrap().share, Ratio::new(0.005).unwrap());

    let dns = Dns {
        delay: Duration::from_millis(12),
        ttl: Duration::from_secs(5),
        dead_first: Switch::On,
    };
    assert_eq!(scenario.dns, Some(dns));
}

#[test]
fn every_key_of_an_origin_is_read() {
    let scenario = read(WHOLE);
    let [first, second] = &scenario.origins[..] else {
        unreachable!("two origins")
    };
    assert_eq!(first.weight, 3);
    let ServerSpec::Http(spec) = &first.server else {
        unreachable!("HTTP")
    };
    assert_eq!(spec.protocol, Protocol::Https2);
    assert_eq!(spec.body.size, Bytes::new(12_000));
    assert_eq!(spec.body.kind, BodyKind::Random);
    let mean = Duration::from_millis(2);
    let time = Dist::Lognormal { mean, sigma: 1.0 };
    assert_eq!(spec.service.time, time);
    assert_eq!(spec.service.workers, Some(8));
    assert_eq!(spec.service.thrash_above, Some(3));
    let (share, status) = (Ratio::new(0.05).unwrap(), StatusCode::BAD_GATEWAY);
    assert_eq!(spec.service.errors, Some(Errors { share, status }));
    let overload = Overload {
        rate: PerSecond::new(300.0).unwrap(),
        patience: Duration::from_millis(80),
    };
    assert_eq!(spec.service.overload, Some(overload));
    let tls = TlsSpec {
        version: TlsVersion::Tls12,
        sessions: Switch::Off,
        certificate: Bytes::new(18_000),
    };
    assert_eq!(spec.tls, tls);
    assert_eq!(spec.keep_alive, KeepAlive::Idle(Duration::from_secs(2)));
    assert_eq!(spec.compress, Compress::Never);
    assert_eq!(spec.socket.nodelay, Switch::Off);
    let chunks = vec![Bytes::new(200), Bytes::new(300)];
    assert_eq!(spec.socket.write, WriteStyle::Chunks(chunks));
    assert_eq!(
        spec.body.cache_control,
        HeaderValue::from_str("max-age=60").ok()
    );
    assert_eq!(spec.body.etag, Switch::On);
    assert_eq!(spec.socket.rcvbuf, Some(Bytes::new(16_000)));
    assert_eq!(spec.socket.sndbuf, Some(Bytes::new(32_000)));
    assert_eq!(spec.socket.backlog, 128);
    let [old, all] = &spec.routes[..] else {
        unreachable!("two routes")
    };
    let redirects = |hops, status| Some(Redirects { hops, status });
    assert_eq!((old.path.as_str(), all.path.as_str()), ("/old/", "/"));
    assert_eq!(old.cache_control, HeaderValue::from_str("no-store").ok());
    assert_eq!(old.redirects, redirects(2, StatusCode::MOVED_PERMANENTLY));
    assert_eq!(
        (&all.cache_control, all.redirects),
        (&None, redirects(1, StatusCode::FOUND))
    );
    let echo = RawSpec {
        protocol: RawProtocol::TcpEcho,
        ..RawSpec::default()
    };
    assert_eq!(second.server, echo.into());
}

#[test]
fn every_key_of_the_exam_is_read() {
    let scenario = read(WHOLE);
    let load = scenario.workload;
    assert_eq!(load.preset, Workload::Web);
    assert_eq!(load.metric, Some(Metric::Throughput));
    assert_eq!(load.rate, PerSecond::new(60.0));
    assert_eq!(load.concurrency.unwrap().get(), 4);
    assert_eq!(load.duration, Some(Duration::from_secs(3)));
    assert_eq!(
        (load.method, load.request_body),
        (Method::PUT, Bytes::new(1_000))
    );
    assert_eq!(load.paths, Paths::Listed(vec!["/a".into(), "/b".into()]));
    assert_eq!(load.zipf, Some(1.1));
    assert_eq!(
        (load.headers, load.cookies),
        (Bytes::new(3_000), Bytes::new(1_000))
    );
    assert_eq!(load.chain, Switch::Off);
    assert_eq!(load.connect_timeout, Some(Duration::from_secs(2)));
    let settings = load.client.settings();
    assert_eq!(settings.tcp.nodelay, Switch::Off);
    assert_eq!(settings.dns.cache_ttl, Duration::from_secs(5));
    let expect = scenario.expect;
    assert_eq!(expect.primary.as_deref(), Some("tcp.nagle-delayed-ack"));
    assert_eq!(expect.allow, ["http.compression"]);
    assert_eq!(expect.change, Some("tcp.nodelay"));
    assert_eq!(expect.min_effect, Ratio::new(0.5));
}

#[test]
fn what_is_not_said_is_the_healthy_choice() {
    let scenario = with("").unwrap();
    assert_eq!((&scenario.link, &scenario.dns), (&None, &None));
    assert_eq!(scenario.origins, [Replica::default()]);
    assert_eq!(scenario.workload, Load::default());
    assert_eq!(scenario.expect, Expect::default());
}

#[test]
fn each_shape_of_service_is_read() {
    let time = |text: &str| {
        let scenario = with(&format!("[[origin]]\nservice = {{{text}}}")).unwrap();
        match &scenario.origins[0].server {
            ServerSpec::Http(spec) => spec.service.time,
            ServerSpec::Raw(spec) => spec.time,
        }
    };
    let ms = Duration::from_millis;
    assert_eq!(time("mean = \"2ms\""), Dist::Fixed(ms(2)));
    assert_eq!(time("dist = \"exp\", mean = \"2ms\""), Dist::Exp(ms(2)));
    let bimodal = "dist = \"bimodal\", mean = \"2ms\", slow = \"200ms\", share = \"2%\"";
    let (fast, slow, share) = (ms(2), ms(200), Ratio::new(0.02).unwrap());
    assert_eq!(time(bimodal), Dist::Bimodal { fast, slow, share });
}

#[test]
fn a_path_that_only_packets_can_show_asks_for_the_packet_engine() {
    let link = |lines: &str| with(&format!("[link]\n{lines}")).unwrap().link.unwrap();
    assert_eq!(
        link("rtt = \"5ms\"\nrate = \"1gbit\"").engine,
        Engine::Stream
    );
    let lossy = link("burst_loss = {p = \"1%\", len = 4}");
    let (share, mean_length) = (Ratio::new(0.01).unwrap(), 4.0);
    assert_eq!(lossy.path.down.loss, Loss::Bursts { share, mean_length });
    assert_eq!(lossy.engine, Engine::Packet);
    let asked = link("queue = \"64p\"\nengine = \"stream\"");
    assert_eq!(asked.path.up.queue.limit, Limit::Packets(64));
    assert_eq!(asked.engine, Engine::Stream);
    let reorder = link("reorder = {share = 0.1, by = \"9ms\"}")
        .path
        .up
        .reorder;
    let (share, by) = (Ratio::new(0.1).unwrap(), Duration::from_millis(9));
    assert_eq!(reorder, Some(Reorder { share, by }));
}

#[test]
fn a_chain_of_paths_is_called_one_after_the_other() {
    let load = |lines: &str| with(&format!("[workload]\n{lines}")).unwrap().workload;
    let chain = load("paths = 3\nchain = true");
    assert_eq!((chain.chain, chain.preset), (Switch::On, Workload::Rpc));
    let paths: Vec<String> = chain.paths.all().collect();
    assert_eq!(paths, ["/1", "/2", "/3"]);
    let listed = load("paths = [\"/b\", \"/a\"]").paths;
    assert_eq!(listed.all().collect::<Vec<_>>(), ["/b", "/a"]);
}

#[test]
fn a_client_is_a_plan_in_three_ways_of_writing() {
    for lines in [
        "[workload]\nclient = {keep_alive = false}",
        "[workload]\nclient = {\"http.keep_alive\" = false}",
        "[workload]\nclient.http.keep_alive = false",
        "[workload.client.http]\nkeep_alive = false",
    ] {
        let plan = with(lines).unwrap().workload.client;
        assert_eq!(plan.changes(), [Change::KeepAlive(Switch::Off)], "{lines}");
    }
    for change in Change::DEFAULTS {
        let (_, short) = change.name().split_once('.').unwrap();
        assert_eq!(client::knob(short), Ok(change.name()), "still unique");
    }
}

#[test]
fn callers_without_a_rate_are_a_closed_loop() {
    let preset = |lines: &str| {
        with(&format!("[workload]\n{lines}"))
            .unwrap()
            .workload
            .preset
    };
    assert_eq!(preset("concurrency = 4"), Workload::Rpc);
    assert_eq!(preset("concurrency = 4\nrate = \"9/s\""), Workload::Api);
    assert_eq!(preset("preset = \"bulk\""), Workload::Bulk);
}

/// Pieces that make texts which are nearly scenarios.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("[link]"),
        Just("[[origin]]"),
        Just("[dns]"),
        Just("[workload]"),
        Just("[expect]"),
        Just("\n"),
        Just("name"),
        Just("rtt"),
        Just("rate"),
        Just("queue"),
        Just("client"),
        Just("service"),
        Just("keep_alive"),
        Just("paths"),
        Just("primary"),
        Just("change"),
        Just(" = "),
        Just("."),
        Just(","),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("\"40ms\""),
        Just("\"1%\""),
        Just("\"none\""),
        Just("\"é\""),
        Just("-1"),
        Just("1e999"),
        Just("0xff"),
        Just("true"),
        Just("1979-05-27"),
        Just("nodelay"),
        Just("\"64p\""),
        Just("'''\n'''"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn no_text_panics_and_every_mistake_has_a_line_of_the_file(text in prop_oneof![nearly(), ".{0,200}"]) {
        if let Err(errors) = Scenario::read(&text) {
            prop_assert!(!errors.0.is_empty());
            let lines = text.lines().count() + 1;
            for error in errors.0 {
                prop_assert!((1..=lines).contains(&error.line), "{error} of {lines}");
                prop_assert!(!error.problem.is_empty());
            }
        }
    }

    #[test]
    fn half_of_the_round_trip_goes_each_way(micros in 0_u64..=20_000_000) {
        let scenario = with(&format!("[link]\nrtt = \"{micros}us\"")).unwrap();
        let path = scenario.link.unwrap().path;
        prop_assert_eq!(path.up.delay, path.down.delay);
        prop_assert!(Duration::from_micros(micros).abs_diff(path.rtt()) <= Duration::from_nanos(1));
    }
}

#[test]
fn traffic_of_others_is_read_and_wants_packets() {
    let link = "[link]\nrtt = \"20ms\"\nrate = \"10mbit\"\n";
    let scenario = with(&format!("{link}[cross]\nupload = 2")).unwrap();
    let cross = Cross {
        upload: 2,
        download: 0,
        after: Duration::from_secs(1),
        congestion_control: None,
    };
    assert_eq!(scenario.cross, Some(cross));
    assert_eq!(scenario.link.unwrap().engine, Engine::Packet);

    let all = "[cross]\ndownload = 3\nafter = \"250ms\"\ncongestion_control = \"cubic\"";
    let cross = with(&format!("{link}{all}")).unwrap().cross.unwrap();
    assert_eq!((cross.upload, cross.download), (0, 3));
    assert_eq!(cross.after, Duration::from_millis(250));
    assert_eq!(cross.congestion_control.as_deref(), Some("cubic"));
    assert_eq!(with("").unwrap().cross, None);
}

#[test]
fn uploads_beside_the_calls_have_a_size() {
    let beside = |value: &str| with(&format!("[workload]\nupload_beside = {value}"));
    let load = beside("\"2MB\"").unwrap().workload;
    assert_eq!(load.upload_beside, Some(Bytes::new(2_000_000)));
    // The calls themselves are what they would be without.
    assert_eq!((load.method, load.request_body), (Method::GET, Bytes::ZERO));
    for value in ["\"0B\"", "\"65MiB\"", "3"] {
        let error = beside(value).unwrap_err().to_string();
        assert!(
            error.starts_with("line 3: workload.upload_beside: ")
                && error.contains("is not an amount of data"),
            "{error}"
        );
    }
}
