//! How many connections an offered load needs.
//!
//! The seed's theorem 3.2, √(2·rate·time/memory), gives 4.5 connections for an offered load of 10: an unstable queue.
//! What holds is Little's law for the mean and Erlang's C formula for the share that has to wait.

use std::time::Duration;

use crate::unit::PerSecond;

/// The search for a pool size ends here.
const MOST: u32 = 10_000;

/// The offered load: the mean number of busy connections, arrivals times mean hold time (Little 1961).
#[must_use]
pub fn offered_load(arrivals: PerSecond, hold: Duration) -> f64 {
    arrivals.get() * hold.as_secs_f64()
}

/// The probability that an arrival has to wait with `size` connections at offered load `load` (Erlang C, M/M/c); 1 when
/// the load is not below the size.
#[must_use]
pub fn wait_probability(size: u32, load: f64) -> f64 {
    let servers = f64::from(size);
    if load >= servers {
        return 1.0;
    }
    let blocking = (1..=size).fold(1.0, |b, k| load * b / (f64::from(k) + load * b));
    servers * blocking / (servers - load * (1.0 - blocking))
}

/// The smallest pool in which at most a share `wait` (0 to 1, exclusive) of the arrivals has to wait; 10,000 at the most.
#[must_use]
pub fn size_for(load: f64, wait: f64) -> u32 {
    (1..MOST)
        .find(|&size| wait_probability(size, load) <= wait)
        .unwrap_or(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_theorem_3_2_is_replaced_by_sizes_that_are_stable() {
        // Exact values for at most 10 %, 5 % and 1 % waiting.
        for (load, sizes) in [
            (0.5, [3, 3, 4]),
            (1.0, [3, 4, 5]),
            (5.0, [9, 10, 12]),
            (10.0, [16, 17, 19]),
            (100.0, [115, 119, 125]),
        ] {
            let got = [0.10, 0.05, 0.01].map(|wait| size_for(load, wait));
            assert_eq!(got, sizes, "offered load {load}");
        }
    }

    #[test]
    fn offered_load_is_littles_law() {
        let arrivals = PerSecond::new(20.0).unwrap();
        assert!((offered_load(arrivals, Duration::from_millis(500)) - 10.0).abs() < 1e-9);
        assert!((wait_probability(4, 10.0) - 1.0).abs() < f64::EPSILON);
    }
}
