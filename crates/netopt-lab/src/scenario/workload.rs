//! `[workload]`: what is called, how often, and by which client.

use std::num::NonZeroU32;
use std::time::Duration;

use http::Method;
use netopt_core::change::Switch;
use netopt_core::metric::Metric;
use netopt_core::plan::Plan;
use netopt_core::unit::{Bytes, PerSecond};
use netopt_core::workload::Workload;
use toml::de::DeValue;

use super::client;
use super::table::Table;
use super::value::{self, PER_SECOND, SIZE, SWITCH, TEXT, TIME};

const MOST_CALLERS: u64 = 1_000;
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(600);
const LONGEST_CONNECT: Duration = Duration::from_secs(60);
const LARGEST_REQUEST: Bytes = Bytes::new(64 * 1024 * 1024);
/// What ordinary servers take in one header.
const LONGEST_HEADER: Bytes = Bytes::new(16 * 1024);
const MOST_PATHS: u64 = 1_000_000;
const MOST_LISTED: usize = 1_000;
const STEEPEST_ZIPF: f64 = 5.0;

/// The load on the service, and the client that makes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Load {
    /// What the calls are for. Default: [`Workload::Api`]; [`Workload::Rpc`] when `concurrency` or `chain` is given and no `rate`.
    pub preset: Workload,
    /// What the trial is judged by. `None` leaves it to the preset.
    pub metric: Option<Metric>,
    /// Calls a second, at most. `None` leaves it to the runner.
    pub rate: Option<PerSecond>,
    /// Callers that each wait for their answer before they call again. `None` leaves it to the preset.
    pub concurrency: Option<NonZeroU32>,
    /// How long today's client is measured. `None` leaves it to the runner.
    pub duration: Option<Duration>,
    /// Default: GET, or POST with a body.
    pub method: Method,
    /// The size of each request's body. Default: none.
    pub request_body: Bytes,
    /// The size of the uploads that the same client makes meanwhile, one after the other. Default: none.
    pub upload_beside: Option<Bytes>,
    /// The size of a header that each request has and that means nothing. Default: none.
    pub headers: Bytes,
    /// The size of the cookies of each request. Default: none.
    pub cookies: Bytes,
    /// What is asked for. Default: one path.
    pub paths: Paths,
    /// How unequally the paths are asked for: the exponent of Zipf's law. Default: equally.
    pub zipf: Option<f64>,
    /// On: the paths are one piece of work, called one after the other, again and again. Default: off.
    pub chain: Switch,
    /// Bound on name lookup and handshake. `None` leaves it to the runner.
    pub connect_timeout: Option<Duration>,
    /// The client as its user runs it today. Default: the ordinary one.
    pub client: Plan,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            preset: Workload::default(),
            metric: None,
            rate: None,
            concurrency: None,
            duration: None,
            method: Method::GET,
            request_body: Bytes::new(0),
            upload_beside: None,
            headers: Bytes::new(0),
            cookies: Bytes::new(0),
            paths: Paths::default(),
            zipf: None,
            chain: Switch::Off,
            connect_timeout: None,
            client: Plan::new(),
        }
    }
}

/// The paths that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Paths {
    /// So many different ones, named by number; at least one.
    Numbered(u64),
    /// These; at least one.
    Listed(Vec<String>),
}

impl Default for Paths {
    fn default() -> Self {
        Self::Numbered(1)
    }
}

impl Paths {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        match self {
            Self::Numbered(count) => *count,
            Self::Listed(paths) => paths.len() as u64,
        }
    }

    /// The first of them, with its slash.
    #[must_use]
    pub fn first(&self) -> &str {
        match self {
            Self::Numbered(_) => "/1",
            Self::Listed(paths) => paths.first().map_or("/", String::as_str),
        }
    }

    /// All of them in order; the most popular one first, where they are not equally so.
    pub fn all(&self) -> impl Iterator<Item = String> + '_ {
        (0..self.count()).map(|index| match self {
            Self::Numbered(_) => format!("/{}", index + 1),
            Self::Listed(paths) => usize::try_from(index)
                .ok()
                .and_then(|index| paths.get(index))
                .map_or_else(|| "/".to_owned(), Clone::clone),
        })
    }
}

const KEYS: [&str; 15] = [
    "preset",
    "metric",
    "rate",
    "concurrency",
    "duration",
    "method",
    "request_body",
    "upload_beside",
    "headers",
    "cookies",
    "paths",
    "zipf",
    "chain",
    "connect_timeout",
    "client",
];

