//! A discrete-event simulator of flows through a bottleneck: no I/O, no clock, seeded.
