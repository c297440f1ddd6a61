//! Every knob has a name and an undo of its own.

use super::*;

#[test]
fn every_change_has_an_undo_that_is_its_own() {
    for default in Change::DEFAULTS {
        assert_eq!(default.undo(), default);
    }
    let five = Change::MaxConnections(NonZeroU32::new(5));
    assert_eq!(five.undo(), Change::MaxConnections(None));
}

/// The same knob away from its default.
fn turned(default: Change) -> Change {
    match default {
        Change::Nodelay(_) => Change::Nodelay(Switch::Off),
        Change::Quickack(_) => Change::Quickack(Switch::On),
        Change::CongestionControl(_) => Change::CongestionControl("bbr".parse().ok()),
        Change::NotsentLowat(_) => Change::NotsentLowat(Some(Bytes::new(16_384))),
        Change::ReceiveBuffer(_) => Change::ReceiveBuffer(Some(Bytes::new(16_384))),
        Change::SendBuffer(_) => Change::SendBuffer(Some(Bytes::new(16_384))),
        Change::UserTimeout(_) => Change::UserTimeout(Some(Duration::from_secs(20))),
        Change::FastOpen(_) => Change::FastOpen(Switch::On),
        Change::AddressRacing(_) => Change::AddressRacing(Switch::On),
        Change::ServeStale(_) => Change::ServeStale(Duration::from_secs(60)),
        Change::DnsCacheTtl(_) => Change::DnsCacheTtl(Duration::from_secs(60)),
        Change::MaxConnections(_) => Change::MaxConnections(NonZeroU32::new(1)),
        Change::KeepAlive(_) => Change::KeepAlive(Switch::Off),
        Change::Version(_) => Change::Version(HttpVersion::Http1),
        Change::AcceptEncoding(_) => Change::AcceptEncoding(Encodings::ALL),
    }
}

#[test]
fn every_knob_that_was_turned_goes_back_to_its_own_default() {
    for default in Change::DEFAULTS {
        let turned = turned(default);
        assert_ne!(turned, default);
        assert_eq!(turned.undo(), default);
    }
}

#[test]
fn names_are_unique() {
    let mut names = Change::DEFAULTS.map(|change| change.name());
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}
