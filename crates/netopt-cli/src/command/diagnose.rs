//! `netopt diagnose`: measure and explain, about ten seconds, no experiments.

use super::line::{conduct, end, jobs};
use crate::args::DiagnoseArgs;
use crate::exit::{End, Fault};
use crate::line::{Ending, Reach};
use crate::render::{self, Paint};

/// Nothing is drawn at random without experiments.
const NO_SEED: u64 = 0;

/// Diagnoses each target in turn.
///
/// # Errors
/// Bad usage, or a target that cannot be measured.
pub(crate) async fn run(args: DiagnoseArgs) -> Result<End, Fault> {
    let paint = Paint::detect(args.output);
    let mut stories = Vec::new();
    for job in jobs(&args.targets, &args.load, &args.client, NO_SEED)? {
        let story = conduct(job, Reach::Explain).await?;
        if !args.output.json {
            render::result(&render::report(&story, &paint));
        }
        let stop = story.ending == Ending::Interrupted;
        stories.push(story);
        if stop {
            break;
        }
    }
    if args.output.json {
        render::result(&render::document("diagnose", &stories));
    }
    Ok(end(&stories, &args.load))
}
