//! `cargo xtask scenarios [FILE…]`: the exam, by the release binary, and its score.
//!
//! The document of the run goes to `target/scenarios.json`, the table to the terminal and, of a run with all seeds, row by
//! row into `docs/scenarios.md` between its markers, so that nobody writes a score by hand. How a run is judged is the
//! business of `netopt scenario`; this file only shows what it said.

mod row;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use serde_json::Value;

use self::table::Table;
use crate::workspace::Workspace;
use crate::{process, reporter};

/// Where the files are.
const FILES: &str = "crates/netopt-lab/scenarios";
/// Where the document goes.
const DOCUMENT: &str = "target/scenarios.json";
/// The page that holds the table.
const PAGE: &str = "docs/scenarios.md";
/// Between these lines of the page.
const BEGIN: &str = "<!-- score: begin, written by cargo xtask scenarios -->";
const END: &str = "<!-- score: end -->";

/// Seeds of a run that is kept; a case passes only if all of them do.
const SEEDS: u32 = 3;

/// A short file for each audit and a healthy world: what the gate has time for. `tcp.syn-loss` is not among them: its proof
/// is about losses that come by chance.
const QUICK: [&str; 20] = [
    "reuse-lan",
    "compression-api",
    "nagle-loopback",
    "keepalive-crossing",
    "hol-two",
    "h2window-country",
    "pool-one",
    "thrash-sixteen",
    "dns-host",
    "ttl-host",
    "dead-loopback",
    "slowstart-server",
    "idle-country",
    "loss-metro",
    "rate-lan",
    "rcvbuf-server",
    "sndbuf-metro",
    "bloat-country",
    "server-steady",
    "healthy-loopback",
];

/// Runs at the same time: each waits most of its time, and a run that was disturbed is void and made again.
const JOBS: u32 = 5;

/// What `netopt scenario` ends with when a case failed.
const GATE_FAILED: i32 = 4;
/// What it ends with when some, or all, could not be judged.
const UNMEASURED: i32 = 3;

/// Run the scenario files, print the score, and keep it in docs/scenarios.md
#[derive(Debug, Parser)]
pub(crate) struct Args {
    /// Scenario files [default: all in crates/netopt-lab/scenarios]
    files: Vec<PathBuf>,
    /// Run with the seeds 1 to N [default: 3, or 1 with --quick]
    #[arg(long, value_name = "N")]
    seeds: Option<u32>,
    /// Short files, for all audits but one, and one seed: for the gate
    #[arg(long, conflicts_with = "files")]
    quick: bool,
}

impl Args {
    /// What the gate runs.
    pub(crate) const fn quick() -> Self {
        Self {
            files: Vec::new(),
            seeds: None,
            quick: true,
        }
    }

    /// Whether the run says of its files all that the page does, and they are those of the page.
    fn is_kept(&self, root: &Path, files: &[PathBuf]) -> bool {
        let folder = fs::canonicalize(root.join(FILES));
        let ours = |file: &PathBuf| {
            let file = fs::canonicalize(root.join(file));
            matches!((&file, &folder), (Ok(file), Ok(folder)) if file.parent() == Some(folder))
        };
        !self.quick && self.seeds() >= SEEDS && files.iter().all(ours)
    }

    fn seeds(&self) -> u32 {
        self.seeds.unwrap_or(if self.quick { 1 } else { SEEDS })
    }
}

/// Runs the files asked for.
///
/// # Errors
/// When the program does not build, a file is bad, or a case failed.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let root = &workspace.root;
    let files = files(root, args)?;
    let kept = args.is_kept(root, &files);
    let build = match build(root) {
        Err(error) if kept => return Err(error),
        other => other.unwrap_or_else(|_| "unknown".to_owned()),
    };
    let (code, output) = examine(root, &files, args.seeds())?;
    let document: Value = serde_json::from_str(&output)
        .with_context(|| format!("netopt scenario ended with {code:?} and without a document"))?;
    let target = root.join(DOCUMENT);
    fs::create_dir_all(target.parent().unwrap_or(root))?;
    fs::write(&target, &output).with_context(|| format!("writing {}", target.display()))?;
    let table = Table::of(&document, &build)?;
    reporter::line(&table.draw());
    if kept && document["complete"] == true {
        keep(root, &table)?;
    }
    match code {
        Some(0) => Ok(()),
        Some(GATE_FAILED) => bail!("a scenario failed; see {DOCUMENT}"),
        Some(UNMEASURED) => {
            reporter::warning("some scenarios could not be judged on this machine at this hour");
            Ok(())
        }
        other => bail!("netopt scenario ended with {other:?}"),
    }
}

