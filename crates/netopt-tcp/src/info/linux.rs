//! The one system call that socket2, nix and rustix lack: `getsockopt(TCP_INFO)` with its returned length.
#![expect(
    unsafe_code,
    reason = "TCP_INFO has no safe wrapper that keeps the returned length"
)]

use std::io;
use std::os::fd::RawFd;

/// Fills `buffer` and returns how much of it the kernel filled.
pub(super) fn read(descriptor: RawFd, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = libc::socklen_t::try_from(buffer.len()).unwrap_or(libc::socklen_t::MAX);
    // SAFETY: a wrong descriptor makes the call fail, nothing else; the kernel writes at most `length` bytes, which is not
    // more than the length of the buffer, and any bytes are valid `u8`s; `length` outlives the call.
    let result = unsafe {
        libc::getsockopt(
            descriptor,
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            buffer.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(usize::try_from(length).unwrap_or(0).min(buffer.len()))
}
