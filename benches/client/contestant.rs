//! Who takes part, and how each is told apart on a command line.

/// A client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contestant {
    /// C and epoll: no HTTP at all.
    Floor,
    /// A connection of hyper, nothing around it.
    Hyper,
    /// The pool of hyper-util.
    HyperUtil,
    /// The client that most programs in Rust have.
    Reqwest,
    /// Our client without layers; each call ends as an exchange with its phases.
    Client,
    /// The same, which also tells what audits ask for.
    Audited,
    /// Our ordinary client: it follows redirects.
    Ordinary,
    /// Our client with retries, their budget, a limit and bounds.
    Layers,
    /// Python's.
    Requests,
    /// Python's with an event loop.
    Aiohttp,
}

/// In which program a contestant lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Home {
    /// `floor.c`.
    C,
    /// This one.
    Here,
    /// `peers.py`.
    Python,
}

impl Contestant {
    pub(crate) const ALL: [Self; 10] = [
        Self::Floor,
        Self::Hyper,
        Self::HyperUtil,
        Self::Reqwest,
        Self::Client,
        Self::Audited,
        Self::Ordinary,
        Self::Layers,
        Self::Requests,
        Self::Aiohttp,
    ];

    /// The name on command lines and in tables.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Floor => "floor",
            Self::Hyper => "hyper",
            Self::HyperUtil => "hyper-util",
            Self::Reqwest => "reqwest",
            Self::Client => "netopt",
            Self::Audited => "netopt-audited",
            Self::Ordinary => "netopt-ordinary",
            Self::Layers => "netopt-layers",
            Self::Requests => "requests",
            Self::Aiohttp => "aiohttp",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    pub(crate) const fn home(self) -> Home {
        match self {
            Self::Floor => Home::C,
            Self::Requests | Self::Aiohttp => Home::Python,
            _ => Home::Here,
        }
    }
}
