//! Designs that must not exist, and all that is wrong with them.

use netopt_core::metric::Metric;
use netopt_trial::design::{BlockSize, Design, Effort, Levels, Purpose, Racing, Rounds};

#[test]
fn a_degenerate_design_lists_everything_at_once() {
    let error = Design::builder(1, Metric::P99, "today")
        .candidate("today")
        .candidate("A′")
        .candidate(" ")
        .rounds(Rounds {
            min: 12,
            max: 5,
            racing: Racing::Keep,
        })
        .block(BlockSize {
            requests: 120,
            burn_in: u32::MAX,
        })
        .levels(Levels {
            alpha: 1.5,
            fdr: f64::NAN,
            delta: 0.0,
        })
        .effort(Effort {
            resamples: 1,
            flips: u32::MAX,
        })
        .purpose(Purpose::Confirmation)
        .build()
        .unwrap_err();
    let fields: Vec<&str> = error
        .violations()
        .iter()
        .map(netopt_trial::error::Violation::field)
        .collect();
    assert_eq!(
        fields,
        [
            "candidates", // three of one
            "arm",        // the baseline's name again
            "arm",        // the copy's name
            "arm",        // no name
            "rounds.max", // below the minimum, which is the highest bound
            "block.requests",
            "block.burn_in",
            "effort.resamples",
            "effort.flips",
            "levels.alpha",
            "levels.fdr",
            "levels.delta",
        ]
    );
    let text = error.to_string();
    for part in [
        "levels.alpha is 1.5, must be 0.0001 to 0.2",
        "\"today\"",
        "levels.fdr is NaN",
    ] {
        assert!(text.contains(part), "{part} not in {text}");
    }
    assert!(!error.is_out_of_turn() && !error.is_inconsistent());
}

#[test]
fn nothing_to_compare_is_no_design() {
    let error = Design::builder(1, Metric::P50, "today")
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid trial design: candidates is 0, must be 1 to 32"
    );
}

#[test]
fn too_many_candidates_are_refused() {
    let names = (0..33).map(|number| format!("b{number}"));
    let builder = names.fold(Design::builder(1, Metric::P50, "a"), |builder, name| {
        builder.candidate(name)
    });
    assert_eq!(builder.build().unwrap_err().violations().len(), 1);
}
