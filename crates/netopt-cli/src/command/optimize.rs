//! `netopt optimize`: the whole line, and the plan as a file.
//!
//! Without a target it starts the demonstration: an origin behind an emulated link, with faults that it names before it
//! looks for them. The origin is our own, so the load on it need not be polite.

mod demo;

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};

use super::line::{conduct, jobs};
use crate::args::OptimizeArgs;
use crate::exit::{End, Fault};
use crate::line::{Job, OPENING, Reach, Story};
use crate::render::{self, Paint};

/// Optimizes each target in turn, or the demonstration.
///
/// # Errors
/// Bad usage, a file that cannot be written, or no target that can be measured.
pub(crate) async fn run(args: OptimizeArgs) -> Result<End, Fault> {
    let paint = Paint::detect(args.output);
    let seed = args
        .seed
        .unwrap_or_else(|| RandomState::new().hash_one("netopt"));
    let (demo, jobs) = if args.targets.is_empty() {
        let demo = demo::Demo::start(seed).await?;
        let job = demo.job(args.load.workload)?;
        (Some(demo), vec![job])
    } else {
        (None, jobs(&args.targets, &args.load, &args.client, seed)?)
    };
    let files = plan_files(&args.out, &jobs)?;
    if let Some(demo) = &demo {
        render::note(demo.introduction(&paint));
    }
    let asked = jobs.len();
    let told = conduct(jobs, Reach::Prove, |story, index| {
        if !args.output.json {
            render::result(&render::report(story, &paint));
        }
        files
            .get(index)
            .map_or(Ok(()), |file| write_plan(story, file))
    })
    .await?;
    if args.output.json {
        render::result(&render::document("optimize", &told.stories, asked));
    }
    Ok(told.end(&args.load))
}

/// Where the plan of each job goes: the file that was named, or one beside it for each target.
///
/// A file that netopt did not write is never replaced, and that is found out before anything is measured.
fn plan_files(out: &Path, jobs: &[Job]) -> Result<Vec<PathBuf>, Fault> {
    let files: Vec<PathBuf> = match jobs {
        [_] => vec![out.to_owned()],
        many => many
            .iter()
            .enumerate()
            .map(|(index, job)| beside(out, index, job))
            .collect(),
    };
    for file in &files {
        let fault = |what: &dyn std::fmt::Display| {
            Fault::usage(format!("{}: {what}; use --out FILE", file.display()))
        };
        match fs::read_to_string(file) {
            Ok(text) if text.is_empty() || text.starts_with(OPENING) => {}
            Ok(_) => return Err(fault(&"was not written by netopt and is not replaced")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let folder = file
                    .parent()
                    .filter(|folder| !folder.as_os_str().is_empty());
                if folder.is_some_and(|folder| !folder.is_dir()) {
                    return Err(fault(&"its folder does not exist"));
                }
            }
            Err(error) => return Err(fault(&error)),
        }
    }
    Ok(files)
}

/// `netopt.toml` → `netopt-2-localhost-8080.toml` for the second of several targets.
fn beside(out: &Path, index: usize, job: &Job) -> PathBuf {
    let stem = out
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let host: String = job
        .target
        .host()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    out.with_file_name(format!(
        "{stem}-{}-{host}-{}.toml",
        index + 1,
        job.target.port()
    ))
}

fn write_plan(story: &Story, file: &Path) -> Result<(), Fault> {
    let Some(text) = story.plan_file() else {
        return Ok(());
    };
    fs::write(file, text)
        .map_err(|error| Fault::usage(format!("cannot write {}: {error}", file.display())))?;
    render::note(format!("the plan is in {}", file.display()));
    Ok(())
}
