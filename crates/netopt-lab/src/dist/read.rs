//! How a distribution is written on a command line or in a file, and what is said when it is none.
//!
//! What it leaves alone: drawing.

use std::fmt;
use std::str::FromStr;

use netopt_core::unit::{UnitError, parse_duration, show_duration};

use super::Dist;

/// Reads `2ms`, `exp:2ms`, `lognormal:2ms:0.5` (mean, sigma) or `bimodal:2ms:200ms:2%` (fast, slow, share of slow ones).
impl FromStr for Dist {
    type Err = DistError;

    fn from_str(text: &str) -> Result<Self, DistError> {
        let parts: Vec<&str> = text.split(':').map(str::trim).collect();
        let unknown = || {
            let forms = "2ms, exp:2ms, lognormal:2ms:0.5 or bimodal:2ms:200ms:2%";
            DistError(format!("\"{text}\" is not a service time such as {forms}"))
        };
        let time = |text| parse_duration(text).map_err(|error| DistError(error.to_string()));
        let dist = match parts[..] {
            [mean] => Self::Fixed(parse_duration(mean).map_err(|_| unknown())?),
            ["fixed", fixed] => Self::Fixed(time(fixed)?),
            ["exp", mean] => Self::Exp(time(mean)?),
            ["lognormal", mean, sigma] => Self::Lognormal {
                mean: time(mean)?,
                sigma: sigma
                    .parse()
                    .map_err(|_| DistError(format!("\"{sigma}\" is not a sigma such as 0.5")))?,
            },
            ["bimodal", fast, slow, share] => Self::Bimodal {
                fast: time(fast)?,
                slow: time(slow)?,
                share: share
                    .parse()
                    .map_err(|error: UnitError| DistError(error.to_string()))?,
            },
            _ => return Err(unknown()),
        };
        let mut wrong = Vec::new();
        dist.check(&mut wrong);
        if wrong.is_empty() {
            Ok(dist)
        } else {
            Err(DistError(wrong.join("; ")))
        }
    }
}

/// As it is read.
impl fmt::Display for Dist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Fixed(time) => f.write_str(&show_duration(time)),
            Self::Exp(mean) => write!(f, "exp:{}", show_duration(mean)),
            Self::Lognormal { mean, sigma } => {
                write!(f, "lognormal:{}:{sigma}", show_duration(mean))
            }
            Self::Bimodal { fast, slow, share } => {
                let (fast, slow) = (show_duration(fast), show_duration(slow));
                write!(f, "bimodal:{fast}:{slow}:{share}")
            }
        }
    }
}

/// A text that is no distribution: what was read, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DistError(String);

impl fmt::Display for DistError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DistError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_distribution_is_refused_with_a_reason() {
        for (text, part) in [
            ("", "\"\" is not a service time such as 2ms, exp:2ms"),
            ("fast", "\"fast\" is not a service time"),
            ("2", "\"2\" is not a service time"),
            ("exp", "\"exp\" is not a service time"),
            ("exp:2", "\"2\" is not a time"),
            ("pareto:2ms", "\"pareto:2ms\" is not a service time"),
            ("lognormal:2ms:wide", "\"wide\" is not a sigma"),
            ("lognormal:2ms:4", "sigma 4 is not within 0 and 3"),
            ("lognormal:2ms:nan", "sigma NaN is not within"),
            ("bimodal:2ms:200ms:200%", "\"200%\" is not a share"),
            (
                "bimodal:2ms:1h:2%",
                "service time 3600.0 s is above 600.0 s",
            ),
        ] {
            let error = text.parse::<Dist>().unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_shown_can_be_read() {
        for text in [
            "2.00 ms",
            "exp:2.00 ms",
            "lognormal:2.00 ms:0.5",
            "bimodal:2.00 ms:200 ms:2.0 %",
        ] {
            assert_eq!(text.parse::<Dist>().unwrap().to_string(), text);
        }
    }
}
