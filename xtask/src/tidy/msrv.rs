//! The README names the Rust version that the manifests ask for, or none.

use anyhow::{Context as _, Result};
use toml::Table;

use super::source::Source;
use super::violation::Violation;

/// Words right before a compiler's version.
const SIGNS: &[&str] = &["rust", "rustc", "msrv"];

/// Words that may stand between: `rust-version = "1.80"`, "the minimum supported Rust version is 1.80".
const FILLERS: &[&str] = &["version", "is"];

/// Checks the README, when there is one, against `workspace.package.rust-version`.
///
/// # Errors
/// When the root manifest does not parse.
pub(super) fn check(manifest: &Source, readme: Option<&Source>) -> Result<Vec<Violation>> {
    let parsed: Table = manifest
        .text
        .parse()
        .with_context(|| format!("parsing {}", manifest.path))?;
    let version = parsed
        .get("workspace")
        .and_then(|workspace| workspace.get("package"))
        .and_then(|package| package.get("rust-version"))
        .and_then(|version| version.as_str());
    let (Some(version), Some(readme)) = (version, readme) else {
        return Ok(Vec::new());
    };
    let mut violations = Vec::new();
    for (index, line) in readme.text.lines().enumerate() {
        for other in versions(line)
            .into_iter()
            .filter(|named| !is_same(named, version))
        {
            let advice = format!(
                "says Rust {other}, the root manifest says {version}: correct the wrong one"
            );
            violations.push(Violation::new(&readme.path, index + 1, "msrv", advice));
        }
    }
    Ok(violations)
}

/// The compiler versions a line names. Other numbers on it, such as HTTP/1.1, are about something else.
fn versions(line: &str) -> Vec<String> {
    let lower = line.to_lowercase();
    let mut found = Vec::new();
    let mut is_next = false;
    for word in lower
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '.')
        .filter(|word| !word.is_empty())
    {
        let number = word.trim_start_matches('v').trim_matches('.');
        if is_next && is_version(number) {
            found.push(number.to_owned());
        }
        is_next = SIGNS.contains(&word) || is_next && FILLERS.contains(&word);
    }
    found
}

fn is_version(word: &str) -> bool {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    word.starts_with("1.") && word.split('.').all(is_number)
}

/// Whether two versions are the same when a missing patch number is zero.
fn is_same(a: &str, b: &str) -> bool {
    let full = |version: &str| match version.matches('.').count() {
        1 => format!("{version}.0"),
        _ => version.to_owned(),
    };
    full(a) == full(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(version: &str, readme: &str) -> Vec<usize> {
        let manifest = Source {
            path: "Cargo.toml".to_owned(),
            text: format!("[workspace.package]\nrust-version = \"{version}\"\n"),
        };
        let readme = Source {
            path: "README.md".to_owned(),
            text: readme.to_owned(),
        };
        let violations = check(&manifest, Some(&readme)).unwrap();
        violations.iter().map(|violation| violation.line).collect()
    }

    #[test]
    fn the_same_version_passes_with_or_without_its_zero() {
        assert!(lines("1.95", "Needs Rust 1.95 or later.").is_empty());
        assert!(lines("1.95", "MSRV: 1.95.0.").is_empty());
    }

    #[test]
    fn another_version_fails_where_it_stands() {
        assert_eq!(lines("1.95", "# netopt\n\nNeeds Rust 1.80.\n"), [3]);
        assert_eq!(
            lines("1.95", "![badge](https://x/badge/MSRV-1.94.1-blue)"),
            [1]
        );
    }

    #[test]
    fn every_way_to_write_it_is_read() {
        for other in [
            "rust-version = \"1.80\"",
            "The minimum supported Rust version is 1.80.",
            "**MSRV**: `1.80`",
            "rustc v1.80",
            "Rust 1.95, before it Rust 1.80",
        ] {
            assert_eq!(lines("1.95", other), [1], "{other}");
        }
    }

    #[test]
    fn a_line_may_name_protocols_beside_the_compiler() {
        let beside = "HTTP/1.1 and TLS 1.2, built with Rust 1.95; serde 1.0, 1.3 times faster";
        assert!(lines("1.95", beside).is_empty());
        assert_eq!(versions(beside), ["1.95"]);
        assert_eq!(lines("1.80", beside), [1]);
        assert!(lines("1.95", "Written in Rust. 1.3 times faster.").is_empty());
    }

    #[test]
    fn other_numbers_are_not_compiler_versions() {
        assert!(lines("1.95", "HTTP/1.1 is 1.3 times faster.\ntokio 1.54\n").is_empty());
    }
}
