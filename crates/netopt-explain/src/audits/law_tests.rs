//! Laws that hold for any facts: no panic, no number that is none, no saving above the latency, no forbidden word.

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::arrivals::Arrivals;
use netopt_core::asked::{Afterwards, Asked, Keepable};
use netopt_core::change::{Change, HttpVersion, Switch, Window};
use netopt_core::exchange::{Answer, ConnectionUse, Exchange, Protocol, TlsSession, Traffic};
use netopt_core::finding::{Finding, Remedy};
use netopt_core::journey::Journey;
use netopt_core::opening::Opening;
use netopt_core::outcome::{Failure, FailureKind, Outcome};
use netopt_core::path::PathSample;
use netopt_core::phase::{Phase, Timeline};
use netopt_core::plan::Plan;
use netopt_core::unit::{Bytes, Ratio, millis};
use proptest::prelude::*;

use crate::facts::{Asking, Baseline, BodySample, Crowd, Facts, Survey};
use crate::{explain, typical};

fn time() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        (0u64..300_000).prop_map(Duration::from_micros),
        (0u64..1_000_000).prop_map(Duration::from_secs),
    ]
}

fn size() -> impl Strategy<Value = Bytes> {
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

fn exchange() -> impl Strategy<Value = Exchange> {
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
                    path,
                    path_before,
                    arrivals,
                    ..Exchange::bare(timeline, outcome)
                }
            },
        )
}

fn client() -> impl Strategy<Value = Plan> {
    let switch = || any::<bool>().prop_map(Switch::from);
    let retries = (0u32..4, any::<bool>());
    let version = prop::sample::select(vec![HttpVersion::Auto, HttpVersion::Http1]);
    let window = prop_oneof![
        Just(Window::Default),
        (65_536u64..1 << 30).prop_map(|size| Window::Fixed(Bytes::new(size))),
    ];
    let newer = (version, window, 1u64..100_000, switch(), retries);
    (switch(), switch(), switch(), 0u32..40, time(), newer).prop_map(
        |(nodelay, quickack, keep, limit, ttl, newer)| {
            let (version, window, idle, resumption, (attempts, bounded)) = newer;
            [
                Change::Resumption(resumption),
                Change::RetryAttempts(attempts),
                Change::RetryBudget(Ratio::new(0.1).filter(|_| bounded)),
                Change::Version(version),
                Change::H2Window(window),
                Change::IdleTimeout(Duration::from_millis(idle)),
                Change::Nodelay(nodelay),
                Change::Quickack(quickack),
                Change::KeepAlive(keep),
                Change::MaxConnections(NonZeroU32::new(limit)),
                Change::DnsCacheTtl(ttl),
            ]
            .into_iter()
            .collect()
        },
    )
}

fn intent() -> impl Strategy<Value = Asking> {
    prop_oneof![
        Just(Asking::StandIn),
        Just(Asking::Listed),
        (1u32..5).prop_map(|length| NonZeroU32::new(length).map_or(Asking::Listed, Asking::Chain)),
    ]
}

fn facts() -> impl Strategy<Value = Facts> {
    let some = |most| prop::collection::vec(exchange(), 0..most);
    let crowd = (1u32..50, some(12)).prop_map(|(callers, exchanges)| Crowd {
        callers: NonZeroU32::new(callers).unwrap_or(NonZeroU32::MIN),
        exchanges,
    });
    let sample = || {
        let sizes = (size(), size());
        prop::option::of(sizes.prop_map(|(plain, packed)| BodySample { plain, packed }))
    };
    (
        client(),
        (some(30), some(4)),
        time(),
        (
            some(8),
            some(8),
            some(8),
            prop::collection::vec(crowd, 0..4),
            (some(8), some(8), some(8)),
        ),
        (
            sample(),
            sample(),
            prop::option::of(any::<bool>()),
            intent(),
        ),
    )
        .prop_map(
            |(
                client,
                (exchanges, beside),
                window,
                (fresh, warm, encoded, crowds, (together, padded, multiplexed)),
                (sample, request, may_have_bbr, asking),
            )| Facts {
                client,
                asking,
                baseline: Baseline {
                    exchanges,
                    beside,
                    window,
                },
                survey: Survey {
                    fresh,
                    warm,
                    encoded,
                    sample,
                    request,
                    crowds,
                    together,
                    padded,
                    multiplexed,
                },
                may_have_bbr,
            },
        )
}

fn texts(finding: &Finding) -> String {
    let advice = match &finding.remedy {
        Remedy::Advice(text) => text.as_str(),
        Remedy::Change(_) | Remedy::None => "",
    };
    format!("{} {advice} {}", finding.summary, finding.cost.join(" "))
}

/// Moves each phase behind the one before it, as a client goes through them.
fn line_up(call: &mut Exchange) {
    let mut end = Duration::ZERO;
    for phase in Phase::ALL {
        if let Some(length) = call.timeline.length(phase) {
            call.timeline.mark(phase, end, end + length);
            end += length;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_facts_give_sound_findings(facts in facts()) {
        let p50 = facts.p50();
        for finding in explain(&facts) {
            if let Some(estimate) = finding.estimate {
                prop_assert!(Some(estimate.saving) <= p50, "{finding:?}");
            }
            for fact in &finding.evidence {
                prop_assert!(fact.value.is_finite() && fact.value >= 0.0 && fact.n > 0, "{finding:?}");
            }
            let said = texts(&finding).to_lowercase();
            for word in ["proven", "faster", "nan", "inf "] {
                prop_assert!(!said.contains(word), "{word}: {said}");
            }
            prop_assert_eq!(finding.proof, None);
        }
        prop_assert_eq!(explain(&facts), explain(&facts));
    }

    #[test]
    fn terms_never_exceed_the_total_when_phases_follow_one_another(mut facts in facts()) {
        facts.baseline.exchanges.iter_mut().for_each(line_up);
        if let Some(found) = typical(&facts) {
            // The last bits of a float, for calls of many days.
            let bits = millis(found.total()) * 1e-12;
            prop_assert!(found.residual_ms() >= -1e-6 - bits, "{found:?}");
        }
    }

    #[test]
    fn any_facts_break_down_without_remainder(facts in facts()) {
        if let Some(found) = typical(&facts) {
            prop_assert!(found.residual_ms().is_finite());
        }
    }
}
