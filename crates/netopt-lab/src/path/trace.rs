//! Rate traces as files: one step a line, its time and its rate.
//!
//! ```text
//! # a lift ride
//! 2s     20mbit
//! 500ms  0        # the doors are closed
//! 1.5s   3mbit
//! ```
//!
//! What is behind a `#` is a remark. The trace begins again after its last step. What it leaves alone: reading files, and
//! bounds, which [`super::PathSpec::check`] knows.

use netopt_core::unit::{BitRate, parse_duration};

use super::violations::Violations;
use super::{Rate, RateStep};

impl Rate {
    /// Reads the text of a trace file.
    ///
    /// # Errors
    /// Lists each line that is no step, with its number and what should be there; and a trace without any step.
    pub fn from_trace(text: &str) -> Result<Self, Violations> {
        let mut found = Violations::default();
        let mut steps = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = said(line);
            if line.is_empty() {
                continue;
            }
            match step(line) {
                Ok(step) => steps.push(step),
                Err(problem) => found.add(format_args!("line {number}"), problem),
            }
        }
        if text.lines().all(|line| said(line).is_empty()) {
            found.add(
                "trace",
                "has no step; write a time and a rate, such as 2s 20mbit",
            );
        }
        found.none_or(Self::Trace(steps))
    }
}

/// A line without its remark.
fn said(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim()
}

fn step(line: &str) -> Result<RateStep, String> {
    let Some((lasts, rate)) = line.split_once(char::is_whitespace) else {
        return Err(format!(
            "{line:?} is not a time and a rate, such as 2s 20mbit"
        ));
    };
    let lasts = parse_duration(lasts).map_err(|error| error.to_string())?;
    let rate = match rate.trim() {
        "0" => None,
        rate => Some(
            rate.parse::<BitRate>()
                .map_err(|error| format!("{error}; 0 is a line that stands still"))?,
        ),
    };
    Ok(RateStep { lasts, rate })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn steps_are_lines_and_remarks_are_not() {
        let text = "# a lift ride\n2s 20mbit\n\n  500ms\t0 # doors\r\n1.5s   3 mbit\n";
        let step = |ms, mbit: f64| RateStep {
            lasts: Duration::from_millis(ms),
            rate: BitRate::from_bps(mbit * 1e6),
        };
        assert_eq!(
            Rate::from_trace(text),
            Ok(Rate::Trace(vec![
                step(2000, 20.0),
                step(500, 0.0),
                step(1500, 3.0)
            ]))
        );
    }

    #[test]
    fn every_bad_line_is_told_with_its_number_and_value() {
        let text = "2s 20mbit\n20mbit\n2 1mbit\n1s fast\n# 3 4";
        assert_eq!(
            Rate::from_trace(text).unwrap_err().to_string(),
            "line 2: \"20mbit\" is not a time and a rate, such as 2s 20mbit; \
             line 3: \"2\" is not a time such as 250us, 80ms or 1.5s; \
             line 4: \"fast\" is not a rate such as 500kbit, 20mbit or 1gbit; 0 is a line that stands still"
        );
        let many = Rate::from_trace(&"x\n".repeat(1000)).unwrap_err();
        assert!(many.to_string().ends_with("; and 980 more"), "{many}");
    }

    #[test]
    fn a_trace_without_steps_is_refused() {
        for text in ["", "# nothing\n\n"] {
            assert_eq!(
                Rate::from_trace(text).unwrap_err().to_string(),
                "trace: has no step; write a time and a rate, such as 2s 20mbit"
            );
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(steps in prop::collection::vec((1u64..100_000, 0u32..1_000_000), 1..40)) {
            let text: String = steps.iter().map(|(ms, bps)| match bps {
                0 => format!("{ms}ms 0\n"),
                bps => format!("{ms}ms {bps}bit # step\n"),
            }).collect();
            let expected = steps.into_iter().map(|(ms, bps)| RateStep {
                lasts: Duration::from_millis(ms),
                rate: BitRate::from_bps(f64::from(bps)),
            });
            prop_assert_eq!(Rate::from_trace(&text), Ok(Rate::Trace(expected.collect())));
        }

        #[test]
        fn no_text_at_all_is_a_panic(text in "([0-9a-z.# ]{0,12}\n){0,4}|.{0,40}") {
            let _read = Rate::from_trace(&text);
        }
    }
}
