//! `netopt transfer`: bytes between this end and `netopt serve`, or between two ends of its own.

use std::net::SocketAddr;
use std::pin::pin;

use netopt_core::target::Target;
use netopt_tcp::Resolver;
use netopt_tcp::transfer::{Ended, Error, Interval, Limits, Report, Server, Stop, Transfer};
use tokio::signal::ctrl_c;
use tokio::sync::mpsc;

use crate::args::{PORT, TransferArgs};
use crate::exit::{End, Fault};
use crate::render::{self, Paint, transfer as look, transfer_json};
use crate::transfer::{Job, Run, Story, Told, read};

/// Runs what was asked for, and shows it.
///
/// # Errors
/// Bad usage; and when nothing, or not all, could be measured.
pub(crate) async fn run(args: TransferArgs) -> Result<End, Fault> {
    let job = read(&args)?;
    let own = match &args.target {
        Some(_) => None,
        None => Some(own_server()?),
    };
    let (target, peers) = match (&args.target, &own) {
        (Some(text), _) => (text.clone(), addresses(text).await?),
        (None, Some(server)) => (server.local_addr().to_string(), vec![server.local_addr()]),
        (None, None) => return Err(Fault::internal("no target and no server")),
    };
    let mut story = Story {
        target,
        peer: peers[0],
        is_own: own.is_some(),
        draft: job.draft,
        told: Vec::new(),
        is_complete: true,
    };
    let outcome = all(&job, &peers, &mut story, &args).await;
    if let Some(server) = own {
        tokio::task::spawn_blocking(move || drop(server)).await.ok();
    }
    if !story.told.is_empty() {
        let text = if args.output.json {
            transfer_json::document(&story)
        } else {
            look::report(&story, &Paint::detect(args.output))
        };
        render::result(&text)?;
    }
    if matches!(outcome, Ok(End::Interrupted)) {
        render::note("netopt: interrupted; what is known so far is shown");
    }
    match (outcome, story.broken()) {
        (Ok(End::Done), Some(error)) => Err(Fault::unmeasured(format!(
            "the transfer with {} broke: {error}; what is known so far is shown",
            story.target
        ))),
        (outcome, _) => outcome,
    }
}

fn own_server() -> Result<Server, Fault> {
    let server = Server::start(([127, 0, 0, 1], 0).into(), Limits::default())
        .map_err(|error| Fault::internal(format!("no server on loopback: {error}")))?;
    render::note(
        "no target: both ends run here, on loopback; for a path, start `netopt serve` at its other end",
    );
    Ok(server)
}

/// The addresses of a host and port.
async fn addresses(text: &str) -> Result<Vec<SocketAddr>, Fault> {
    let wrong = || {
        Fault::usage(format!(
            "\"{text}\" is not HOST or HOST:PORT, such as server.example:{PORT} or [::1]:{PORT}"
        ))
    };
    if text.contains('/') {
        return Err(wrong());
    }
    let parsed = format!("tcp://{text}").parse::<Target>();
    let target = parsed
        .or_else(|_| format!("tcp://{text}:{PORT}").parse::<Target>())
        .map_err(|_| wrong())?;
    let found = Resolver::system().resolve(target.host()).await;
    let found =
        found.map_err(|error| Fault::unmeasured(format!("cannot reach {text}: {error}")))?;
    Ok(found
        .into_iter()
        .map(|ip| SocketAddr::new(ip, target.port()))
        .collect())
}

/// Every run, until one breaks or somebody interrupts.
async fn all(
    job: &Job,
    peers: &[SocketAddr],
    story: &mut Story,
    args: &TransferArgs,
) -> Result<End, Fault> {
    let mut interrupt = pin!(ctrl_c());
    for run in &job.runs {
        let stop = Stop::new();
        let mut going = pin!(one(run, job, peers, &stop));
        let done = tokio::select! {
            biased;
            _ = &mut interrupt => {
                stop.tell();
                going.await
            }
            done = &mut going => done,
        };
        let is_told = stop.is_told();
        match done {
            Ok((peer, report)) => {
                story.peer = peer;
                story.is_complete &= matches!(report.ended, Ended::Complete);
                story.told.push(Told {
                    report,
                    loaded: run.loaded,
                });
            }
            Err(_) if is_told => story.is_complete = false,
            Err(error) => {
                story.is_complete = false;
                let whom = args.target.as_deref().unwrap_or(&story.target);
                return Err(Fault::unmeasured(format!("cannot measure {whom}: {error}")));
            }
        }
        if is_told {
            return Ok(End::Interrupted);
        }
        if !story.is_complete {
            break;
        }
    }
    Ok(End::Done)
}

/// One run with the first address that can be reached.
async fn one(
    run: &Run,
    job: &Job,
    peers: &[SocketAddr],
    stop: &Stop,
) -> Result<(SocketAddr, Report), Error> {
    let (first, others) = peers
        .split_first()
        .expect("a host that was found has an address");
    let mut failed = match attempt(run, job, *first, stop).await {
        Ok(report) => return Ok((*first, report)),
        Err(error) => error,
    };
    for peer in others {
        if failed.stage() != netopt_tcp::transfer::Stage::Connect || stop.is_told() {
            break;
        }
        match attempt(run, job, *peer, stop).await {
            Ok(report) => return Ok((*peer, report)),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

async fn attempt(run: &Run, job: &Job, peer: SocketAddr, stop: &Stop) -> Result<Report, Error> {
    let (sender, mut intervals) = mpsc::unbounded_channel::<Interval>();
    let transfer = Transfer {
        peer,
        spec: run.spec.clone(),
        interval: job.interval,
        probes: run.probes,
    };
    let told = stop.clone();
    let mut working = tokio::task::spawn_blocking(move || {
        transfer.run(&told, &mut |interval| {
            // Nobody looks any more once it is interrupted.
            sender.send(*interval).ok();
        })
    });
    let mut live = look::Live::begin(run, peer);
    let mut tick = tokio::time::interval(look::TICK);
    loop {
        tokio::select! {
            _ = tick.tick() => live.draw(),
            Some(interval) = intervals.recv() => live.show(&interval),
            done = &mut working => {
                return done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            }
        }
    }
}
