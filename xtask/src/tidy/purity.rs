//! Only the binary and the proxy read files and environment; everything below is told what it needs.
//!
//! The rule is about code that ships. `std::env::consts` is allowed: it is known when compiling. Paths
//! are found by text, so a reader smuggled in by a macro or by another crate is not.

use super::source::{Source, line_at};
use super::violation::Violation;

/// The crates at the boundary of the process.
const BOUNDARY: &[&str] = &["netopt-cli", "netopt-proxy"];

/// Files below the boundary that may reach out all the same, each with the reason.
pub(super) const ALLOWED: &[(&str, &str)] = &[
    (
        "crates/netopt-lab/src/packet/room.rs",
        "a namespace is made of the kernel's own files: its descriptor, its settings, the TUN device",
    ),
    (
        "crates/netopt-lab/src/packet/guest.rs",
        "the user map of a namespace is a file of the kernel",
    ),
    (
        "crates/netopt-lab/src/packet/guest/hosts.rs",
        "a guest finds its peer by name in a hosts file of its own",
    ),
];

/// The modules that reach out: the crate, and the module in it.
const OUTWARD: &[(&str, &str)] = &[("std", "fs"), ("std", "env"), ("tokio", "fs")];

/// Checks the crates below the boundary; `allowed` are paths that are passed over.
pub(super) fn check(sources: &[Source], allowed: &[(&str, &str)]) -> Vec<Violation> {
    sources
        .iter()
        .filter(|source| is_below_boundary(&source.path))
        .filter(|source| allowed.iter().all(|(path, _)| *path != source.path))
        .flat_map(check_file)
        .collect()
}

/// Whether the path is library code of a crate that may not reach out.
fn is_below_boundary(path: &str) -> bool {
    let mut parts = path.split('/');
    parts.next() == Some("crates")
        && parts.next().is_some_and(|name| !BOUNDARY.contains(&name))
        && parts.next() == Some("src")
}

fn check_file(source: &Source) -> Vec<Violation> {
    let code = without_comments(source.shipped());
    let mut violations = Vec::new();
    for (root, module) in OUTWARD {
        let direct = format!("{root}::{module}");
        let places = code
            .match_indices(&direct)
            .filter(|(offset, _)| reaches_out(&code, *offset, &direct));
        let grouped = format!("use {root}::{{");
        let groups = code.match_indices(&grouped).filter_map(|(offset, _)| {
            let inside = offset + grouped.len();
            group_names(&code[inside..], module).map(|at| inside + at)
        });
        for offset in places.map(|(offset, _)| offset).chain(groups) {
            let advice =
                format!("`{direct}` below the command line: take the value as an argument");
            violations.push(Violation::new(
                &source.path,
                line_at(&code, offset),
                "purity",
                advice,
            ));
        }
    }
    violations
}

/// Whether the path found at `offset` is that module, and more than its constants.
fn reaches_out(code: &str, offset: usize, path: &str) -> bool {
    let before = code[..offset].chars().next_back();
    let after = &code[offset + path.len()..];
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    !before.is_some_and(|c| is_word(c) || c == ':')
        && !after.starts_with(is_word)
        && !after.starts_with("::consts")
}

/// Where the outermost level of a `use` group, given from behind its brace, names `module`.
fn group_names(group: &str, module: &str) -> Option<usize> {
    let mut depth = 1;
    let mut at_start = true;
    for (offset, c) in group.char_indices() {
        if at_start && depth == 1 && group[offset..].starts_with(module) {
            let after = group[offset + module.len()..].chars().next();
            if !after.is_some_and(|c| c.is_alphanumeric() || c == '_') {
                return Some(offset);
            }
        }
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return None;
        }
        at_start = c == ',' || (at_start && c.is_whitespace());
    }
    None
}

/// The text with line comments cut off, line by line, so that lines keep their numbers.
fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| match line.find("//") {
            Some(start) if line[..start].trim().is_empty() || line[..start].ends_with(' ') => {
                &line[..start]
            }
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&[source], &[])
            .iter()
            .map(|violation| violation.line)
            .collect()
    }

    const PATH: &str = "crates/netopt-core/src/plan.rs";

    #[test]
    fn plain_paths_are_found() {
        assert_eq!(
            lines(
                PATH,
                "//! A.\nuse std::fs;\n\nlet x = std::env::var(\"A\");\n"
            ),
            [2, 4]
        );
        assert_eq!(lines(PATH, "use tokio::fs::File;\n"), [1]);
    }

    #[test]
    fn groups_are_found_at_their_first_level() {
        assert_eq!(lines(PATH, "use std::{\n    io,\n    fs::File,\n};\n"), [3]);
        assert_eq!(lines(PATH, "use std::{io, env};\n"), [1]);
        assert!(
            lines(
                PATH,
                "use std::{os::unix::{self, fs}, fmt};\nuse crate::{env, fs};\n"
            )
            .is_empty()
        );
    }

    #[test]
    fn comments_constants_and_lookalikes_pass() {
        let text = "//! Not `std::fs`.\n/// std::env\nlet os = std::env::consts::OS; // std::fs\nuse my_std::fs;\nstd::fsync();\n";
        assert!(lines(PATH, text).is_empty());
    }

    #[test]
    fn tests_and_the_boundary_may_reach_out() {
        let text = "use std::fs;\n";
        assert!(lines("crates/netopt-cli/src/main.rs", text).is_empty());
        assert!(lines("crates/netopt-proxy/src/lib.rs", text).is_empty());
        assert!(lines("crates/netopt-core/tests/it/main.rs", text).is_empty());
        assert!(lines("xtask/src/main.rs", text).is_empty());
        assert!(lines(PATH, "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n").is_empty());
    }

    #[test]
    fn a_reason_in_the_list_lets_a_file_pass() {
        let source = Source {
            path: PATH.to_owned(),
            text: "use std::fs;\n".to_owned(),
        };
        assert!(check(&[source], &[(PATH, "reads /proc")]).is_empty());
    }
}
