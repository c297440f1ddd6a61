//! One sentence for a group of connections with the same cause: who, the figure, what to do.

use netopt_core::unit::{Ratio, show_duration};
use netopt_tcp::TcpInfo;

use super::summary::Members;
use super::{Cause, Connection, Owner};

/// The sentence of a group.
pub(super) fn of(cause: Cause, members: &Members<'_>) -> String {
    let worst = members.worst;
    let figure = match cause {
        Cause::Unanswered => unanswered(worst),
        Cause::Unread => unread(worst),
        Cause::NotClosed => "the peer has closed and the program has not. Unless it still has something to send, it \
            forgets its connections: each keeps a descriptor."
            .to_owned(),
        Cause::ClosedWindow => closed_window(worst),
        Cause::SlowReader => slow_reader(worst),
        Cause::PeerWindow => peer_window(worst),
        Cause::SendBuffer => send_buffer(worst),
        Cause::Loss => loss(worst),
        Cause::Queue => queue(worst),
        Cause::Reordered => reordered(worst),
        Cause::Path | Cause::Sender | Cause::Program | Cause::Idle | Cause::Unknown => {
            cause.words().to_owned()
        }
    };
    format!("{}: {figure}", who(members))
}

/// One connection by its ends, several by what they share.
fn who(members: &Members<'_>) -> String {
    let program = members.worst.owner.as_ref().map(Owner::named);
    let now = members.worst.now();
    match (members.count, program) {
        (1, Some(program)) => format!("{program}, {} → {}", now.local, now.peer),
        (1, None) => format!("{} → {}", now.local, now.peer),
        (count, program) => {
            let of = program.map_or_else(String::new, |program| format!(" of {program}"));
            let (peer, one) = (now.peer.ip(), now.local);
            format!(
                "{count} connections{of} with {peer}, such as {one} → {}",
                now.peer
            )
        }
    }
}

impl Owner {
    /// Name and number.
    pub(crate) fn named(&self) -> String {
        format!("{} ({})", self.program, self.pid)
    }
}

fn unanswered(one: &Connection) -> String {
    let silent = one.info().and_then(TcpInfo::last_ack_recv);
    let since = silent.map_or_else(String::new, |time| format!(" for {}", show_duration(time)));
    let timeout = one.info().and_then(TcpInfo::rto);
    let next = timeout.map_or_else(String::new, |rto| {
        format!("; the next attempt waits up to {}", show_duration(rto))
    });
    format!(
        "{} sent and nothing acknowledged{since}{next}. The peer or the path is gone: see whether {} answers at all.",
        one.now().send_queue,
        one.now().peer.ip(),
    )
}

fn unread(one: &Connection) -> String {
    let watched = show_duration(one.watched());
    format!(
        "{} wait to be read and the program read nothing in {watched}. It is stuck or busy elsewhere: see what it does.{}",
        one.standing_in(),
        one.peer_owner.as_ref().map_or_else(String::new, |peer| {
            format!(" The sender is {}.", peer.named())
        }),
    )
}

fn closed_window(one: &Connection) -> String {
    format!(
        "{} wait, and the peer has closed its window. Nothing here or on the path is slow: {} does not read.",
        one.now().send_queue,
        reader(one),
    )
}

fn slow_reader(one: &Connection) -> String {
    format!(
        "{} wait to be read at every look, and the window that is left is smaller. The program reads more slowly than data \
         comes; if it sets SO_RCVBUF, remove that.",
        one.standing_in(),
    )
}

fn peer_window(one: &Connection) -> String {
    let share = share_of(one.shares().map(|shares| shares.peer_window));
    let window = one.info().and_then(TcpInfo::snd_wnd);
    let size = window.map_or_else(String::new, |window| format!(" of {window}"));
    let full = if one.is_window_full() {
        "; what is in flight fills it, and the congestion window has room"
    } else {
        ""
    };
    format!(
        "held by the peer's window{size}, {share} by the kernel's clock{full}. Either {} reads slowly, or its receive buffer \
         is too small: remove SO_RCVBUF there, or raise tcp_rmem.",
        reader(one),
    )
}

/// Who ought to read.
fn reader(one: &Connection) -> String {
    one.peer_owner.as_ref().map_or_else(
        || format!("the program at {}", one.now().peer),
        Owner::named,
    )
}

fn send_buffer(one: &Connection) -> String {
    let share = share_of(one.shares().map(|shares| shares.send_buffer));
    let size = one
        .now()
        .memory
        .map_or_else(String::new, |memory| format!(" of {}", memory.send_buffer));
    let full = if one.is_buffer_full() {
        "; it is full, and both windows have room"
    } else {
        ""
    };
    format!(
        "held by its own send buffer{size}, {share} by the kernel's clock{full}. If the program sets SO_SNDBUF, remove that, \
         and the kernel tunes it; else raise tcp_wmem."
    )
}

fn loss(one: &Connection) -> String {
    let delta = one.delta();
    let share = delta
        .retransmitted()
        .map_or_else(|| "much".to_owned(), |share| share.to_string());
    let again = delta.bytes_retrans.unwrap_or_default();
    let spurious = delta.dsack_dups.unwrap_or_default();
    let for_nothing = if spurious > 0 {
        format!(", {spurious} segments of it for nothing")
    } else {
        String::new()
    };
    let advice = match one.now().congestion {
        Some(name) if name.name().starts_with("bbr") => "Look for the lossy link.".to_owned(),
        Some(name) => format!(
            "Look for the lossy link, or try BBR instead of {}: single losses do not slow it down.",
            name.name()
        ),
        None => "Look for the lossy link.".to_owned(),
    };
    format!("{share} of what it sent was sent again ({again}{for_nothing}). {advice}")
}

fn queue(one: &Connection) -> String {
    let rtt = one.info().and_then(TcpInfo::rtt).unwrap_or_default();
    let least = one.info().and_then(TcpInfo::min_rtt).unwrap_or_default();
    let rate = one
        .info()
        .and_then(TcpInfo::delivery_rate)
        .map_or_else(String::new, |rate| format!(" at {rate}"));
    format!(
        "the round trip is {}, and {} without the queue. The line is full{rate}: more bytes need a faster line, shorter \
         waits need a shorter queue (fq_codel at the bottleneck, or BBR here).",
        show_duration(rtt),
        show_duration(least),
    )
}

fn reordered(one: &Connection) -> String {
    let delta = one.delta();
    let (mixed, all) = (
        delta.rcv_ooopack.unwrap_or_default(),
        delta.data_segs_in.unwrap_or_default(),
    );
    format!(
        "{mixed} of {all} packets came out of order: something on the way here loses or reorders. Only the sender knows which."
    )
}

fn share_of(share: Option<Ratio>) -> String {
    share.map_or_else(
        || "at the last look".to_owned(),
        |share| format!("{:.0} % of the time", share.get() * 100.0),
    )
}

/// A share of bytes sent again below which nobody is named.
const NAMED: f64 = 0.001;

/// Who sent most again since it was opened; `None` for next to nothing.
pub(super) fn retransmitter(one: &Connection) -> Option<String> {
    let info = one.info()?;
    let (again, sent) = (info.bytes_retrans()?, info.bytes_sent()?);
    let share = Ratio::of(again.get(), sent.get()).filter(|share| share.get() >= NAMED)?;
    let program = one
        .owner
        .as_ref()
        .map_or_else(String::new, |owner| format!("{}, ", owner.named()));
    let peer = one.now().peer;
    Some(format!("{program}→ {peer} {share} of {sent}"))
}
