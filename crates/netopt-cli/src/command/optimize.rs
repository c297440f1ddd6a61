//! `netopt optimize`: the whole line, and the plan as a file.
//!
//! Without a target it starts the demonstration: an origin behind an emulated link, with faults that it names before it
//! looks for them. The origin is our own, so the load on it need not be polite.

mod demo;

use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{ErrorKind, Read as _};
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
            render::result(&render::report(story, &paint))?;
        }
        files
            .get(index)
            .map_or(Ok(()), |file| write_plan(story, file))
    })
    .await?;
    if args.output.json {
        render::result(&render::document("optimize", &told.stories, asked))?;
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
    files.iter().try_for_each(|file| may_be_written(file))?;
    Ok(files)
}

fn may_be_written(file: &Path) -> Result<(), Fault> {
    let fault = |what: &dyn std::fmt::Display| {
        Fault::usage(format!("{}: {what}; use --out FILE", file.display()))
    };
    let mut existing = match OpenOptions::new().read(true).append(true).open(file) {
        Ok(existing) => existing,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // Whether it can be made is only known by making it; nothing is left behind.
            OpenOptions::new()
                .create_new(true)
                .append(true)
                .open(file)
                .map_err(|error| fault(&error))?;
            return fs::remove_file(file).map_err(|error| fault(&error));
        }
        Err(error) => return Err(fault(&error)),
    };
    if !existing
        .metadata()
        .map_err(|error| fault(&error))?
        .is_file()
    {
        return Err(fault(&"is not a regular file"));
    }
    let mut start = Vec::new();
    let opening = OPENING.len() as u64;
    existing
        .by_ref()
        .take(opening)
        .read_to_end(&mut start)
        .map_err(|error| fault(&error))?;
    if start.is_empty() || start == OPENING.as_bytes() {
        Ok(())
    } else {
        Err(fault(&"was not written by netopt and is not replaced"))
    }
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
    if let Err(error) = fs::write(file, &text) {
        // It was found writable before; the plan is worth more than a tidy screen.
        render::note(&text);
        let line = format!(
            "cannot write {}: {error}; the plan stands above",
            file.display()
        );
        return Err(Fault::usage(line));
    }
    render::note(format!("the plan is in {}", file.display()));
    Ok(())
}
