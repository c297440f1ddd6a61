//! Every mistake is named with its line and key, and all of a file at once.

use super::*;

/// The one violation of these lines.
fn wrong(lines: &str) -> String {
    let errors = with(lines).unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    errors.to_string()
}

const MISTAKES: &[(&str, &str)] = &[
    (
        "[workload]\nconnect_timeout = \"61s\"",
        "line 3: workload.connect_timeout: \"61s\" is not a time such as",
    ),
    (
        "[workload]\npaths = 3\nchain = true\nzipf = 1",
        "line 4: workload.chain: excludes zipf",
    ),
    (
        "[workload]\ncookies = \"17kB\"",
        "line 3: workload.cookies: \"17kB\" is not an amount of data",
    ),
    (
        "[[origin]]\nroutes = [{path = \"old\"}]",
        "line 3: origin.1.routes.1.path: \"old\" is not how paths begin",
    ),
    (
        "[[origin]]\nroutes = [{redirects = {hops = 41}}]",
        "line 3: origin.1.routes.1.redirects.hops: 41 is not a whole number from 1 to 40",
    ),
    (
        "[[origin]]\nroutes = [{redirects = {status = 304}}]",
        "line 3: origin.1.routes.1.redirects.status: 304 is not one of 301",
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
        "[[origin]]\ntls = {version = \"1.2\"}",
        "line 3: origin.1.tls: belongs to protocol = \"https1\" or \"https2\"",
    ),
    (
        "[[origin]]\nprotocol = \"https1\"\ntls = {certificate = \"70kB\"}",
        "line 4: origin.1.tls.certificate: \"70kB\" is not an amount of data",
    ),
    (
        "[[origin]]\noverload = {rate = 0}",
        "line 3: origin.1.overload.rate: 0 is not calls a second from 0.1",
    ),
    (
        "[workload]\nmetric = \"p95\"",
        "line 3: workload.metric: \"p95\"",
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
        "[[origin]]\nkeep_alive = {idle = \"1s\", forgotten = \"2s\"}",
        "line 3: origin.1.keep_alive: has 2 limits",
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
