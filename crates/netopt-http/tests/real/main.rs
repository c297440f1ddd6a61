//! The client against servers that others wrote, as Debian ships them: nginx, HAProxy, Apache, Node, Python, and the proxies
//! tinyproxy and microsocks.
//!
//! Each has a file of configuration here, a port of its own on loopback and a folder that goes with it; nothing of the system's own
//! servers is read or touched. What is asked of each is in `site.rs`, once. What it leaves alone: what `netopt` makes of such a
//! server, which is tested with the command line.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should say where and stop"
)]

mod apache;
mod certificate;
mod folder;
mod haproxy;
mod nginx;
mod node;
mod proxies;
mod python;
mod server;
mod site;
