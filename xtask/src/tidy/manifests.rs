//! Rules for manifests: the workspace lints are asked for, and no key is one that cargo would ignore.
//!
//! Cargo passes over keys it does not know, with a warning at most and for dependencies without one, so
//! that `defualt-features = false` turns everything on. Values are left to cargo.

mod shape;

use anyhow::{Context as _, Result};
use toml::de::{DeTable, DeValue};

use super::source::{Source, line_at};
use super::violation::Violation;
use shape::Shape;

/// Checks the manifests of the members.
///
/// # Errors
/// When one does not parse.
pub(super) fn check_members(manifests: &[Source]) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for manifest in manifests {
        let mut keys = Keys::of(manifest);
        let table = parse(manifest)?;
        keys.manifest(&table);
        violations.append(&mut keys.violations);
        if !inherits_lints(&table) {
            let advice =
                "add `[lints]` with `workspace = true`: lints are not inherited by themselves";
            let line = manifest.line_of("[lints");
            violations.push(Violation::new(
                &manifest.path,
                line,
                "manifest-lints",
                advice,
            ));
        }
    }
    Ok(violations)
}

/// Checks the manifest of the workspace itself.
///
/// # Errors
/// When it does not parse.
pub(super) fn check_root(manifest: &Source) -> Result<Vec<Violation>> {
    let mut keys = Keys::of(manifest);
    keys.manifest(&parse(manifest)?);
    Ok(keys.violations)
}

fn parse(manifest: &Source) -> Result<DeTable<'_>> {
    let table =
        DeTable::parse(&manifest.text).with_context(|| format!("parsing {}", manifest.path))?;
    Ok(table.into_inner())
}

fn inherits_lints(table: &DeTable<'_>) -> bool {
    let lints = table
        .get("lints")
        .and_then(|lints| lints.get_ref().as_table());
    lints
        .and_then(|lints| lints.get("workspace"))
        .is_some_and(|value| value.get_ref().as_bool() == Some(true))
}

/// A walk through the tables of one manifest that collects the keys cargo would pass over.
#[derive(Debug)]
struct Keys<'a> {
    manifest: &'a Source,
    violations: Vec<Violation>,
}

impl<'a> Keys<'a> {
    fn of(manifest: &'a Source) -> Self {
        Self {
            manifest,
            violations: Vec::new(),
        }
    }

    /// The top level, and everything below it.
    fn manifest(&mut self, table: &DeTable<'_>) {
        self.known(table, Shape::Manifest);
        self.dependencies(table);
        for (key, value) in entries(table) {
            match key {
                "package" => self.one(value, Shape::Package),
                "lib" => self.one(value, Shape::Target),
                "bin" | "example" | "test" | "bench" => self.each_of_array(value, Shape::Target),
                "profile" => self.each(value, Shape::Profile),
                "workspace" => self.workspace(value),
                "target" => {
                    self.each(value, Shape::Platform);
                    for (_, platform) in tables(value) {
                        self.dependencies(platform);
                    }
                }
                _ => {}
            }
        }
    }

    fn workspace(&mut self, value: &DeValue<'_>) {
        self.one(value, Shape::Workspace);
        if let Some(workspace) = value.as_table() {
            self.dependencies(workspace);
            if let Some(package) = workspace.get("package") {
                self.one(package.get_ref(), Shape::Package);
            }
        }
    }

    /// The dependency tables among the entries of `table`.
    fn dependencies(&mut self, table: &DeTable<'_>) {
        for (key, value) in entries(table) {
            if Shape::Platform.keys().contains(&key) {
                self.each(value, Shape::Dependency);
            }
        }
    }

    fn one(&mut self, value: &DeValue<'_>, shape: Shape) {
        if let Some(table) = value.as_table() {
            self.known(table, shape);
        }
    }

    fn each(&mut self, value: &DeValue<'_>, shape: Shape) {
        for (_, table) in tables(value) {
            self.known(table, shape);
        }
    }

    fn each_of_array(&mut self, value: &DeValue<'_>, shape: Shape) {
        for element in value.as_array().into_iter().flatten() {
            self.one(element.get_ref(), shape);
        }
    }

