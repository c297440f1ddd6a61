//! A trial while it runs: which block is due, what came of it, and when to stop.
//!
//! The session is a state machine without I/O: [`Session::next`] says what to run, [`Session::record`] takes the result. It
//! looks at the evidence after every complete round, settles candidates, and ends when all are settled or the rounds are
//! used up. Verdicts can be asked for at any time, so an interrupted trial still says what it knows. Running a block,
//! waiting and aborting are the caller's.

use std::collections::VecDeque;

use netopt_core::verdict::{Decision, Verdict};

use crate::block::{Block, BlockResult};
use crate::design::arm::ArmId;
use crate::design::{Design, Racing};
use crate::error::Error;
use crate::stats::ebh;
use crate::stats::sign::SignProcess;

mod appraisal;
mod ledger;
mod summary;

pub use summary::ArmSummary;

use appraisal::Appraisal;
use ledger::Ledger;

/// Where a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// More rounds may decide.
    Open,
    /// Decided. The signs are kept as they were: evidence stopped then is valid, its later maximum would not be.
    Settled { signs: SignProcess, runs: bool },
}

/// A trial while it runs.
#[derive(Debug, Clone)]
pub struct Session {
    design: Design,
    ledger: Ledger,
    /// Of each candidate.
    standings: Vec<Standing>,
    /// What is left of the current round.
    due: VecDeque<ArmId>,
}

impl Session {
    /// Starts the trial; the first block is due.
    #[must_use]
    pub fn new(design: Design) -> Self {
        let mut session = Self {
            ledger: Ledger::new(&design),
            standings: design.candidates().map(|_| Standing::Open).collect(),
            due: VecDeque::new(),
            design,
        };
        session.draw_round();
        session
    }

    /// The design the trial follows.
    #[must_use]
    pub const fn design(&self) -> &Design {
        &self.design
    }

    /// The block that is due; `None` when the trial is finished. It stays due until it is recorded, so an interrupted block
    /// can be run again from the start.
    #[must_use]
    pub fn next(&self) -> Option<Block> {
        self.due.front().map(|arm| Block {
            round: self.ledger.rounds(),
            arm: *arm,
        })
    }

    /// Records what came of `block`, and after the last of a round looks at the evidence.
    ///
    /// # Errors
    /// If another block is due, or the figures contradict each other; nothing is recorded then.
    pub fn record(&mut self, block: Block, result: BlockResult) -> Result<(), Error> {
        let due = self.next();
        if due != Some(block) {
            return Err(Error::out_of_turn(block, due));
        }
        if let Some(fault) = result.fault() {
            return Err(Error::inconsistent(block, fault));
        }
        self.due.pop_front();
        self.ledger.hold(block.arm, result);
        if self.due.is_empty() {
            self.ledger.close_round();
            self.settle();
            self.draw_round();
        }
        Ok(())
    }

    /// Whether every candidate is settled or the rounds are used up.
    #[must_use]
    pub fn finished(&self) -> bool {
        self.due.is_empty()
    }

    /// Complete rounds.
    #[must_use]
    pub const fn rounds(&self) -> u32 {
        self.ledger.rounds()
    }

    /// Blocks still to run if nothing settles early: an upper bound, for showing the time left.
    #[must_use]
    pub fn blocks_left(&self) -> u64 {
        if self.finished() {
            return 0;
        }
        let later = self.design.rounds().max - self.ledger.rounds() - 1;
        let arms = self.design.arms().filter(|arm| self.runs(*arm)).count();
        u64::from(later) * arms as u64 + self.due.len() as u64
    }

    /// One verdict a candidate, in the order of the design, from the complete rounds. Before the first permitted look, and
    /// as long as there is no A/A floor, they are inconclusive. It computes the intervals anew at each call.
    #[must_use]
    pub fn verdicts(&self) -> Vec<Verdict> {
        let appraisal = Appraisal::new(&self.design, &self.ledger);
        let bar = self.final_bar();
        self.design
            .candidates()
            .map(|arm| appraisal.verdict(arm, self.signs(arm), bar))
            .collect()
    }

    /// What the complete rounds say about `arm`, without a judgement.
    #[must_use]
    pub fn summary(&self, arm: ArmId) -> ArmSummary {
        ArmSummary::of(&self.design, &self.ledger, arm)
    }

    /// ln(`arm` / baseline) of the metric, one value a complete round in which both have one, in order of time.
    #[must_use]
    pub fn effects(&self, arm: ArmId) -> Vec<f64> {
        self.ledger.effects(arm)
    }

    /// The order of the next round, without the candidates that sit out; nothing when the trial is over.
    fn draw_round(&mut self) {
        let open = self.standings.contains(&Standing::Open);
        if open && self.ledger.rounds() < self.design.rounds().max {
            let order = self.design.order(self.ledger.rounds());
            self.due = order.into_iter().filter(|arm| self.runs(*arm)).collect();
        }
    }

    /// Whether `arm` is still scheduled. The baseline and its copy always are.
    fn runs(&self, arm: ArmId) -> bool {
        match arm {
            ArmId::Baseline | ArmId::Twin => true,
            ArmId::Candidate(number) => !matches!(
                self.standings.get(usize::from(number)),
                Some(Standing::Settled { runs: false, .. })
            ),
        }
    }

    /// Settles the open candidates for which a verdict would be final, however the others turn out.
    fn settle(&mut self) {
        if self.ledger.rounds() < self.design.rounds().min {
            return;
        }
        let appraisal = Appraisal::new(&self.design, &self.ledger);
        let bar = self.design.levels().ln_bar(self.standings.len());
        let racing = self.design.rounds().racing;
        for (arm, standing) in self.design.candidates().zip(&mut self.standings) {
            let signs = self.ledger.signs(arm);
            if *standing != Standing::Open || !appraisal.may_settle(arm, signs, bar) {
                continue;
            }
            let runs = match appraisal.verdict(arm, signs, bar).decision {
                Decision::Faster => true,
                Decision::Slower | Decision::NoDifference { .. } => racing == Racing::Keep,
                Decision::Inconclusive { .. } | Decision::Invalid { .. } => continue,
            };
            *standing = Standing::Settled { signs, runs };
        }
    }

    /// The signs that count for a candidate: as they were when it was settled.
    fn signs(&self, arm: ArmId) -> SignProcess {
        let standing = match arm {
            ArmId::Candidate(number) => self.standings.get(usize::from(number)),
            ArmId::Baseline | ArmId::Twin => None,
        };
        match standing {
            Some(Standing::Settled { signs, .. }) => *signs,
            Some(Standing::Open) | None => self.ledger.signs(arm),
        }
    }

    /// ln E that counts at the end of the trial.
    fn final_bar(&self) -> f64 {
        let levels = self.design.levels();
        if self.standings.len() == 1 {
            return levels.ln_bar(1);
        }
        let ln_e: Vec<f64> = self
            .design
            .candidates()
            .map(|arm| self.signs(arm).ln_e())
            .collect();
        ebh::ln_threshold(&ln_e, levels.fdr)
    }
}
