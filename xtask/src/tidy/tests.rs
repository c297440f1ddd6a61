//! The whole of tidy on a workspace made for the purpose, through cargo's own description of it.

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

/// A directory that goes away with the test.
#[derive(Debug)]
struct Scratch {
    root: PathBuf,
}

impl Scratch {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("netopt-tidy-{name}-{}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Self { root }
    }

    fn check(&self) -> Vec<String> {
        let workspace = Workspace::load(&self.root).unwrap();
        check(&workspace)
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.root));
    }
}

const ROOT: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n\
                    [workspace.package]\nrust-version = \"1.95\"\n";

const CORE: &str = "[package]\nname = \"netopt-core\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                    [dependencies]\n[lints]\nworkspace = true\n";

const TCP: &str = "[package]\nname = \"netopt-tcp\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                   [dependencies]\nnetopt-core = { path = \"../netopt-core\" }\n\
                   [lints]\nworkspace = true\n";

#[test]
fn a_tidy_workspace_has_nothing_said_about_it() {
    let root = format!("{ROOT}[workspace.lints.rust]\n");
    let scratch = Scratch::new(
        "clean",
        &[
            ("Cargo.toml", &root),
            ("README.md", "Needs Rust 1.95.\n"),
            ("crates/netopt-core/Cargo.toml", CORE),
            ("crates/netopt-core/src/lib.rs", "//! Core.\n"),
            ("crates/netopt-tcp/Cargo.toml", TCP),
            ("crates/netopt-tcp/src/lib.rs", "//! TCP.\n"),
        ],
    );
    assert_eq!(scratch.check(), [""; 0]);
}

#[test]
fn each_rule_speaks_once_and_in_order_of_place() {
    let root = format!("{ROOT}[workspace.lints.rust]\n");
    let core = CORE.replace(
        "[dependencies]\n",
        "[dependencies]\nnetopt-lab = { path = \"../netopt-lab\", optinal = true }\n",
    );
    let lab = CORE
        .replace("netopt-core", "netopt-lab")
        .replace("[lints]\nworkspace = true\n", "");
    let scratch = Scratch::new(
        "broken",
        &[
            ("Cargo.toml", &root),
            ("README.md", "# netopt\nNeeds Rust 1.80.\n"),
            ("crates/netopt-core/Cargo.toml", &core),
            ("crates/netopt-core/src/lib.rs", "//! Core.\nuse std::fs;\n"),
            ("crates/netopt-core/src/util.rs", "fn a() {}\n"),
            ("crates/netopt-lab/Cargo.toml", &lab),
            ("crates/netopt-lab/src/lib.rs", "//! Lab.\n"),
            (
                "crates/netopt-explain/Cargo.toml",
                &CORE.replace("netopt-core", "netopt-explain"),
            ),
            ("crates/netopt-explain/src/lib.rs", "//! Explain.\n"),
            (
                "crates/netopt-explain/src/catalogue.rs",
                "//! All.\nconst A: &str = \"tcp.nodelay\";\n",
            ),
        ],
    );
    let found: Vec<String> = scratch
        .check()
        .iter()
        .map(|line| line.splitn(4, ':').take(3).collect::<Vec<_>>().join(":"))
        .collect();
    assert_eq!(
        found,
        [
            "README.md:2: msrv",
            "crates/netopt-core/Cargo.toml:6: layers",
            "crates/netopt-core/Cargo.toml:6: manifest-key",
            "crates/netopt-core/src/lib.rs:2: purity",
            "crates/netopt-core/src/util.rs:1: file-name",
            "crates/netopt-core/src/util.rs:1: file-opening",
            "crates/netopt-explain/src/catalogue.rs:2: audit-page",
            "crates/netopt-lab/Cargo.toml:1: manifest-lints",
        ]
    );
}

#[test]
fn build_output_and_hidden_directories_are_passed_over() {
    let scratch = Scratch::new(
        "walk",
        &[
            ("crates/a/src/lib.rs", "//! A.\n"),
            ("crates/a/target/debug/gen.rs", ""),
            ("crates/a/.cache/gen.rs", ""),
            ("crates/a/src/notes.md", ""),
        ],
    );
    let found = source::below(&scratch.root, "crates", "rs").unwrap();
    let paths: Vec<&str> = found.iter().map(|source| source.path.as_str()).collect();
    assert_eq!(paths, ["crates/a/src/lib.rs"]);
    assert!(
        source::below(&scratch.root, "absent", "rs")
            .unwrap()
            .is_empty()
    );
    assert!(
        source::read(Path::new(&scratch.root), "absent.md")
            .unwrap()
            .is_none()
    );
}
