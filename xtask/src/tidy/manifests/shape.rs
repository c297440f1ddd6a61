//! The keys that cargo knows, by the table they stand in.
//!
//! From the Cargo reference, stable keys only. What an old spelling such as `dev_dependencies` would still do
//! is not here: it is reported like any other unknown key.

/// Which set of keys a table of a manifest takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Manifest,
    Package,
    Target,
    Dependency,
    Platform,
    Workspace,
    Profile,
}

impl Shape {
    /// The keys cargo knows in such a table.
    #[rustfmt::skip]
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Manifest => &[
                "cargo-features", "package", "lib", "bin", "example", "test", "bench", "dependencies",
                "dev-dependencies", "build-dependencies", "target", "features", "lints", "badges", "patch",
                "profile", "workspace",
            ],
            Self::Package => &[
                "name", "version", "authors", "edition", "rust-version", "description", "documentation", "readme",
                "homepage", "repository", "license", "license-file", "keywords", "categories", "workspace", "build",
                "links", "exclude", "include", "publish", "metadata", "default-run", "autolib", "autobins",
                "autoexamples", "autotests", "autobenches", "resolver",
            ],
            Self::Target => &[
                "name", "path", "test", "doctest", "bench", "doc", "proc-macro", "harness", "crate-type",
                "required-features", "edition",
            ],
            Self::Dependency => &[
                "version", "path", "git", "branch", "tag", "rev", "registry", "features", "default-features",
                "optional", "package", "workspace",
            ],
            Self::Platform => &["dependencies", "dev-dependencies", "build-dependencies"],
            Self::Workspace => &[
                "resolver", "members", "default-members", "exclude", "package", "dependencies", "lints", "metadata",
            ],
            Self::Profile => &[
                "inherits", "opt-level", "debug", "split-debuginfo", "strip", "debug-assertions", "overflow-checks",
                "lto", "panic", "incremental", "codegen-units", "rpath", "package", "build-override",
            ],
        }
    }
}
