//! Every key is read, every mistake is named with its line and key, and no text panics.

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode};
use netopt_core::change::{Change, Switch};
use netopt_core::unit::{BitRate, Bytes, PerSecond, Ratio};
use netopt_core::workload::Workload;
use proptest::prelude::*;

use super::*;
use crate::origin::{BodyKind, Compress, Dist, Errors, KeepAlive, Protocol, WriteStyle};
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

/// The one violation of these lines.
fn wrong(lines: &str) -> String {
    let errors = with(lines).unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    errors.to_string()
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
keep_alive = {idle = "2s"}
compress = false
cache_control = "max-age=60"
etag = true
errors = {share = "5%", status = 502}
rcvbuf = "16kB"
sndbuf = "32kB"
backlog = 128
nodelay = false
write_chunks = ["200B", "300B"]
weight = 3
[[origin]]
protocol = "tcp-echo"
[dns]
delay = "12ms"
ttl = "5s"
dead_first = true
[workload]
preset = "web"
rate = 60
concurrency = 4
duration = "3s"
method = "PUT"
request_body = "1kB"
upload_beside = "1MB"
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
    let (share, status) = (Ratio::new(0.05).unwrap(), StatusCode::BAD_GATEWAY);
    assert_eq!(spec.service.errors, Some(Errors { share, status }));
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
    assert_eq!(load.rate, PerSecond::new(60.0));
    assert_eq!(load.concurrency.unwrap().get(), 4);
    assert_eq!(load.duration, Some(Duration::from_secs(3)));
    assert_eq!(
        (load.method, load.request_body),
        (Method::PUT, Bytes::new(1_000))
    );
    assert_eq!(load.paths, Paths::Listed(vec!["/a".into(), "/b".into()]));
    assert_eq!(load.zipf, Some(1.1));
    assert_eq!(load.connect_timeout, Some(Duration::from_secs(2)));
    let settings = load.client.settings();
    assert_eq!(settings.nodelay, Switch::Off);
    assert_eq!(settings.dns_cache_ttl, Duration::from_secs(5));
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

const MISTAKES: &[(&str, &str)] = &[
    (
        "[workload]\nconnect_timeout = \"61s\"",
        "line 3: workload.connect_timeout: \"61s\" is not a time such as",
    ),
    ("[link]\nrtt = 40", "line 3: link.rtt: 40 is not a time"),
    (
        "[link]\nrtt = \"21s\"",
        "line 3: link.rtt: \"21s\" is not a time such as",
    ),
    (
        "[link]\nrate = \"0mbit\"",
        "line 3: link.rate: \"0mbit\" is not a rate",
    ),
    (
        "[link]\nqueue = \"0p\"",
        "line 3: link.queue: 0 packets; must be 1 to",
    ),
    (
        "[link]\nqueue = \"9 packets\"",
        "line 3: link.queue: \"9 packets\" is not a queue",
    ),
    (
        "[link]\nburst_loss = {p = \"90%\", len = 2}",
        "line 3: link.burst_loss: 90.0 % cannot be lost in bursts of 2 packets",
    ),
    (
        "[[origin]]\nprotocol = \"tcp-sink\"\nbody = \"1kB\"",
        "line 4: origin.1.body: belongs to a server that speaks HTTP",
    ),
    (
        "[[origin]]\nprotocol = \"tcp-sink\"\nworkers = 2",
        "line 3: origin.1.protocol: workers means nothing to this tcp server",
    ),
    (
        "[[origin]]\nrcvbuf = \"1kB\"",
        "line 3: origin.1.rcvbuf: \"1kB\" is not an amount of data",
    ),
    (
        "[[origin]]\nbacklog = 0",
        "line 3: origin.1.backlog: 0 is not a whole number from 1 to 65535",
    ),
    (
        "[[origin]]\ncache_control = \"a\\u0000\"",
        "line 3: origin.1.cache_control: \"a\\0\" is not the value of a header",
    ),
    (
        "[link]\nloss = \"101%\"",
        "line 3: link.loss: \"101%\" is not a share",
    ),
    (
        "[link]\njitter = \"0\"",
        "line 3: link.jitter: \"0\" is not a time",
    ),
    (
        "[link]\nburst_loss = {p = \"1%\"}",
        "line 3: link.burst_loss.len: is missing",
    ),
    (
        "[link]\nburst_loss = {p = \"1%\", len = 0.5}",
        "line 3: link.burst_loss.len: 0.5 is not a number of packets from 1",
    ),
    (
        "[link]\nloss = \"1%\"\nburst_loss = {p = \"1%\", len = 2}",
        "line 4: link.burst_loss: excludes loss",
    ),
    (
        "[link]\nreorder = true",
        "line 3: link.reorder: true is not a share",
    ),
    (
        "[link]\nengine = \"packets\"",
        "line 3: link.engine: \"packets\" is an unknown choice; did you mean \"packet\"?",
    ),
    (
        "[link]\nbandwith = 1",
        "line 3: link.bandwith: is an unknown key; known are rtt, rate",
    ),
    (
        "lnk = 1",
        "line 2: lnk: is an unknown key; did you mean \"link\"?",
    ),
    ("link = 1", "line 2: link: 1 is not a table"),
    ("version = 2", "line 2: version: 2 is not 1"),
    (
        "origin = 3",
        "line 2: origin: must be tables, each under [[origin]]",
    ),
    (
        "[[origin]]\n[[origin]]\nbody = \"1GB\"",
        "line 4: origin.2.body: \"1GB\" is not an amount",
    ),
    (
        "[[origin]]\nprotocol = \"http3\"",
        "line 3: origin.1.protocol: \"http3\" is an unknown choice; did you mean",
    ),
    (
        "[[origin]]\nbody_kind = 1",
        "line 3: origin.1.body_kind: 1 is not one of json, random, text",
    ),
    (
        "[[origin]]\nservice = {dist = \"exp\"}",
        "line 3: origin.1.service.mean: is missing",
    ),
    (
        "[[origin]]\nservice = {dist = \"exp\", mean = \"1ms\", sigma = 1}",
        "line 3: origin.1.service.sigma: belongs to dist = \"lognormal\"",
    ),
    (
        "[[origin]]\nservice = {dist = \"lognormal\", mean = \"1ms\", sigma = 4}",
        "line 3: origin.1.service.sigma: 4 is not a number from 0 to 3",
    ),
    (
        "[[origin]]\nworkers = 0",
        "line 3: origin.1.workers: 0 is not a whole number from 1",
    ),
    (
        "[[origin]]\nkeep_alive = \"no\"",
        "line 3: origin.1.keep_alive: \"no\" is not true, false, {requests",
    ),
    (
        "[[origin]]\nkeep_alive = {}",
        "line 3: origin.1.keep_alive: has no limit",
    ),
    (
        "[[origin]]\nkeep_alive = {requests = 0}",
        "line 3: origin.1.keep_alive.requests: 0 is not a whole number from 1",
    ),
    (
        "[[origin]]\ncompress = 1",
        "line 3: origin.1.compress: 1 is not true or false",
    ),
    (
        "[[origin]]\nerrors = {status = 503}",
        "line 3: origin.1.errors.share: is missing",
    ),
    (
        "[[origin]]\nerrors = {share = 0, status = 200}",
        "line 3: origin.1.errors.status: 200 is not a status from 400 to 599",
    ),
    (
        "[[origin]]\nwrite_chunks = [1]",
        "line 3: origin.1.write_chunks: an array is not a list",
    ),
    (
        "[[origin]]\nweight = 1001",
        "line 3: origin.1.weight: 1001 is not a whole number from 1 to 1000",
    ),
    (
        "[dns]\ndelay = \"31s\"",
        "line 3: dns.delay: \"31s\" is not a time",
    ),
    ("[dns]\nttl = -1", "line 3: dns.ttl: -1 is not a time"),
    (
        "[dns]\ndead_first = \"yes\"",
        "line 3: dns.dead_first: \"yes\" is not true or false",
    ),
    (
        "[workload]\npreset = \"apis\"",
        "line 3: workload.preset: \"apis\" is an unknown choice; did you mean \"api\"?",
    ),
    (
        "[workload]\nrate = 0",
        "line 3: workload.rate: 0 is not calls a second from 0.1",
    ),
    (
        "[workload]\nconcurrency = 1001",
        "line 3: workload.concurrency: 1001 is not a whole number from 1 to 1000",
    ),
    (
        "[workload]\nduration = \"1ms\"",
        "line 3: workload.duration: \"1ms\" is not a time",
    ),
    (
        "[workload]\nmethod = \"GE T\"",
        "line 3: workload.method: \"GE T\" is not a method",
    ),
    (
        "[workload]\nrequest_body = \"1GB\"",
        "line 3: workload.request_body: \"1GB\" is not an amount",
    ),
    (
        "[workload]\npaths = [\"a\"]",
        "line 3: workload.paths: an array is not a number of paths",
    ),
    (
        "[workload]\nzipf = inf",
        "line 3: workload.zipf: inf is not a number from 0 to 5",
    ),
    (
        "[workload]\nclient = {nodely = false}",
        "line 3: workload.client.nodely: is an unknown knob; did you mean \"nodelay\"?",
    ),
    (
        "[workload]\nclient = {nodelay = 1}",
        "line 3: workload.client.nodelay: 1 is not true or false",
    ),
];

#[test]
fn every_mistake_is_named_with_line_key_value_and_bound() {
    for (lines, expected) in MISTAKES {
        let line = wrong(lines);
        assert!(line.starts_with(expected), "{line}\ninstead of\n{expected}");
    }
}

#[test]
fn the_answer_key_is_held_to_its_form() {
    let key = |lines: &str| {
        let text = format!("name = \"n\"\n[expect]\n{lines}");
        let errors = Scenario::read(&text).unwrap_err();
        assert_eq!(errors.0.len(), 1, "{errors}");
        errors.to_string()
    };
    for (lines, expected) in [
        ("", "line 2: expect.primary: is missing"),
        (
            "primary = \"None\"",
            "line 3: expect.primary: \"None\" is not \"none\", or the id",
        ),
        (
            "primary = \"a.b\"\nallow = [\"c\"]",
            "line 4: expect.allow: an array is not a list",
        ),
        (
            "primary = \"a.b\"\nchange = \"tcp.nodely\"",
            "line 4: expect.change: \"tcp.nodely\" is an unknown knob; did you mean \"tcp.nodelay\"?",
        ),
        (
            "primary = \"none\"\nchange = \"tcp.nodelay\"",
            "line 4: expect.change: excludes primary",
        ),
        (
            "primary = \"a.b\"\nmin_effect = 0.1",
            "line 4: expect.min_effect: needs change",
        ),
    ] {
        let line = key(lines);
        assert!(line.starts_with(expected), "{line}\ninstead of\n{expected}");
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once_in_the_order_of_lines() {
    let text = "[workload]\nrate = \"fast\"\n[link]\nrtt = 1\nloss = 2\n";
    let errors = Scenario::read(text).unwrap_err();
    let told: Vec<(usize, &str)> = errors
        .0
        .iter()
        .map(|error| (error.line, error.key.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (1, "name"),
            (1, "expect"),
            (2, "workload.rate"),
            (4, "link.rtt"),
            (5, "link.loss")
        ]
    );
    let broken = Scenario::read("name = \n").unwrap_err();
    assert_eq!((broken.0[0].line, broken.0[0].key.as_str()), (1, ""));
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
fn traffic_of_others_that_cannot_be_is_refused_by_name() {
    let link = "[link]\nrtt = \"20ms\"\nrate = \"10mbit\"\n";
    for (lines, expected) in [
        (
            "[cross]",
            "line 5: cross.upload: there is no stream in either direction",
        ),
        (
            "[cross]\nupload = 0\ndownload = 0",
            "cross.upload: there is no stream in either direction",
        ),
        (
            "[cross]\nupload = 65",
            "cross.upload: 65 is not a whole number of streams from 0 to 64",
        ),
        (
            "[cross]\ndownload = \"2\"",
            "cross.download: \"2\" is not a whole number of streams",
        ),
        (
            "[cross]\nupload = 1\nafter = 3",
            "cross.after: 3 is not a time such as",
        ),
        (
            "[cross]\nupload = 1\ncongestion_control = \"a b\"",
            "cross.congestion_control: \"a b\" is not the name",
        ),
        (
            "[cross]\nupload = 1\nuploads = 1",
            "cross.uploads: is an unknown key; did you mean \"upload\"?",
        ),
        ("cross = 3", "line 5: link.cross: is an unknown key"),
    ] {
        let error = wrong(&format!("{link}{lines}"));
        assert!(error.contains(expected), "{error}\nnot {expected}");
    }
    for (lines, expected) in [
        ("[cross]\nupload = 1", "cross: there is no path to share"),
        (
            "[link]\nrtt = \"20ms\"\n[cross]\nupload = 1",
            "cross: nobody waits for others where the path has no rate",
        ),
        (
            "[link]\nrate = \"10mbit\"\nengine = \"stream\"\n[cross]\nupload = 1",
            "cross: the stream link has no queue that connections share",
        ),
    ] {
        let error = wrong(lines);
        assert!(error.contains(expected), "{error}\nnot {expected}");
    }
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
