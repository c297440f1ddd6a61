//! `tls`: what makes the handshakes of a server long.

use super::table::Table;
use super::value::{self, SIZE, SWITCH};
use crate::origin::{MAX_CERTIFICATE, Protocol, TlsSpec, TlsVersion};

/// The handshake in the table of an origin that speaks `protocol`.
pub(super) fn read(origin: &Table<'_, '_>, protocol: Protocol) -> TlsSpec {
    let Some(table) = origin.table("tls") else {
        return TlsSpec::default();
    };
    if !protocol.is_tls() {
        origin.fail("tls", "belongs to protocol = \"https1\" or \"https2\"");
    }
    table.only(&["version", "sessions", "certificate"]);
    let usual = TlsSpec::default();
    let version = table.choice(
        "version",
        &[
            ("newest", TlsVersion::Newest),
            ("1.2", TlsVersion::Tls12),
            ("1.3", TlsVersion::Tls13),
        ],
    );
    let expected = format!("{SIZE}, at most {MAX_CERTIFICATE}");
    let certificate = table.get("certificate", &expected, |value| {
        value::size(value, MAX_CERTIFICATE)
    });
    TlsSpec {
        version: version.unwrap_or(usual.version),
        sessions: table
            .get("sessions", SWITCH, value::switch)
            .map_or(usual.sessions, Into::into),
        certificate: certificate.unwrap_or(usual.certificate),
    }
}
