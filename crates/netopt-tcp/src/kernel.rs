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

/// Reads the option `number` of `level` into `buffer` and returns how much of it the kernel filled.
///
/// # Errors
/// Those of `getsockopt`.
#[cfg(target_os = "linux")]
pub(crate) fn get_option(
    descriptor: RawFd,
    level: i32,
    number: i32,
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut length = libc::socklen_t::try_from(buffer.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: a wrong descriptor makes the call fail, nothing else; the kernel writes at most `length` bytes, which is not
    // more than the length of the buffer, and any bytes are valid `u8`s; `length` outlives the call.
    let result = unsafe {
        libc::getsockopt(
            descriptor,
            level,
            number,
            buffer.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(usize::try_from(length).unwrap_or(0).min(buffer.len()))
}

/// Sets the option `number` of `level` to these bytes.
///
/// # Errors
/// Those of `setsockopt`.
#[cfg(target_os = "linux")]
pub(crate) fn set_option(
    descriptor: RawFd,
    level: i32,
    number: i32,
    value: &[u8],
) -> io::Result<()> {
    let length = libc::socklen_t::try_from(value.len())
        .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // SAFETY: a wrong descriptor makes the call fail, nothing else; the kernel reads `length` bytes, which is the length of
    // the slice, and the slice outlives the call. No option of the table takes a pointer in its bytes.
    let result =
        unsafe { libc::setsockopt(descriptor, level, number, value.as_ptr().cast(), length) };
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

    pub(crate) fn get_option(_: RawFd, _: i32, _: i32, _: &mut [u8]) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) fn set_option(_: RawFd, _: i32, _: i32, _: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{get_option, receive, set_option};