fn files(root: &Path, args: &Args) -> Result<Vec<PathBuf>> {
    if !args.files.is_empty() {
        return args
            .files
            .iter()
            .map(|file| {
                fs::canonicalize(file).with_context(|| format!("finding {}", file.display()))
            })
            .collect();
    }
    let folder = Path::new(FILES);
    if args.quick {
        let named = QUICK.map(|name| folder.join(format!("{name}.toml")));
        return Ok(named.to_vec());
    }
    let listed = fs::read_dir(root.join(folder)).with_context(|| format!("reading {FILES}"))?;
    let mut files = Vec::new();
    for entry in listed {
        let name = PathBuf::from(entry?.file_name());
        if name.extension().is_some_and(|end| end == "toml") {
            files.push(folder.join(name));
        }
    }
    files.sort();
    Ok(files)
}

/// Builds the release binary and runs it; its progress is seen, its document returned.
fn examine(root: &Path, files: &[PathBuf], seeds: u32) -> Result<(Option<i32>, String)> {
    let build = [
        "run",
        "--quiet",
        "--release",
        "--package",
        "netopt-cli",
        "--",
        "scenario",
        "--json",
        "--seeds",
        &seeds.to_string(),
        "--jobs",
        &JOBS.to_string(),
    ];
    let mut command = process::cargo(root, &build);
    command
        .args(files)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let output = command.output().context("starting cargo")?;
    let text = String::from_utf8(output.stdout).context("the document is not text")?;
    Ok((output.status.code(), text))
}

/// The commit that is run, with a `+` if any file differs from it but the page, which an exam in parts changes.
fn build(root: &Path) -> Result<String> {
    let mut name = git(root, &["rev-parse", "--short", "HEAD"])?;
    let but_the_page = format!(":(exclude){PAGE}");
    if !git(root, &["status", "--porcelain", "--", ".", &but_the_page])?.is_empty() {
        name.push('+');
    }
    Ok(name)
}

fn git(root: &Path, words: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(words)
        .current_dir(root)
        .output()
        .context("starting git")?;
    if !output.status.success() {
        bail!("`git {}` ended with {}", words.join(" "), output.status);
    }
    let text = String::from_utf8(output.stdout).context("git does not speak text")?;
    Ok(text.trim().to_owned())
}

/// Puts the rows into the table of the page.
fn keep(root: &Path, newer: &Table) -> Result<()> {
    let page = root.join(PAGE);
    let text = fs::read_to_string(&page).with_context(|| format!("reading {}", page.display()))?;
    let exists = |case: &str| root.join(FILES).join(format!("{case}.toml")).is_file();
    let kept = renewed(&text, newer, exists).with_context(|| format!("in {}", page.display()))?;
    fs::write(&page, kept).with_context(|| format!("writing {}", page.display()))?;
    reporter::line(&format!("kept in {}", page.display()));
    Ok(())
}

/// The page with newer rows between its markers.
fn renewed(page: &str, newer: &Table, exists: impl Fn(&str) -> bool) -> Result<String> {
    let (before, rest) = page
        .split_once(BEGIN)
        .with_context(|| format!("there is no line `{BEGIN}`"))?;
    let (older, after) = rest
        .split_once(END)
        .with_context(|| format!("there is no line `{END}`"))?;
    let table = Table::parse(older)?.renewed(newer, exists).draw();
    Ok(format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn every_file_of_the_gate_is_there() {
        let all = files(&root(), &Args::parse_from(["scenarios"])).unwrap();
        for file in files(&root(), &Args::quick()).unwrap() {
            assert!(all.contains(&file), "{}", file.display());
        }
    }

    #[test]
    fn only_a_run_of_our_files_with_all_seeds_is_kept() {
        let (root, ours) = (root(), format!("{FILES}/hol-two.toml"));
        let ours = root.join(ours).display().to_string();
        for (line, kept) in [
            (vec!["scenarios"], true),
            (vec!["scenarios", "--seeds", "5"], true),
            (vec!["scenarios", "--seeds", "1"], false),
            (vec!["scenarios", "--quick"], false),
            (vec!["scenarios", &ours], true),
            (vec!["scenarios", &ours, "--seeds", "2"], false),
            (vec!["scenarios", "Cargo.toml"], false),
        ] {
            let args = Args::parse_from(&line);
            let files = files(&root, &args).unwrap();
            assert_eq!(args.is_kept(&root, &files), kept, "{line:?}");
        }
    }

    #[test]
    fn the_page_has_its_markers_and_keeps_the_rest() {
        let page = fs::read_to_string(root().join(PAGE)).unwrap();
        let nothing = Table::default();
        let same = renewed(&page, &nothing, |_| true).unwrap();
        assert_eq!(same, page, "the table is read and drawn as it stands there");
        let empty = renewed(&page, &nothing, |_| false).unwrap();
        let (_, rest) = page.split_once(BEGIN).unwrap();
        let all = Table::parse(rest.split_once(END).unwrap().0).unwrap();
        assert_eq!(renewed(&empty, &all, |_| true).unwrap(), page);
        assert!(renewed("no markers", &nothing, |_| true).is_err());
    }
}
