//! What a scenario file may ask for and the runner cannot do yet: such a case is skipped, by name and with the reason.

use netopt_core::workload::Pattern;
use netopt_lab::scenario::{Engine, Link};
use netopt_lab::{Scenario, ServerSpec};

use super::world;

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
    if paths > 1 {
        return Some(format!("the line calls one path, not {paths}"));
    }
    let callers = load.concurrency.map_or(1, std::num::NonZeroU32::get);
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
            ("[workload]\npaths = 9\nzipf = 1", "one path, not 9"),
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
            "[dns]\ndelay = \"9ms\"",
            "[dns]\ndead_first = true",
        ] {
            assert_eq!(reason(lines), None, "{lines}");
        }
    }
}
