//! What a client is made from: how it connects, what it speaks, and its bounds.
//!
//! Only the values. Which they are for a given plan, `netopt::stack` knows.

use std::time::Duration;

use netopt_core::change::{HttpVersion, Switch};
use netopt_core::encoding::Encodings;
use netopt_core::unit;
use netopt_tcp::{Connector, Options, Resolver};

use crate::http2::Http2;
use crate::proxy::Proxy;
use crate::tls::Tls;

/// How a client connects and behaves. All values are valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Lookup, race, socket options, and the bound on connecting.
    pub connector: Connector,
    /// The proxy that every call goes through. Of an ordinary client: none.
    pub proxy: Option<Proxy>,
    /// Whom to trust.
    pub tls: Tls,
    /// Which HTTP to speak.
    pub version: HttpVersion,
    /// How HTTP/2 is spoken, where it is.
    pub http2: Http2,
    /// The bounds of the connection pool.
    pub pool: netopt_pool::Config,
    /// The compression to ask for.
    pub accept_encoding: Encodings,
    /// The bound on a whole call, from its start to the end of the body.
    pub timeout: Duration,
    /// A body is read up to here, counted as it comes over the wire. Who measures a longer one gets it cut there, and who reads
    /// it gets an error after so much.
    pub body_limit: unit::Bytes,
    /// Whether the kernel is asked when the bytes of each call left and came (`Exchange::stamps`). It costs some
    /// microseconds a call, so it is for who looks at single calls.
    pub timestamps: Switch,
    /// Whether each measured call tells what audits ask for beside its phases: how the kernel sees the connection before and
    /// after (`Exchange::path`), what was asked for (`Exchange::asked`), whether the answer may be kept, and where a redirect led.
    /// That is two system calls and a look at every header, two to three microseconds a call, so it is for who explains.
    pub audited: Switch,
}

/// Of an ordinary client: one lost SYN in each direction is survived.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of an ordinary client: longer than any answer that somebody waits for.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Of an ordinary client: a body beyond this is a download, not an answer.
const BODY_LIMIT: unit::Bytes = unit::Bytes::new(64 * 1024 * 1024);

impl Config {
    /// The ordinary client: what `reqwest::Client::new()` does, with a bound of 5 s on connecting, of 30 s on a call, and of
    /// 64 MiB on a body.
    #[must_use]
    pub fn ordinary(tls: Tls) -> Self {
        Self {
            connector: Connector {
                resolver: Resolver::system(),
                options: Options::default(),
                racing: Switch::Off,
                timeout: CONNECT_TIMEOUT,
            },
            proxy: None,
            tls,
            version: HttpVersion::Auto,
            http2: Http2::default(),
            pool: netopt_pool::Config::default(),
            accept_encoding: Encodings::NONE,
            timeout: TIMEOUT,
            body_limit: BODY_LIMIT,
            timestamps: Switch::Off,
            audited: Switch::Off,
        }
    }
}
