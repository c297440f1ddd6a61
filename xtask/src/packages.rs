//! The programs that the tests against real servers need, installed by apt when they are missing.
//!
//! Only Debian and its children, and only as root; anywhere else the message says what to install.
//! A server installed here is not started: the tests start their own, on ports of their own.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{process, reporter};

/// The programs, each also the name of its Debian package.
const NEEDED: &[&str] = &["nginx", "curl", "openssl", "iperf3", "python3", "dnsmasq"];

/// Directories of server programs, which the search path of a non-login shell may lack.
const SERVER_DIRECTORIES: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// What Debian's package scripts ask before they start a service.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Answers "not allowed" to every question (see invoke-rc.d(8)).
const NO_SERVICES: &str = "#!/bin/sh\nexit 101\n";

/// Installs whichever of the needed programs this machine does not have.
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
    install.extend(missing);
    apt(&install)
}

/// Those of `needed` that are in none of the directories where programs are looked for.
fn missing<'a>(needed: &[&'a str], search_path: &str) -> Vec<&'a str> {
    let directories = format!("{search_path}:{SERVER_DIRECTORIES}");
    needed
        .iter()
        .copied()
        .filter(|name| process::find_program(name, directories.as_ref()).is_none())
        .collect()
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
        let needed = ["sh", "no-such-program-anywhere"];
        assert_eq!(missing(&needed, "/bin"), ["no-such-program-anywhere"]);
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
