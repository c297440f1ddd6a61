//! The decision about another attempt: a table of what stands in the way, and the laws that no case breaks.

use super::*;
use http::Method;
use proptest::prelude::*;

const FRESH: Call = Call {
    is_idempotent: true,
    is_replayable: true,
    made: 1,
    left: None,
};

fn judge(call: Call, ended: Ended) -> Verdict {
    Retries::default().judge(&call, &ended, 1.0)
}

fn answered(status: u16) -> Ended {
    Ended::Answered(StatusCode::from_u16(status).unwrap(), None)
}

const RESET: Ended = Ended::Failed {
    kind: FailureKind::Reset,
    is_unsent: false,
};

#[test]
fn five_statuses_pass_and_no_other() {
    let passing: Vec<u16> = (100..600)
        .filter(|status| judge(FRESH, answered(*status)) != Verdict::Keep)
        .collect();
    assert_eq!(passing, [408, 429, 502, 503, 504]);
}

#[test]
fn what_stands_in_the_way_is_told() {
    let second = Duration::from_secs(1);
    let later = |asked| Ended::Answered(StatusCode::SERVICE_UNAVAILABLE, Some(asked));
    let left = |left| Call {
        left: Some(left),
        ..FRESH
    };
    for (call, ended, verdict) in [
        (FRESH, RESET, Verdict::Again(Duration::from_millis(50))),
        (
            Call {
                is_idempotent: false,
                ..FRESH
            },
            RESET,
            Verdict::GiveUp(GaveUp::Unsafe),
        ),
        (
            Call {
                is_replayable: false,
                ..FRESH
            },
            RESET,
            Verdict::GiveUp(GaveUp::Stream),
        ),
        (
            Call { made: 3, ..FRESH },
            RESET,
            Verdict::GiveUp(GaveUp::Attempts),
        ),
        (FRESH, later(31 * second), Verdict::GiveUp(GaveUp::Wait)),
        (
            left(second),
            later(second),
            Verdict::GiveUp(GaveUp::Deadline),
        ),
        (
            left(2 * second),
            later(second),
            Verdict::Again(Duration::from_millis(1050)),
        ),
    ] {
        assert_eq!(judge(call, ended), verdict, "{call:?} {ended:?}");
    }
}

#[test]
fn idempotent_is_what_the_rfc_says() {
    let idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
    for name in idempotent {
        assert!(name.parse::<Method>().unwrap().is_idempotent(), "{name}");
    }
    for name in ["POST", "PATCH", "CONNECT", "BREW"] {
        assert!(!name.parse::<Method>().unwrap().is_idempotent(), "{name}");
    }
}

fn kinds() -> impl Strategy<Value = FailureKind> {
    use FailureKind as K;
    prop::sample::select(vec![
        K::DnsNotFound,
        K::DnsTimeout,
        K::ConnectRefused,
        K::ConnectTimeout,
        K::Unreachable,
        K::TlsCertificate,
        K::TlsHandshake,
        K::PoolTimeout,
        K::Reset,
        K::ClosedEarly,
        K::RequestTimeout,
        K::BodyTimeout,
        K::SourceTimeout,
        K::Limited,
        K::Redirects,
        K::Lost,
        K::Protocol,
        K::Other,
    ])
}

proptest! {
    #[test]
    fn what_may_have_been_processed_is_never_made_again(
        kind in kinds(), status in 100u16..600, made in 1u32..5, jitter in 0.0f64..1.0,
    ) {
        let call = Call { is_idempotent: false, made, ..FRESH };
        for ended in [Ended::Failed { kind, is_unsent: false }, answered(status)] {
            let verdict = Retries::default().judge(&call, &ended, jitter);
            prop_assert!(!matches!(verdict, Verdict::Again(_)), "{ended:?}");
        }
    }

    #[test]
    fn no_wait_passes_a_bound(
        kind in kinds(), is_unsent: bool, made in 1u32..20, attempts in 0u32..10,
        left in prop::option::of(0u64..10_000), asked in prop::option::of(0u64..100), jitter in 0.0f64..1.0,
    ) {
        let retries = Retries { attempts, ..Retries::default() };
        let left = left.map(Duration::from_millis);
        let call = Call { made, left, ..FRESH };
        let asked = asked.map(Duration::from_secs);
        let busy = Ended::Answered(StatusCode::TOO_MANY_REQUESTS, asked);
        for ended in [Ended::Failed { kind, is_unsent }, busy] {
            if let Verdict::Again(wait) = retries.judge(&call, &ended, jitter) {
                prop_assert!(made <= attempts);
                prop_assert!(left.is_none_or(|left| wait < left));
                if matches!(ended, Ended::Answered(..)) {
                    prop_assert!(wait >= asked.unwrap_or_default());
                    prop_assert!(wait <= retries.longest_wait + retries.backoff.most);
                }
            }
        }
    }
}
