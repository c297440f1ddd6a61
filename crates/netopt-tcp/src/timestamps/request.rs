//! Which stamps a socket is asked for.
//!
//! What it leaves alone: how they are read.

use std::io;
use std::os::fd::RawFd;

use crate::kernel;

/// Switches the stamps of a connected TCP socket on: scheduled, sent, acknowledged, arrived.
///
/// # Errors
/// When this kernel has no such stamps.
#[cfg(target_os = "linux")]
pub(crate) fn all(descriptor: RawFd) -> io::Result<()> {
    let flags = libc::SOF_TIMESTAMPING_SOFTWARE
        | libc::SOF_TIMESTAMPING_RX_SOFTWARE
        | libc::SOF_TIMESTAMPING_TX_SOFTWARE
        | libc::SOF_TIMESTAMPING_TX_SCHED
        | libc::SOF_TIMESTAMPING_TX_ACK
        | libc::SOF_TIMESTAMPING_OPT_ID
        | libc::SOF_TIMESTAMPING_OPT_TSONLY
        | libc::SOF_TIMESTAMPING_OPT_STATS;
    // Since 6.2 offsets can be counted from what was written by now, and not from what was acknowledged. That is the same
    // before the first write.
    set(descriptor, flags | libc::SOF_TIMESTAMPING_OPT_ID_TCP).or_else(|_| set(descriptor, flags))
}

/// Switches the stamps of what arrives on.
///
/// # Errors
/// When this kernel has no such stamps.
#[cfg(target_os = "linux")]
pub(super) fn arrivals(descriptor: RawFd) -> io::Result<()> {
    let flags = libc::SOF_TIMESTAMPING_SOFTWARE | libc::SOF_TIMESTAMPING_RX_SOFTWARE;
    set(descriptor, flags)
}

#[cfg(target_os = "linux")]
fn set(descriptor: RawFd, flags: libc::c_uint) -> io::Result<()> {
    /// `SO_TIMESTAMPING_NEW`: with seconds of 64 bits on every machine, since Linux 5.1.
    const NUMBER: i32 = 65;
    kernel::set_option(descriptor, libc::SOL_SOCKET, NUMBER, &flags.to_ne_bytes())
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn all(descriptor: RawFd) -> io::Result<()> {
    kernel::set_option(descriptor, 0, 0, &[])
}

#[cfg(not(target_os = "linux"))]
pub(super) fn arrivals(descriptor: RawFd) -> io::Result<()> {
    kernel::set_option(descriptor, 0, 0, &[])
}
