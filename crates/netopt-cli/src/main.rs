//! The netopt command.
fn main() {}
