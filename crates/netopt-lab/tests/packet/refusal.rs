//! What cannot be is refused before anything is made.

use std::time::Duration;

use netopt_lab::packet::PacketLink;

use crate::scene::{link, path, rooms, with};

#[test]
fn a_path_out_of_range_is_refused_with_its_value() {
    let mut path = path(2, None);
    path.up.delay = Duration::from_secs(1000);
    let error = PacketLink::start(&path, &rooms()).unwrap_err();
    assert!(error.is_invalid());
    assert!(error.to_string().contains("1000.0 s"), "{error}");
}

#[test]
fn an_unknown_congestion_control_is_refused_by_name() {
    if link(&path(2, None), &rooms()).is_none() {
        return;
    }
    let error = PacketLink::start(&path(2, None), &with("vegan")).unwrap_err();
    assert!(!error.is_missing_here() && !error.is_invalid());
    assert!(error.to_string().contains("vegan"), "{error}");
}
