//! `netopt lab origin`: an origin with the faults that were asked for, until it is told to stop.
//!
//! What it leaves alone: how the faults work, which the lab knows.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use netopt_core::unit::show_duration;
use netopt_lab::origin::{BodySpec, Compress, Dist, KeepAlive, Protocol, ServiceSpec};
use netopt_lab::{Origin, OriginSpec};

use super::{Told, refused};
use crate::args::{OriginArgs, Speaks};
use crate::exit::{End, Fault};
use crate::render;

/// Serves until it is told to stop.
pub(super) async fn run(args: &OriginArgs) -> Result<End, Fault> {
    let told = Told::to_stop()?;
    let spec = spec(args);
    if args.cert_out.is_some() && !spec.protocol.is_tls() {
        return Err(Fault::usage(
            "--cert-out is for --protocol https1 or https2; this origin has no certificate",
        ));
    }
    let origin = Origin::start_as(args.listen, spec, &names(args.listen))
        .await
        .map_err(|error| refused(args.listen, &error))?;
    if let (Some(file), Some(pem)) = (&args.cert_out, origin.certificate_pem()) {
        save(file, pem)?;
    }
    render::result(&format!("{}\n", origin.url()))?;
    render::note(format!("{}; Ctrl-C ends it", describe(args)));
    told.wait().await;
    let served = origin.served();
    render::note(format!(
        "served: requests {}, connections {}, {} sent",
        served.requests, served.connections, served.bytes_out
    ));
    Ok(End::Done)
}

fn spec(args: &OriginArgs) -> OriginSpec {
    OriginSpec {
        protocol: match args.protocol {
            Speaks::Http1 => Protocol::Http1,
            Speaks::Http2 => Protocol::Http2,
            Speaks::Https1 => Protocol::Https1,
            Speaks::Https2 => Protocol::Https2,
        },
        body: BodySpec {
            size: args.body,
            ..BodySpec::default()
        },
        service: ServiceSpec {
            time: Dist::Fixed(args.service),
            workers: args.workers,
            ..ServiceSpec::default()
        },
        keep_alive: args
            .close_after
            .map_or(KeepAlive::Unlimited, KeepAlive::Requests),
        compress: if args.no_compression {
            Compress::Never
        } else {
            Compress::WhenAsked
        },
        ..OriginSpec::default()
    }
}

/// What the certificate is good for besides loopback: the address that is listened on, if it is one.
fn names(listen: SocketAddr) -> Vec<String> {
    let ip = listen.ip();
    if ip.is_loopback() || ip.is_unspecified() {
        Vec::new()
    } else {
        vec![ip.to_string()]
    }
}

fn describe(args: &OriginArgs) -> String {
    let mut parts = vec![
        format!("origin: {} body", args.body),
        format!("{} of work", show_duration(args.service)),
    ];
    parts.extend(args.workers.map(|workers| format!("workers {workers}")));
    parts.extend(
        args.close_after
            .map(|answers| format!("connections close after answer {answers}")),
    );
    parts.extend(args.no_compression.then(|| "never compresses".to_owned()));
    if matches!(args.protocol, Speaks::Https1 | Speaks::Https2) {
        parts.push(args.cert_out.as_ref().map_or_else(
            || "its certificate is its own: save it with --cert-out FILE, trust it with --cacert FILE".to_owned(),
            |file| format!("trust it with --cacert {}", file.display()),
        ));
    }
    parts.join(", ")
}

fn save(file: &Path, pem: &str) -> Result<(), Fault> {
    fs::write(file, pem)
        .map_err(|error| Fault::usage(format!("cannot write {}: {error}", file.display())))
}
