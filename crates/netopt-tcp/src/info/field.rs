//! What a field of `struct tcp_info` is, and how its bytes become a value with a unit.
//!
//! The macro makes three things of one row: the accessor of `TcpInfo`, the row of the table that documentation and tests
//! are checked with, and the line of `Debug`. So they cannot disagree.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};

use super::state::{CongestionState, FastOpenFail, Negotiated, State};

/// A row of the table: where a field is in `struct tcp_info`, and what it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The kernel's name without `tcpi_`, which is also the name of the accessor.
    pub name: &'static str,
    /// Bytes before it.
    pub offset: usize,
    /// Its size in bytes; fields of some bits share one.
    pub width: usize,
    /// What its number means.
    pub unit: Unit,
    /// The first Linux that fills it; 2.6 for what was there from the beginning.
    pub since: (u8, u8),
    /// The structure must be this long for the field to mean something. It is more than the field's end where a field
    /// took over bytes that older kernels left zero.
    pub needs: usize,
}

/// What the number of a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// A number of things: segments, events, probes, or a state.
    Count,
    /// Bytes.
    Bytes,
    /// Bytes a second in the kernel, bits a second here.
    BytesPerSecond,
    /// Microseconds.
    Micros,
    /// Milliseconds.
    Millis,
    /// Single bits.
    Bits,
}

impl Unit {
    /// How tables write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Bytes => "B",
            Self::BytesPerSecond => "B/s",
            Self::Micros => "µs",
            Self::Millis => "ms",
            Self::Bits => "bits",
        }
    }
}

/// How the number of a field is read.
pub(super) trait Kind {
    /// What it becomes.
    type Value;
    const WIDTH: usize;
    const UNIT: Unit;
    /// The value; `None` where the kernel has a number that says "none yet".
    fn read(number: u64) -> Option<Self::Value>;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident: $value:ty, $width:literal, $unit:ident, |$number:ident| $read:expr;)*) => {$(
        $(#[$doc])*
        pub(super) struct $kind;
        impl Kind for $kind {
            type Value = $value;
            const WIDTH: usize = $width;
            const UNIT: Unit = Unit::$unit;
            fn read($number: u64) -> Option<$value> { $read }
        }
    )*};
}

kinds! {
    Count8: u8, 1, Count, |number| u8::try_from(number).ok();
    Count16: u16, 2, Count, |number| u16::try_from(number).ok();
    Count32: u32, 4, Count, |number| u32::try_from(number).ok();
    Bytes32: Bytes, 4, Bytes, |number| Some(Bytes::new(number));
    Bytes64: Bytes, 8, Bytes, |number| Some(Bytes::new(number));
    Bits32: u32, 4, Bits, |number| u32::try_from(number).ok();
    Micros32: Duration, 4, Micros, |number| Some(Duration::from_micros(number));
    Micros64: Duration, 8, Micros, |number| Some(Duration::from_micros(number));
    Millis32: Duration, 4, Millis, |number| Some(Duration::from_millis(number));
    /// Zero and all ones are "no sample yet".
    RoundTrip: Duration, 4, Micros, |number| {
        (number != 0 && number != u64::from(u32::MAX)).then(|| Duration::from_micros(number))
    };
    /// Zero is "no sample yet", all ones "without a limit".
    Rate: BitRate, 8, BytesPerSecond, |number| rate(number);
    StateNumber: State, 1, Count, |number| State::from_number(u8::try_from(number).ok()?);
    CongestionNumber: CongestionState, 1, Count, |number| {
        CongestionState::from_number(u8::try_from(number).ok()?)
    };
    Agreed: Negotiated, 1, Bits, |number| u8::try_from(number).ok().map(Negotiated);
    /// The first four bits of a byte.
    FirstNibble: u8, 1, Bits, |number| bits(number, 0, 4);
    SecondNibble: u8, 1, Bits, |number| bits(number, 4, 4);
    FirstBit: bool, 1, Bits, |number| bits(number, 0, 1).map(|bit| bit == 1);
    SecondAndThirdBit: FastOpenFail, 1, Bits, |number| bits(number, 1, 2).map(FastOpenFail::from_number);
}

#[expect(clippy::cast_precision_loss, reason = "a rate is a measured quantity")]
fn rate(bytes: u64) -> Option<BitRate> {
    if bytes == u64::MAX {
        return None;
    }
    BitRate::from_bps(bytes as f64 * 8.0)
}

/// `count` bits of a byte from the `first` on, in the order in which C compilers fill bit fields: from the low end on
/// little-endian machines, from the high end on the others.
fn bits(byte: u64, first: u32, count: u32) -> Option<u8> {
    let shift = if cfg!(target_endian = "little") {
        first
    } else {
        8 - first - count
    };
    u8::try_from((byte >> shift) & ((1 << count) - 1)).ok()
}

/// The length that a field at this end needs: its end, unless the row says more.
pub(super) const fn needed(end: usize, more: &[usize]) -> usize {
    if let [needs] = more { *needs } else { end }
}

/// Makes accessors, table and `Debug` of rows `offset name: Kind => Type, since (major, minor)`.
macro_rules! fields {
    ($(
        $(#[$doc:meta])*
        $offset:literal $name:ident: $kind:ident => $value:ty, since ($major:literal, $minor:literal)
        $(needs $needs:literal)?;
    )*) => {
        impl $crate::info::TcpInfo {$(
            $(#[$doc])*
            #[doc = ""]
            #[doc = concat!(
                "`tcpi_", stringify!($name), "`, since Linux ", stringify!($major), ".", stringify!($minor),
                "; `None` from an older kernel."
            )]
            #[must_use]
            pub fn $name(&self) -> Option<$value> {
                let width = <$kind as $crate::info::field::Kind>::WIDTH;
                <$kind as $crate::info::field::Kind>::read(self.number(
                    $offset,
                    width,
                    $crate::info::field::needed($offset + width, &[$($needs)?]),
                )?)
            }
        )*}

        /// The rows of this file.
        pub(super) const ROWS: &[$crate::info::field::Field] = &[$(
            $crate::info::field::Field {
                name: stringify!($name),
                offset: $offset,
                width: <$kind as $crate::info::field::Kind>::WIDTH,
                unit: <$kind as $crate::info::field::Kind>::UNIT,
                since: ($major, $minor),
                needs: $crate::info::field::needed(
                    $offset + <$kind as $crate::info::field::Kind>::WIDTH,
                    &[$($needs)?],
                ),
            },
        )*];

        /// Each field with its value.
        pub(super) fn tell(info: &$crate::info::TcpInfo, told: &mut std::fmt::DebugStruct<'_, '_>) {
            $(if let Some(value) = info.$name() {
                told.field(stringify!($name), &value);
            })*
        }
    };
}
pub(super) use fields;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn bits_are_counted_from_the_low_end() {
        assert_eq!((bits(0xa7, 0, 4), bits(0xa7, 4, 4)), (Some(7), Some(10)));
        assert_eq!((bits(0b101, 0, 1), bits(0b101, 1, 2)), (Some(1), Some(2)));
    }

    #[test]
    fn numbers_that_say_none_yet_are_no_values() {
        let none = u64::from(u32::MAX);
        assert_eq!((RoundTrip::read(0), RoundTrip::read(none)), (None, None));
        assert_eq!((Rate::read(0), Rate::read(u64::MAX)), (None, None));
        assert_eq!(Micros64::read(0), Some(Duration::ZERO));
        assert_eq!(Rate::read(125_000), BitRate::from_bps(1e6));
    }
}
