//! `netopt probe`: one target after the other, each reported as soon as it is done.

mod watch;

use std::pin::pin;

use netopt::Surroundings;
use netopt_core::change::Switch;
use netopt_core::target::Target;
use tokio::signal::ctrl_c;

use crate::args::ProbeArgs;
use crate::exit::{End, Fault};
use crate::probe::{Probe, Series, Way, politeness};
use crate::render::{self, Paint, probe as report, probe_json};
use crate::surroundings;

/// Probes all targets.
///
/// # Errors
/// Bad usage before the first call; and, after the last, one line for each target that never answered.
pub(crate) async fn run(args: ProbeArgs) -> Result<End, Fault> {
    if args.watch.is_asked() {
        return watch::run(args.watch, args.output).await;
    }
    let targets = read(&args.targets)?;
    let plan = surroundings::baseline(&args.client)?;
    let paint = Paint::detect(args.output);
    let budget = politeness();
    let ways: Vec<Surroundings> = targets
        .iter()
        .map(|target| {
            let around = surroundings::resolve(&args.client, target)?;
            Ok(Surroundings {
                timestamps: Switch::On,
                ..around
            })
        })
        .collect::<Result<_, Fault>>()?;

    let asked = targets.len();
    let mut interrupt = pin!(ctrl_c());
    let mut probes = Vec::new();
    let mut is_interrupted = false;
    for (target, around) in targets.into_iter().zip(&ways) {
        let mut probe = Probe {
            size: args.size,
            ..Probe::new(target, args.samples)
        };
        let meter = report::Meter::begin(&probe.target.to_string(), probe.planned());
        let way = Way {
            plan: &plan,
            around,
            budget: &budget,
        };
        tokio::select! {
            biased;
            _ = &mut interrupt => is_interrupted = true,
            ended = probe.run(way, || meter.count()) => ended?,
        }
        drop(meter);
        if !args.output.json && (probe.is_measured() || is_interrupted) {
            let gap = if probes.is_empty() { "" } else { "\n" };
            render::result(&format!("{gap}{}", report::report(&probe, &paint)))?;
        }
        probes.push(probe);
        if is_interrupted {
            break;
        }
    }
    if args.output.json {
        render::result(&probe_json::document(&probes, asked))?;
    }
    if is_interrupted {
        render::note("netopt: interrupted; what is known so far is shown");
        return Ok(End::Interrupted);
    }
    verdict(&probes)
}

/// The targets; every text that is none is named.
fn read(texts: &[String]) -> Result<Vec<Target>, Fault> {
    let (targets, wrong): (Vec<_>, Vec<_>) = texts
        .iter()
        .map(|text| text.parse::<Target>())
        .partition(Result::is_ok);
    let lines: Vec<String> = wrong
        .into_iter()
        .filter_map(Result::err)
        .map(|error| error.to_string())
        .collect();
    if lines.is_empty() {
        return Ok(targets.into_iter().flatten().collect());
    }
    Err(Fault::usage(lines.join("\nnetopt: ")))
}

fn verdict(probes: &[Probe]) -> Result<End, Fault> {
    let silent = probes.iter().filter(|probe| !probe.is_measured());
    let lines: Vec<String> = silent
        .map(|probe| {
            let calls: u64 = probe.series().map(Series::calls).sum();
            let worst = probe.worst().map_or_else(
                || "no call was made".to_owned(),
                |trouble| trouble.told(calls),
            );
            format!("cannot measure {}: {worst}", probe.target)
        })
        .collect();
    if lines.is_empty() {
        Ok(End::Done)
    } else {
        Err(Fault::unmeasured(lines.join("\nnetopt: ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::scene::{World, refused};

    #[test]
    fn every_wrong_target_is_named() {
        let texts = ["http://a/", "ftp://b/", "c"].map(str::to_owned);
        let line = read(&texts).unwrap_err().to_string();
        assert!(
            line.contains("ftp://b/") && line.contains("\nnetopt: \"c\""),
            "{line}"
        );
    }

    #[test]
    fn one_silent_target_of_two_is_a_fault() {
        let well = World {
            dns: 0,
            rtt: 1,
            work: 0,
            body: 0,
            keeps: true,
        }
        .probe();
        let mut silent = Probe::new("http://192.0.2.1/".parse().unwrap(), 1.try_into().unwrap());
        silent.fresh.record(refused());
        let fault = verdict(&[well, silent]).unwrap_err().to_string();
        assert_eq!(
            fault,
            "netopt: cannot measure http://192.0.2.1/: 192.0.2.1:80 refused the connection (connect, peer; 1 of 1 calls)"
        );
    }
}
