//! What the rounds say about one arm, before any judgement.
//!
//! For live screens and reports: "better in 14 of 18 rounds" is understood at once and hides nothing. None of these figures
//! decides anything.

use netopt_core::verdict::InvalidReason;

use super::ledger::Ledger;
use crate::design::Design;
use crate::design::arm::ArmId;
use crate::judge::guard::shortage;
use crate::stats::autocorrelation::Autocorrelation;
use crate::stats::centre::hodges_lehmann;
use crate::stats::drift::Drift;
use crate::stats::merged::Merged;
use crate::stats::sign::SignProcess;

/// Counts and centres of one arm over its complete rounds. For the baseline itself wins, losses and centre are empty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArmSummary {
    /// The arm.
    pub arm: ArmId,
    /// Its complete rounds.
    pub rounds: u32,
    /// The metric over all its blocks together: seconds, or requests per second; `None` when nothing completed.
    pub value: Option<f64>,
    /// Requests answered as they should be.
    pub completed: u64,
    /// Requests that failed.
    pub errors: u64,
    /// Rounds in which it was better and worse than the baseline.
    pub signs: SignProcess,
    /// Hodges-Lehmann centre of its change against the baseline, a share; `None` before the first round.
    pub centre: Option<f64>,
    /// Whether a round's change tells the next one's: a flag, because random order makes it cost power and not honesty.
    /// `None` before enough rounds.
    pub autocorrelation: Option<Autocorrelation>,
    /// How the values of its blocks moved over the trial: a flag for all arms but the baseline, whose drift the judge
    /// heeds. `None` before enough rounds.
    pub drift: Option<Drift>,
    /// What its blocks lack for an estimate of the metric; `None` when they have it, and before the first round.
    pub missing: Option<InvalidReason>,
}

impl ArmSummary {
    pub(super) fn of(design: &Design, ledger: &Ledger, arm: ArmId) -> Self {
        let blocks: Vec<_> = ledger.blocks(arm).iter().collect();
        let effects = match arm {
            ArmId::Baseline => Vec::new(),
            ArmId::Twin | ArmId::Candidate(_) => ledger.effects(arm),
        };
        let values: Vec<f64> = blocks
            .iter()
            .filter_map(|block| block.value(ledger.metric()))
            .collect();
        let sides: &[&[_]] = if blocks.is_empty() { &[] } else { &[&blocks] };
        Self {
            arm,
            rounds: u32::try_from(blocks.len()).unwrap_or(u32::MAX),
            value: Merged::of(ledger.metric(), &blocks).value(&vec![1; blocks.len()]),
            completed: blocks.iter().map(|block| block.completed).sum(),
            errors: blocks.iter().map(|block| block.errors).sum(),
            signs: ledger.signs(arm),
            centre: hodges_lehmann(&effects).map(f64::exp_m1),
            autocorrelation: Autocorrelation::of(&effects),
            drift: Drift::of(&values),
            missing: shortage(ledger.metric(), design.levels().alpha, sides),
        }
    }
}
