//! How long the calling thread was kept waiting for a processor, as the kernel counts it.
//!
//! A thread that is woken by a packet runs some 50 to 200 µs later, and a packet must not count as having arrived only then.
//! Linux adds up for each thread how long it was ready and did not run (`/proc/thread-self/schedstat`, second number, in ns).
//! Where a kernel does not count (`CONFIG_SCHED_INFO`), the wait is taken for nothing. What it leaves alone: what is made of
//! it.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::time::Duration;

/// Three numbers of at most 20 digits, two spaces and an end of line.
const LONGEST: usize = 64;

/// The calling thread's count of waiting. It must stay with its thread.
#[derive(Debug)]
pub(super) struct RunDelay(Option<File>);

impl RunDelay {
    /// That of the calling thread.
    pub(super) fn of_this_thread() -> Self {
        Self(File::open("/proc/thread-self/schedstat").ok())
    }

    /// All waiting until now.
    pub(super) fn read(&self) -> Duration {
        let mut text = [0; LONGEST];
        let length = self
            .0
            .as_ref()
            .and_then(|file| file.read_at(&mut text, 0).ok());
        length
            .and_then(|length| second(&text[..length]))
            .unwrap_or_default()
    }
}

/// The second number of `text`, in nanoseconds.
fn second(text: &[u8]) -> Option<Duration> {
    let text = std::str::from_utf8(text).ok()?;
    let nanoseconds = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_number_counts_and_anything_else_is_nothing() {
        assert_eq!(
            second(b"58279158 522023 46\n"),
            Some(Duration::from_nanos(522_023))
        );
        for text in [
            &b""[..],
            b"12",
            b"12 x 3",
            b"12 -4 3",
            b"\xff \xff",
            b"1 18446744073709551616 1",
        ] {
            assert_eq!(second(text), None, "{text:?}");
        }
    }

    #[test]
    fn the_wait_of_a_thread_only_grows() {
        let delay = RunDelay::of_this_thread();
        let before = delay.read();
        for _ in 0..3 {
            std::thread::yield_now();
        }
        assert!(delay.read() >= before);
    }
}
