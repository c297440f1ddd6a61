//! `cargo xtask tidy`: the rules of the house that neither rustc nor clippy knows.
//!
//! Each rule is a pure function from file texts and cargo's description of the workspace to violations,
//! in a file of its own below `tidy/`; this file only collects what they read and prints what they say.
//! It repairs nothing.

mod audits;
mod examples;
mod files;
mod layers;
mod manifests;
mod msrv;
mod purity;
mod source;
mod violation;

use anyhow::{Result, bail};

use crate::reporter;
use crate::workspace::Workspace;
use violation::{Level, Violation};

/// The directories that hold code.
const CODE: &[&str] = &["crates", "xtask", "benches"];

/// Checks the workspace and prints one line for each violation.
///
/// # Errors
/// When a rule is broken, or a file cannot be read.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let violations = check(workspace)?;
    for violation in &violations {
        match violation.level {
            Level::Fails => reporter::line(&violation.to_string()),
            Level::Warns => reporter::warning(&violation.to_string()),
        }
    }
    let failures = violations
        .iter()
        .filter(|violation| violation.level == Level::Fails)
        .count();
    if failures > 0 {
        bail!("tidy: {failures} broken; what each rule is for is said in xtask/src/tidy");
    }
    reporter::line("tidy: nothing broken");
    Ok(())
}

/// All violations of the workspace, by file and line.
fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let root = &workspace.root;
    let mut sources = Vec::new();
    for directory in CODE {
        sources.extend(source::below(root, directory, "rs")?);
    }
    let mut members = Vec::new();
    for member in &workspace.members {
        members.extend(source::read(root, &member.manifest)?);
    }
    let manifest = source::read(root, "Cargo.toml")?;
    let readme = source::read(root, "README.md")?;
    let pages = source::below(root, audits::PAGES, "md")?;
    let examples = source::read(root, examples::PAGE)?;

    let mut violations = files::check(&sources, files::TOO_LONG_ALLOWED);
    violations.extend(purity::check(&sources, purity::ALLOWED));
    violations.extend(layers::check(&workspace.members, &members));
    violations.extend(manifests::check_members(&members)?);
    violations.extend(audits::check(&sources, &pages));
    violations.extend(examples::check(&sources, examples.as_ref()));
    if let Some(manifest) = &manifest {
        violations.extend(manifests::check_root(manifest)?);
        violations.extend(msrv::check(manifest, readme.as_ref())?);
    }
    violations.sort();
    Ok(violations)
}

#[cfg(test)]
mod tests;
