//! Real sockets on loopback.

mod connect;
mod options;
