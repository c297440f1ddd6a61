//! From arguments to what a client needs: the one place that reads certificates and plans from files.

use std::fs;
use std::path::Path;

use netopt::{Plan, Proxy, Resolver, Surroundings, Tls};
use netopt_core::change::Switch;
use netopt_core::target::Target;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::args::ClientArgs;
use crate::exit::Fault;

/// Everything about the client that is not a change.
///
/// # Errors
/// A usage fault that names the file or value.
pub(crate) fn resolve(args: &ClientArgs, target: &Target) -> Result<Surroundings, Fault> {
    let tls = match &args.cacert {
        Some(file) => trust_file(file)?,
        None if target.scheme().is_encrypted() => trust_system()?,
        None => Tls::trusting_nobody(),
    };
    let resolver = match args.resolver {
        Some(server) => Resolver::server(server).map_err(Fault::internal)?,
        None => Resolver::system(),
    };
    Ok(Surroundings {
        resolver,
        proxy: proxy(args, target)?,
        tls,
        connect_timeout: args.connect_timeout,
        timeout: args.timeout,
        body_limit: args.max_body,
        timestamps: Switch::Off,
        audited: Switch::On,
    })
}

/// The proxy to go through. It is not read by the parser of the command line, which would print the text with its password.
fn proxy(args: &ClientArgs, target: &Target) -> Result<Option<Proxy>, Fault> {
    let Some(text) = &args.proxy else {
        return Ok(None);
    };
    let scheme = target.scheme();
    if !scheme.is_http() && !scheme.is_web_socket() {
        let line = format!(
            "--proxy is for http, https, ws and wss, and {target} is none of them: leave one of the two out"
        );
        return Err(Fault::usage(line));
    }
    let proxy: Result<Proxy, _> = text.parse();
    proxy
        .map(Some)
        .map_err(|error| Fault::usage(format!("--proxy: {error}")))
}

/// The client as the user runs it today.
///
/// # Errors
/// A usage fault with file, line, key, value and bound, a line for each violation.
pub(crate) fn baseline(args: &ClientArgs) -> Result<Plan, Fault> {
    let Some(file) = &args.baseline else {
        return Ok(Plan::new());
    };
    let text = read(file)?;
    Plan::read(&text).map_err(|errors| {
        let lines: Vec<String> = errors
            .0
            .iter()
            .map(|error| format!("{}: {error}", file.display()))
            .collect();
        Fault::usage(lines.join("\nnetopt: "))
    })
}

/// A plan or a scenario is a page; what is longer is another file.
const LARGEST_TEXT: u64 = 1024 * 1024;

/// A file's text.
///
/// # Errors
/// A usage fault that names the file.
pub(crate) fn read(file: &Path) -> Result<String, Fault> {
    let fault = |what: &dyn std::fmt::Display| {
        Fault::usage(format!("cannot read {}: {what}", file.display()))
    };
    if size(file)? > LARGEST_TEXT {
        return Err(fault(&format!("it is longer than {LARGEST_TEXT} bytes")));
    }
    fs::read_to_string(file).map_err(|error| fault(&error))
}

/// The size of a regular file; devices and pipes have none and may never end.
///
/// # Errors
/// A usage fault that names the file.
pub(crate) fn size(file: &Path) -> Result<u64, Fault> {
    let fault = |what: &dyn std::fmt::Display| {
        Fault::usage(format!("cannot read {}: {what}", file.display()))
    };
    let about = fs::metadata(file).map_err(|error| fault(&error))?;
    if about.is_file() {
        Ok(about.len())
    } else {
        Err(fault(&"it is not a regular file"))
    }
}

fn trust_file(file: &Path) -> Result<Tls, Fault> {
    let fault = |error: &dyn std::fmt::Display| {
        Fault::usage(format!(
            "--cacert {}: {error}; it must hold certificates in PEM form",
            file.display()
        ))
    };
    size(file)?;
    let certificates: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<_, _>>)
        .map_err(|error| fault(&error))?;
    if certificates.is_empty() {
        return Err(fault(&"no certificate in it"));
    }
    Tls::trusting(certificates).map_err(|error| fault(&error))
}

fn trust_system() -> Result<Tls, Fault> {
    let found = rustls_native_certs::load_native_certs();
    // The system's list may hold one that is too old to be read; the others count.
    let usable = found
        .certs
        .into_iter()
        .filter(|one| Tls::trusting([one.clone()]).is_ok());
    let usable: Vec<_> = usable.collect();
    if usable.is_empty() {
        return Err(Fault::usage(
            "the system has no certificates to trust; name a file with --cacert FILE",
        ));
    }
    Tls::trusting(usable).map_err(Fault::internal)
}
