//! `[cross]`: what others send through the same queues as the client.
//!
//! The streams are the kernel's own TCP, without end and as fast as it goes. Their first second is silent unless the file
//! says otherwise, because a client that has never seen the path empty cannot know that it is full. What it leaves alone:
//! making the traffic, which takes a packet link.

use std::time::Duration;

use super::origin::is_name;
use super::table::Table;
use super::value::{self, TIME};

/// More streams than this share a line in shapes that no case needs.
const MOST_STREAMS: u64 = 64;

/// How long the path is left alone when nothing is said: an ordinary client has made its first calls by then.
const USUAL_SILENCE: Duration = Duration::from_secs(1);

/// No run of a case is longer.
const LONGEST_SILENCE: Duration = Duration::from_secs(600);

/// Traffic of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cross {
    /// Streams from the client's end to the server's. Default: none.
    pub upload: u32,
    /// Streams from the server's end to the client's. Default: none.
    pub download: u32,
    /// From the start of the world to that of the streams. Default: one second.
    pub after: Duration,
    /// The congestion control of these streams, such as `cubic`. Default: `None`, that of the host.
    pub congestion_control: Option<String>,
}

pub(super) fn read(table: &Table<'_, '_>) -> Cross {
    table.only(&["upload", "download", "after", "congestion_control"]);
    let expected = format!("a whole number of streams from 0 to {MOST_STREAMS}");
    let streams = |key| {
        table.get(key, &expected, |value| {
            u32::try_from(value::count(value, 0..=MOST_STREAMS)?).ok()
        })
    };
    let (upload, download) = (streams("upload"), streams("download"));
    // What could not be read has been told; what is absent is nothing.
    let told = |key, streams: Option<u32>| streams.is_none() && table.has(key);
    let none = upload.unwrap_or_default() == 0 && download.unwrap_or_default() == 0;
    if none && !told("upload", upload) && !told("download", download) {
        table.fail(
            "upload",
            "there is no stream in either direction; at least one of upload and download has to be 1 or more",
        );
    }
    let after = table.get("after", &format!("{TIME}, at most 600 s"), |value| {
        value::time(value, LONGEST_SILENCE)
    });
    let congestion_control = table.get(
        "congestion_control",
        "the name of a congestion control, such as \"cubic\"",
        |value| Some(value.as_str()?.to_owned()).filter(|name| is_name(name)),
    );
    Cross {
        upload: upload.unwrap_or_default(),
        download: download.unwrap_or_default(),
        after: after.unwrap_or(USUAL_SILENCE),
        congestion_control,
    }
}
