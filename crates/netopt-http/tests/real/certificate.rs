//! A certificate for loopback, in the files that servers want.

use netopt_http::Tls;
use rcgen::{CertifiedKey, generate_simple_self_signed};

use crate::folder::Folder;

/// The certificate, its key, and both in one file.
pub(crate) const FILE: &str = "certificate.pem";
pub(crate) const KEY: &str = "key.pem";
pub(crate) const BOTH: &str = "both.pem";

/// Writes them into `folder`; whom to trust to trust it.
pub(crate) fn make(folder: &Folder) -> Tls {
    let names = ["localhost", "127.0.0.1"].map(str::to_owned);
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = signing_key.serialize_pem();
    folder.write(FILE, &cert.pem());
    folder.write(KEY, &key);
    folder.write(BOTH, &format!("{}{key}", cert.pem()));
    Tls::trusting([cert.der().clone()]).unwrap()
}
