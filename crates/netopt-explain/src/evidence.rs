//! The facts behind a finding, each with its unit and the number of samples.

use std::time::Duration;

use netopt_core::finding::Evidence;
use netopt_core::unit::{Bytes, millis};

use crate::facts::Times;

/// The median of some times; `None` without samples, because unknown is not zero.
pub(crate) fn median(metric: &str, times: &Times) -> Option<Evidence> {
    Some(time(metric, times.p50()?, times.n()))
}

/// A time in milliseconds.
pub(crate) fn time(metric: &str, value: Duration, n: u64) -> Evidence {
    Evidence {
        metric: metric.to_owned(),
        value: millis(value),
        unit: "ms",
        n,
    }
}

/// A share from 0 to 1.
pub(crate) fn ratio(metric: &str, value: f64, n: u64) -> Evidence {
    Evidence {
        metric: metric.to_owned(),
        value,
        unit: "ratio",
        n,
    }
}

/// A number of things, or a mean number.
pub(crate) fn count(metric: &str, value: f64, n: u64) -> Evidence {
    Evidence {
        metric: metric.to_owned(),
        value,
        unit: "count",
        n,
    }
}

/// An amount of data.
pub(crate) fn bytes(metric: &str, value: Bytes, n: u64) -> Evidence {
    Evidence {
        metric: metric.to_owned(),
        value: value.bits() / 8.0,
        unit: "bytes",
        n,
    }
}
