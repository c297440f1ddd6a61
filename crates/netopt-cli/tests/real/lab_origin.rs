//! The origins of `netopt lab` in front of a client that is not ours: what they claim to speak, curl understands.

use std::time::Duration;

use crate::curl::curl;
use crate::folder::Folder;
use crate::netopt::{Lab, netopt};
use crate::turn;

/// What curl is asked for and says then.
struct Claim {
    protocol: &'static str,
    options: &'static [&'static str],
    version: &'static str,
    transfers: usize,
}

const CLAIMS: [Claim; 4] = [
    Claim {
        protocol: "http1",
        options: &[],
        version: "1.1",
        transfers: 3,
    },
    // One transfer only: curl 7.88 breaks off when it uses such a connection again, with any server (curl #10634).
    Claim {
        protocol: "http2",
        options: &["--http2-prior-knowledge"],
        version: "2",
        transfers: 1,
    },
    Claim {
        protocol: "https1",
        options: &[],
        version: "1.1",
        transfers: 3,
    },
    Claim {
        protocol: "https2",
        options: &[],
        version: "2",
        transfers: 3,
    },
];

#[test]
fn curl_reads_every_protocol_and_keeps_the_connection() {
    let _turn = turn();
    let folder = Folder::new();
    for Claim {
        protocol,
        options,
        version,
        transfers,
    } in CLAIMS
    {
        let certificate = folder.path(&format!("{protocol}.pem"));
        let mut arguments = vec!["--protocol", protocol, "--body", "50kB"];
        if protocol.starts_with("https") {
            arguments.extend(["--cert-out", certificate.to_str().unwrap()]);
        }
        let origin = Lab::origin(&arguments);
        let trusted = certificate.exists().then_some(certificate.as_path());

        let plain = curl(origin.place(), transfers, trusted, options);
        assert!(
            plain
                .iter()
                .all(|transfer| transfer.status == 200 && transfer.version == version),
            "{plain:?}"
        );
        assert!(
            plain.iter().all(|transfer| transfer.size == 50_000),
            "{plain:?}"
        );
        let connects: Vec<u64> = plain.iter().map(|transfer| transfer.connects).collect();
        assert_eq!(connects, [1, 0, 0][..transfers], "{protocol}");

        // curl fails if it cannot decode what it asked for.
        let packing: Vec<&str> = options.iter().copied().chain(["--compressed"]).collect();
        let packed = curl(origin.place(), 1, trusted, &packing);
        assert!(
            packed[0].status == 200 && packed[0].size < 25_000,
            "{packed:?}"
        );

        let stderr = origin.interrupt();
        let served = format!("served: requests {}, connections 2", transfers + 1);
        assert!(stderr.contains(&served), "{protocol}: {stderr}");
    }
}

#[test]
fn a_close_after_two_answers_is_seen_by_curl() {
    let _turn = turn();
    let origin = Lab::origin(&["--close-after", "2"]);
    let transfers = curl(origin.place(), 5, None, &[]);
    let connects: Vec<u64> = transfers.iter().map(|transfer| transfer.connects).collect();
    assert_eq!(connects, [1, 0, 1, 0, 1]);
    let stderr = origin.interrupt();
    assert!(
        stderr.contains("served: requests 5, connections 3"),
        "{stderr}"
    );
}

#[test]
fn an_address_in_use_is_a_fault_of_usage() {
    let _turn = turn();
    let origin = Lab::origin(&[]);
    let taken = origin
        .place()
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let run = netopt(
        &["lab", "origin", "--listen", taken],
        Duration::from_secs(20),
    );
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr.contains(&format!("cannot listen on {taken}")),
        "{}",
        run.stderr
    );
}
