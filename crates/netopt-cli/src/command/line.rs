//! What `optimize` and `diagnose` have in common: from arguments to a job, from a job to a story.

mod paths;

use std::time::Duration;

use bytes::Bytes;
use netopt_core::target::Target;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

use crate::args::{ClientArgs, LoadArgs};
use crate::exit::{End, Fault};
use crate::line::{Beside, Effort, Ending, Job, Line, Politeness, Reach, Story, Template};
use crate::render::{self, Bar};
use crate::surroundings;

/// A body of a request that is larger than this belongs to another tool.
const LARGEST_BODY: u64 = 64 * 1024 * 1024;

/// One job for each target.
///
/// # Errors
/// A usage fault that names the offending value.
pub(crate) fn jobs(
    targets: &[String],
    load: &LoadArgs,
    client: &ClientArgs,
    seed: u64,
) -> Result<Vec<Job>, Fault> {
    let body = body(load)?;
    let plan = surroundings::baseline(client)?;
    let job = |text: &String| {
        let target: Target = text.parse().map_err(Fault::usage)?;
        if !target.scheme().is_http() {
            return Err(Fault::usage(format!(
                "{target}: only http:// and https:// here; try netopt probe {target}"
            )));
        }
        let template = Template::new(&target, &load.method, &load.header, body.clone())?
            .mixed(paths::read(load, &target)?);
        let politeness = Politeness {
            rate: load.rate,
            total: u64::from(load.max_requests.get()),
        };
        let beside = load
            .upload_beside
            .map(|size| Beside::upload(&target, &load.header, size, politeness))
            .transpose()?;
        if beside.is_some() && !load.unsafe_method {
            return Err(Fault::usage(
                "--upload-beside sends POST, which may change things at the target; add --unsafe-method if that is fine",
            ));
        }
        if !template.is_safe() && !load.unsafe_method {
            let line = format!(
                "{} may change things at the target; add --unsafe-method if that is fine",
                load.method
            );
            return Err(Fault::usage(line));
        }
        let around = surroundings::resolve(client, &target)?;
        Ok(Job {
            target,
            template,
            beside,
            client: plan.clone(),
            around,
            workload: load.workload,
            metric: load.metric.unwrap_or_else(|| load.workload.metric()),
            seed,
            politeness,
            effort: Effort::default(),
        })
    };
    targets.iter().map(job).collect()
}

fn body(load: &LoadArgs) -> Result<Bytes, Fault> {
    let Some(file) = &load.body else {
        return Ok(Bytes::new());
    };
    let fault = |what: String| Fault::usage(format!("--body {}: {what}", file.display()));
    let size = surroundings::size(file)?;
    if size > LARGEST_BODY {
        return Err(fault(format!(
            "{size} bytes are more than the {LARGEST_BODY} that are sent at most"
        )));
    }
    std::fs::read(file)
        .map(Bytes::from)
        .map_err(|error| fault(error.to_string()))
}

/// What came of all jobs.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) stories: Vec<Story>,
    /// Why some targets could not be measured; each was told as it happened.
    unmeasured: usize,
}

/// Runs the jobs in turn and tells each story as it ends; Ctrl-C ends them all.
///
/// # Errors
/// When none of the targets could be measured, or telling failed.
pub(crate) async fn conduct(
    jobs: Vec<Job>,
    reach: Reach,
    mut tell: impl FnMut(&Story, usize) -> Result<(), Fault>,
) -> Result<Told, Fault> {
    let (mut told, last) = (Told::default(), jobs.len().saturating_sub(1));
    for (index, job) in jobs.into_iter().enumerate() {
        match Box::pin(conduct_one(job, reach)).await {
            Ok(story) => {
                tell(&story, index)?;
                let interrupted = story.ending == Ending::Interrupted;
                told.stories.push(story);
                if interrupted {
                    break;
                }
            }
            Err(fault) if index == last && told.stories.is_empty() => return Err(fault),
            Err(fault) => {
                render::note(&fault);
                told.unmeasured += 1;
            }
        }
    }
    Ok(told)
}

/// Runs a job to its end, or until Ctrl-C; the story is what is known then.
async fn conduct_one(job: Job, reach: Reach) -> Result<Story, Fault> {
    let mut line = Box::new(Line::new(job));
    let mut bar = Bar::new();
    tokio::select! {
        biased;
        () = interrupted() => {}
        result = Box::pin(line.run(reach, &mut bar)) => result?,
    }
    bar.clear();
    let story = line.tell();
    if story.ending == Ending::Interrupted {
        render::note("interrupted: what follows is what was known");
    }
    Ok(story)
}

/// Ctrl-C, or the polite request to end that supervisors send.
pub(super) async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut ended) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = ended.recv() => {}
            () = pressed() => {}
        }
        return;
    }
    pressed().await;
}

/// Ctrl-C.
async fn pressed() {
    if tokio::signal::ctrl_c().await.is_err() {
        // No signal handler: the run then ends only by itself.
        tokio::time::sleep(Duration::MAX).await;
    }
}

impl Told {
    /// How the command ends after that.
    #[must_use]
    pub(crate) fn end(&self, load: &LoadArgs) -> End {
        let gate = load.fail_on.map(Into::into);
        if self
            .stories
            .iter()
            .any(|story| story.ending == Ending::Interrupted)
        {
            End::Interrupted
        } else if self.unmeasured > 0
            || self
                .stories
                .iter()
                .any(|story| story.ending == Ending::Lost)
        {
            End::PartlyUnmeasured
        } else if gate.is_some_and(|severity| self.stories.iter().any(|story| story.has(severity)))
        {
            End::GateFailed
        } else {
            End::Done
        }
    }
}
