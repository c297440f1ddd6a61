//! A program that runs in a room: any command, with everything that it starts, ended together.
//!
//! The command becomes a child of the first process of a process namespace of its own. That first process does nothing
//! but wait ([`init`]); when it ends, the kernel ends all others, and it ends when the command does, when the [`Guest`] is
//! dropped, or when this process dies, even by SIGKILL. In a mount namespace of its own the command finds other names in
//! `/etc/hosts`. What it leaves alone: standard streams, which are the command's own business.

mod hosts;
mod init;

use std::io;
use std::net::Ipv4Addr;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use tokio::sync::watch;

use super::kernel;
use super::room::Room;

/// What an unprivileged process has to do before its first thread starts, so that it may make rooms: it becomes root of
/// a user namespace of its own. Files keep their owner. A process that is root already stays what it is.
///
/// # Errors
/// When the process has more than one thread, or the kernel does not let users have namespaces.
pub fn become_root_of_own_users() -> io::Result<()> {
    let (user, group) = (rustix::process::getuid(), rustix::process::getgid());
    if rustix::process::geteuid().is_root() {
        return Ok(());
    }
    kernel::leave_users()?;
    // Without this the kernel takes no group map of a user (user_namespaces(7)).
    std::fs::write("/proc/self/setgroups", "deny")?;
    std::fs::write("/proc/self/uid_map", format!("0 {} 1", user.as_raw()))?;
    std::fs::write("/proc/self/gid_map", format!("0 {} 1", group.as_raw()))
}

/// A command that runs in a room. Dropping it ends the command and all that it started.
#[derive(Debug)]
pub struct Guest {
    child: Arc<Mutex<Running>>,
    ended: watch::Receiver<Option<ExitStatus>>,
}

/// The first process of the namespace, until it is reaped.
#[derive(Debug)]
struct Running {
    child: Child,
    reaped: bool,
}

impl Room {
    /// Starts `command` in the room, where it finds each of `names` as a host.
    ///
    /// # Errors
    /// When the command cannot be started, or namespaces cannot be had.
    pub fn start(&self, command: Command, names: &[(&str, Ipv4Addr)]) -> io::Result<Guest> {
        let (tell, told) = mpsc::channel();
        let (end, ended) = watch::channel(None);
        let (room, lines) = (self.clone(), hosts::lines(names));
        // The thread stays until the command has ended: the kernel takes its end for the parent's.
        let _detached = thread::Builder::new()
            .name("lab-guest".to_owned())
            .spawn(move || match start_here(&room, command, &lines) {
                Ok(child) => {
                    let running = Running {
                        child,
                        reaped: false,
                    };
                    let child = Arc::new(Mutex::new(running));
                    tell.send(Ok(Arc::clone(&child))).ok();
                    end.send_replace(Some(outlive(&child)));
                }
                Err(error) => {
                    tell.send(Err(error)).ok();
                }
            })?;
        let child = told.recv().map_err(|_| io::ErrorKind::BrokenPipe)??;
        Ok(Guest { child, ended })
    }
}

impl Guest {
    /// Returns when the command has ended, with its status; a command that died by signal N has exit code 128 + N.
    ///
    /// Cancel safe.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = self.ended.wait_for(Option::is_some).await;
        let status = ended.ok().and_then(|status| *status);
        status.unwrap_or_else(|| ExitStatus::from_raw(0xff00))
    }

    /// Asks the command to end (SIGTERM).
    pub fn terminate(&self) {
        self.send(Signal::TERM);
    }

    /// Ends the command and all that it started at once.
    pub fn kill(&self) {
        self.send(Signal::KILL);
    }

    fn send(&self, signal: Signal) {
        let running = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        if !running.reaped {
            // It may have ended in this moment; until it is reaped, the number is still its own.
            kill_process(Pid::from_child(&running.child), signal).ok();
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Starts the command from a thread that is in the room, with mounts and process numbers of its own.
fn start_here(room: &Room, mut command: Command, hosts: &str) -> io::Result<Child> {
    room.enter()?;
    kernel::leave_mounts_and_processes()?;
    hosts::add(hosts)?;
    kernel::before_exec(&mut command, init::part);
    command.spawn()
}

/// Waits for the end without reaping, so that the number of the process is not given to another before all know.
fn outlive(running: &Mutex<Running>) -> ExitStatus {
    let lock = || running.lock().unwrap_or_else(PoisonError::into_inner);
    let pid = Pid::from_child(&lock().child);
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while matches!(
        waitid(WaitId::Pid(pid), options),
        Err(rustix::io::Errno::INTR)
    ) {}
    let mut running = lock();
    running.reaped = true;
    let status = running.child.wait();
    status.unwrap_or_else(|_| ExitStatus::from_raw(0xff00))
}
