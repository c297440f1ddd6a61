//! A certificate for loopback, signed by itself, made by openssl.

use std::process::Command;
use std::time::Duration;

use crate::folder::Folder;
use crate::process;

/// The certificate in PEM form.
pub(crate) const FILE: &str = "certificate.pem";
/// Its key.
pub(crate) const KEY: &str = "key.pem";

/// What a certificate says that it is for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Usage {
    #[default]
    Server,
    /// What openssl makes when nothing else is said: one for signing others, which clients may refuse as a server's.
    Authority,
}

const COMMAND: &str = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext";

/// Makes both in `folder`, for that use.
pub(crate) fn make(folder: &Folder, usage: Usage) {
    let constraints = match usage {
        Usage::Server => "basicConstraints=critical,CA:FALSE",
        Usage::Authority => "basicConstraints=critical,CA:TRUE",
    };
    let mut command = Command::new("openssl");
    command
        .args(COMMAND.split_whitespace())
        .arg(constraints)
        .arg("-out")
        .arg(folder.path(FILE))
        .arg("-keyout")
        .arg(folder.path(KEY));
    let output = process::run(&mut command, Duration::from_secs(20));
    assert!(output.status.success(), "{output:?}");
}
