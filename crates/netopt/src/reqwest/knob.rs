//! One knob turned: the one place that says what reqwest does with each change.

use std::time::Duration;

use ::reqwest::{ClientBuilder, redirect};
use netopt_core::change::{Change, HttpVersion, Switch, Window};
use netopt_core::encoding::{Encoding, Encodings};
use netopt_core::plan::Settings;
use netopt_core::unit::Bytes;
use netopt_tcp::{Keeping, Resolver};

use super::names::Names;
use super::{reason, retries};

/// The largest flow-control window that HTTP/2 has (RFC 9113 §6.9.1).
const WIDEST: u32 = (1 << 31) - 1;

/// What knobs that work together need to know of each other.
pub(super) struct With<'a> {
    pub(super) settings: &'a Settings,
    pub(super) resolver: &'a Resolver,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    Whole,
    Part(&'static str),
    Not(&'static str),
}

/// The builder under that change. Knobs that belong together are turned together, by whichever of them comes last.
pub(super) fn turn(
    change: &Change,
    builder: ClientBuilder,
    with: &With<'_>,
) -> (ClientBuilder, Taken) {
    let not = |reason| Taken::Not(reason);
    let taken = match *change {
        Change::Nodelay(switch) => return whole(builder.tcp_nodelay(switch.is_on())),
        Change::UserTimeout(time) => return user_timeout(builder, time),
        Change::DnsCacheTtl(_) | Change::ServeStale(_) => return whole(names(builder, with)),
        Change::IdleTimeout(time) => return whole(builder.pool_idle_timeout(time)),
        Change::KeepAlive(switch) => return whole(keep_alive(builder, switch)),
        Change::Version(version) => return whole(speaking(builder, version)),
        Change::AcceptEncoding(set) => return whole(encodings(builder, set)),
        Change::Redirects(most) => return whole(builder.redirect(following(most))),
        Change::H2Window(window) => return whole(windows(builder, window)),
        Change::RetryAttempts(0) => Taken::Whole,
        Change::RetryAttempts(_) => {
            return (retrying(builder, with), Taken::Part(reason::RETRIES));
        }
        Change::RetryBudget(_) if with.settings.call.retry_attempts == 0 => {
            not(reason::IDLE_BUDGET)
        }
        Change::RetryBudget(_) => return whole(retrying(builder, with)),
        Change::StallTimeout(None) => Taken::Whole,
        Change::StallTimeout(Some(time)) => {
            return (builder.read_timeout(time), Taken::Part(reason::STALL));
        }
        Change::Quickack(_) => not(reason::QUICKACK),
        Change::CongestionControl(_)
        | Change::NotsentLowat(_)
        | Change::ReceiveBuffer(_)
        | Change::SendBuffer(_)
        | Change::FastOpen(_) => not(reason::SOCKET),
        Change::AddressRacing(_) => not(reason::RACING),
        Change::Resumption(_) => not(reason::RESUMPTION),
        Change::MaxConnections(_) => not(reason::MAX_CONNECTIONS),
        Change::MinIdle(_) => not(reason::MIN_IDLE),
        Change::Lifetime(_) => not(reason::LIFETIME),
        Change::FirstInFirstOut(_) => not(reason::FIFO),
        Change::RequestEncoding(_) => not(reason::REQUEST_ENCODING),
        Change::Coalesce(_) => not(reason::COALESCE),
        Change::H2Connections(_) => not(reason::H2_CONNECTIONS),
        Change::CacheSize(_) => not(reason::CACHE),
        Change::HedgeAfter(_) => not(reason::HEDGE),
        Change::LimitConcurrency(_) => not(reason::CONCURRENCY),
        Change::LimitRate(_) => not(reason::RATE),
        Change::AttemptTimeout(_) => not(reason::ATTEMPT),
    };
    (builder, taken)
}

const fn whole(builder: ClientBuilder) -> (ClientBuilder, Taken) {
    (builder, Taken::Whole)
}

#[cfg(target_os = "linux")]
fn user_timeout(builder: ClientBuilder, time: Option<Duration>) -> (ClientBuilder, Taken) {
    whole(builder.tcp_user_timeout(time))
}

#[cfg(not(target_os = "linux"))]
fn user_timeout(builder: ClientBuilder, _: Option<Duration>) -> (ClientBuilder, Taken) {
    (builder, Taken::Not(reason::USER_TIMEOUT))
}

fn names(builder: ClientBuilder, with: &With<'_>) -> ClientBuilder {
    let dns = &with.settings.dns;
    let resolver = with.resolver.keeping(Keeping {
        ttl: dns.cache_ttl,
        serve_stale: dns.serve_stale,
    });
    builder.dns_resolver(Names::new(resolver))
}

/// A pool that keeps nothing idle is none.
fn keep_alive(builder: ClientBuilder, switch: Switch) -> ClientBuilder {
    builder.pool_max_idle_per_host(if switch.is_on() { usize::MAX } else { 0 })
}

/// `auto` is what a builder has, and it cannot be told so again.
fn speaking(builder: ClientBuilder, version: HttpVersion) -> ClientBuilder {
    match version {
        HttpVersion::Auto => builder,
        HttpVersion::Http1 => builder.http1_only(),
        HttpVersion::Http2 => builder.http2_prior_knowledge(),
    }
}

/// Asks for these and for nothing else.
pub(super) fn encodings(builder: ClientBuilder, set: Encodings) -> ClientBuilder {
    let asks_for = |encoding| set.iter().any(|member| member == encoding);
    builder
        .zstd(asks_for(Encoding::Zstd))
        .brotli(asks_for(Encoding::Brotli))
        .gzip(asks_for(Encoding::Gzip))
        .no_deflate()
}

fn following(most: u32) -> redirect::Policy {
    match usize::try_from(most) {
        Ok(0) => redirect::Policy::none(),
        Ok(most) => redirect::Policy::limited(most),
        Err(_) => redirect::Policy::limited(usize::MAX),
    }
}

fn windows(builder: ClientBuilder, window: Window) -> ClientBuilder {
    let fixed = match window {
        Window::Default | Window::Adaptive => None,
        Window::Fixed(size) => Some(octets(size)),
    };
    builder
        .http2_adaptive_window(window == Window::Adaptive)
        .http2_initial_stream_window_size(fixed)
        .http2_initial_connection_window_size(fixed)
}

fn octets(size: Bytes) -> u32 {
    u32::try_from(size.get()).map_or(WIDEST, |size| size.min(WIDEST))
}

fn retrying(builder: ClientBuilder, with: &With<'_>) -> ClientBuilder {
    let call = &with.settings.call;
    builder.retry(retries::policy(call.retry_attempts, call.retry_budget))
}
