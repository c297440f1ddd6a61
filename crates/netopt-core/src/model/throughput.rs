//! Data over time, and the share of the bottleneck that it uses.
