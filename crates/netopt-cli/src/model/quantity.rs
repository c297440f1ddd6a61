//! One number with its name, its unit and a few words.

use std::fmt;
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, PerSecond, Ratio, Segments};

use super::Unit;

/// What a quantity amounts to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Amount {
    /// A number of that unit; unknown or without bound is `None`.
    Of(Unit, Option<f64>),
    /// A choice that is no number.
    Choice(String),
}

impl Amount {
    /// A number of that unit.
    pub(crate) fn of(unit: Unit, value: impl Into<Option<f64>>) -> Self {
        Self::Of(unit, value.into().filter(|value| value.is_finite()))
    }

    /// A time.
    pub(crate) fn time(time: impl Into<Option<Duration>>) -> Self {
        Self::of(Unit::Time, time.into().map(|time| time.as_secs_f64()))
    }

    /// An amount of data.
    pub(crate) fn data(data: impl Into<Option<Bytes>>) -> Self {
        Self::of(Unit::Data, data.into().map(|data| data.bits() / 8.0))
    }

    /// A rate of data.
    pub(crate) fn rate(rate: impl Into<Option<BitRate>>) -> Self {
        Self::of(Unit::Rate, rate.into().map(BitRate::bps))
    }

    /// A share.
    pub(crate) fn share(share: impl Into<Option<Ratio>>) -> Self {
        Self::of(Unit::Share, share.into().map(Ratio::get))
    }

    /// A window or an amount in segments.
    pub(crate) fn segments(segments: impl Into<Option<Segments>>) -> Self {
        Self::of(Unit::Segments, segments.into().map(Segments::get))
    }

    /// A rate of events.
    pub(crate) fn per_second(rate: impl Into<Option<PerSecond>>) -> Self {
        Self::of(Unit::PerSecond, rate.into().map(PerSecond::get))
    }

    /// A pure number, or a count.
    pub(crate) fn number(number: impl Into<f64>) -> Self {
        Self::of(Unit::Number, number.into())
    }
}

/// For people: with its unit, and `-` where it is unknown or without bound.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(unit, Some(value)) => f.write_str(&unit.show(*value)),
            Self::Of(_, None) => f.write_str("-"),
            Self::Choice(text) => f.write_str(text),
        }
    }
}

/// A named amount.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Quantity {
    /// What it is called in a document, without its unit.
    name: &'static str,
    /// What people call it.
    label: String,
    amount: Amount,
    /// What it means here, in a few words.
    remark: Option<String>,
}

impl Quantity {
    fn new(name: &'static str, label: impl Into<String>, amount: Amount) -> Self {
        Self {
            name,
            label: label.into(),
            amount,
            remark: None,
        }
    }

    /// A number of that unit.
    pub(crate) fn of(
        unit: Unit,
        name: &'static str,
        label: impl Into<String>,
        value: impl Into<Option<f64>>,
    ) -> Self {
        Self::new(name, label, Amount::of(unit, value))
    }

    /// A time.
    pub(crate) fn time(
        name: &'static str,
        label: impl Into<String>,
        time: impl Into<Option<Duration>>,
    ) -> Self {
        Self::new(name, label, Amount::time(time))
    }

    /// An amount of data.
    pub(crate) fn data(
        name: &'static str,
        label: impl Into<String>,
        data: impl Into<Option<Bytes>>,
    ) -> Self {
        Self::new(name, label, Amount::data(data))
    }

    /// A rate of data.
    pub(crate) fn rate(
        name: &'static str,
        label: impl Into<String>,
        rate: impl Into<Option<BitRate>>,
    ) -> Self {
        Self::new(name, label, Amount::rate(rate))
    }

    /// A share.
    pub(crate) fn share(
        name: &'static str,
        label: impl Into<String>,
        share: impl Into<Option<Ratio>>,
    ) -> Self {
        Self::new(name, label, Amount::share(share))
    }

    /// A window or an amount in segments.
    pub(crate) fn segments(
        name: &'static str,
        label: impl Into<String>,
        segments: impl Into<Option<Segments>>,
    ) -> Self {
        Self::new(name, label, Amount::segments(segments))
    }

    /// A rate of events.
    pub(crate) fn per_second(
        name: &'static str,
        label: impl Into<String>,
        rate: impl Into<Option<PerSecond>>,
    ) -> Self {
        Self::new(name, label, Amount::per_second(rate))
    }

    /// A pure number, or a count.
    pub(crate) fn number(
        name: &'static str,
        label: impl Into<String>,
        number: impl Into<f64>,
    ) -> Self {
        Self::new(name, label, Amount::number(number))
    }

    /// A choice that is no number.
    pub(crate) fn choice(
        name: &'static str,
        label: impl Into<String>,
        choice: impl Into<String>,
    ) -> Self {
        Self::new(name, label, Amount::Choice(choice.into()))
    }

    /// The same with a few words on what it means here.
    #[must_use]
    pub(crate) fn meaning(mut self, remark: impl Into<String>) -> Self {
        self.remark = Some(remark.into());
        self
    }

    /// What it is called in a document; ends in its unit.
    #[must_use]
    pub(crate) fn key(&self) -> String {
        match self.amount {
            Amount::Of(unit, _) => format!("{}{}", self.name, unit.suffix()),
            Amount::Choice(_) => self.name.to_owned(),
        }
    }

    /// What people call it.
    #[must_use]
    pub(crate) fn label(&self) -> &str {
        &self.label
    }

    /// How much.
    #[must_use]
    pub(crate) const fn amount(&self) -> &Amount {
        &self.amount
    }

    /// The few words, if there are some.
    #[must_use]
    pub(crate) fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// With its name, as in `round trip 80 ms`.
    #[must_use]
    pub(crate) fn told(&self) -> String {
        format!("{}\u{a0}{}", self.label, self.amount)
    }
}
