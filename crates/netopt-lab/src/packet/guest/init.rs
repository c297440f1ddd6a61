//! The first process of a guest's namespace, between fork and exec of the command: it forks again and waits.
//!
//! As number one of its namespace it gets no signal that it has no handler for, and must reap what nobody else does. It
//! ends with the command. Everything here runs after a fork of a process that had threads, so it makes system calls and
//! nothing else: no allocation, no lock, no panic. What it leaves alone: the command itself.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};

use rustix::mount::{MountFlags, mount};
use rustix::process::{Signal, WaitOptions, set_parent_process_death_signal, wait};

use crate::packet::kernel::{self, Fork};

/// Standard input, output and error stay open; everything behind belongs to the parent.
const FIRST_OF_THE_PARENT: i32 = 3;

/// What a shell reports for a death by signal: this and its number.
const KILLED: i32 = 128;

/// Signals that mean the command.
const PASSED_ON: [i32; 2] = [libc::SIGTERM, libc::SIGHUP];

/// The command's process, for the signal handler.
static COMMAND: AtomicI32 = AtomicI32::new(0);

/// Parts the waiting first process from the one that becomes the command; returns in the latter only.
pub(super) fn part() -> io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The one that is there shows the processes of the parent's namespace. Where it cannot be replaced, it stays.
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    mount(c"proc", c"/proc", c"proc", flags, None).ok();
    match kernel::fork()? {
        Fork::Child => Ok(()),
        Fork::Parent(command) => watch(command),
    }
}

/// Waits until the command ends, and ends as it did.
fn watch(command: i32) -> ! {
    COMMAND.store(command, Ordering::Relaxed);
    for signal in PASSED_ON {
        kernel::handle(signal, pass_on);
    }
    kernel::close_from(FIRST_OF_THE_PARENT);
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((pid, status))) if pid.as_raw_nonzero().get() == command => {
                let killed = status.terminating_signal().map(|signal| KILLED + signal);
                kernel::exit(status.exit_status().or(killed).unwrap_or(KILLED));
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => kernel::exit(KILLED),
        }
    }
}

extern "C" fn pass_on(signal: i32) {
    kernel::send(COMMAND.load(Ordering::Relaxed), signal);
}
