//! Turns the ledger into evidence and asks the judge.
//!
//! One appraisal looks at one state of the ledger. The A/A arm is appraised first, because without its floor nothing else may
//! be said. Random draws come from streams named by arm and round, so asking twice gives the same verdict.

use std::cell::OnceCell;

use netopt_core::verdict::{Decision, Detectable, Verdict};

use super::ledger::Ledger;
use crate::block::BlockResult;
use crate::design::Design;
use crate::design::arm::ArmId;
use crate::judge::guard::{self, Exhibit, disqualify};
use crate::judge::{Bar, Evidence, decide, practical};
use crate::seed::stream;
use crate::stats::bootstrap::{Resampling, ln_ratio};
use crate::stats::centre::median;
use crate::stats::detectable::{BEYOND_REASON, Noise, fewest_rounds};
use crate::stats::floor::AaFloor;
use crate::stats::merged::Merged;
use crate::stats::sequence::{NormalMixture, moments};
use crate::stats::sign::SignProcess;

/// A look at the complete rounds.
pub(super) struct Appraisal<'a> {
    design: &'a Design,
    ledger: &'a Ledger,
    /// The A/A arm: computed when first needed, then shared by all candidates.
    twin: OnceCell<Option<(Evidence, AaFloor)>>,
}

impl<'a> Appraisal<'a> {
    pub(super) const fn new(design: &'a Design, ledger: &'a Ledger) -> Self {
        Self {
            design,
            ledger,
            twin: OnceCell::new(),
        }
    }

    /// Whether `arm` could be settled now, by what is cheap to compute: both need the confidence sequence, which is valid
    /// at every look.
    pub(super) fn may_settle(&self, arm: ArmId, signs: SignProcess, ln_bar: f64) -> bool {
        let Some([low, high]) = self.sequence(arm) else {
            return false;
        };
        let delta = self.usual_delta();
        let apart = (low > 0.0 || high < 0.0) && signs.ln_e() >= ln_bar;
        apart || (low.exp_m1() > -delta && high.exp_m1() < delta)
    }

    /// The verdict on `arm`, with the signs that count for it and ln of the e-value they have to reach.
    pub(super) fn verdict(&self, arm: ArmId, signs: SignProcess, ln_bar: f64) -> Verdict {
        let evidence = self.evidence(arm, signs);
        let twin = self.twin();
        let decision = match (&evidence, twin) {
            _ if self.ledger.rounds() < self.design.rounds().min => not_yet(self.first_claim()),
            (Some(evidence), Some(twin)) => self.judge(arm, evidence, twin, ln_bar),
            _ => self.missing(arm),
        };
        Verdict {
            arm: self.design.name(arm).unwrap_or_default().to_owned(),
            metric: self.design.metric(),
            decision,
            effect: evidence.map(|evidence| evidence.effect()),
            rounds: evidence.map_or(0, |evidence| evidence.rounds),
            aa_floor: twin.map(|(_, floor)| floor.share()),
        }
    }

    /// Complete rounds before which nothing can be claimed.
    fn first_claim(&self) -> u32 {
        let candidates = self.design.candidates().len();
        let fewest = fewest_rounds(self.design.levels().ln_bar(candidates));
        fewest
            .unwrap_or(BEYOND_REASON)
            .max(self.design.rounds().min)
    }

    /// Enough rounds, and still no estimate of an effect or a floor: mostly because an arm gave too few answers.
    fn missing(&self, arm: ArmId) -> Decision {
        let (blocks, baseline) = self.ledger.pairs(arm);
        let (twin, _) = self.ledger.pairs(ArmId::Twin);
        let alpha = self.design.levels().alpha;
        guard::shortage(self.design.metric(), alpha, &[&blocks, &baseline, &twin]).map_or_else(
            || not_yet(self.ledger.rounds() + 1),
            |reason| Decision::Invalid { reason },
        )
    }

    /// The practical threshold for the typical block of the baseline; cheaper than for all blocks together, and good enough
    /// to see whether a verdict is worth computing.
    fn usual_delta(&self) -> f64 {
        let (metric, delta) = (self.design.metric(), self.design.levels().delta);
        let values: Vec<f64> = self
            .ledger
            .blocks(ArmId::Baseline)
            .iter()
            .filter_map(|block| block.value(metric))
            .collect();
        median(&values).map_or(delta, |baseline| practical(metric, baseline, delta).0)
    }

