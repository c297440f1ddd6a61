//! One socket of a listing: `struct inet_diag_msg` and its attributes.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use netopt_core::unit::Bytes;

use crate::TcpInfo;
use crate::info::State;

use super::algorithm::Algorithm;
use super::request::Family;
use super::wire::{attributes, u32_at};

/// A TCP socket as the kernel lists it.
#[derive(Debug, Clone)]
pub struct Socket {
    /// Our end. An IPv4 address in IPv6 form is told as what it is.
    pub local: SocketAddr,
    /// The other end; port 0 of a listening socket.
    pub peer: SocketAddr,
    /// Where the connection is in its life.
    pub state: State,
    /// The timer that runs, and how long it still does.
    pub timer: Option<(Timer, Duration)>,
    /// Timeouts or probes in a row.
    pub retransmits: u8,
    /// Bytes that came and that the program has not read. Of a listening socket: connections that wait.
    pub receive_queue: Bytes,
    /// Bytes that the program wrote and the peer has not acknowledged. Of a listening socket: how many may wait.
    pub send_queue: Bytes,
    /// The user who owns it.
    pub user: u32,
    /// The inode by which `/proc/PID/fd` names it; 0 once no program holds it.
    pub inode: u32,
    /// What no other socket of this boot has.
    pub cookie: u64,
    /// Its memory.
    pub memory: Option<Memory>,
    /// The name of its congestion control.
    pub congestion: Option<CongestionControl>,
    /// What the congestion control tells of itself.
    pub algorithm: Option<Algorithm>,
    /// All that the kernel knows of the connection; `None` of one that waits for stragglers.
    pub info: Option<TcpInfo>,
}

/// A timer of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timer {
    /// To send again, or a probe for a lost tail.
    Retransmit,
    /// To ask whether the peer is there.
    KeepAlive,
    /// To forget the connection.
    TimeWait,
    /// To ask for a window that the peer closed.
    WindowProbe,
}

/// The memory of a socket (`SK_MEMINFO`), with the kernel's overhead for each packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// In use for what came.
    pub received: Bytes,
    /// The bound of it (`SO_RCVBUF`), which the kernel tunes unless somebody set it.
    pub receive_buffer: Bytes,
    /// In use for what goes.
    pub queued: Bytes,
    /// The bound of it (`SO_SNDBUF`), which the kernel tunes unless somebody set it.
    pub send_buffer: Bytes,
    /// Packets dropped by the socket since it was opened.
    pub drops: u32,
}

/// The name of a congestion control: at most 15 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CongestionControl {
    name: [u8; 15],
    length: usize,
}

impl CongestionControl {
    /// The name, such as `cubic`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name
            .get(..self.length)
            .and_then(|name| str::from_utf8(name).ok())
            .unwrap_or_default()
    }

    /// A name of lower-case letters, digits, `_` and `-`, up to its first zero byte.
    fn read(bytes: &[u8]) -> Option<Self> {
        let length = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
        let text = bytes.get(..length)?;
        if text.is_empty() || !text.iter().all(is_name) {
            return None;
        }
        let mut name = [0; 15];
        name.get_mut(..length)?.copy_from_slice(text);
        Some(Self { name, length })
    }
}

impl fmt::Debug for CongestionControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Bytes of `struct inet_diag_msg`.
const FIXED: usize = 72;

impl Socket {
    /// Reads the payload of a message; `None` for less than its fixed part, another family, or a state that is not known.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let fixed: &[u8; FIXED] = bytes.first_chunk()?;
        let family = [Family::V4, Family::V6]
            .into_iter()
            .find(|family| family.number() == fixed[0])?;
        let interface = u32_at(fixed, 40)?;
        let (low, high) = (u32_at(fixed, 44)?, u32_at(fixed, 48)?);
        let mut socket = Self {
            local: address(family, fixed, 4, 8, interface)?,
            peer: address(family, fixed, 6, 24, interface)?,
            state: State::from_number(fixed[1])?,
            timer: timer(fixed[2], u32_at(fixed, 52)?),
            retransmits: fixed[3],
            receive_queue: bytes32(fixed, 56)?,
            send_queue: bytes32(fixed, 60)?,
            user: u32_at(fixed, 64)?,
            inode: u32_at(fixed, 68)?,
            cookie: u64::from(high) << 32 | u64::from(low),
            memory: None,
            congestion: None,
            algorithm: None,
            info: None,
        };
        for (kind, value) in attributes(&bytes[FIXED..]) {
            match kind {
                2 => socket.info = Some(TcpInfo::from_bytes(value)),
                4 => socket.congestion = CongestionControl::read(value),
                7 => socket.memory = memory(value),
                other => socket.algorithm = Algorithm::read(other, value).or(socket.algorithm),
            }
        }
        Some(socket)
    }
}

/// The address at `place` with the port at `port`, both in network order.
fn address(
    family: Family,
    fixed: &[u8; FIXED],
    port: usize,
    place: usize,
    interface: u32,
) -> Option<SocketAddr> {
    let port = u16::from_be_bytes(*fixed.get(port..)?.first_chunk()?);
    let ip = match family {
        Family::V4 => IpAddr::V4(Ipv4Addr::from(*fixed.get(place..)?.first_chunk::<4>()?)),
        Family::V6 => Ipv6Addr::from(*fixed.get(place..)?.first_chunk::<16>()?).to_canonical(),
    };
    let mut address = SocketAddr::new(ip, port);
    if let SocketAddr::V6(six) = &mut address
        && six.ip().is_unicast_link_local()
    {
        six.set_scope_id(interface);
    }
    Some(address)
}

fn timer(number: u8, millis: u32) -> Option<(Timer, Duration)> {
    let timer = match number {
        1 => Timer::Retransmit,
        2 => Timer::KeepAlive,
        3 => Timer::TimeWait,
        4 => Timer::WindowProbe,
        _ => return None,
    };
    // A timer that is due may be some ticks below zero.
    let left = if millis > u32::MAX / 2 { 0 } else { millis };
    Some((timer, Duration::from_millis(left.into())))
}

/// `SK_MEMINFO_*`: nine numbers of four bytes.
fn memory(bytes: &[u8]) -> Option<Memory> {
    Some(Memory {
        received: bytes32(bytes, 0)?,
        receive_buffer: bytes32(bytes, 4)?,
        queued: bytes32(bytes, 20)?,
        send_buffer: bytes32(bytes, 12)?,
        drops: u32_at(bytes, 32)?,
    })
}

fn bytes32(bytes: &[u8], offset: usize) -> Option<Bytes> {
    Some(Bytes::new(u32_at(bytes, offset)?.into()))
}
