//! Handles on the metrics of [`netopt_core::names`].
//!
//! A layer takes its handles when it is made, so counting is one atomic addition, or one comparison where nobody records.

use metrics::{Counter, Gauge, Histogram};
use netopt_core::names::Metric;

/// The counter of the series without a label.
pub(crate) fn counter(metric: &Metric) -> Counter {
    metrics::counter!(metric.name)
}

/// The counter of the series whose label has that value, one of those listed.
pub(crate) fn counter_of(metric: &Metric, value: &'static str) -> Counter {
    metrics::counter!(metric.name, metric.key_of(value) => value)
}

pub(crate) fn gauge(metric: &Metric) -> Gauge {
    metrics::gauge!(metric.name)
}

pub(crate) fn histogram(metric: &Metric) -> Histogram {
    metrics::histogram!(metric.name)
}

/// The distribution of the series whose label has that value, one of those listed.
pub(crate) fn histogram_of(metric: &Metric, value: &'static str) -> Histogram {
    metrics::histogram!(metric.name, metric.key_of(value) => value)
}
