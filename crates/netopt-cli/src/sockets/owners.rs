//! Which process holds a socket: `/proc/PID/fd`, where a socket is a link to its inode.
//!
//! The kernel shows these links to the owner of a process and to root. A process that it does not show is no error; its
//! sockets are without a name. Elsewhere than on Linux there is no such directory, and nobody has a name.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use crate::exit::Fault;

/// A process.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Owner {
    /// The name of its program, at most 15 bytes.
    pub(crate) program: String,
    pub(crate) pid: u32,
}

/// The inodes of the sockets that a process holds.
///
/// # Errors
/// When there is no such process, it may not be seen, or it is in another network namespace.
pub(super) fn sockets_of(pid: u32) -> Result<HashSet<u32>, Fault> {
    let process = format!("/proc/{pid}");
    if !Path::new(&process).exists() {
        return Err(Fault::usage(format!(
            "there is no process {pid}; `ps -e` lists those that there are"
        )));
    }
    let descriptors = descriptors(&process).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Fault::unmeasured(format!(
            "the sockets of process {pid} are hidden from this user; run netopt as root or as its owner"
        )),
        _ => Fault::unmeasured(format!("the sockets of process {pid} cannot be read: {error}")),
    })?;
    let namespace = |of: &str| fs::read_link(format!("/proc/{of}/ns/net")).ok();
    let (its, ours) = (namespace(&pid.to_string()), namespace("self"));
    if its.is_some() && its != ours {
        return Err(Fault::usage(format!(
            "process {pid} is in another network namespace; look from there: nsenter -t {pid} -n netopt probe --pid {pid}"
        )));
    }
    Ok(descriptors)
}

/// Who holds the sockets with these inodes, as far as it may be seen. Of several the one with the lowest number: a parent
/// rather than its child.
pub(super) fn owners(wanted: &HashSet<u32>) -> HashMap<u32, Owner> {
    let mut found: HashMap<u32, Owner> = HashMap::new();
    let Ok(processes) = fs::read_dir("/proc") else {
        return found;
    };
    let mut pids: Vec<u32> = processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    for pid in pids {
        let Ok(inodes) = descriptors(&format!("/proc/{pid}")) else {
            continue;
        };
        let Some(owner) = named(pid) else { continue };
        for inode in inodes.intersection(wanted) {
            found.entry(*inode).or_insert_with(|| owner.clone());
        }
    }
    found
}

/// The process with its program's name; `None` once it is gone.
pub(super) fn named(pid: u32) -> Option<Owner> {
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    // A program may call itself anything; what is not printed stays out of the terminal.
    let program = name.chars().filter(|c| !c.is_control()).collect();
    Some(Owner { program, pid })
}

fn descriptors(process: &str) -> io::Result<HashSet<u32>> {
    let entries = fs::read_dir(format!("{process}/fd"))?;
    let links = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    Ok(links.filter_map(|link| inode(link.to_str()?)).collect())
}

/// The inode in `socket:[4242]`.
fn inode(link: &str) -> Option<u32> {
    link.strip_prefix("socket:[")?
        .strip_suffix(']')?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sockets_have_an_inode_here() {
        assert_eq!(inode("socket:[4242]"), Some(4242));
        for other in [
            "pipe:[4242]",
            "/dev/null",
            "socket:[x]",
            "socket:[",
            "anon_inode:[eventfd]",
        ] {
            assert_eq!(inode(other), None, "{other}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_holds_its_own_socket() {
        let _socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let inodes = sockets_of(std::process::id()).unwrap();
        assert!(!inodes.is_empty());
        let owners = owners(&inodes);
        assert!(inodes.iter().any(|inode| {
            owners
                .get(inode)
                .is_some_and(|owner| owner.pid == std::process::id())
        }));
    }

    #[test]
    fn a_process_that_is_not_there_is_bad_usage() {
        let fault = sockets_of(u32::MAX).unwrap_err();
        assert!(fault.line().contains("no process 4294967295"), "{fault}");
    }
}
