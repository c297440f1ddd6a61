//! The system calls of this crate that socket2, nix and rustix lack.
//!
//! Each function is one call, checked, with the kernel's error. What it leaves alone: what the bytes mean.
#![cfg_attr(
    target_os = "linux",
    expect(
        unsafe_code,
        reason = "recvmsg with its control bytes, and options by number, have no safe wrapper"
    )
)]

use std::io;
use std::os::fd::RawFd;

/// How much one message left in its two buffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Received {
    /// Bytes of data.
    pub(crate) data: usize,
    /// Bytes of control messages.
    pub(crate) control: usize,
}

/// Read from the error queue, which never waits.
#[cfg(target_os = "linux")]
pub(crate) const FROM_ERROR_QUEUE: i32 = libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT;
/// A peer that is gone is an error and no signal.
#[cfg(target_os = "linux")]
pub(crate) const NO_SIGNAL: i32 = libc::MSG_NOSIGNAL;

#[cfg(not(target_os = "linux"))]
pub(crate) const FROM_ERROR_QUEUE: i32 = 0;
#[cfg(not(target_os = "linux"))]
pub(crate) const NO_SIGNAL: i32 = 0;

/// Receives data and what the kernel tells beside it.
///
/// # Errors
/// Those of `recvmsg`.
#[cfg(target_os = "linux")]
pub(crate) fn receive(
    descriptor: RawFd,
    data: &mut [u8],
    control: &mut [u8],
    flags: i32,
) -> io::Result<Received> {
    let mut piece = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: data.len(),
    };
    // SAFETY: every field of the structure is an integer or a pointer; all zeroes are valid.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut piece;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = control.len() as _;
    // SAFETY: a wrong descriptor makes the call fail, nothing else; the kernel writes at most the stated lengths, which are
    // those of the two buffers, and any bytes are valid `u8`s; all of it outlives the call.
    let count = unsafe { libc::recvmsg(descriptor, &raw mut message, flags) };
    let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
    let beside: usize = message.msg_controllen as _;
    Ok(Received {
        data: count.min(data.len()),
        control: beside.min(control.len()),
    })
}

/// Switches the stamps of a connected TCP socket on: scheduled, sent, acknowledged, arrived.
///
/// # Errors
/// When this kernel has no such stamps.
#[cfg(target_os = "linux")]
pub(crate) fn stamp_all(descriptor: RawFd) -> io::Result<()> {
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
pub(crate) fn stamp_arrivals(descriptor: RawFd) -> io::Result<()> {
    set(
        descriptor,
        libc::SOF_TIMESTAMPING_SOFTWARE | libc::SOF_TIMESTAMPING_RX_SOFTWARE,
    )
}

#[cfg(target_os = "linux")]
fn set(descriptor: RawFd, flags: libc::c_uint) -> io::Result<()> {
    /// With seconds of 64 bits on every machine, since Linux 5.1.
    const SO_TIMESTAMPING_NEW: libc::c_int = 65;
    let length = libc::socklen_t::try_from(size_of_val(&flags)).expect("4 fits");
    // SAFETY: a wrong descriptor makes the call fail, nothing else; the kernel reads `length` bytes, which is the size of
    // the integer behind the pointer, and it outlives the call.
    let result = unsafe {
        libc::setsockopt(
            descriptor,
            libc::SOL_SOCKET,
            SO_TIMESTAMPING_NEW,
            (&raw const flags).cast(),
            length,
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::*;

    pub(crate) fn receive(_: RawFd, _: &mut [u8], _: &mut [u8], _: i32) -> io::Result<Received> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn stamp_all(_: RawFd) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn stamp_arrivals(_: RawFd) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{receive, stamp_all, stamp_arrivals};
