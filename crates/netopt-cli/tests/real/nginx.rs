//! The real nginx, with a configuration, a document root and logs of its own.
//!
//! One process in the foreground on a free port of loopback. Nothing of `/etc/nginx` or `/var/lib/nginx` is read or
//! written, so it needs no root and disturbs no server of the machine.

mod access;
pub(crate) mod certificate;
mod configuration;

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::folder::Folder;
use crate::process::{Server, Signal};
pub(crate) use access::{Access, most_in_a_second};
pub(crate) use certificate::Usage;

/// How often the start is looked at, this far apart: 5 s in all.
const LOOKS: (u32, Duration) = (500, Duration::from_millis(10));
/// A free port may be taken by somebody else before nginx has it.
const ATTEMPTS: u32 = 5;

/// How nginx is set up. The default is the ordinary server: connections are kept, bodies come as they are, HTTP.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Setup {
    pub(crate) keep_alive: KeepAlive,
    pub(crate) bodies: Bodies,
    pub(crate) speaks: Speaks,
    pub(crate) sessions: Sessions,
    pub(crate) certificate: Usage,
}

/// `keepalive_timeout`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum KeepAlive {
    #[default]
    Timeout75,
    Timeout0,
}

/// `gzip`.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Bodies {
    #[default]
    Plain,
    Gzip,
}

/// The protocols of the port.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Speaks {
    #[default]
    Http,
    Https,
    /// Over TLS, and HTTP/1.1 as well.
    Http2,
}

/// Whether a TLS session may be resumed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Sessions {
    #[default]
    Resumed,
    /// Each handshake is a whole one.
    Whole,
}

/// A running nginx. Dropping it ends it and deletes everything that it wrote.
#[derive(Debug)]
pub(crate) struct Nginx {
    server: Server,
    folder: Folder,
    address: SocketAddr,
    setup: Setup,
}

impl Nginx {
    /// Starts it and waits until it listens.
    pub(crate) fn start(setup: Setup) -> Self {
        let folder = Folder::new();
        configuration::prepare(&folder);
        if setup.speaks != Speaks::Http {
            certificate::make(&folder, setup.certificate);
        }
        for _ in 0..ATTEMPTS {
            let address = free_address();
            folder.write("nginx.conf", &configuration::text(&setup, address));
            if let Some(server) = listening(&folder) {
                return Self {
                    server,
                    folder,
                    address,
                    setup,
                };
            }
        }
        panic!("nginx does not start:\n{}", folder.read("error.log"));
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a document at nginx itself.
    pub(crate) fn url(&self, document: &str) -> String {
        self.url_at(&self.address.to_string(), document)
    }

    /// The URL of a document at nginx as seen through `place`, such as the near end of a link.
    pub(crate) fn url_at(&self, place: &str, document: &str) -> String {
        let scheme = match self.setup.speaks {
            Speaks::Http => "http",
            Speaks::Https | Speaks::Http2 => "https",
        };
        format!("{scheme}://{place}/{document}")
    }

    /// Its certificate, if it speaks TLS.
    pub(crate) fn certificate(&self) -> Option<PathBuf> {
        (self.setup.speaks != Speaks::Http).then(|| self.folder.path(certificate::FILE))
    }

    /// Ends it; what it logged, in the order of arrival.
    pub(crate) fn end(self) -> Vec<Access> {
        self.server.end(Signal::Quit);
        access::read(&self.folder.read(configuration::ACCESS_LOG))
    }
}

/// nginx with the configuration in `folder`; `None` if it gave up.
fn listening(folder: &Folder) -> Option<Server> {
    let mut command = Command::new("nginx");
    // Debian has it where only the superuser looks.
    let mut path = std::env::var_os("PATH").unwrap_or_default();
    write!(path, ":/usr/sbin:/sbin").unwrap();
    command
        .env("PATH", path)
        .arg("-p")
        .arg(folder.as_ref())
        .args(["-c", "nginx.conf", "-e", "error.log"]);
    let mut server = Server::start(&mut command);
    for _ in 0..LOOKS.0 {
        // It writes its id when all its sockets listen.
        if folder.read(configuration::ID_FILE).trim() == server.id().to_string() {
            return Some(server);
        }
        if server.is_over() {
            return None;
        }
        thread::park_timeout(LOOKS.1);
    }
    panic!("nginx takes for ever:\n{}", folder.read("error.log"));
}

/// An address that nobody listens on, for now.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}
