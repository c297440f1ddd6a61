//! What only HTTP origins have.

use std::time::Duration;

use clap::{Args, ValueEnum};
use http::HeaderValue;
use netopt_core::unit::{Bytes, PerSecond, parse_duration};
use netopt_lab::origin::{Errors, Redirects};

use crate::args::values;

/// The part of an origin's arguments that HTTP only has.
#[derive(Debug, Args)]
#[command(next_help_heading = "HTTP only")]
pub(crate) struct HttpArgs {
    /// Size of its body (default: 2kB)
    #[arg(long, value_name = "SIZE")]
    pub(crate) body: Option<Bytes>,
    /// What its body is made of: json and text compress well, random does not (default: json)
    #[arg(long, value_enum, value_name = "KIND", hide_possible_values = true)]
    pub(crate) body_kind: Option<Kind>,
    /// Answer this share of requests by an error, such as 1% or 1%:500 (default status: 503)
    #[arg(long, value_name = "SHARE[:STATUS]", value_parser = values::errors)]
    pub(crate) errors: Option<Errors>,
    /// Take so many requests a second, refused ones included: beyond that it ends up refusing nearly all (default: any number)
    #[arg(long, value_name = "N", value_parser = values::rate)]
    pub(crate) overload: Option<PerSecond>,
    /// Close the connection after so many requests (default: never)
    #[arg(long, value_name = "N", conflicts_with_all = ["keep_alive_idle", "forget_idle"])]
    pub(crate) close_after: Option<u64>,
    /// Close a connection on which nothing has happened for so long (default: never)
    #[arg(long, value_name = "TIME", value_parser = parse_duration, conflicts_with = "forget_idle")]
    pub(crate) keep_alive_idle: Option<Duration>,
    /// Forget a connection on which nothing has happened for so long: what comes later is reset (default: never)
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) forget_idle: Option<Duration>,
    /// Let more requests at once than this be in each other's way: each of n takes (n/this)² times as long (default: never)
    #[arg(long, value_name = "N")]
    pub(crate) thrash_above: Option<usize>,
    /// Never compress
    #[arg(long)]
    pub(crate) no_compression: bool,
    /// Say for how long answers may be kept, such as max-age=60
    #[arg(long, value_name = "VALUE", value_parser = values::header)]
    pub(crate) cache_control: Option<HeaderValue>,
    /// Redirect each path so often before it is answered, such as 2 or 2:301 (default status: 302)
    #[arg(long, value_name = "HOPS[:STATUS]", value_parser = values::redirects)]
    pub(crate) redirects: Option<Redirects>,
    /// Give each path an ETag, and answer 304 to those who have it
    #[arg(long)]
    pub(crate) etag: bool,
}

/// The part of an origin's arguments that HTTPS only has.
#[derive(Debug, Args)]
#[command(next_help_heading = "HTTPS only")]
pub(crate) struct HttpsArgs {
    /// Speak this version of TLS only (default: 1.3 and 1.2)
    #[arg(long, value_enum, value_name = "1.2|1.3", hide_possible_values = true)]
    pub(crate) tls_version: Option<OnlyVersion>,
    /// Let no session be resumed
    #[arg(long)]
    pub(crate) no_sessions: bool,
    /// Fill the certificate with names until it has this size
    #[arg(long, value_name = "SIZE")]
    pub(crate) certificate: Option<Bytes>,
}

/// One version of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnlyVersion {
    /// TLS 1.2
    #[value(name = "1.2")]
    Tls12,
    /// TLS 1.3
    #[value(name = "1.3")]
    Tls13,
}

/// What a body is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// A catalogue of items
    Json,
    /// Sentences
    Text,
    /// Noise
    Random,
}