    fn judge(
        &self,
        arm: ArmId,
        evidence: &Evidence,
        (twin, floor): &(Evidence, AaFloor),
        ln_bar: f64,
    ) -> Decision {
        let (blocks, baseline) = self.ledger.pairs(arm);
        let levels = self.design.levels();
        let exhibit = Exhibit {
            arm: &blocks,
            baseline: &baseline,
            evidence,
            twin,
            alpha: levels.alpha,
        };
        let mut rng = stream(self.design.seed(), "errors", position(arm, blocks.len()));
        let bar = Bar {
            ln_e: ln_bar,
            alpha: levels.alpha,
            delta: levels.delta,
        };
        disqualify(&exhibit, self.design.effort().flips, &mut rng).map_or_else(
            || decide(evidence, &bar, *floor),
            |reason| Decision::Invalid { reason },
        )
    }

    /// The A/A arm and its floor; `None` while there are too few rounds for one.
    fn twin(&self) -> Option<&(Evidence, AaFloor)> {
        let compute = || {
            let effects = self.ledger.effects(ArmId::Twin);
            let at = position(ArmId::Twin, effects.len());
            let mut rng = stream(self.design.seed(), "floor", at);
            let floor = AaFloor::of(&effects, self.design.effort().flips, &mut rng)?;
            let signs = self.ledger.signs(ArmId::Twin);
            Some((self.evidence(ArmId::Twin, signs)?, floor))
        };
        self.twin.get_or_init(compute).as_ref()
    }

    /// Estimate and interval from the merged blocks. The bootstrap is right at the last round, fixed before the start; a
    /// trial or an arm that ended sooner did so because of the data, so there the interval also covers the confidence
    /// sequence.
    fn evidence(&self, arm: ArmId, signs: SignProcess) -> Option<Evidence> {
        let (blocks, baseline) = self.ledger.pairs(arm);
        let count = blocks.len();
        let merge = |blocks: &[&BlockResult]| Merged::of(self.design.metric(), blocks);
        let (arm_values, baseline_values) = (merge(&blocks), merge(&baseline));
        let once = vec![1; count];
        let change = ln_ratio(&arm_values, &baseline_values, &once)?;
        let resampling = Resampling {
            resamples: self.design.effort().resamples,
            alpha: self.design.levels().alpha,
        };
        let mut rng = stream(self.design.seed(), "bootstrap", position(arm, count));
        let [mut low, mut high] =
            resampling.interval(&arm_values, &baseline_values, count, &mut rng)?;
        let rounds = u32::try_from(count).unwrap_or(u32::MAX);
        if rounds < self.design.rounds().max
            && let Some([sequence_low, sequence_high]) = self.sequence(arm)
        {
            low = low.min(sequence_low);
            high = high.max(sequence_high);
        }
        Some(Evidence {
            metric: self.design.metric(),
            baseline: baseline_values.value(&once)?,
            change,
            interval: [low.min(change), high.max(change)],
            noise: moments(&self.ledger.effects(arm))
                .and_then(|(_, spread)| Noise::estimated(spread, rounds)),
            signs,
            rounds,
        })
    }

    /// The confidence sequence of the mean effect, narrowest halfway between the first and the last look.
    fn sequence(&self, arm: ArmId) -> Option<[f64; 2]> {
        let rounds = self.design.rounds();
        let halfway = u32::midpoint(rounds.min, rounds.max);
        let mixture = NormalMixture::new(self.design.levels().alpha, halfway);
        mixture.interval(&self.ledger.effects(arm))
    }
}

/// Nothing can be said before `rounds`.
const fn not_yet(rounds: u32) -> Decision {
    Decision::Inconclusive {
        detectable: Detectable::NotBefore { rounds },
        rounds_needed: None,
    }
}

/// A number for the random stream of `arm` after `rounds`.
fn position(arm: ArmId, rounds: usize) -> u64 {
    (arm.index() as u64) << 32 | rounds as u64
}
