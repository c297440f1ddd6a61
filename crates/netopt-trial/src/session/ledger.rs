//! The results of a trial, arm by arm and round by round.
//!
//! Only complete rounds count: half a round is not a comparison. A candidate that sits out simply has fewer rounds than the
//! baseline; its rounds are always the first ones, so equal positions are the same round. Nothing is ever removed.

use netopt_core::metric::Metric;

use crate::block::BlockResult;
use crate::design::Design;
use crate::design::arm::ArmId;
use crate::stats::sign::SignProcess;

/// Complete rounds, and the blocks of the round that is under way.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    metric: Metric,
    /// By [`ArmId::index`], then by round.
    blocks: Vec<Vec<BlockResult>>,
    held: Vec<(ArmId, BlockResult)>,
    rounds: u32,
}

impl Ledger {
    pub(super) fn new(design: &Design) -> Self {
        Self {
            metric: design.metric(),
            blocks: design.arms().map(|_| Vec::new()).collect(),
            held: Vec::new(),
            rounds: 0,
        }
    }

    /// Complete rounds.
    pub(super) const fn rounds(&self) -> u32 {
        self.rounds
    }

    pub(super) const fn metric(&self) -> Metric {
        self.metric
    }

    /// Keeps a result until its round is complete.
    pub(super) fn hold(&mut self, arm: ArmId, result: BlockResult) {
        self.held.push((arm, result));
    }

    /// The round is complete: what was held counts from now on.
    pub(super) fn close_round(&mut self) {
        for (arm, result) in self.held.drain(..) {
            if let Some(blocks) = self.blocks.get_mut(arm.index()) {
                blocks.push(result);
            }
        }
        self.rounds += 1;
    }

    /// The blocks of `arm`.
    pub(super) fn blocks(&self, arm: ArmId) -> &[BlockResult] {
        self.blocks.get(arm.index()).map_or(&[], Vec::as_slice)
    }

    /// The blocks of `arm` and those of the baseline in the same rounds.
    pub(super) fn pairs(&self, arm: ArmId) -> (Vec<&BlockResult>, Vec<&BlockResult>) {
        self.blocks(arm)
            .iter()
            .zip(self.blocks(ArmId::Baseline))
            .unzip()
    }

    /// d = ln(arm / baseline) of each round in which both have a value.
    pub(super) fn effects(&self, arm: ArmId) -> Vec<f64> {
        self.blocks(arm)
            .iter()
            .zip(self.blocks(ArmId::Baseline))
            .filter_map(|(arm, baseline)| {
                Some((arm.value(self.metric)? / baseline.value(self.metric)?).ln())
            })
            .collect()
    }

    /// Rounds in which `arm` was better and worse than the baseline.
    pub(super) fn signs(&self, arm: ArmId) -> SignProcess {
        let gain = if self.metric.lower_is_better() {
            -1.0
        } else {
            1.0
        };
        let mut signs = SignProcess::new();
        for effect in self.effects(arm) {
            signs.observe(gain * effect);
        }
        signs
    }
}
