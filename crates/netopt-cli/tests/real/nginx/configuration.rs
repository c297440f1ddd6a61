//! The text of nginx's configuration, and the documents that it serves.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;

use super::certificate;
use super::{Bodies, KeepAlive, Sessions, Setup, Speaks};
use crate::folder::Folder;

/// Where nginx notes each request.
pub(super) const ACCESS_LOG: &str = "access.log";
/// Where nginx notes its process id once it listens.
pub(super) const ID_FILE: &str = "nginx.pid";

/// The folders below the prefix that nginx wants to exist.
const DOCUMENTS: &str = "documents";
const SCRATCH: &str = "scratch";

/// The documents, by their names and sizes.
const SIZES: [(&str, usize); 3] = [
    ("big.txt", 200_000),
    ("page.txt", 20_000),
    ("small.txt", 1_000),
];

/// Makes folders and documents.
pub(super) fn prepare(folder: &Folder) {
    for name in [DOCUMENTS, SCRATCH] {
        fs::create_dir(folder.path(name)).unwrap();
    }
    for (name, size) in SIZES {
        folder.write(&format!("{DOCUMENTS}/{name}"), &prose(size));
    }
}

/// The configuration. Paths in it are relative to the prefix.
pub(super) fn text(setup: &Setup, address: SocketAddr) -> String {
    let keep_alive = match setup.keep_alive {
        KeepAlive::Timeout75 => "75",
        KeepAlive::Timeout0 => "0",
    };
    let gzip = match setup.bodies {
        Bodies::Plain => "off",
        Bodies::Gzip => "on",
    };
    let listen = match setup.speaks {
        Speaks::Http => "",
        Speaks::Https => " ssl",
        Speaks::Http2 => " ssl http2",
    };
    let mut tls = String::new();
    if setup.speaks != Speaks::Http {
        let (file, key) = (certificate::FILE, certificate::KEY);
        let _ = write!(
            tls,
            "ssl_certificate {file}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;"
        );
    }
    if matches!(setup.sessions, Sessions::Whole) {
        tls.push_str(" ssl_session_tickets off; ssl_session_cache off;");
    }
    format!(
        "daemon off; master_process off; pid {ID_FILE}; error_log error.log notice;
events {{ worker_connections 512; }}
http {{
    client_body_temp_path {SCRATCH}/body; proxy_temp_path {SCRATCH}/proxy; fastcgi_temp_path {SCRATCH}/fastcgi;
    uwsgi_temp_path {SCRATCH}/uwsgi; scgi_temp_path {SCRATCH}/scgi;
    types {{ text/plain txt; }}
    log_format calls '$msec $request_time $connection $connection_requests $request_method $status $bytes_sent';
    access_log {ACCESS_LOG} calls;
    keepalive_timeout {keep_alive};
    gzip {gzip}; gzip_types text/plain application/json; gzip_min_length 256; gzip_comp_level 5; gzip_proxied any;
    server {{ listen {address}{listen}; root {DOCUMENTS}; {tls} }}
}}
"
    )
}

/// Text that compresses about as well as prose does: sentences of common words in no order.
fn prose(size: usize) -> String {
    const WORDS: &str = "the of and to in is that it was for on as with at by from this have which one all there when \
        request server network latency time connection packet between client response data measure value while \
        protocol every number seconds because after before second window buffer queue socket kernel address name \
        resolver timeout retry cache stream frame header body compression bandwidth delay loss path route host port";
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut state: u64 = 1;
    let mut next = |below: usize| {
        // Knuth's MMIX generator; its high bits are random enough for prose.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut text = String::new();
    while text.len() < size {
        for _ in 0..6 + next(10) {
            text.push_str(words[next(words.len())]);
            text.push(' ');
        }
        text.pop();
        text.push_str(".\n");
    }
    text.truncate(size);
    text
}