pub(super) fn read(table: &Table<'_, '_>) -> Load {
    table.only(&KEYS);
    let preset = table.choice(
        "preset",
        &Workload::ALL.map(|preset| (preset.name(), preset)),
    );
    let rate = table.get("rate", PER_SECOND, value::per_second);
    let metric = table.choice("metric", &Metric::ALL.map(|metric| (metric.name(), metric)));
    let callers = format!("a whole number from 1 to {MOST_CALLERS}");
    let concurrency = table.get("concurrency", &callers, |value| {
        NonZeroU32::new(u32::try_from(value::count(value, 1..=MOST_CALLERS)?).ok()?)
    });
    let duration = table.get(
        "duration",
        &format!("{TIME}, from 100 ms to 600 s"),
        |value| value::time(value, LONGEST).filter(|time| *time >= SHORTEST),
    );
    let (method, request_body) = request(table);
    let zipf = table.get("zipf", "a number from 0 to 5", |value| {
        value::number(value).filter(|exponent| (0.0..=STEEPEST_ZIPF).contains(exponent))
    });
    let connect_timeout = table.get(
        "connect_timeout",
        &format!("{TIME}, from 100 ms to 60 s"),
        |value| value::time(value, LONGEST_CONNECT).filter(|time| *time >= SHORTEST),
    );
    let one_by_one = table.has("concurrency") || table.has("chain");
    let implied = if one_by_one && !table.has("rate") {
        Workload::Rpc
    } else {
        Workload::default()
    };
    Load {
        preset: preset.unwrap_or(implied),
        metric,
        rate,
        concurrency,
        duration,
        method,
        request_body,
        upload_beside: upload_beside(table),
        headers: header_size(table, "headers"),
        cookies: header_size(table, "cookies"),
        paths: paths(table),
        zipf,
        chain: chain(table).into(),
        connect_timeout,
        client: table
            .table("client")
            .map_or_else(Plan::new, |table| client::read(&table)),
    }
}

/// The method and the size of the body.
fn request(table: &Table<'_, '_>) -> (Method, Bytes) {
    let body = table.get(
        "request_body",
        &format!("{SIZE}, at most 64 MiB"),
        |value| value::size(value, LARGEST_REQUEST),
    );
    let body = body.unwrap_or_default();
    let usual = if body > Bytes::ZERO {
        Method::POST
    } else {
        Method::GET
    };
    let method = table.get("method", "a method of HTTP, such as \"GET\"", |value| {
        value.as_str()?.parse::<Method>().ok()
    });
    (method.unwrap_or(usual), body)
}

fn upload_beside(table: &Table<'_, '_>) -> Option<Bytes> {
    table.get(
        "upload_beside",
        &format!("{SIZE}, above zero and at most 64 MiB"),
        |value| value::size(value, LARGEST_REQUEST).filter(|size| *size > Bytes::ZERO),
    )
}

fn header_size(table: &Table<'_, '_>, key: &str) -> Bytes {
    let expected = format!("{SIZE}, at most {LONGEST_HEADER}");
    let size = table.get(key, &expected, |value| value::size(value, LONGEST_HEADER));
    size.unwrap_or_default()
}

fn chain(table: &Table<'_, '_>) -> bool {
    let chain = table.get("chain", SWITCH, value::switch).unwrap_or(false);
    if chain && table.has("zipf") {
        table.fail(
            "chain",
            "excludes zipf: a piece of work has each of its paths once",
        );
    }
    chain
}

fn paths(table: &Table<'_, '_>) -> Paths {
    let expected = format!(
        "a number of paths from 1 to {MOST_PATHS}, or a list of 1 to {MOST_LISTED} such as [\"/a\", \"/b\"], each {TEXT}"
    );
    let paths = table.get("paths", &expected, |value| {
        if let Some(count) = value::count(value, 1..=MOST_PATHS) {
            return Some(Paths::Numbered(count));
        }
        let listed = value::list(value, MOST_LISTED, path)?;
        (!listed.is_empty()).then_some(Paths::Listed(listed))
    });
    paths.unwrap_or_default()
}

fn path(value: &DeValue<'_>) -> Option<String> {
    let text = value.as_str()?;
    let visible = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'#');
    (text.starts_with('/') && visible && text.len() <= 1_000).then(|| text.to_owned())
}
