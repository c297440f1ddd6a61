//! Runs other programs: one that must succeed, and one whose output is shown and read at the same time.
//!
//! A failure names the command line as a person would type it. There are no timeouts: a stuck step is
//! seen on the terminal, and ended there.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The cargo that runs the workshop, to be started in `directory`.
pub(crate) fn cargo(directory: &Path, arguments: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.current_dir(directory).args(arguments);
    command
}

/// Runs a command to its end.
///
/// # Errors
/// When it does not start, or ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command
        .status()
        .with_context(|| format!("starting `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` ended with {status}");
    }
    Ok(())
}

/// Runs a command to its end and hands each line of its standard output to `each`, as it comes.
/// Says whether it succeeded.
///
/// # Errors
/// When it does not start, or its output cannot be read.
pub(crate) fn run_reading(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let shown = show(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("starting `{shown}`"))?;
    let output = child
        .stdout
        .take()
        .expect("standard output was piped above");
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        each(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']));
        line.clear();
    }
    let status = child
        .wait()
        .with_context(|| format!("waiting for `{shown}`"))?;
    Ok(status.success())
}

/// Where the program of this name is, going through the directories of `search_path`.
pub(crate) fn find_program(name: &str, search_path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(search_path)
        .map(|directory| directory.join(name))
        .find(|candidate| candidate.is_file())
}

/// The command line, with the program by its bare name.
fn show(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let error = run(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`sh -c exit 3` ended with exit status: 3"
        );
    }

    #[test]
    fn lines_are_read_and_the_end_is_told() {
        let mut lines = Vec::new();
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "echo one; printf two; exit 1"]);
        let success = run_reading(&mut command, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two"]);
        assert!(!success);
    }

    #[test]
    fn programs_are_found_on_the_given_path_only() {
        assert!(find_program("sh", OsStr::new("/nowhere:/bin")).is_some());
        assert_eq!(find_program("sh", OsStr::new("/nowhere")), None);
    }
}
