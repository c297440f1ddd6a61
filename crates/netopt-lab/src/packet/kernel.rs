//! The system calls of the packet link that have no safe wrapper: namespaces, a TUN device, fork.
//!
//! Each function is one call or one small family, checked, with the kernel's error. What it leaves alone: in which order
//! they are made, which is [`room`](super::room) and [`guest`](super::guest).
#![expect(
    unsafe_code,
    reason = "unshare, the interface ioctls and fork have no safe wrapper"
)]

use std::ffi::{c_char, c_int};
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rustix::thread::{UnshareFlags, unshare_unsafe};

/// Gives the calling thread a network of its own, with nothing in it.
pub(super) fn leave_network() -> io::Result<()> {
    unshare(UnshareFlags::NEWNET)
}

/// Gives the calling thread mounts of its own, and its children process numbers of their own: the first of them is
/// number one, and when it ends, so do all others.
///
/// The thread can start no thread afterwards.
pub(super) fn leave_mounts_and_processes() -> io::Result<()> {
    unshare(UnshareFlags::NEWNS | UnshareFlags::NEWPID)
}

/// Makes the caller root of a user namespace of its own. Fails in a process with more than one thread.
pub(super) fn leave_users() -> io::Result<()> {
    unshare(UnshareFlags::NEWUSER)
}

fn unshare(what: UnshareFlags) -> io::Result<()> {
    debug_assert!(!what.contains(UnshareFlags::FILES));
    // SAFETY: what makes the call unsafe is a table of descriptors that threads no longer share; no caller asks for one.
    unsafe { unshare_unsafe(what) }.map_err(io::Error::from)
}

/// Makes an open `/dev/net/tun` the device `name` of the caller's network. Packets come and go without a header.
pub(super) fn attach(tun: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let mut request = request(name)?;
    let flags = libc::IFF_TUN | libc::IFF_NO_PI;
    request.ifr_ifru.ifru_flags = i16::try_from(flags).expect("0x1001 fits");
    interface_call(tun, libc::TUNSETIFF, &mut request)
}

/// What can be set of an interface.
#[derive(Debug, Clone, Copy)]
pub(super) enum Setting {
    /// Its address.
    Address(Ipv4Addr),
    /// Which part of addresses is the network.
    Netmask(Ipv4Addr),
    /// The largest packet.
    Mtu(u16),
    /// How many packets wait for whoever reads the device.
    QueueLength(u16),
    /// It carries packets from now on.
    Up,
}

/// Sets something of the interface `name` in the network that `socket` belongs to.
pub(super) fn set(socket: BorrowedFd<'_>, name: &str, setting: Setting) -> io::Result<()> {
    let mut request = request(name)?;
    let call = match setting {
        Setting::Address(address) => {
            request.ifr_ifru.ifru_addr = socket_address(address);
            libc::SIOCSIFADDR
        }
        Setting::Netmask(mask) => {
            request.ifr_ifru.ifru_netmask = socket_address(mask);
            libc::SIOCSIFNETMASK
        }
        Setting::Mtu(mtu) => {
            request.ifr_ifru.ifru_mtu = c_int::from(mtu);
            libc::SIOCSIFMTU
        }
        Setting::QueueLength(packets) => {
            // `ifr_qlen` of C is an integer at the same place as the metric.
            request.ifr_ifru.ifru_metric = c_int::from(packets);
            libc::SIOCSIFTXQLEN
        }
        Setting::Up => {
            let flags = libc::IFF_UP | libc::IFF_RUNNING;
            request.ifr_ifru.ifru_flags = i16::try_from(flags).expect("0x41 fits");
            libc::SIOCSIFFLAGS
        }
    };
    interface_call(socket, call, &mut request)
}

fn request(name: &str) -> io::Result<libc::ifreq> {
    // SAFETY: every field of the structure is an integer, an array of them, or a pointer; all zeroes are valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    if name.len() >= request.ifr_name.len() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    for (to, from) in request.ifr_name.iter_mut().zip(name.bytes()) {
        *to = c_char::from_ne_bytes([from]);
    }
    Ok(request)
}

fn socket_address(address: Ipv4Addr) -> libc::sockaddr {
    let mut data = [0; 14];
    for (to, from) in data[2..6].iter_mut().zip(address.octets()) {
        *to = c_char::from_ne_bytes([from]);
    }
    libc::sockaddr {
        sa_family: libc::sa_family_t::try_from(libc::AF_INET).expect("2 fits"),
        sa_data: data,
    }
}

fn interface_call(
    descriptor: BorrowedFd<'_>,
    call: libc::Ioctl,
    request: &mut libc::ifreq,
) -> io::Result<()> {
    // SAFETY: each of these calls reads, and at most writes, one `ifreq`, which outlives the call.
    let result = unsafe { libc::ioctl(descriptor.as_raw_fd(), call, std::ptr::from_mut(request)) };
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Puts the calling thread before all ordinary ones: it gets a processor at once when it wakes.
///
/// The kernel keeps 5 % of each processor for the others (`sched_rt_runtime_us`).
pub(super) fn go_first() -> io::Result<()> {
    // SAFETY: all fields of the structure are integers.
    let mut parameters: libc::sched_param = unsafe { std::mem::zeroed() };
    parameters.sched_priority = 1;
    // SAFETY: zero is the calling thread; the structure outlives the call.
    match unsafe { libc::sched_setscheduler(0, libc::SCHED_FIFO, &raw const parameters) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Which side of a fork one is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fork {
    /// The one that was there; the other has this number.
    Parent(c_int),
    /// The new one.
    Child,
}

/// Makes a second process. For use between fork and exec only, where there is one thread.
pub(super) fn fork() -> io::Result<Fork> {
    // SAFETY: the caller runs in a process with one thread, see `before_exec`, so the copy is whole.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(Fork::Child),
        pid => Ok(Fork::Parent(pid)),
    }
}

/// Has `prepare` run in the new process before the program of `command` starts.
///
/// `prepare` must not allocate, lock or panic: another thread may have held the allocator's lock at the fork.
pub(super) fn before_exec(
    command: &mut Command,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: the one caller, `guest::start`, gives a closure of system calls on values made beforehand.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Ends the process at once, without any clean-up. For use after a fork only.
pub(super) fn exit(code: c_int) -> ! {
    // SAFETY: `_exit` has no preconditions; it does not run handlers that belong to the parent.
    unsafe { libc::_exit(code) }
}

/// Closes every descriptor from `first` on.
pub(super) fn close_from(first: c_int) {
    let first = std::ffi::c_uint::try_from(first).unwrap_or(0);
    // SAFETY: for use after a fork in a process that uses none of them; a kernel without the call leaves them open.
    unsafe {
        libc::syscall(libc::SYS_close_range, first, std::ffi::c_uint::MAX, 0);
    }
}

/// Hands `signal` on to `handler`.
pub(super) fn handle(signal: c_int, handler: extern "C" fn(c_int)) {
    // SAFETY: the one handler, `init::pass_on`, makes one system call and touches one atomic.
    unsafe {
        libc::signal(signal, handler as libc::sighandler_t);
    }
}

/// Sends `signal` to the process `pid`; it does not matter if it is gone.
pub(super) fn send(pid: c_int, signal: c_int) {
    // SAFETY: kill(2) has no preconditions.
    unsafe {
        libc::kill(pid, signal);
    }
}
