//! What the workshop knows of the workspace: its root, its members and what they depend on.
//!
//! It is `cargo metadata` cut down to the few fields the commands read, in plain strings, so that the
//! checks can be tested with values written by hand. It does not look at external packages.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package, TargetKind};

/// The workspace around a directory.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The directory of the root manifest.
    pub(crate) root: PathBuf,
    /// The members, sorted by name.
    pub(crate) members: Vec<Member>,
}

/// One package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    /// The name of the package.
    pub(crate) name: String,
    /// The manifest, relative to the root, with forward slashes.
    pub(crate) manifest: String,
    /// The packages that ship with it: normal and build dependencies, optional ones too.
    pub(crate) dependencies: Vec<String>,
    /// The names of its bench targets.
    pub(crate) benches: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the workspace that contains `directory`.
    ///
    /// # Errors
    /// When there is no workspace there, or one of its manifests does not parse.
    pub(crate) fn load(directory: &Path) -> Result<Self> {
        let metadata = MetadataCommand::new()
            .current_dir(directory)
            .no_deps()
            .exec()
            .with_context(|| format!("reading the workspace around {}", directory.display()))?;
        let root = metadata.workspace_root.as_std_path().to_path_buf();
        let mut members: Vec<Member> = metadata
            .packages
            .iter()
            .map(|package| Member::from_package(package, &root))
            .collect();
        members.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { root, members })
    }

    /// The member of this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

impl Member {
    fn from_package(package: &Package, root: &Path) -> Self {
        let mut dependencies: Vec<String> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.clone())
            .collect();
        dependencies.sort();
        dependencies.dedup();
        Self {
            name: package.name.as_str().to_owned(),
            manifest: relative(package.manifest_path.as_std_path(), root),
            dependencies,
            benches: package
                .targets
                .iter()
                .filter(|target| target.is_kind(TargetKind::Bench))
                .map(|target| target.name.clone())
                .collect(),
        }
    }
}

/// `path` as seen from `root`, with forward slashes on every platform.
pub(crate) fn relative(path: &Path, root: &Path) -> String {
    let below = path.strip_prefix(root).unwrap_or(path);
    below
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_root() {
        let root = Path::new("/repo");
        assert_eq!(
            relative(Path::new("/repo/crates/a/Cargo.toml"), root),
            "crates/a/Cargo.toml"
        );
        assert_eq!(relative(Path::new("docs/a.md"), root), "docs/a.md");
    }

    #[test]
    fn this_workspace_contains_the_workshop() {
        let workspace = Workspace::load(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        let xtask = workspace.member("xtask").unwrap();
        assert_eq!(xtask.manifest, "xtask/Cargo.toml");
        assert!(
            xtask
                .dependencies
                .iter()
                .any(|name| name == "cargo_metadata")
        );
    }
}
