//! Names for a guest: `/etc/hosts` of the machine with lines added, in the calling thread's own mounts.
//!
//! A file cannot be put over another without a file system to hold it, so a small one in memory is mounted for a moment. What
//! it leaves alone: the machine's own file.

use std::ffi::CStr;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::net::Ipv4Addr;

use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_change, unmount,
};

/// Where names are looked up before anybody is asked.
const HOSTS: &str = "/etc/hosts";

/// Covered by the file system in memory for a moment; it exists everywhere.
const PLACE: &CStr = c"/tmp";

/// The new file in it.
const FILE: &str = "/tmp/hosts";

/// The lines for `names`.
pub(super) fn lines(names: &[(&str, Ipv4Addr)]) -> String {
    names.iter().fold(String::new(), |mut lines, (name, at)| {
        writeln!(lines, "{at} {name}").expect("a string takes every text");
        lines
    })
}

/// Adds `lines` to the hosts that the calling thread and its children see. It must have left the mounts of others.
///
/// # Errors
/// When the file cannot be read or mounted.
pub(super) fn add(lines: &str) -> io::Result<()> {
    let flags = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change(c"/", flags)?;
    if lines.is_empty() || !fs::exists(HOSTS)? {
        return Ok(());
    }
    let all = with_newline(fs::read_to_string(HOSTS)?) + lines;
    mount(c"tmpfs", PLACE, c"tmpfs", MountFlags::NOSUID, None)?;
    let put = fs::write(FILE, all).and_then(|()| Ok(mount_bind(FILE, HOSTS)?));
    // The file stays reachable by the mount over the other one.
    unmount(PLACE, UnmountFlags::DETACH)?;
    put
}

fn with_newline(mut text: String) -> String {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_line() {
        let names = [
            ("peer", Ipv4Addr::new(198, 18, 0, 2)),
            ("self", Ipv4Addr::new(198, 18, 0, 1)),
        ];
        assert_eq!(lines(&names), "198.18.0.2 peer\n198.18.0.1 self\n");
        assert_eq!(with_newline("a".to_owned()), "a\n");
        assert_eq!(with_newline(String::new()), "");
    }
}
