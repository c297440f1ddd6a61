//! The programs, and the modules of Python, that the tests against real servers need, installed by apt when they are missing.
//!
//! Only Debian and its children, and only as root; anywhere else the message says what to install.
//! A server installed here is not started: the tests start their own, on ports of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{process, reporter};

/// What the tests need.
const NEEDED: &[Needed] = &[
    Needed::Program("nginx"),
    Needed::Program("haproxy"),
    Needed::Program("apache2"),
    Needed::Program("nodejs"),
    Needed::Program("tinyproxy"),
    Needed::Program("microsocks"),
    Needed::Program("curl"),
    Needed::Program("openssl"),
    Needed::Program("iperf3"),
    Needed::Program("python3"),
    Needed::Program("dnsmasq"),
    Needed::Program("socat"),
    Needed::PythonModule("websockets"),
    Needed::PythonModule("aiohttp"),
];

/// Something that a Debian package brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needed {
    /// A program, which has the name of its package.
    Program(&'static str),
    /// A module of the system's own Python; its package is `python3-` and its name.
    PythonModule(&'static str),
}

/// The Python that Debian's modules are for, whichever other one comes first on the search path.
const SYSTEM_PYTHON: &str = "/usr/bin/python3";

/// Directories of server programs, which the search path of a non-login shell may lack.
const SERVER_DIRECTORIES: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// What Debian's package scripts ask before they start a service.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Answers "not allowed" to every question (see invoke-rc.d(8)).
const NO_SERVICES: &str = "#!/bin/sh\nexit 101\n";

/// Installs whichever of these this machine does not have.
///
/// # Errors
/// When something is missing and this is not a root shell on a system with apt, or apt fails.
pub(crate) fn install_missing() -> Result<()> {
    let missing = missing(NEEDED, &std::env::var("PATH").unwrap_or_default());
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if process::find_program("apt-get", "/usr/bin:/bin".as_ref()).is_none() {
        bail!("missing: {names}; there is no apt here, install them by the means of this system");
    }
    if !is_root()? {
        bail!("missing: {names}; run `sudo apt-get install {names}` and try again");
    }
    reporter::line(&format!("installing {names}"));
    let _no_services = NoServices::declare(Path::new(SERVICE_POLICY))?;
    apt(&["update", "--quiet"])?;
    let mut install = vec!["install", "--quiet", "--yes", "--no-install-recommends"];
    install.extend(missing.iter().map(String::as_str));
    apt(&install)
}

/// The packages of those of `needed` that are not here: programs in none of the directories where they are looked for,
/// modules that the system's Python cannot import.
fn missing(needed: &[Needed], search_path: &str) -> Vec<String> {
    let directories = format!("{search_path}:{SERVER_DIRECTORIES}");
    let is_here = |needed: &Needed| match needed {
        Needed::Program(name) => process::find_program(name, directories.as_ref()).is_some(),
        Needed::PythonModule(name) => can_import(name),
    };
    needed
        .iter()
        .filter(|needed| !is_here(needed))
        .map(Needed::package)
        .collect()
}

impl Needed {
    fn package(&self) -> String {
        match self {
            Self::Program(name) => (*name).to_owned(),
            Self::PythonModule(name) => format!("python3-{name}"),
        }
    }
}

/// Whether the system's Python has the module. One that is not there itself has none.
fn can_import(module: &str) -> bool {
    let output = Command::new(SYSTEM_PYTHON)
        .args(["-c", &format!("import {module}")])
        .output();
    output.is_ok_and(|output| output.status.success())
}

fn is_root() -> Result<bool> {
    let output = Command::new("id")
        .arg("-u")
        .output()
        .context("asking `id -u`")?;
    Ok(output.stdout.trim_ascii() == b"0")
}

fn apt(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    process::run(&mut command)
}

/// While it lives, package scripts start no service. A policy of the machine's own is left alone.
#[derive(Debug)]
struct NoServices {
    written: Option<PathBuf>,
}

impl NoServices {
    fn declare(policy: &Path) -> Result<Self> {
        if policy.exists() {
            return Ok(Self { written: None });
        }
        fs::write(policy, NO_SERVICES)
            .and_then(|()| fs::set_permissions(policy, fs::Permissions::from_mode(0o755)))
            .with_context(|| format!("writing {}", policy.display()))?;
        Ok(Self {
            written: Some(policy.to_path_buf()),
        })
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if let Some(policy) = &self.written
            && let Err(error) = fs::remove_file(policy)
        {
            reporter::warning(&format!("{} is left behind: {error}", policy.display()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_not_there_is_missing() {
        let needed = [
            Needed::Program("sh"),
            Needed::Program("no-such-program-anywhere"),
            Needed::PythonModule("no_such_module_anywhere"),
        ];
        assert_eq!(
            missing(&needed, "/bin"),
            [
                "no-such-program-anywhere",
                "python3-no_such_module_anywhere"
            ]
        );
    }

    #[test]
    fn the_policy_lives_as_long_as_its_guard() {
        let policy = std::env::temp_dir().join(format!("netopt-policy-{}", std::process::id()));
        let guard = NoServices::declare(&policy).unwrap();
        assert_eq!(fs::read_to_string(&policy).unwrap(), NO_SERVICES);
        assert_eq!(
            policy.metadata().unwrap().permissions().mode() & 0o111,
            0o111
        );

        // A second guard finds a policy that is not its own, and leaves it.
        drop(NoServices::declare(&policy).unwrap());
        assert!(policy.exists());

        drop(guard);
        assert!(!policy.exists());
    }
}
