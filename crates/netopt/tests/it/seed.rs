//! A defect of the seed that only the whole has: its strategy could be made inside of an event loop only.

use std::num::NonZeroU32;

use netopt::core::change::{ConcurrencyLimit, Switch};
use netopt::core::unit::Bytes as Size;
use netopt::{Change, Plan, Surroundings, Tls, stack};

use super::{call, healthy};

#[test]
fn seed_a_client_with_all_its_layers_is_made_where_no_event_loop_runs() {
    let plan = [
        Change::CacheSize(Size::new(1 << 20)),
        Change::Coalesce(Switch::On),
        Change::RetryAttempts(2),
        Change::LimitConcurrency(ConcurrencyLimit::Gradient2),
        Change::MaxConnections(Some(NonZeroU32::MIN)),
    ]
    .into_iter()
    .fold(Plan::new(), Plan::with);
    let client = stack::client(&plan, &Surroundings::new(Tls::trusting_nobody())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let origin = healthy().await;
        call(&client, &origin.url()).await;
    });
}
