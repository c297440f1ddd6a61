//! `cargo xtask bench [NAME]`: the criterion benches of `netopt-bench`, all of them or one.
//!
//! Arguments after `--` go to criterion: a filter, `--save-baseline NAME`, `--quick`. The numbers stay
//! where criterion keeps them; comparing with other tools is not done here.

use anyhow::{Context as _, Result, bail};
use clap::Parser;

use crate::process;
use crate::workspace::Workspace;

/// The package of the benches.
const PACKAGE: &str = "netopt-bench";

/// Run the criterion benches, or the one of this name
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// The bench to run; without it, all
    name: Option<String>,
    /// What criterion is given
    #[arg(last = true)]
    criterion: Vec<String>,
}

/// Runs the benches asked for.
///
/// # Errors
/// When there is no bench of that name, or a bench fails.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let member = workspace
        .member(PACKAGE)
        .with_context(|| format!("the workspace has no package {PACKAGE}"))?;
    let arguments = arguments(&member.benches, args)?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    process::run(&mut process::cargo(&workspace.root, &arguments))
}

/// The arguments of cargo, once the name is known to be one of `known`.
fn arguments(known: &[String], args: &Args) -> Result<Vec<String>> {
    let mut arguments = vec![
        "bench".to_owned(),
        "--package".to_owned(),
        PACKAGE.to_owned(),
    ];
    match &args.name {
        None => arguments.push("--benches".to_owned()),
        Some(name) if known.contains(name) => {
            arguments.extend(["--bench".to_owned(), name.clone()]);
        }
        Some(name) => bail!("no bench `{name}`; there are: {}", known.join(", ")),
    }
    if !args.criterion.is_empty() {
        arguments.push("--".to_owned());
        arguments.extend(args.criterion.iter().cloned());
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &[&str]) -> Result<String> {
        let known = ["pick".to_owned(), "record".to_owned()];
        let words = std::iter::once("bench").chain(line.iter().copied());
        arguments(&known, &Args::parse_from(words)).map(|arguments| arguments.join(" "))
    }

    #[test]
    fn a_name_selects_one_bench_and_no_name_all() {
        assert_eq!(
            parse(&["record"]).unwrap(),
            "bench --package netopt-bench --bench record"
        );
        assert_eq!(
            parse(&[]).unwrap(),
            "bench --package netopt-bench --benches"
        );
    }

    #[test]
    fn what_follows_the_dashes_is_for_criterion() {
        let all = parse(&["pick", "--", "--quick", "p99"]).unwrap();
        assert_eq!(
            all,
            "bench --package netopt-bench --bench pick -- --quick p99"
        );
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = parse(&["recrod"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no bench `recrod`; there are: pick, record"
        );
    }
}
