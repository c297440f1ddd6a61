//! What limited a direction of a run, told from the kernel's view of its senders.
//!
//! Each sender is judged by itself; what limited most of the bytes is told. What it leaves alone: the rules, which are
//! `netopt_tcp::attribution`.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio};
use netopt_tcp::attribution::{
    Attribution, Context, Host, Limit as Verdict, Snapshot, Supply, attribute,
};
use netopt_tcp::transfer::{FlowView, Report, View, Way, Work};

use super::Story;

/// What limited a direction.
#[derive(Debug, Clone)]
pub(crate) struct Limit {
    /// The word for it.
    pub(crate) name: String,
    /// How far to trust it.
    pub(crate) confidence: String,
    /// What limits, by which figure, and what to do about it.
    pub(crate) sentence: String,
}

/// What limited that direction; `None` where the sender's kernel was not heard, and where nothing was to be filled.
pub(crate) fn of(story: &Story, report: &Report, way: Way) -> Option<Limit> {
    let fills = match report.spec.work {
        Work::Bulk(ways)
        | Work::Mixed {
            full: Some(ways), ..
        } => ways.has(way),
        _ => false,
    };
    if !fills {
        return None;
    }
    let context = Context {
        supply: if report.spec.rate.is_some() {
            Supply::Unknown
        } else {
            Supply::Endless
        },
        host: host(story, report),
        ..Context::default()
    };
    let mut judged: Vec<(Bytes, Attribution)> = report
        .senders(way)
        .into_iter()
        .filter_map(|flow| Some((flow.bytes, attribute(&snapshots(flow), &context)?)))
        .collect();
    let weight = |limit: Verdict| -> Bytes {
        let same = judged.iter().filter(|(_, one)| one.limit == limit);
        same.map(|(bytes, _)| *bytes).sum()
    };
    let heaviest = judged
        .iter()
        .map(|(_, one)| one.limit)
        .max_by_key(|limit| weight(*limit))?;
    judged.retain(|(_, one)| one.limit == heaviest);
    let (_, told) = judged.iter().max_by_key(|(bytes, _)| *bytes)?;
    if let (Verdict::Application, Some(rate)) = (told.limit, report.spec.rate) {
        return Some(Limit {
            name: "asked_rate".to_owned(),
            confidence: told.confidence.name().to_owned(),
            sentence: format!("it was asked for no more than {rate} on each stream"),
        });
    }
    Some(Limit {
        name: told.limit.name().to_owned(),
        confidence: told.confidence.name().to_owned(),
        sentence: told.sentence(),
    })
}

fn snapshots(flow: &FlowView) -> Vec<Snapshot> {
    let known = flow.samples.iter().filter_map(|sample| {
        Some(Snapshot {
            at: sample.at,
            info: sample.info.clone()?,
        })
    });
    known.collect()
}

/// How busy the ends were.
fn host(story: &Story, report: &Report) -> Host {
    let ways = match report.spec.work {
        Work::Bulk(ways) => ways.all().len(),
        _ => 2,
    };
    let threads = usize::from(report.spec.streams) * ways;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let share = |view: &View, threads: usize| {
        let cpu =
            view.cpu?.as_secs_f64() / view.elapsed.max(Duration::from_millis(1)).as_secs_f64();
        // The mean of the threads: the busiest took no less, but of more threads than processors none can have one.
        Ratio::new((cpu / threads.min(cores).max(1) as f64).min(1.0))
    };
    if story.is_own {
        let both = share(&report.near, threads * 2);
        return Host {
            here: both,
            peer: both,
            lateness: None,
        };
    }
    Host {
        here: share(&report.near, threads),
        peer: report.far.as_ref().and_then(|far| share(far, threads)),
        lateness: None,
    }
}

#[cfg(test)]
mod tests {
    use netopt_tcp::transfer::{Ended, Limits, Server, Spec, Stop, Transfer, Ways};

    use super::*;

    /// A short upload on loopback with that bound on its rate, as a story of two machines.
    fn story(rate: Option<f64>) -> Story {
        let server = Server::start(([127, 0, 0, 1], 0).into(), Limits::default()).unwrap();
        let transfer = Transfer {
            peer: server.local_addr(),
            spec: Spec {
                work: Work::Bulk(Ways::Up),
                rate: rate.and_then(netopt_core::unit::BitRate::from_bps),
                amount: netopt_tcp::transfer::Amount::Time(Duration::from_millis(600)),
                ..Spec::default()
            },
            interval: Duration::from_secs(1),
            probes: None,
        };
        let report = transfer.run(&Stop::new(), &mut |_| {}).unwrap();
        assert!(matches!(report.ended, Ended::Complete), "{report:?}");
        Story {
            target: transfer.peer.to_string(),
            peer: transfer.peer,
            is_own: true,
            draft: None,
            told: vec![super::super::Told {
                report,
                loaded: None,
            }],
            is_complete: true,
        }
    }

    #[test]
    fn a_rate_that_was_asked_for_is_told_as_such() {
        let mut story = story(Some(20e6));
        // That of this process is also what the tests beside this one took.
        let near = &mut story.told[0].report.near;
        near.cpu = Some(near.elapsed / 100);
        let limit = of(&story, &story.told[0].report, Way::Up).expect("Linux tells");
        assert_eq!(limit.name, "asked_rate", "{limit:?}");
        assert!(limit.sentence.contains("20.0 Mbit/s"), "{limit:?}");
        assert!(of(&story, &story.told[0].report, Way::Down).is_none());
    }

    #[test]
    fn full_processors_withhold_the_verdict() {
        let mut story = story(None);
        let report = &mut story.told[0].report;
        report.near.cpu = Some(report.near.elapsed * 200);
        let limit = of(&story, &story.told[0].report, Way::Up).expect("Linux tells");
        assert_eq!(limit.name, "host", "{limit:?}");
    }
}
