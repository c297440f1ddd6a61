//! What a scenario file may ask for and the runner cannot do yet: such a case is skipped, by name and with the reason.

use netopt_core::workload::Pattern;
use netopt_lab::scenario::{Engine, Link};
use netopt_lab::{Scenario, ServerSpec};

use super::world;

/// More paths than this are a catalogue, and no run is long enough for it.
const MOST_PATHS: u64 = 100_000;

/// Why the scenario cannot be run here; `None` when it can.
#[must_use]
pub(crate) fn unsupported(scenario: &Scenario) -> Option<String> {
    in_this_version(scenario).or_else(|| on_this_machine(scenario))
}

/// What no machine can do with this version.
fn in_this_version(scenario: &Scenario) -> Option<String> {
    let [origin] = &scenario.origins[..] else {
        let count = scenario.origins.len();
        return Some(format!("{count} origins need a balancer in the client"));
    };
    if let ServerSpec::Raw(spec) = &origin.server {
        let scheme = spec.protocol.scheme();
        return Some(format!("the line calls HTTP only, not {scheme} servers"));
    }
    let load = &scenario.workload;
    let paths = load.paths.count();
    if paths > MOST_PATHS {
        return Some(format!(
            "the line knows {MOST_PATHS} paths at the most, not {paths}"
        ));
    }
    if load.chain.is_on() && load.preset.pattern() == Pattern::Open {
        let preset = load.preset;
        return Some(format!(
            "a chain is called one after the other, and preset {preset} does not wait for answers"
        ));
    }
    let callers = load.concurrency.map_or(1, std::num::NonZeroU32::get);
    if callers > 1 && load.chain.is_on() {
        return Some(format!("a chain has one caller, not {callers}"));
    }
    if callers > 1 && load.preset.pattern() == Pattern::Open {
        let preset = load.preset;
        return Some(format!(
            "{callers} callers need a closed loop, and preset {preset} is an open one"
        ));
    }
    let stream = |link: &Link| link.engine == Engine::Stream && !link.is_plain();
    if scenario.link.as_ref().is_some_and(stream) {
        return Some(
            "the stream link knows a round trip and a rate only; engine = \"packet\" knows the rest".to_owned(),
        );
    }
    None
}

/// What this machine cannot do.
fn on_this_machine(scenario: &Scenario) -> Option<String> {
    let dead = scenario.dns.is_some_and(|dns| dns.dead_first.is_on());
    if dead && cfg!(not(target_os = "linux")) {
        return Some("a dead address on loopback needs Linux".to_owned());
    }
    let packet = scenario
        .link
        .as_ref()
        .is_some_and(|link| link.engine == Engine::Packet);
    packet.then(world::packet_is_missing).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(lines: &str) -> Option<String> {
        let text = format!("name = \"n\"\n{lines}\n[expect]\nprimary = \"none\"\n");
        in_this_version(&Scenario::read(&text).unwrap())
    }

    #[test]
    fn what_cannot_be_run_is_said_and_never_run() {
        for (lines, expected) in [
            ("[[origin]]\n[[origin]]", "2 origins need a balancer"),
            ("[[origin]]\nprotocol = \"tcp-echo\"", "not tcp servers"),
            ("[workload]\npaths = 100001", "100000 paths at the most"),
            (
                "[workload]\npreset = \"api\"\npaths = 4\nchain = true",
                "preset api does not wait",
            ),
            (
                "[workload]\nconcurrency = 2\npaths = 4\nchain = true",
                "one caller, not 2",
            ),
            (
                "[workload]\npreset = \"api\"\nconcurrency = 4",
                "4 callers need a closed loop",
            ),
            (
                "[link]\nloss = \"1%\"\nengine = \"stream\"",
                "the stream link knows",
            ),
        ] {
            let reason = reason(lines).unwrap();
            assert!(reason.contains(expected), "{reason}");
        }
    }

    #[test]
    fn what_can_be_run_is_not_skipped() {
        for lines in [
            "",
            "[link]\nrtt = \"5ms\"\nrate = \"20mbit\"",
            "[link]\nloss = \"1%\"",
            "[workload]\nconcurrency = 4",
            "[workload]\npaths = 9\nzipf = 1",
            "[workload]\npaths = 9\nchain = true",
            "[dns]\ndelay = \"9ms\"",
            "[dns]\ndead_first = true",
        ] {
            assert_eq!(reason(lines), None, "{lines}");
        }
    }
}
