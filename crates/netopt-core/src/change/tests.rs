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
    let size = Bytes::new(128 * 1024);
    let minute = Duration::from_secs(60);
    match default {
        Change::Nodelay(_) => Change::Nodelay(Switch::Off),
        Change::Quickack(_) => Change::Quickack(Switch::On),
        Change::CongestionControl(_) => Change::CongestionControl("bbr".parse().ok()),
        Change::NotsentLowat(_) => Change::NotsentLowat(Some(size)),
        Change::ReceiveBuffer(_) => Change::ReceiveBuffer(Some(size)),
        Change::SendBuffer(_) => Change::SendBuffer(Some(size)),
        Change::UserTimeout(_) => Change::UserTimeout(Some(minute)),
        Change::FastOpen(_) => Change::FastOpen(Switch::On),
        Change::AddressRacing(_) => Change::AddressRacing(Switch::On),
        Change::ServeStale(_) => Change::ServeStale(minute),
        Change::DnsCacheTtl(_) => Change::DnsCacheTtl(minute),
        Change::Resumption(_) => Change::Resumption(Switch::Off),
        Change::MaxConnections(_) => Change::MaxConnections(NonZeroU32::new(1)),
        Change::MinIdle(_) => Change::MinIdle(2),
        Change::IdleTimeout(_) => Change::IdleTimeout(minute),
        Change::Lifetime(_) => Change::Lifetime(Some(minute)),
        Change::FirstInFirstOut(_) => Change::FirstInFirstOut(Switch::On),
        Change::KeepAlive(_) => Change::KeepAlive(Switch::Off),
        Change::Version(_) => Change::Version(HttpVersion::Http1),
        Change::AcceptEncoding(_) => Change::AcceptEncoding(Encodings::ALL),
        Change::RequestEncoding(_) => Change::RequestEncoding(Some(Encoding::Zstd)),
        Change::Redirects(_) => Change::Redirects(0),
        Change::Coalesce(_) => Change::Coalesce(Switch::On),
        Change::H2Connections(_) => Change::H2Connections(NonZeroU32::MIN.saturating_add(3)),
        Change::H2Window(_) => Change::H2Window(Window::Adaptive),
        Change::CacheSize(_) => Change::CacheSize(size),
        Change::RetryAttempts(_) => Change::RetryAttempts(2),
        Change::RetryBudget(_) => Change::RetryBudget(None),
        Change::HedgeAfter(_) => Change::HedgeAfter(Percentile::new(95)),
        Change::LimitConcurrency(_) => Change::LimitConcurrency(ConcurrencyLimit::Gradient2),
        Change::LimitRate(_) => Change::LimitRate(NonZeroU32::new(100)),
        Change::AttemptTimeout(_) => Change::AttemptTimeout(Some(minute)),
        Change::StallTimeout(_) => Change::StallTimeout(Some(minute)),
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
