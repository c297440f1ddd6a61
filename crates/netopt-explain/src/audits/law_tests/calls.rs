//! Any call: each part of it may be there or not, and hold any value that it can have.

use std::time::Duration;

use netopt_core::arrivals::Arrivals;
use netopt_core::asked::{Afterwards, Asked, Keepable};
use netopt_core::exchange::{Answer, ConnectionUse, Exchange, Protocol, TlsSession, Traffic};
use netopt_core::journey::Journey;
use netopt_core::opening::Opening;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::unit::Bytes;
use proptest::prelude::*;

pub(super) fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        (0u64..300_000).prop_map(Duration::from_micros),
        (0u64..1_000_000).prop_map(Duration::from_secs),
    ]
}

pub(super) fn size() -> impl Strategy<Value = Bytes> {
    prop_oneof![0u64..20_000, any::<u64>()].prop_map(Bytes::new)
}

fn traffic() -> impl Strategy<Value = Traffic> {
    (size(), size(), size(), time(), prop::option::of(size())).prop_map(
        |(received, body, decoded, longest_gap, held)| Traffic {
            sent: Bytes::new(300),
            received,
            body,
            decoded,
            longest_gap,
            held,
        },
    )
}

fn opening() -> impl Strategy<Value = Opening> {
    let times = (prop::option::of(0u64..100), 0u64..3000);
    (times, 0u32..3, prop::option::of(0u32..3)).prop_map(
        |((lifetime, detour), silent, syn_retransmits)| Opening {
            lifetime: lifetime.map(Duration::from_secs),
            silent,
            detour: Duration::from_millis(detour),
            syn_retransmits,
        },
    )
}

fn connection() -> impl Strategy<Value = ConnectionUse> {
    let session =
        (any::<bool>(), any::<bool>(), size()).prop_map(|(old, resumed, certificates)| {
            TlsSession {
                version: if old { "TLSv1.2" } else { "TLSv1.3" }.to_owned(),
                resumed,
                certificates,
            }
        });
    let uses = (
        0u64..4,
        prop::option::of(session),
        prop::option::of(any::<bool>()),
        prop::option::of(prop::sample::select(vec!["bbr", "cubic"])),
        opening(),
        prop::sample::select(vec![Protocol::Http1, Protocol::Http2]),
    );
    uses.prop_map(
        |(earlier, tls, nodelay, name, opening, protocol)| ConnectionUse {
            id: 1,
            earlier,
            age: Duration::ZERO,
            protocol,
            tls,
            nodelay,
            congestion_control: name.and_then(|name| name.parse().ok()),
            opening: (earlier == 0).then_some(opening),
        },
    )
}

fn answer() -> impl Strategy<Value = Answer> {
    (
        prop::option::of(Just("gzip".to_owned())),
        prop::option::of(prop::sample::select(vec![
            "text/html",
            "image/png",
            "a+json",
        ])),
        prop::option::of(".{0,8}"),
        any::<bool>(),
        prop::option::of(time()),
    )
        .prop_map(|(encoding, kind, server, closes, server_time)| Answer {
            encoding,
            content_type: kind.map(str::to_owned),
            server,
            closes,
            server_time,
            cut: false,
            keepable: None,
            came_from: None,
        })
}

fn path() -> impl Strategy<Value = PathSample> {
    let times = || prop::collection::vec(prop::option::of(time()), 7);
    let sizes = || prop::collection::vec(prop::option::of(size()), 9);
    let counts = prop::collection::vec(prop::option::of(any::<u32>()), 4);
    (times(), sizes(), counts, prop::option::of(any::<bool>())).prop_map(
        |(times, sizes, counts, app_limited)| PathSample {
            rtt: times[0],
            min_rtt: times[1],
            retransmits: counts[0],
            cwnd: counts[1],
            mss: sizes[0],
            peer_window: sizes[1],
            delivery_rate: sizes[8].and_then(|size| size.over(Duration::from_secs(1))),
            unsent: sizes[2],
            in_flight: counts[2],
            app_limited,
            receive_window: sizes[3],
            receive_rtt: times[2],
            silent_for: times[3],
            busy: times[4],
            window_limited: times[5],
            buffer_limited: times[6],
            bytes_sent: sizes[4],
            bytes_again: sizes[5],
            bytes_acked: sizes[6],
            bytes_received: sizes[7],
            out_of_order: counts[3],
        },
    )
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    prop::collection::vec((time(), size()), 0..40).prop_map(|all| {
        let mut arrivals = Arrivals::default();
        for (at, data) in all {
            arrivals.note(at, data);
        }
        arrivals
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let reset = Outcome::Failed(Failure {
        kind: FailureKind::Reset,
        phase: Phase::Wait,
        message: "reset".to_owned(),
    });
    let answered = Outcome::Answered;
    let all = vec![
        answered(200),
        answered(200),
        answered(200),
        answered(500),
        reset,
    ];
    prop::sample::select(all)
}

/// What was asked for, when, and where it led.
fn asked() -> impl Strategy<Value = (Option<Duration>, Option<Asked>, Journey)> {
    let asked = (prop::option::of(0u64..3), size(), size(), size());
    let asked = asked.prop_map(|(resource, head, cookies, body)| Asked {
        resource,
        head,
        cookies,
        body,
    });
    let broken_after = prop::option::weighted(0.2, time());
    let journey = (0u32..4, 0u32..3, 0u32..3, time(), broken_after);
    let journey =
        journey.prop_map(
            |(retries, redirects, moved, redirected, broken_after)| Journey {
                retries,
                redirects,
                moved,
                redirected,
                broken_after,
                ..Journey::default()
            },
        );
    (
        prop::option::weighted(0.9, time()),
        prop::option::weighted(0.9, asked),
        journey,
    )
}

fn keepable() -> impl Strategy<Value = Keepable> {
    let then = prop::sample::select(vec![Afterwards::Revalidate, Afterwards::FetchAnew]);
    (time(), then).prop_map(|(fresh_for, then)| Keepable { fresh_for, then })
}

pub(super) fn exchange() -> impl Strategy<Value = Exchange> {
    let phases = prop::collection::vec(prop::option::of((time(), time())), Phase::ALL.len());
    (
        (time(), phases, outcome(), traffic()),
        prop::option::weighted(0.9, connection()),
        (
            prop::option::weighted(0.9, answer()),
            prop::option::of(keepable()),
            asked(),
        ),
        (
            prop::option::of(path()),
            prop::option::of(path()),
            arrivals(),
        ),
    )
        .prop_map(
            |((lateness, phases, outcome, traffic), connection, said, kernel)| {
                let (answer, keepable, (begun, asked, journey)) = said;
                let answer = answer.map(|answer| Answer { keepable, ..answer });
                let (path, path_before, arrivals) = kernel;
                let mut timeline = Timeline::new();
                for (phase, span) in Phase::ALL.into_iter().zip(phases) {
                    if let Some((start, length)) = span {
                        timeline.mark(phase, start, start + length);
                    }
                }
                Exchange {
                    begun,
                    asked,
                    journey,
                    lateness,
                    traffic,
                    connection,
                    answer,
                    path: path.map(Box::new),
                    path_before: path_before.map(Box::new),
                    arrivals,
                    ..Exchange::bare(timeline, outcome)
                }
            },
        )
}
