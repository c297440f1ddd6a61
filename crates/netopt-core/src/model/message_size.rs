//! How large a message, a packet or a batch should be: what replaces the seed's theorem 3.1.
//!
//! There is no one best size, because each cost that pulls the other way gives another one:
//!
//! | | what pays for a larger size | what pays for a smaller one | best size |
//! |---|---|---|---|
//! | [`one_link`] | nothing | serialisation | none: only fewer bytes help |
//! | [`store_and_forward`] | one header a packet | nodes that wait for whole packets | √(M·h/(k−1)) |
//! | [`stop_and_wait`] | a round trip of silence a chunk | nothing | a wanted utilisation decides |
//! | [`batching`] | a fixed cost a batch | items that wait for the batch | √(2·λ·K/h) |
//! | [`noisy_link`] | one header a packet | one wrong bit loses the packet | about √(h/ε) |
//! | [`Pipe`](super::queueing::Pipe) | a line that idles | a queue that only delays | rate × round trip |
//!
//! Sizes here are real numbers ([`Length`]), since an optimum seldom is a whole byte. What this module leaves alone:
//! how windows grow (`slow_start`, `congestion`) and how many connections to hold (`pool`).

pub mod batching;
mod length;
pub mod noisy_link;
pub mod one_link;
pub mod stop_and_wait;
pub mod store_and_forward;

pub use length::Length;

#[cfg(test)]
mod tests;
