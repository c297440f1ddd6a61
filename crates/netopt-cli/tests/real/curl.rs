//! curl as a second opinion on the same phases.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::process;

/// One transfer as curl timed it; times in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Transfer {
    pub(crate) dns: f64,
    pub(crate) connect: f64,
    pub(crate) tls: f64,
    /// From the end of the handshakes until the first byte of the answer.
    pub(crate) wait: f64,
    pub(crate) total: f64,
    pub(crate) status: u64,
    /// `1.1` or `2`.
    pub(crate) version: String,
    /// The body as it came over the wire.
    pub(crate) size: u64,
    /// Connections that it opened.
    pub(crate) connects: u64,
}

/// Gets `url` `transfers` times in one process, with these options besides.
pub(crate) fn curl(
    url: &str,
    transfers: usize,
    certificate: Option<&Path>,
    options: &[&str],
) -> Vec<Transfer> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--write-out", "%{json}\\n"]);
    command.args(options);
    if let Some(certificate) = certificate {
        command.arg("--cacert").arg(certificate);
    }
    for _ in 0..transfers {
        command.args(["--output", "/dev/null", url]);
    }
    let output = process::run(&mut command, Duration::from_secs(60));
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let all: Vec<Transfer> = lines.lines().map(read).collect();
    assert_eq!(all.len(), transfers);
    all
}

/// As many transfers on new connections. The first of a process is made and not counted: it loads curl's libraries.
pub(crate) fn curl_apart(url: &str, transfers: usize, certificate: Option<&Path>) -> Vec<Transfer> {
    let options = ["--header", "Connection: close"];
    curl(url, transfers + 1, certificate, &options).split_off(1)
}

fn read(line: &str) -> Transfer {
    let all: Value = serde_json::from_str(line).unwrap();
    let since_start = |name: &str| all[name].as_f64().unwrap() * 1000.0;
    let count = |name: &str| all[name].as_u64().unwrap();
    let connected = since_start("time_connect");
    Transfer {
        dns: since_start("time_namelookup"),
        connect: connected - since_start("time_namelookup"),
        // It stays zero without TLS.
        tls: (since_start("time_appconnect") - connected).max(0.0),
        wait: since_start("time_starttransfer") - since_start("time_pretransfer"),
        total: since_start("time_total"),
        status: count("response_code"),
        version: all["http_version"].as_str().unwrap().to_owned(),
        size: count("size_download"),
        connects: count("num_connects"),
    }
}
