//! Reports of invented probes, at two widths, as they are printed.

use crate::probe::Probe;
use crate::probe::scene::{World, refused};
use crate::render::Paint;

use super::report;

const FAR: World = World {
    dns: 4,
    rtt: 20,
    work: 12,
    body: 6,
    keeps: true,
};

#[test]
fn bars_stand_to_scale_on_one_axis() {
    insta::assert_snapshot!(report(&FAR.probe(), &Paint::plain(100)));
}

#[test]
fn a_narrow_terminal_gets_narrow_bars_and_wrapped_facts() {
    let text = report(&FAR.probe(), &Paint::plain(60));
    assert!(
        text.lines().all(|line| line.chars().count() <= 60),
        "{text}"
    );
    insta::assert_snapshot!(text);
}

#[test]
fn a_very_narrow_terminal_gets_fewer_figures() {
    for width in [30, 40] {
        let text = report(&FAR.probe(), &Paint::plain(width));
        assert!(
            text.lines().all(|line| line.chars().count() <= width),
            "{width}:\n{text}"
        );
        insta::assert_snapshot!(format!("very_narrow_{width}"), text);
    }
}

#[test]
fn failures_are_told_with_their_share() {
    let mut probe = World {
        keeps: false,
        ..FAR
    }
    .probe();
    for _ in 0..3 {
        probe.fresh.record(refused());
    }
    insta::assert_snapshot!(report(&probe, &Paint::plain(100)));
}

#[test]
fn nothing_measured_yet_is_a_report_too() {
    let probe = Probe::new(
        "tcp://db.test:5432".parse().unwrap(),
        10.try_into().unwrap(),
    );
    insta::assert_snapshot!(report(&probe, &Paint::plain(100)), @r"
    tcp://db.test:5432

      kernel      not measured
      connection  not measured

    → nothing was measured
    ");
}
