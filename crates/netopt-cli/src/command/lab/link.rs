//! `netopt lab link`: the stream link alone, until it is told to stop.
//!
//! What it leaves alone: what is relayed.

use netopt_core::unit::{BitRate, show_duration};
use netopt_lab::link::Stalls;
use netopt_lab::{LinkSpec, StreamLink};

use super::{Told, refused};
use crate::args::LinkArgs;
use crate::exit::{End, Fault};
use crate::render;

/// Relays until it is told to stop.
pub(super) async fn run(args: &LinkArgs) -> Result<End, Fault> {
    let told = Told::to_stop()?;
    let spec = LinkSpec {
        rtt: args.rtt,
        rate: args.rate,
        stalls: args.loss.map(|loss| Stalls {
            lasts: args.stall,
            ..Stalls::of(loss)
        }),
    };
    let link = StreamLink::start(args.listen, args.to, spec)
        .await
        .map_err(|error| refused(args.listen, &error))?;
    render::result(&format!("listening on {}\n", link.local_addr()))?;
    render::note(format!(
        "link to {}: {} round trip, {} each way; Ctrl-C ends it\n\
         limits: a TCP relay, so a loss shows as a stall and shrinks no window; what a handshake costs is paid by the first bytes",
        args.to,
        show_duration(args.rtt),
        args.rate
            .map_or_else(|| "no limit".to_owned(), |rate: BitRate| rate.to_string()),
    ));
    told.wait().await;
    let carried = link.carried();
    render::note(format!(
        "carried: connections {}, {} to {}, {} back",
        carried.connections, carried.up, args.to, carried.down
    ));
    Ok(End::Done)
}
