//! A text file of the repository, and which part of it ships.
//!
//! Rust is read by lines, not parsed: rustfmt has put every item where this looks for it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::workspace::relative;

/// A text file, by its path from the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    /// Relative to the root, with forward slashes.
    pub(super) path: String,
    /// The whole text.
    pub(super) text: String,
}

impl Source {
    /// Whether the whole file is test code: below a `tests` directory, or a module file `tests.rs`.
    pub(super) fn is_test(&self) -> bool {
        self.path
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    }

    /// The text up to its test module, which is the last item; nothing of a test file.
    pub(super) fn shipped(&self) -> &str {
        if self.is_test() {
            return "";
        }
        let mut end = 0;
        for line in self.text.split_inclusive('\n') {
            let rest = &self.text[end..];
            if opens_test_module(rest) {
                return &self.text[..end];
            }
            end += line.len();
        }
        &self.text
    }

    /// The line of the first occurrence of `needle`, or 1.
    pub(super) fn line_of(&self, needle: &str) -> usize {
        self.text
            .find(needle)
            .map_or(1, |offset| line_at(&self.text, offset))
    }
}

/// The line, counted from 1, of a byte of `text`.
pub(super) fn line_at(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    1 + before.iter().filter(|byte| **byte == b'\n').count()
}

/// Whether `rest` begins with `#[cfg(test)]` on a module written in place. A `mod tests;` beside the
/// other modules, or a single item for tests, does not end what ships.
fn opens_test_module(rest: &str) -> bool {
    if !rest.starts_with("#[cfg(test)]") && !rest.starts_with("#[cfg(all(test,") {
        return false;
    }
    rest.lines()
        .skip(1)
        .find(|line| line.starts_with(|first: char| first.is_ascii_alphabetic()))
        .is_some_and(|item| item.starts_with("mod ") && item.ends_with('{'))
}

/// The file at `path`, or nothing when there is none.
///
/// # Errors
/// When it is there and cannot be read as text.
pub(super) fn read(root: &Path, path: &str) -> Result<Option<Source>> {
    match fs::read_to_string(root.join(path)) {
        Ok(text) => Ok(Some(Source {
            path: path.to_owned(),
            text,
        })),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {path}")),
    }
}

/// The files with this extension below `directory`, sorted by path; none when there is no directory.
/// Hidden directories and build output are passed over.
///
/// # Errors
/// When a directory or a file cannot be read.
pub(super) fn below(root: &Path, directory: &str, extension: &str) -> Result<Vec<Source>> {
    let mut found = Vec::new();
    let mut waiting = vec![root.join(directory)];
    while let Some(directory) = waiting.pop() {
        if !directory.is_dir() {
            continue;
        }
        let entries =
            fs::read_dir(&directory).with_context(|| format!("listing {}", directory.display()))?;
        for entry in entries {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                waiting.push(path);
            } else if path.is_file() && path.extension().is_some_and(|found| found == extension) {
                found.extend(read(root, &relative(&path, root))?);
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_ships_ends_at_the_test_module() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n";
        assert_eq!(source("src/a.rs", text).shipped(), "fn a() {}\n");

        let attributed =
            "fn a() {}\n#[cfg(all(test, not(loom)))]\n#[expect(\n    x,\n)]\nmod tests {\n}\n";
        assert_eq!(source("src/a.rs", attributed).shipped(), "fn a() {}\n");
    }

    #[test]
    fn a_declared_test_module_hides_nothing_after_it() {
        let text = "#[cfg(test)]\nmod tests;\n\nfn a() {}\n";
        assert_eq!(source("src/a.rs", text).shipped(), text);

        let item = "#[cfg(test)]\nuse std::fs;\n\nmod inner {\n}\n";
        assert_eq!(source("src/a.rs", item).shipped(), item);
    }

    #[test]
    fn test_files_do_not_ship() {
        assert_eq!(
            source("crates/a/tests/it/main.rs", "fn a() {}\n").shipped(),
            ""
        );
        assert_eq!(
            source("crates/a/src/b/tests.rs", "fn a() {}\n").shipped(),
            ""
        );
        assert!(!source("crates/a/src/contests.rs", "").is_test());
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(line_at("a\nb\nc", 0), 1);
        assert_eq!(line_at("a\nb\nc", 4), 3);
        assert_eq!(source("a", "x\ny = 1\n").line_of("y ="), 2);
        assert_eq!(source("a", "x\n").line_of("absent"), 1);
    }
}
