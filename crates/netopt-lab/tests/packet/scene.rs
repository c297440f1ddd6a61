//! Rooms for tests: one link at a time, since two of them would make each other late.

use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes};
use netopt_lab::packet::{FAR, PacketLink, Room, RoomSpec, Truth, Void};
use netopt_lab::path::{Limit, PathSpec, Rate, WaySpec};
use socket2::SockRef;

/// How often a run that the lab spoilt is made again.
const TRIES: usize = 6;

/// A wait that is longer than any of these tests needs; it makes a hang a failure.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The receive buffer of datagram sockets, in bytes.
const DATAGRAMS: usize = 4 * 1024 * 1024;

static ALONE: Mutex<()> = Mutex::new(());

/// A path of the same kind both ways: round trip in ms, rate in Mbit/s, 200 kB of queue.
pub(crate) fn path(rtt_ms: u64, mbit: Option<f64>) -> PathSpec {
    let mut way = WaySpec {
        delay: Duration::from_micros(rtt_ms * 500),
        ..WaySpec::default()
    };
    if let Some(mbit) = mbit {
        way.rate = Rate::Fixed(BitRate::from_bps(mbit * 1e6).unwrap());
        way.queue.limit = Limit::Bytes(Bytes::new(200_000));
    }
    PathSpec::symmetric(way)
}

/// Rooms with the machine's congestion control.
pub(crate) fn rooms() -> RoomSpec {
    RoomSpec::default()
}

/// Rooms with a congestion control by name.
pub(crate) fn with(congestion_control: &str) -> RoomSpec {
    RoomSpec {
        congestion_control: Some(congestion_control.to_owned()),
    }
}

/// A link, and the right to be the only one.
pub(crate) struct Alone {
    pub(crate) link: PacketLink,
    _alone: MutexGuard<'static, ()>,
}

/// A link of that path, or `None` with a word on stderr where rooms cannot be made.
pub(crate) fn link(path: &PathSpec, rooms: &RoomSpec) -> Option<Alone> {
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    match PacketLink::start(path, rooms) {
        Ok(link) => Some(Alone {
            link,
            _alone: alone,
        }),
        Err(error) if error.is_missing_here() => {
            eprintln!("skipped: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// Measures over a fresh link until the lab was on time, and gives what was measured then, with the truth.
///
/// `None` with a word on stderr where rooms cannot be made, and where this machine never let the link be on time: then there is
/// nothing to judge. That the link itself is on time is a test of its own, of medians, which a busy machine does not move.
pub(crate) fn honest<T>(
    path: &PathSpec,
    rooms: &RoomSpec,
    measure: impl Fn(&PacketLink) -> T,
) -> Option<(T, Truth)> {
    let mut last = None;
    for _ in 0..TRIES {
        let alone = link(path, rooms)?;
        let measured = measure(&alone.link);
        let truth = alone.link.finish();
        match truth.void(path.rtt()) {
            None => return Some((measured, truth)),
            Some(void @ (Void::Late(..) | Void::Busy(_))) => last = Some(void),
            Some(void) => panic!("{void}"),
        }
    }
    eprintln!(
        "skipped: this machine has no time for a link: {}",
        last.unwrap()
    );
    None
}

/// A UDP socket at each end, connected to each other: near, far.
pub(crate) fn datagrams(link: &PacketLink) -> [UdpSocket; 2] {
    let bind = |room: &Room| {
        let address = SocketAddr::from((room.address(), 7000));
        let socket = room.within(|| UdpSocket::bind(address).unwrap()).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        // A reader that does not get the processor for a moment must not lose what the link has delivered.
        SockRef::from(&socket)
            .set_recv_buffer_size(DATAGRAMS)
            .unwrap();
        socket
    };
    let [near, far] = [bind(link.near()), bind(link.far())];
    near.connect(far.local_addr().unwrap()).unwrap();
    far.connect(near.local_addr().unwrap()).unwrap();
    [near, far]
}

/// A listening socket at the far end.
pub(crate) fn listener(link: &PacketLink) -> TcpListener {
    let listen = || TcpListener::bind((FAR, 7001)).unwrap();
    link.far().within(listen).unwrap()
}

/// A TCP connection: near, far.
pub(crate) fn connection(link: &PacketLink, listener: &TcpListener) -> [TcpStream; 2] {
    let address = listener.local_addr().unwrap();
    let near = link
        .near()
        .within(|| TcpStream::connect(address).unwrap())
        .unwrap();
    let (far, _) = listener.accept().unwrap();
    for end in [&near, &far] {
        end.set_read_timeout(Some(PATIENCE)).unwrap();
        end.set_write_timeout(Some(PATIENCE)).unwrap();
    }
    [near, far]
}

/// The middle value.
pub(crate) fn median(mut values: Vec<Duration>) -> Duration {
    values.sort_unstable();
    values[values.len() / 2]
}
