//! `netopt probe --sockets` and `--pid`: watches, explains, and sends nothing.

use tokio::signal::ctrl_c;

use crate::args::{OutputArgs, WatchArgs};
use crate::exit::{End, Fault};
use crate::render::{self, Paint, sockets as report, sockets_json};
use crate::sockets::{Subject, watch};

/// Watches the connections of the machine or of one process.
///
/// # Errors
/// When there is no such process, the kernel does not tell, or there was no connection to watch.
pub(super) async fn run(args: WatchArgs, output: OutputArgs) -> Result<End, Fault> {
    let subject = Subject::new(args.pid, args.port)?;
    let mut is_interrupted = false;
    let interrupt = async {
        if ctrl_c().await.is_ok() {
            is_interrupted = true;
        } else {
            std::future::pending::<()>().await;
        }
    };
    let watched = watch(subject, args.time, interrupt).await?;
    if output.json {
        render::result(&sockets_json::document(&watched))?;
    } else if !watched.connections.is_empty() {
        render::result(&report::report(&watched, &Paint::detect(output)))?;
    }
    if is_interrupted {
        render::note("netopt: interrupted; what is known so far is shown");
        return Ok(End::Interrupted);
    }
    if watched.connections.is_empty() {
        return Err(Fault::unmeasured(format!(
            "{} has no TCP connection",
            report::whose(&watched.subject)
        )));
    }
    Ok(End::Done)
}