    fn known(&mut self, table: &DeTable<'_>, shape: Shape) {
        for (key, _) in table {
            let name: &str = key.get_ref();
            if !shape.keys().contains(&name) {
                let line = line_at(&self.manifest.text, key.span().start);
                let advice = format!(
                    "cargo does not know `{name}` here and passes over it: correct or remove it"
                );
                let violation = Violation::new(&self.manifest.path, line, "manifest-key", advice);
                self.violations.push(violation);
            }
        }
    }
}

/// The entries of a table by plain name and value.
fn entries<'t, 'i>(table: &'t DeTable<'i>) -> impl Iterator<Item = (&'t str, &'t DeValue<'i>)> {
    table
        .iter()
        .map(|(key, value)| (&**key.get_ref(), value.get_ref()))
}

/// The entries of a table that are tables themselves.
fn tables<'t, 'i>(value: &'t DeValue<'i>) -> impl Iterator<Item = (&'t str, &'t DeTable<'i>)> {
    value
        .as_table()
        .into_iter()
        .flat_map(entries)
        .filter_map(|(key, value)| value.as_table().map(|table| (key, table)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Source {
        Source {
            path: "crates/a/Cargo.toml".to_owned(),
            text: text.to_owned(),
        }
    }

    fn member(text: &str) -> Vec<String> {
        let text = format!("{text}\n[lints]\nworkspace = true\n");
        let violations = check_members(&[manifest(&text)]).unwrap();
        violations
            .iter()
            .map(|found| format!("{}:{}", found.line, found.advice))
            .collect()
    }

    #[test]
    fn a_misspelt_dependency_key_is_found() {
        let expected =
            "cargo does not know `defualt-features` here and passes over it: correct or remove it";
        let inline = "[dependencies]\na = { version = \"1\", defualt-features = false }";
        assert_eq!(member(inline), [format!("2:{expected}")]);
        let table = "[dev-dependencies.a]\nversion = \"1\"\ndefualt-features = false";
        assert_eq!(member(table), [format!("3:{expected}")]);
        let platform = "[target.'cfg(unix)'.dependencies]\na = { defualt-features = false }";
        assert_eq!(member(platform), [format!("2:{expected}")]);
    }

    #[test]
    fn misspelt_keys_of_other_tables_are_found() {
        for text in [
            "[pakage]\nname = \"a\"",
            "[package]\ndescripton = \"a\"",
            "[lib]\nbenches = false",
            "[[bench]]\nharnes = false",
            "[profile.release]\nlot = true",
            "[target.'cfg(unix)'.dependecies]\na = \"1\"",
        ] {
            assert_eq!(member(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn known_keys_and_free_tables_pass() {
        let text = "[package]\nname = \"a\"\nversion.workspace = true\n[package.metadata.x]\nanything = 1\n\
                    [features]\nreal = []\n[[test]]\nname = \"real\"\nrequired-features = [\"real\"]\n\
                    [dependencies]\nb.workspace = true\nc = { workspace = true, features = [\"x\"] }\n";
        assert_eq!(member(text), [""; 0]);
    }

    #[test]
    fn the_root_is_checked_in_its_own_tables() {
        let root = manifest(
            "[workspace]\nmembrs = []\n[workspace.dependencies]\na = { vesion = \"1\" }\n",
        );
        let lines: Vec<usize> = check_root(&root)
            .unwrap()
            .iter()
            .map(|found| found.line)
            .collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn members_ask_for_the_lints() {
        for text in [
            "[package]\nname = \"a\"\n",
            "[lints.rust]\nunsafe_code = \"deny\"\n",
            "[lints]\nworkspace = false\n",
        ] {
            let violations = check_members(&[manifest(text)]).unwrap();
            assert_eq!(violations.len(), 1, "{text}");
            assert_eq!(violations[0].rule, "manifest-lints");
        }
    }

    #[test]
    fn a_manifest_that_does_not_parse_is_an_error() {
        assert!(check_members(&[manifest("[package\n")]).is_err());
    }
}
