//! A tail is found; what would show that a hedge helps is said where it cannot be tried.

use std::time::Duration;

use netopt_core::unit::Ratio;
use netopt_lab::origin::{Dist, OriginSpec, ServiceSpec};

use crate::run::{finding, netopt, origin, turn};

#[tokio::test]
async fn a_hedge_is_not_tried_by_a_median_nor_by_too_few_calls() {
    let _turn = turn().await;
    let time = Dist::Bimodal {
        fast: Duration::from_millis(20),
        slow: Duration::from_millis(400),
        share: Ratio::new(0.03).unwrap(),
    };
    let origin = origin(OriginSpec {
        service: ServiceSpec {
            time,
            ..ServiceSpec::default()
        },
        ..OriginSpec::default()
    })
    .await;
    let url = origin.url();
    for (metric, why) in [
        (
            "p50",
            "hedge.after was not tried, because p50 does not show",
        ),
        ("mean_latency", "not tried: that takes"),
    ] {
        let args = [
            "optimize", &url, "--json", "--rate", "100", "--metric", metric,
        ];
        let document = netopt(&args).await.document();
        let tail = finding(&document, "service.heavy-tail");
        assert_eq!(tail["status"], "hypothesis", "{tail:#}");
        assert_eq!(document["workload"]["metric"], metric);
        let notes = document["notes"].as_array().unwrap();
        let told = |part: &str| {
            notes
                .iter()
                .filter_map(|note| note.as_str())
                .any(|note| note.contains(part))
        };
        assert!(told(why), "{notes:#?}");
    }
}
