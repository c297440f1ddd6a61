//! What random loss leaves of the throughput: Mathis, PFTK, TFRC.
