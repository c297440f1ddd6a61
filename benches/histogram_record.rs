//! What does it cost to record one latency?
fn main() {}
