//! The models: closed forms with units, sources and domains. What the seed's theory section wanted to say.

pub mod latency;
pub mod pool;
pub mod slow_start;
