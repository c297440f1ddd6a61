//! An origin that is asked for more than it can do.

use std::time::Duration;

use http::StatusCode;
use netopt_core::unit::{PerSecond, Ratio};
use netopt_lab::origin::{Errors, OriginSpec, Overload, ServiceSpec};

use crate::client::{Client, origin};

fn weak(errors: Option<Errors>) -> OriginSpec {
    OriginSpec {
        service: ServiceSpec {
            // One request in ten seconds, and no other meanwhile.
            overload: Some(Overload {
                rate: PerSecond::new(0.1).unwrap(),
                patience: Duration::from_secs(5),
            }),
            errors,
            ..ServiceSpec::default()
        },
        ..OriginSpec::default()
    }
}

async fn second_answer(spec: OriginSpec) -> StatusCode {
    let origin = origin(spec).await;
    let mut client = Client::http1(origin.local_addr()).await;
    assert_eq!(client.get().await.unwrap().status, StatusCode::OK);
    client.get().await.unwrap().status
}

#[tokio::test]
async fn what_is_too_much_is_refused_by_its_own_status() {
    assert_eq!(
        second_answer(weak(None)).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    let errors = Errors {
        share: Ratio::ZERO,
        status: StatusCode::TOO_MANY_REQUESTS,
    };
    assert_eq!(second_answer(weak(Some(errors))).await, errors.status);
}
