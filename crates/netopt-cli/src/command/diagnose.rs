//! `netopt diagnose`: measure and explain, about ten seconds, no experiments.

use super::line::{conduct, jobs};
use crate::args::DiagnoseArgs;
use crate::exit::{End, Fault};
use crate::line::Reach;
use crate::render::{self, Paint};

/// Nothing is drawn at random without experiments.
const NO_SEED: u64 = 0;

/// Diagnoses each target in turn.
///
/// # Errors
/// Bad usage, or no target that can be measured.
pub(crate) async fn run(args: DiagnoseArgs) -> Result<End, Fault> {
    let paint = Paint::detect(args.output);
    let jobs = jobs(&args.targets, &args.load, &args.client, NO_SEED)?;
    let told = conduct(jobs, Reach::Explain, |story, _| {
        if !args.output.json {
            render::result(&render::report(story, &paint))?;
        }
        Ok(())
    })
    .await?;
    if args.output.json {
        render::result(&render::document(
            "diagnose",
            &told.stories,
            args.targets.len(),
        ))?;
    }
    Ok(told.end(&args.load))
}
