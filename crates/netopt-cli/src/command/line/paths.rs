//! The file of `--paths`: what the program asks for.
//!
//! A line is a path or a URL of the target; empty lines and those that begin with `#` are nothing. The order and the
//! repetitions are the user's, and mean something.

use std::path::Path;

use http::uri::PathAndQuery;
use netopt_core::target::Target;
use netopt_core::workload::Pattern;

use crate::args::LoadArgs;
use crate::exit::Fault;
use crate::line::Mix;
use crate::surroundings;

/// More lines than this are a log, and no run is long enough for it.
const MOST_LINES: usize = 100_000;

/// What `target` is asked for; `None` for its own path alone.
///
/// # Errors
/// A usage fault with file, line and value.
pub(super) fn read(load: &LoadArgs, target: &Target) -> Result<Option<Mix>, Fault> {
    let Some(file) = &load.paths else {
        return Ok(None);
    };
    if load.chain && load.workload.pattern() == Pattern::Open {
        return Err(Fault::usage(format!(
            "--chain makes one call after the other, and --workload {} does not wait for answers; use --workload rpc",
            load.workload
        )));
    }
    let text = surroundings::read(file)?;
    let paths = listed(&text, file, target)?;
    if paths.len() > MOST_LINES {
        return Err(Fault::usage(format!(
            "--paths {}: {} paths are more than {MOST_LINES}",
            file.display(),
            paths.len()
        )));
    }
    let mix = Mix::listed(paths);
    let mix = mix.ok_or_else(|| {
        let file = file.display();
        Fault::usage(format!(
            "--paths {file}: no path in it; write one a line, such as /a"
        ))
    })?;
    Ok(Some(if load.chain { mix.chained() } else { mix }))
}

fn listed(text: &str, file: &Path, target: &Target) -> Result<Vec<PathAndQuery>, Fault> {
    let lines = text.lines().zip(1..);
    lines
        .map(|(line, number)| (line.trim(), number))
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| {
            path(line, target).map_err(|problem| {
                let file = file.display();
                Fault::usage(format!("--paths {file}: line {number}: {line:?} {problem}"))
            })
        })
        .collect()
}

/// The path on a line.
fn path(line: &str, target: &Target) -> Result<PathAndQuery, String> {
    let text = if line.starts_with('/') {
        line.to_owned()
    } else {
        let other: Target = line
            .parse()
            .map_err(|_| "is neither a path with a slash nor a URL".to_owned())?;
        let place = |of: &Target| (of.scheme(), of.host().to_ascii_lowercase(), of.port());
        if place(&other) != place(target) {
            return Err(format!(
                "is of another service than {target}; optimize each by itself"
            ));
        }
        other.path().to_owned()
    };
    text.parse()
        .map_err(|_| "cannot stand in a request".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<PathAndQuery>, String> {
        let target: Target = "http://shop.test:81/".parse().unwrap();
        listed(text, Path::new("paths.txt"), &target).map_err(|fault| fault.to_string())
    }

    #[test]
    fn paths_and_urls_are_read_in_their_order() {
        let paths = read("# mine\n/b\n\n  /a?x=1  \nhttp://SHOP.test:81/c\n/b\n").unwrap();
        let paths: Vec<&str> = paths.iter().map(PathAndQuery::as_str).collect();
        assert_eq!(paths, ["/b", "/a?x=1", "/c", "/b"]);
    }

    #[test]
    fn a_line_that_is_no_path_is_named() {
        for (text, part) in [
            ("/a\nb", "line 2: \"b\" is neither a path"),
            (
                "http://other.test:81/",
                "line 1: \"http://other.test:81/\" is of another service",
            ),
            ("https://shop.test:81/", "is of another service"),
            ("/a b", "\"/a b\" cannot stand in a request"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(part), "{text}: {said}");
        }
    }
}
