//! One connection over the time in which it was watched.

use std::time::Duration;

use netopt_core::unit::{Bytes, Ratio};
use netopt_tcp::attribution::{Confidence, Context, Limit, attribute};
use netopt_tcp::diag::{Socket, Timer};
use netopt_tcp::info::State;
use netopt_tcp::{Delta, TcpInfo};

use super::Owner;
use super::course::Course;
use super::fill::{is_buffer_full, is_window_full};

/// One connection over the time in which it was watched: its looks, in order of time.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    first: (Duration, Socket),
    last: (Duration, Socket),
    looks: u32,
    course: Course,
    /// Looks at which the last rate was one that the program limited.
    app_limited: u32,
    /// Looks at which the peer's window was full, and those at which the send buffer was.
    full_window: u32,
    full_buffer: u32,
    /// What waited at every look, to be read and to be acknowledged.
    standing_in: Bytes,
    standing_out: Bytes,
    /// Who holds it; `None` if that is hidden, or nobody does any more.
    pub(crate) owner: Option<Owner>,
    /// Who holds the other end, if that is on this machine.
    pub(crate) peer_owner: Option<Owner>,
}

/// What held a sender, as shares of the time in which it was watched. They add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Shares {
    /// Nothing to send.
    pub(crate) idle: Ratio,
    /// The peer's window.
    pub(crate) peer_window: Ratio,
    /// The own send buffer.
    pub(crate) send_buffer: Ratio,
    /// Busy otherwise: the path, the congestion window, or waiting for an acknowledgement.
    pub(crate) otherwise: Ratio,
}

impl Connection {
    /// The first look.
    pub(super) fn new(at: Duration, socket: Socket) -> Self {
        Self {
            looks: 1,
            course: Course::default(),
            app_limited: u32::from(is_app_limited(&socket)),
            full_window: u32::from(is_window_full(&socket)),
            full_buffer: u32::from(is_buffer_full(&socket)),
            standing_in: unread(&socket),
            standing_out: socket.send_queue,
            first: (at, socket.clone()),
            last: (at, socket),
            owner: None,
            peer_owner: None,
        }
    }

    /// Another look.
    pub(super) fn look(&mut self, at: Duration, socket: Socket) {
        self.looks += 1;
        self.app_limited += u32::from(is_app_limited(&socket));
        self.full_window += u32::from(is_window_full(&socket));
        self.full_buffer += u32::from(is_buffer_full(&socket));
        self.standing_in = self.standing_in.min(unread(&socket));
        self.standing_out = self.standing_out.min(socket.send_queue);
        if let (Some(before), Some(now)) = (&self.last.1.info, &socket.info) {
            self.course.take((self.last.0, before), (at, now));
        }
        self.last = (at, socket);
    }

    /// What limited it as a sender while it was watched, if the looks are enough to say so.
    pub(super) fn limit(&self) -> Option<Limit> {
        let found = attribute(self.course.looks(), &Context::default())?;
        (found.confidence > Confidence::Low).then_some(found.limit)
    }

    /// As it was at the last look.
    pub(crate) const fn now(&self) -> &Socket {
        &self.last.1
    }

    /// As it was at the first look.
    pub(super) const fn before(&self) -> &Socket {
        &self.first.1
    }

    /// The kernel's view at the last look.
    pub(crate) const fn info(&self) -> Option<&TcpInfo> {
        self.now().info.as_ref()
    }

    /// How often it was looked at.
    pub(crate) const fn looks(&self) -> u32 {
        self.looks
    }

    /// When it was last seen.
    pub(super) const fn seen(&self) -> Duration {
        self.last.0
    }

    /// From the first look to the last.
    pub(crate) fn watched(&self) -> Duration {
        self.last.0.saturating_sub(self.first.0)
    }

    /// What happened in between; all unknown after one look.
    pub(crate) fn delta(&self) -> Delta {
        match (self.info(), self.before().info.as_ref()) {
            (Some(now), Some(before)) if self.looks > 1 => now.since(before),
            _ => Delta::default(),
        }
    }

    /// What held it as a sender; `None` where the kernel does not tell, or after one look.
    pub(crate) fn shares(&self) -> Option<Shares> {
        let (delta, watched) = (self.delta(), self.watched().as_secs_f64());
        if watched <= 0.0 {
            return None;
        }
        // The kernel counts ticks and a look takes a moment, so a share may come out as a little more than all.
        let share = |time: Duration| (time.as_secs_f64() / watched).min(1.0);
        let peer_window = share(delta.rwnd_limited?);
        let send_buffer = share(delta.sndbuf_limited?).min(1.0 - peer_window);
        let otherwise = share(delta.busy_otherwise()?).min(1.0 - peer_window - send_buffer);
        let idle = (1.0 - peer_window - send_buffer - otherwise).max(0.0);
        Some(Shares {
            idle: Ratio::new(idle)?,
            peer_window: Ratio::new(peer_window)?,
            send_buffer: Ratio::new(send_buffer)?,
            otherwise: Ratio::new(otherwise.max(0.0))?,
        })
    }

    /// What waited to be read at every look.
    pub(crate) const fn standing_in(&self) -> Bytes {
        self.standing_in
    }

    /// What waited to be acknowledged at every look.
    pub(crate) const fn standing_out(&self) -> Bytes {
        self.standing_out
    }

    /// What the program read in between: what came, less what the queue grew by.
    pub(super) fn read(&self) -> Option<Bytes> {
        // The peer's FIN counts as a byte that came, and nobody reads it.
        let is_left =
            self.now().state == State::CloseWait && self.before().state != State::CloseWait;
        let farewell = Bytes::new(u64::from(is_left));
        let came = self.delta().bytes_received?.saturating_sub(farewell);
        let waited = unread(self.before());
        Some((came + waited).saturating_sub(unread(self.now())))
    }

    /// Whether the program limited the rate at most looks.
    pub(super) const fn is_app_limited(&self) -> bool {
        2 * self.app_limited >= self.looks
    }

    /// Whether the peer's window was full at most looks.
    pub(super) const fn is_window_full(&self) -> bool {
        2 * self.full_window > self.looks
    }

    /// Whether the send buffer was full at most looks, and both windows had room.
    pub(super) const fn is_buffer_full(&self) -> bool {
        2 * self.full_buffer > self.looks
    }

    /// Whether the peer's window is closed and is asked after.
    pub(crate) fn is_window_closed(&self) -> bool {
        let is_probed = self
            .now()
            .timer
            .is_some_and(|(timer, _)| timer == Timer::WindowProbe);
        is_probed || self.info().and_then(TcpInfo::snd_wnd) == Some(Bytes::ZERO)
    }
}

fn is_app_limited(socket: &Socket) -> bool {
    socket
        .info
        .as_ref()
        .and_then(TcpInfo::delivery_rate_app_limited)
        == Some(true)
}

/// What waits to be read. The kernel counts the peer's FIN, too, until the program closes.
fn unread(socket: &Socket) -> Bytes {
    let farewell = u64::from(socket.state == State::CloseWait);
    socket.receive_queue.saturating_sub(Bytes::new(farewell))
}
