//! Long flows of Reno against PFTK: what is sent with what is sent, what arrives with what arrives.
//!
//! The formula and the simulator both depend on the loss, on the timeout in round trips and on the window limit alone, so
//! that is how the domain is said: see [`pftk::CHECKED_LOSS`] and [`pftk::CHECKED_TIMEOUTS`].

use super::*;
use crate::model::loss::{Acks, Connection, pftk};
use crate::unit::Segments;

/// What is compared: a path so fast that only loss limits, a timer, and perhaps a window.
#[derive(Debug, Clone, Copy)]
struct Case {
    round_trip: Duration,
    /// The timeout is the round trip and this.
    margin: Duration,
    /// In segments.
    window: Option<u32>,
}

impl Case {
    const fn of(round_trip: u64, margin: u64) -> Self {
        Self {
            round_trip: Duration::from_millis(round_trip),
            margin: Duration::from_millis(margin),
            window: None,
        }
    }

    const fn within(self, window: u32) -> Self {
        Self {
            window: Some(window),
            ..self
        }
    }

    /// With the simulator's growth by segments (b = 1): segments sent and received a second.
    fn predicted(self, loss: f64) -> [f64; 2] {
        let connection = Connection {
            rto: self.round_trip + self.margin,
            acks: Acks::EverySegment,
            window: self.window.and_then(|count| Segments::new(count.into())),
            ..Connection::new(Flow::MSS, self.round_trip)
        };
        let formulas = [pftk::full, pftk::received];
        formulas.map(|formula| formula(&connection, share(loss)).unwrap().get())
    }

    fn simulated(self, loss: Loss, time: Duration) -> [f64; 2] {
        let bottleneck = Bottleneck {
            loss,
            ..clear_path(mbit(10_000.0), self.round_trip)
        };
        let flow = Flow {
            receive_window: self.window.map(|count| packets(count.into())),
            timer: Timer {
                initial: self.margin.max(Duration::from_secs(1)),
                margin: self.margin,
            },
            ..flow_of(Controller::Reno)
        };
        settled(bottleneck, flow, time)
    }

    /// Simulated over predicted, sent and received, over the time of so many losses.
    fn ratios(self, process: Process, loss: f64, losses: f64) -> [f64; 2] {
        let predicted = self.predicted(loss);
        let time = Duration::from_secs_f64(losses / loss / predicted[0]);
        let process = match process {
            Process::Independent => Loss::Random(share(loss)),
            Process::Episodes => Loss::Episodes {
                start: share(loss),
                length: self.round_trip / 2,
            },
        };
        let simulated = self.simulated(process, time);
        [0, 1].map(|kind| simulated[kind] / predicted[kind])
    }
}

#[derive(Debug, Clone, Copy)]
enum Process {
    Independent,
    /// PFTK's own: after the first loss the rest of the round trip is lost, too.
    Episodes,
}

/// How many losses each loss ratio is simulated for: enough that chance is a few percent.
const fn losses(loss: f64) -> f64 {
    if loss < 1e-3 {
        60.0
    } else if loss < 1e-2 {
        200.0
    } else {
        1_500.0
    }
}

/// All of them, with the worst first.
fn worst(cases: &[Case], process: Process, ratios: &[f64]) -> [(f64, Case, f64); 2] {
    let mut worst = [(0.0, cases[0], 0.0); 2];
    for case in cases {
        for loss in ratios {
            let found = case.ratios(process, *loss, losses(*loss));
            for (worst, found) in worst.iter_mut().zip(found) {
                let off = (found - 1.0).abs();
                if off > worst.0 {
                    *worst = (off, *case, *loss);
                }
            }
        }
    }
    worst
}

#[test]
fn under_its_own_loss_process_reno_sends_and_delivers_what_pftk_says() {
    // The usual timer from 10 to 100 ms is a timeout of 21 to 3 round trips; then both at another round trip.
    let cases = [
        Case::of(10, 200),
        Case::of(30, 200),
        Case::of(100, 200),
        Case::of(300, 600),
        Case::of(10, 200).within(20),
        Case::of(100, 200).within(20),
    ];
    for (off, case, loss) in worst(&cases, Process::Episodes, &[1e-3, 1e-2, 0.03, 0.1]) {
        assert!(off < 0.15, "{case:?} {loss}: {off}");
    }
    let rare = worst(&[Case::of(100, 200)], Process::Episodes, &[1e-4, 3e-3]);
    for (off, case, loss) in rare {
        assert!(off < 0.15, "{case:?} {loss}: {off}");
    }
}

#[test]
fn below_three_round_trips_of_timeout_it_holds_up_to_two_percent_loss() {
    let cases = [Case::of(300, 200).within(20), Case::of(100, 1)];
    for (off, case, loss) in worst(&cases, Process::Episodes, &[1e-3, 1e-2, 0.02]) {
        assert!(off < 0.15, "{case:?} {loss}: {off}");
    }
}

#[test]
fn beyond_the_domain_it_is_off_the_way_that_is_said() {
    // Too short a timeout: too much is promised. Too long a timeout: too little.
    let [sent, received] = Case::of(100, 1).ratios(Process::Episodes, 0.1, 4_000.0);
    assert!(sent < 0.87 && received < 0.85, "{sent} {received}");
    let [sent, received] = Case::of(10, 1_000).ratios(Process::Episodes, 0.02, 4_000.0);
    assert!(sent > 1.25 && received > 1.25, "{sent} {received}");
}

#[test]
fn under_independent_losses_it_holds_while_timeouts_are_short_and_is_too_low_beyond() {
    // A burst of which only one packet is lost is repaired without a timeout, so the longer one lasts, the more is saved.
    let near = worst(
        &[Case::of(300, 200)],
        Process::Independent,
        &[1e-3, 1e-2, 0.05],
    );
    for (off, case, loss) in near {
        assert!(off < 0.15, "{case:?} {loss}: {off}");
    }
    let rare = worst(
        &[Case::of(100, 200), Case::of(30, 200)],
        Process::Independent,
        &[1e-3],
    );
    for (off, case, loss) in rare {
        assert!(off < 0.15, "{case:?} {loss}: {off}");
    }
    for (round_trip, least) in [(100, 1.05), (30, 1.4), (10, 2.3)] {
        let [sent, received] =
            Case::of(round_trip, 200).ratios(Process::Independent, 0.05, 2_000.0);
        assert!(
            least < sent && sent < received,
            "{round_trip}: {sent} {received}"
        );
    }
}
