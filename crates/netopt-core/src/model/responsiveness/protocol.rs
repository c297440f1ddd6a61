//! The parameters of the protocol with the names and defaults of draft -09, section "Test parameters".

/// MAD: how many intervals a moving average spans, and how many averages are looked at for stability.
pub const MOVING_AVERAGE_DISTANCE: usize = 4;

/// SDT: the standard deviation of the last averages, in percent of the latest, below which they are stable.
pub const STANDARD_DEVIATION_TOLERANCE_PERCENT: u32 = 5;

/// TMP: the share of samples, in percent and from the fastest, that a trimmed mean keeps.
pub const TRIMMED_MEAN_PERCENT: usize = 95;

/// INP: how many connections carry load in the first interval.
pub const CONNECTIONS_AT_START: u32 = 1;

/// INC: how many more with each interval.
pub const CONNECTIONS_PER_INTERVAL: u32 = 1;

/// MNP: the most connections that carry load at once.
pub const MOST_CONNECTIONS: u32 = 16;

/// MPS: the most probes a second.
pub const PROBES_PER_SECOND: u32 = 100;

/// PTC: the most that probes may take of the capacity, in percent.
pub const CAPACITY_FOR_PROBES_PERCENT: u32 = 5;
