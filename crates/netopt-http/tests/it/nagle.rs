//! Nagle's algorithm: reported as the kernel has it, and looked for only where it is on.

use netopt_core::change::Switch;
use netopt_lab::origin::OriginSpec;

use crate::scene::{assert_answered, client, config, origin, post};

#[tokio::test]
async fn what_is_held_back_is_known_where_nagle_is_on() {
    let origin = origin(OriginSpec::default()).await;
    let mut config = config();
    config.connector.options.nodelay = Switch::Off;
    let client = client(&config);
    for earlier in 0..5 {
        let call = client.exchange(post(origin.url(), 100_000)).await;
        assert_answered(&call);
        let mss = call.path.as_ref().and_then(|path| path.mss);
        let held = call
            .traffic
            .held
            .expect("Nagle is on, so it was looked for");
        assert!(Some(held) < mss, "never a whole segment: {held} of {mss:?}");
        let used = call.connection.unwrap();
        assert_eq!((used.nodelay, used.earlier), (Some(false), earlier));
    }
}
