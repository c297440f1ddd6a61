//! The protocol between the two ends of a transfer: small, versioned, bounded.
//!
//! Every connection opens with 24 bytes that no other protocol begins with. The control connection then carries frames;
//! the others carry the load. Nothing is allocated by what a peer says beyond the bound of its kind.

mod codec;
mod frame;
mod hello;
mod opening;
mod patient;

pub(super) use codec::{Reader, Writer};
pub(super) use frame::{Frame, LARGEST_REPORT};
pub(super) use opening::{LENGTH, MAGIC, Opening, Stranger, VERSION};
pub(super) use patient::{Patience, is_nothing_yet};
