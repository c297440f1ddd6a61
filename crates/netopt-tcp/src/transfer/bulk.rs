//! As many bytes as go through: the sender writes, the receiver reads or lets the kernel discard.
//!
//! Both block in a thread of their own, since one system call for a megabyte costs less than a wake-up for each piece. The
//! sender writes one small block again and again from many slices, so its source stays in the nearest cache. How much one
//! call takes follows how long the last one took: on a slow path a megabyte would block for seconds.

use std::io::{IoSlice, Write as _};
use std::net::Shutdown;
use std::time::Duration;

use netopt_core::unit::BitRate;
use tokio::time::Instant;

use super::error::{Error, Side, Stage};
use super::flow::{Flow, rest_until};
use super::spec::Reading;
use super::stop::{LOOK, Stop};
use super::wire::is_nothing_yet;

/// The block that is written again and again.
const BLOCK: usize = 16 * 1024;
/// The most of them in one call: one megabyte.
const MOST_BLOCKS: usize = 64;
/// What a receiver asks for at least and at most.
const LEAST_READ: usize = 64 * 1024;
const MOST_READ: usize = 4 * 1024 * 1024;
/// A call that took less may take more next time.
const SHORT: Duration = Duration::from_millis(2);
/// A call that took more takes less next time.
const LONG: Duration = Duration::from_millis(20);

/// What a sender shall send.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pour {
    /// When it begins.
    pub(super) from: Instant,
    /// When it ends at the latest.
    pub(super) until: Instant,
    /// After how many bytes it ends before.
    pub(super) most: Option<u64>,
    /// How fast at the most.
    pub(super) rate: Option<BitRate>,
    /// How long the peer may take nothing.
    pub(super) patience: Duration,
}

/// Noise: a tunnel that compresses would make zeros look fast.
pub(super) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// Sends until it is over, then tells the peer that nothing more comes.
///
/// # Errors
/// When the peer closes, resets, or takes nothing for too long.
pub(super) fn pour(flow: &Flow, job: &Pour, stop: &Stop) -> Result<(), Error> {
    let fault = |source| Error::io(Stage::Move, "sending", source);
    let mut stream = &*flow.stream;
    stream.set_write_timeout(Some(LOOK)).map_err(fault)?;
    let block = noise(BLOCK);
    let slices = [IoSlice::new(&block); MOST_BLOCKS];
    let (mut blocks, mut sent) = (4, 0_u64);
    wait_for(job.from, stop);
    let mut now = Instant::now();
    let mut progress = now;
    while now < job.until && !stop.is_told() {
        let left = job.most.map_or(u64::MAX, |most| most.saturating_sub(sent));
        if left == 0 {
            break;
        }
        let allowed = job
            .rate
            .map_or(u64::MAX, |rate| due(rate, now - job.from, sent));
        if allowed == 0 {
            let next = now + Duration::from_millis(1);
            rest_until(next.min(job.until));
            now = Instant::now();
            progress = now;
            continue;
        }
        let most = usize::try_from(left.min(allowed)).unwrap_or(usize::MAX);
        let wrote = if most < BLOCK {
            stream.write(&block[..most])
        } else {
            stream.write_vectored(&slices[..blocks.min(most / BLOCK)])
        };
        let after = Instant::now();
        match wrote {
            Ok(0) => {
                return Err(Error::new(
                    Stage::Move,
                    Side::Peer,
                    "the peer takes no more",
                ));
            }
            Ok(count) => {
                flow.count(count, after);
                sent += count as u64;
                progress = after;
                blocks = next_size(blocks, after - now).clamp(1, MOST_BLOCKS);
            }
            Err(error) if is_nothing_yet(&error) => {
                blocks = 1;
                if after - progress >= job.patience {
                    let what = "the peer took no bytes";
                    return Err(Error::silent(Stage::Move, what, job.patience));
                }
            }
            Err(error) => return Err(fault(error)),
        }
        now = after;
    }
    // It may be gone already, which is no news.
    stream.shutdown(Shutdown::Write).ok();
    Ok(())
}

fn wait_for(from: Instant, stop: &Stop) {
    while Instant::now() < from && !stop.is_told() {
        rest_until(from.min(Instant::now() + LOOK));
    }
}

/// Twice as much after a short call, half as much after a long one.
fn next_size(size: usize, took: Duration) -> usize {
    match took {
        took if took < SHORT => size * 2,
        took if took > LONG => size / 2,
        _ => size,
    }
}

/// The bytes that may go now, in steps of a millisecond's worth.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a product of positive numbers; a float saturates"
)]
fn due(rate: BitRate, since: Duration, sent: u64) -> u64 {
    ((rate.bps() / 8.0 * (since.as_secs_f64() + 1e-3)) as u64).saturating_sub(sent)
}

/// Receives until the peer says that nothing more comes.
///
/// # Errors
/// When the peer resets, says nothing for too long, or does not end by `until`.
pub(super) fn drain(
    flow: &Flow,
    reading: Reading,
    until: Instant,
    patience: Duration,
    stop: &Stop,
) -> Result<(), Error> {
    let fault = |source| Error::io(Stage::Move, "receiving", source);
    flow.stream.set_read_timeout(Some(LOOK)).map_err(fault)?;
    // Untouched pages of it cost nothing when the kernel discards.
    let mut room = vec![0; MOST_READ];
    let mut want = LEAST_READ;
    let mut now = Instant::now();
    let mut progress = now;
    while !stop.is_told() {
        let read = receive(flow, &mut room[..want], reading);
        let after = Instant::now();
        match read {
            Ok(0) => return Ok(()),
            Ok(count) => {
                flow.count(count, after);
                progress = after;
                if count == want || after - now > LONG {
                    want = next_size(want, after - now).clamp(LEAST_READ, MOST_READ);
                }
            }
            Err(error) if is_nothing_yet(&error) => {
                want = LEAST_READ;
                if after - progress >= patience {
                    return Err(Error::silent(
                        Stage::Move,
                        "the peer sent no bytes",
                        patience,
                    ));
                }
            }
            Err(error) => return Err(fault(error)),
        }
        if after >= until {
            let message = "bytes were still on their way long after the end";
            return Err(Error::new(Stage::Move, Side::Path, message));
        }
        now = after;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn receive(flow: &Flow, room: &mut [u8], reading: Reading) -> std::io::Result<usize> {
    use rustix::net::{RecvFlags, recv};
    let mut flags = RecvFlags::empty();
    flags.set(RecvFlags::TRUNC, reading == Reading::Discard);
    // As long as the path is fast, one wake-up for all that was asked for.
    flags.set(RecvFlags::WAITALL, room.len() > LEAST_READ);
    let (_, count) = recv(&*flow.stream, room, flags)?;
    Ok(count)
}

#[cfg(not(target_os = "linux"))]
fn receive(flow: &Flow, room: &mut [u8], _: Reading) -> std::io::Result<usize> {
    use std::io::Read as _;
    (&*flow.stream).read(room)
}
