//! netopt finds what makes your network calls slow, proves by a controlled experiment which change fixes it, and gives
//! you that change as a crate or a proxy.
//!
//! This is the façade. `netopt optimize` writes a plan; here it becomes the client of your program:
//!
//! ```
//! use netopt::{Plan, Surroundings, Tls, stack};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let text = "[http]\naccept_encoding = [\"zstd\", \"br\", \"gzip\"]\n"; // your netopt.toml
//! let plan = Plan::read(text)?;
//! let client = stack::client(&plan, &Surroundings::new(Tls::trusting_nobody()))?;
//! # Ok(())
//! # }
//! ```
//!
//! [`stack`] is the one place where a change becomes behaviour. The arms of every trial are built by the same function,
//! so what was proven is what is applied.
//!
//! A program that keeps `reqwest` gets what that can take, and is told the rest, by the module `reqwest` behind the
//! feature of that name.

#[cfg(feature = "reqwest")]
pub mod reqwest;
pub mod stack;

pub use netopt_core as core;
pub use netopt_core::change::Change;
pub use netopt_core::plan::Plan;
pub use netopt_http as http;
pub use netopt_http::{Client, Proxy, Stack, Tls};
pub use netopt_pool as pool;
pub use netopt_tcp as tcp;
pub use netopt_tcp::Resolver;
pub use stack::Surroundings;

/// Holds the README's example against the code.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
pub struct Readme;
