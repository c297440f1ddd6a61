//! Every example is told on `docs/examples.md`, with the command that runs it.
//!
//! An example that nobody finds is worth nothing, and one that was removed must not be promised. That they compile is
//! clippy's business.

use super::source::Source;
use super::violation::Violation;

/// The page.
pub(super) const PAGE: &str = "docs/examples.md";

/// Checks that each example among the sources has its command on the page, and each command its example.
pub(super) fn check(sources: &[Source], page: Option<&Source>) -> Vec<Violation> {
    let text = page.map_or("", |page| &page.text);
    let told: Vec<(usize, (&str, &str))> = text
        .lines()
        .enumerate()
        .filter_map(|(index, line)| Some((index + 1, command(line)?)))
        .collect();
    let there: Vec<(&Source, (&str, &str))> = sources
        .iter()
        .filter_map(|source| Some((source, example(&source.path)?)))
        .collect();

    let untold = there
        .iter()
        .filter(|(_, example)| told.iter().all(|(_, other)| other != example));
    let missing = told
        .iter()
        .filter(|(_, example)| there.iter().all(|(_, other)| other != example));
    let untold = untold.map(|(source, (package, name))| {
        let advice = format!("tell it on {PAGE}, with `cargo run -p {package} … --example {name}`");
        Violation::new(&source.path, 1, "example-page", advice)
    });
    let missing = missing.map(|(line, (package, name))| {
        let advice = format!("there is no crates/{package}/examples/{name}.rs");
        Violation::new(PAGE, *line, "example-page", advice)
    });
    untold.chain(missing).collect()
}

/// Package and name of the example at that path.
fn example(path: &str) -> Option<(&str, &str)> {
    let (package, file) = path.strip_prefix("crates/")?.split_once("/examples/")?;
    Some((package, file.strip_suffix(".rs")?))
}

/// Package and name of the example that the command in that line runs.
fn command(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.split_once("cargo run -p ")?;
    let (_, name) = rest.split_once("--example ")?;
    let end = |c: char| c == '`' || c.is_whitespace();
    Some((rest.split(end).next()?, name.split(end).next()?))
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
    fn an_example_and_its_command_need_each_other() {
        let sources = [
            source("crates/a/examples/told.rs", ""),
            source("crates/b/examples/untold.rs", ""),
            source("crates/b/src/lib.rs", ""),
        ];
        let page = "head\n| x | `cargo run -p a --features f --example told [URL]` |\n`cargo run -p a --example gone`\n";
        let told: Vec<String> = check(&sources, Some(&source(PAGE, page)))
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "crates/b/examples/untold.rs:1: example-page: tell it on docs/examples.md, with `cargo run -p b … --example untold`",
                "docs/examples.md:3: example-page: there is no crates/a/examples/gone.rs",
            ]
        );
    }

    #[test]
    fn without_a_page_every_example_is_untold() {
        let sources = [source("crates/a/examples/one.rs", "")];
        assert_eq!(check(&sources, None).len(), 1);
        assert!(check(&[], None).is_empty());
    }
}
