//! A certificate for loopback, signed by itself, made by openssl.
//!
//! `CA:FALSE`, because what openssl makes without it is a certificate authority's own, and the client refuses those as a
//! server's.

use std::process::Command;
use std::time::Duration;

use crate::folder::Folder;
use crate::process;

/// The certificate in PEM form.
pub(super) const FILE: &str = "certificate.pem";
/// Its key.
pub(super) const KEY: &str = "key.pem";

const COMMAND: &str = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE";

/// Makes both in `folder`.
pub(super) fn make(folder: &Folder) {
    let mut command = Command::new("openssl");
    command
        .args(COMMAND.split_whitespace())
        .arg("-out")
        .arg(folder.path(FILE))
        .arg("-keyout")
        .arg(folder.path(KEY));
    let output = process::run(&mut command, Duration::from_secs(20));
    assert!(output.status.success(), "{output:?}");
}
