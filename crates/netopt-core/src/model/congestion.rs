//! How the congestion window moves: slow start, Reno, CUBIC, and where BBR settles.
