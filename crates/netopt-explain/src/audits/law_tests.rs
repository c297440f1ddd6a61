//! Laws that hold for any facts: no panic, no number that is none, no saving above the latency, no forbidden word.

mod calls;

use std::num::NonZeroU32;
use std::time::Duration;

use netopt_core::change::{Change, HttpVersion, Switch, Window};
use netopt_core::exchange::Exchange;
use netopt_core::finding::{Finding, Remedy};
use netopt_core::phase::Phase;
use netopt_core::plan::Plan;
use netopt_core::unit::{Bytes, Ratio, millis};
use proptest::prelude::*;

use self::calls::{exchange, size, time};
use crate::facts::{Asking, Baseline, BodySample, Crowd, Facts, Survey};
use crate::{explain, typical};

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
