//! Rules for single source files: the opening `//!`, the length, the name.
//!
//! Length is that of the code that ships: tests beside it cost a reader of the code nothing.

use super::source::Source;
use super::violation::Violation;

/// Lines of shipped code above which a file asks to be split.
const LONG: usize = 400;

/// Lines of shipped code that no file may exceed.
const TOO_LONG: usize = 600;

/// Files that may exceed the limit, each with the reason.
pub(super) const TOO_LONG_ALLOWED: &[(&str, &str)] = &[];

/// Names that say nothing of what is inside, so that everything ends up inside.
const EMPTY_NAMES: &[&str] = &[
    "mod", "util", "utils", "common", "helpers", "misc", "types", "manager",
];

/// Checks every source file; `allowed` are the paths that may be too long.
pub(super) fn check(sources: &[Source], allowed: &[(&str, &str)]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for source in sources {
        violations.extend(opening(source));
        violations.extend(length(source, allowed));
        violations.extend(name(source));
    }
    violations
}

fn opening(source: &Source) -> Option<Violation> {
    if source.text.starts_with("//!") {
        return None;
    }
    let advice = "open the file with `//!`: what it is, why it exists, what it leaves alone";
    Some(Violation::new(&source.path, 1, "file-opening", advice))
}

fn length(source: &Source, allowed: &[(&str, &str)]) -> Option<Violation> {
    let lines = source.shipped().lines().count();
    if lines <= LONG {
        return None;
    }
    let advice = format!(
        "{lines} lines of code, {LONG} are many and {TOO_LONG} too many: split it by concept"
    );
    let violation = Violation::new(&source.path, lines, "file-length", advice);
    if lines <= TOO_LONG || allowed.iter().any(|(path, _)| *path == source.path) {
        return Some(violation.into_warning());
    }
    Some(violation)
}

fn name(source: &Source) -> Option<Violation> {
    let stem = source.path.strip_suffix(".rs").unwrap_or(&source.path);
    let empty = stem.split('/').find(|part| EMPTY_NAMES.contains(part))?;
    let advice = format!(
        "`{empty}` names no concept: name it after what is inside, or move that to its user"
    );
    Some(Violation::new(&source.path, 1, "file-name", advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(path: &str, text: &str, allowed: &[(&str, &str)]) -> Vec<String> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        check(&[source], allowed)
            .iter()
            .map(|violation| {
                format!(
                    "{}:{} {:?}",
                    violation.rule, violation.line, violation.level
                )
            })
            .collect()
    }

    fn of_length(lines: usize) -> String {
        format!("//! A file.\n{}", "code();\n".repeat(lines - 1))
    }

    #[test]
    fn a_file_opens_with_its_purpose() {
        assert!(rules("crates/a/src/b.rs", "//! A file.\n", &[]).is_empty());
        assert_eq!(
            rules("crates/a/src/b.rs", "\n//! Late.\n", &[]),
            ["file-opening:1 Fails"]
        );
        assert_eq!(
            rules("crates/a/src/b.rs", "", &[]),
            ["file-opening:1 Fails"]
        );
    }

    #[test]
    fn the_budget_warns_then_fails() {
        let path = "crates/a/src/b.rs";
        assert!(rules(path, &of_length(400), &[]).is_empty());
        assert_eq!(rules(path, &of_length(401), &[]), ["file-length:401 Warns"]);
        assert_eq!(rules(path, &of_length(600), &[]), ["file-length:600 Warns"]);
        assert_eq!(rules(path, &of_length(601), &[]), ["file-length:601 Fails"]);
        assert_eq!(
            rules(path, &of_length(601), &[(path, "a table")]),
            ["file-length:601 Warns"]
        );
    }

    #[test]
    fn tests_are_not_counted() {
        let text = format!(
            "{}#[cfg(test)]\nmod tests {{\n{}}}\n",
            of_length(400),
            "\n".repeat(900)
        );
        assert!(rules("crates/a/src/b.rs", &text, &[]).is_empty());
        assert!(rules("crates/a/tests/it/main.rs", &of_length(900), &[]).is_empty());
    }

    #[test]
    fn names_without_a_concept_are_refused_for_files_and_directories() {
        let text = "//! A file.\n";
        for path in [
            "crates/a/src/utils.rs",
            "crates/a/src/b/mod.rs",
            "crates/a/src/common/b.rs",
        ] {
            assert_eq!(rules(path, text, &[]), ["file-name:1 Fails"], "{path}");
        }
        for path in [
            "crates/a/src/commonality.rs",
            "crates/a/src/pool_manager.rs",
        ] {
            assert!(rules(path, text, &[]).is_empty(), "{path}");
        }
    }
}
