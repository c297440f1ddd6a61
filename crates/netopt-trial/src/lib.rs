//! Controlled experiments: randomised blocks, an A/A arm, anytime-valid verdicts
