//! What goes around a client against slowness and failure: tower layers, each of use by itself, over any
//! [`HttpService`](crate::HttpService).
//!
//! Against failure: [`timeout`], [`retry`], [`hedge`], [`limit`]. Against work that need not be done: [`redirect`], [`cache`],
//! [`coalesce`], [`compress`], [`decompress`]. [`batch`] is about any calls that have keys, of HTTP or not.

pub mod batch;
mod by_key;
pub mod cache;
pub mod coalesce;
pub mod compress;
pub mod decompress;
pub(crate) mod hedge;
pub(crate) mod layered;
pub(crate) mod limit;
pub(crate) mod redirect;
mod rest;
pub(crate) mod retry;
mod telemetry;
mod template;
pub(crate) mod timeout;
