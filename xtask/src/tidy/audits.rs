//! Every audit has a page: `docs/audits/<id>.md` for each id in the catalogue of `netopt-explain`.
//!
//! The ids are read from the source text, so that the workshop builds without the product. Anything in
//! the catalogue that looks like an id is taken for one.

use super::source::{Source, line_at};
use super::violation::Violation;

/// Where the pages are.
pub(super) const PAGES: &str = "docs/audits";

/// The file, or the directory of files, that lists the audits.
const CATALOGUE: &str = "crates/netopt-explain/src/catalogue";

/// Checks that each id of the catalogue, if there is one yet, has its page.
pub(super) fn check(sources: &[Source], pages: &[Source]) -> Vec<Violation> {
    let mut violations = Vec::new();
    for source in sources.iter().filter(|source| is_catalogue(&source.path)) {
        for (id, offset) in ids(source.shipped()) {
            let page = format!("{PAGES}/{id}.md");
            if !pages.iter().any(|existing| existing.path == page) {
                let advice = format!("`{id}` has no page: write {page}");
                violations.push(Violation::new(
                    &source.path,
                    line_at(&source.text, offset),
                    "audit-page",
                    advice,
                ));
            }
        }
    }
    violations
}

/// Whether the path is the catalogue's file or a file of its directory.
fn is_catalogue(path: &str) -> bool {
    path.strip_prefix(CATALOGUE)
        .is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
}

/// The string literals of the form `layer.noun`, with their places, comments left out.
fn ids(text: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with("//") {
            // Every second piece between quotes is inside of them.
            let mut at = offset;
            for (index, piece) in line.split('"').enumerate() {
                if index % 2 == 1 && is_id(piece) {
                    found.push((piece, at));
                }
                at += piece.len() + 1;
            }
        }
        offset += line.len();
    }
    found
}

/// Two words of lower-case letters, digits and dashes, joined by one dot.
fn is_id(text: &str) -> bool {
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.split_once('.')
        .is_some_and(|(layer, noun)| is_word(layer) && is_word(noun))
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
    fn an_id_without_a_page_is_named_with_its_line() {
        let text = "//! \"a.comment\"\nconst IDS: &[&str] = &[\n    \"http.connection-reuse\",\n    \"tcp.nodelay\", // \"x\"\n];\n";
        let catalogue = source("crates/netopt-explain/src/catalogue.rs", text);
        let pages = [source("docs/audits/tcp.nodelay.md", "")];
        let violations = check(&[catalogue], &pages);
        assert_eq!(violations.len(), 1);
        assert_eq!(
            violations[0].to_string(),
            "crates/netopt-explain/src/catalogue.rs:3: audit-page: `http.connection-reuse` has no page: \
             write docs/audits/http.connection-reuse.md"
        );
    }

    #[test]
    fn the_catalogue_may_be_a_directory_or_absent() {
        assert!(check(&[], &[]).is_empty());
        let inner = source(
            "crates/netopt-explain/src/catalogue/http.rs",
            "\"http.h2\"\n",
        );
        assert_eq!(check(&[inner], &[]).len(), 1);
        let other = source("crates/netopt-explain/src/report.rs", "\"http.h2\"\n");
        assert!(check(&[other], &[]).is_empty());
    }

    #[test]
    fn other_literals_are_not_ids() {
        for text in [
            "a sentence. with a dot",
            "p99",
            "1.5",
            "a.b.c",
            "Http.reuse",
            "http.",
        ] {
            assert!(!is_id(text), "{text}");
        }
        assert!(is_id("http.connection-reuse"));
    }
}
