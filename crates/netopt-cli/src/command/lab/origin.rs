//! `netopt lab origin`: a server with the faults that were asked for, until it is told to stop.
//!
//! What it leaves alone: how the faults work, which the lab knows.

mod spec;
mod story;

use std::fs;
use std::path::Path;

use netopt_lab::Server;

use super::{Told, refused};
use crate::args::OriginArgs;
use crate::exit::{End, Fault};
use crate::render;

/// Serves until it is told to stop.
pub(super) async fn run(args: &OriginArgs) -> Result<End, Fault> {
    let told = Told::to_stop()?;
    let spec = spec::read(args)?;
    let description = story::beginning(&spec, args.cert_out.as_deref());
    let server = Server::start(args.listen, spec, &[])
        .await
        .map_err(|error| refused(args.listen, &error))?;
    if let (Some(file), Some(pem)) = (&args.cert_out, server.certificate_pem()) {
        save(file, pem)?;
    }
    render::result(&format!("{}\n", server.url()))?;
    render::note(format!("{description}; Ctrl-C ends it"));
    told.wait().await;
    render::note(story::end(&server));
    Ok(End::Done)
}

fn save(file: &Path, pem: &str) -> Result<(), Fault> {
    fs::write(file, pem)
        .map_err(|error| Fault::usage(format!("cannot write {}: {error}", file.display())))
}
