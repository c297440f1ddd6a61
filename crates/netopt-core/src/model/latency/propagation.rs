//! Distances, and how long a signal needs for them: the term that no engineering shortens but moving closer.

use std::fmt;
use std::ops::Div;
use std::str::FromStr;
use std::time::Duration;

use crate::unit::LONGEST;

/// A way in metres: finite, zero or more. Of a cable it is the length of the cable, which is more than the beeline.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Distance(f64);

impl Distance {
    /// So many metres; `None` unless the number is finite and not negative.
    #[must_use]
    pub fn from_metres(metres: f64) -> Option<Self> {
        (metres.is_finite() && metres >= 0.0).then_some(Self(metres))
    }

    /// So many kilometres; `None` unless the number is finite and not negative.
    #[must_use]
    pub fn from_km(km: f64) -> Option<Self> {
        Self::from_metres(km * 1e3)
    }

    /// The number of metres.
    #[must_use]
    pub const fn metres(self) -> f64 {
        self.0
    }
}

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1e3 {
            write!(f, "{:.0} m", self.0)
        } else {
            write!(f, "{:.1} km", self.0 / 1e3)
        }
    }
}

/// A text that is no distance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a distance such as 300m or 5600km")]
pub struct DistanceError(String);

/// Reads `300m` or `5600km`.
impl FromStr for Distance {
    type Err = DistanceError;
    fn from_str(text: &str) -> Result<Self, DistanceError> {
        let number = text.trim().to_ascii_lowercase();
        let (number, metres) = match number.strip_suffix("km") {
            Some(number) => (number, 1e3),
            None => (number.strip_suffix('m').unwrap_or("none"), 1.0),
        };
        number
            .trim()
            .parse::<f64>()
            .ok()
            .and_then(|number| Self::from_metres(number * metres))
            .ok_or_else(|| DistanceError(text.to_owned()))
    }
}

/// The speed of a signal in metres a second: above zero, at most that of light.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Speed(f64);

impl Speed {
    /// Light in a vacuum, and nearly so radio in air: 299,792,458 m/s, by definition of the metre (SI brochure, §2.3.1).
    pub const VACUUM: Self = Self(299_792_458.0);

    /// Light in fibre: 200,000 km/s, which is 5 µs a kilometre (ITU-T G.114, table A.1). It is two thirds of the speed
    /// in a vacuum, because glass has a refractive index of about 1.5.
    pub const FIBRE: Self = Self(200_000_000.0);

    /// `None` unless above zero and at most [`Self::VACUUM`].
    #[must_use]
    pub fn from_metres_per_second(speed: f64) -> Option<Self> {
        (speed > 0.0 && speed <= Self::VACUUM.0).then_some(Self(speed))
    }

    /// Metres a second.
    #[must_use]
    pub const fn metres_per_second(self) -> f64 {
        self.0
    }
}

/// One way through that distance, at most [`LONGEST`].
impl Div<Speed> for Distance {
    type Output = Duration;
    fn div(self, speed: Speed) -> Duration {
        Duration::from_secs_f64((self.0 / speed.0).min(LONGEST.as_secs_f64()))
    }
}

/// The shortest round trip over that distance: twice `D/v`. A measured round trip below it is a wrong distance, or an
/// answer from nearer by.
#[must_use]
pub fn round_trip(distance: Distance, speed: Speed) -> Duration {
    (distance / speed) * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fibre_takes_5_us_a_kilometre() {
        let km = Distance::from_km(1.0).unwrap();
        assert_eq!(km / Speed::FIBRE, Duration::from_micros(5));
        let atlantic: Distance = "5600km".parse().unwrap();
        assert_eq!(
            round_trip(atlantic, Speed::FIBRE),
            Duration::from_millis(56)
        );
    }

    #[test]
    fn reads_and_shows_distances() {
        for (text, shown) in [
            ("300m", "300 m"),
            ("5600 KM", "5600.0 km"),
            ("0m", "0 m"),
            ("1.5km", "1.5 km"),
        ] {
            assert_eq!(text.parse::<Distance>().unwrap().to_string(), shown);
        }
        for text in ["", "300", "-1km", "far", "infkm", "nanm", "km", "m"] {
            let error = text.parse::<Distance>().unwrap_err();
            assert!(error.to_string().contains("such as 300m"), "{text}");
        }
    }

    #[test]
    fn nothing_is_faster_than_light() {
        for wrong in [0.0, -1.0, f64::NAN, 3e8] {
            assert_eq!(Speed::from_metres_per_second(wrong), None, "{wrong}");
        }
        assert_eq!(Speed::from_metres_per_second(2e8), Some(Speed::FIBRE));
    }

    proptest! {
        #[test]
        fn time_times_speed_is_the_distance(metres in 0.0..1e9f64, speed in 1e6..2.99e8f64) {
            let speed = Speed::from_metres_per_second(speed).unwrap();
            let time = Distance::from_metres(metres).unwrap() / speed;
            let back = time.as_secs_f64() * speed.metres_per_second();
            // Half a nanosecond of rounding.
            prop_assert!((back - metres).abs() <= 1e-9 * speed.metres_per_second());
        }
    }
}
