//! What is full at a look: the peer's window, or the own send buffer.
//!
//! The kernel's clocks (`rwnd_limited`, `sndbuf_limited`) run only at moments at which it could send and does not. A sender
//! that is paced, as by BBR, is rarely at such a moment: behind a window of 18 kB on a path of 40 ms they showed 33 % and
//! not 100 %. Sizes tell the same without clocks: something is full while everything else has room.

use netopt_core::unit::Bytes;
use netopt_tcp::TcpInfo;
use netopt_tcp::diag::Socket;

/// What is in flight makes a window full from this share of it on: acknowledgements are underway for the rest.
const FULL_WINDOW: f64 = 0.75;
/// A writer is woken when a third of the buffer is free, so a buffer that is always filled is seen two thirds full.
const FULL_BUFFER: f64 = 0.6;

/// Whether what is in flight fills the window that the peer offers, and the congestion window is larger.
pub(super) fn is_window_full(socket: &Socket) -> bool {
    let Some(info) = socket.info.as_ref() else {
        return false;
    };
    let (Some(window), Some(unsent), Some(congestion)) =
        (info.snd_wnd(), info.notsent_bytes(), congestion(info))
    else {
        return false;
    };
    let in_flight = socket.send_queue.saturating_sub(unsent);
    congestion > window && in_flight > Bytes::ZERO && fills(in_flight, window, FULL_WINDOW)
}

/// Whether the send buffer is full, and what is in it would fit into both windows.
pub(super) fn is_buffer_full(socket: &Socket) -> bool {
    let (Some(info), Some(memory)) = (socket.info.as_ref(), socket.memory) else {
        return false;
    };
    let (Some(window), Some(congestion)) = (info.snd_wnd(), congestion(info)) else {
        return false;
    };
    let room = window.min(congestion);
    memory.queued > Bytes::ZERO
        && fills(memory.queued, memory.send_buffer, FULL_BUFFER)
        && !fills(socket.send_queue, room, FULL_WINDOW)
}

/// The congestion window in bytes.
fn congestion(info: &TcpInfo) -> Option<Bytes> {
    let bytes = u64::from(info.snd_cwnd()?).checked_mul(info.snd_mss()?.get())?;
    Some(Bytes::new(bytes))
}

fn fills(part: Bytes, whole: Bytes, share: f64) -> bool {
    part.bits() >= share * whole.bits()
}

#[cfg(test)]
mod tests {
    use netopt_tcp::diag::Memory;

    use super::*;
    use crate::sockets::scene::Scene;

    fn socket(scene: Scene, queued: u64) -> Socket {
        let mut socket = scene.connection().now().clone();
        socket.memory = Some(Memory {
            queued: Bytes::new(queued),
            send_buffer: Bytes::new(32_768),
            ..Memory::default()
        });
        socket
    }

    #[test]
    fn the_smaller_of_the_windows_is_the_one_that_is_full() {
        // Measured behind a window of 18,824 bytes: 38 segments of 1448 may be in flight, 13 are.
        let held = Scene {
            send_queue: 33_304,
            unsent: 14_480,
            window: 18_824,
            cwnd: 38,
            ..Scene::default()
        };
        assert!(is_window_full(&socket(held, 0)));
        assert!(
            !is_window_full(&socket(Scene { cwnd: 13, ..held }, 0)),
            "the path's"
        );
        assert!(!is_window_full(&socket(
            Scene {
                unsent: 20_000,
                ..held
            },
            0
        )));
    }

    #[test]
    fn a_buffer_is_too_small_only_while_the_windows_have_room() {
        // Measured with SO_SNDBUF of 16 KiB, which the kernel doubles.
        let held = Scene {
            send_queue: 47_784,
            window: 263_168,
            cwnd: 92,
            ..Scene::default()
        };
        assert!(is_buffer_full(&socket(held, 31_000)));
        assert!(!is_buffer_full(&socket(held, 10_000)), "the program's");
        assert!(
            !is_buffer_full(&socket(Scene { cwnd: 40, ..held }, 31_000)),
            "the path's"
        );
        assert!(
            !is_buffer_full(&socket(
                Scene {
                    window: 50_000,
                    ..held
                },
                31_000
            )),
            "the peer's"
        );
    }
}
