//! What an emulated path did, for people: a line for each way, one for the lab itself.

use std::fmt::Write as _;
use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio, show_duration};
use netopt_lab::packet::Truth;
use netopt_lab::path::{PathSpec, Rate, WaySpec, WayTally};

/// The truth about a run, and whether it can be believed.
#[must_use]
pub(crate) fn truth(path: &PathSpec, truth: &Truth) -> String {
    let mut text = format!(
        "path: {} round trip, {}\n",
        show_duration(path.rtt()),
        rates(path)
    );
    text += &way("to the far end", &truth.up);
    text += &way("to the near end", &truth.down);
    text += &lab(truth);
    if let Some(void) = truth.void(path.rtt()) {
        let _ = writeln!(
            text,
            "VOID: {void}; what was measured is the lab, not the path"
        );
    }
    text.truncate(text.trim_end().len());
    text
}

fn rates(path: &PathSpec) -> String {
    let [up, down] = [&path.up, &path.down].map(rate);
    if up == down {
        format!("{up} each way")
    } else {
        format!("{up} to the far end, {down} back")
    }
}

fn rate(way: &WaySpec) -> String {
    match &way.rate {
        Rate::Unlimited => "no limit".to_owned(),
        Rate::Fixed(rate) => rate.to_string(),
        Rate::Trace(steps) => format!("a rate trace of {} steps", steps.len()),
    }
}

fn way(name: &str, tally: &WayTally) -> String {
    let mut parts = vec![format!(
        "{} packets, {} delivered",
        tally.arrived.packets, tally.delivered.bytes
    )];
    let counts = [
        ("lost", tally.lost),
        ("dropped by the full queue", tally.dropped_queue),
        ("dropped by CoDel", tally.dropped_aqm),
        ("dropped in an outage", tally.dropped_outage),
        ("marked", tally.marked),
        ("duplicated", tally.duplicated),
        ("held back", tally.reordered),
    ];
    let told = counts.into_iter().filter(|(_, count)| *count > 0);
    parts.extend(told.map(|(what, count)| format!("{count} {what}")));
    parts.extend(tally.utilisation.map(|busy| format!("line busy {busy}")));
    if let Some(mean) = tally.queue.mean.filter(|_| tally.utilisation.is_some()) {
        parts.push(format!(
            "queue {} mean, {} peak",
            whole(mean.bytes),
            tally.queue.peak.bytes
        ));
    }
    format!("  {name:<16} {}\n", parts.join(", "))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of lengths is no less than zero and no longer than the queue"
)]
fn whole(bytes: f64) -> Bytes {
    Bytes::new(bytes.round() as u64)
}

fn lab(truth: &Truth) -> String {
    let late = |q| {
        let late: Option<Duration> = truth.lateness.quantile(q);
        late.map_or_else(|| "-".to_owned(), show_duration)
    };
    let busy = truth
        .busy
        .map_or_else(|| "-".to_owned(), |busy: Ratio| busy.to_string());
    format!(
        "  {:<16} late p50 {}, p99 {} of {} packets; {busy} of a processor in {}\n",
        "the lab itself",
        late(0.5),
        late(0.99),
        truth.lateness.count(),
        show_duration(truth.elapsed),
    )
}
