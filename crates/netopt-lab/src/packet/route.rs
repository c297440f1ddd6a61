//! A route with a congestion control, by the kernel's route messages (rtnetlink(7)).
//!
//! A namespace may choose its default only among those that the machine allows everybody. A route may name any, and the
//! connections along it take it at both ends, whatever they asked for themselves. What it leaves alone: all else about
//! routes.

use std::io;
use std::net::Ipv4Addr;

use rustix::net::netdevice::name_to_index;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketType, recv, send, socket};

/// `RTM_NEWROUTE`.
const NEW_ROUTE: u16 = 24;
/// `NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE`.
const FLAGS: u16 = 0x0001 | 0x0004 | 0x0400;
/// `AF_INET`, a prefix of 32 bits, no source, no type of service; the main table, from an administrator, on the link,
/// unicast: the first eight bytes of `struct rtmsg`.
const HEAD: [u8; 8] = [2, 32, 0, 0, 254, 4, 253, 1];
/// `RTA_DST`, `RTA_OIF`, `RTA_METRICS`, and in the latter `RTAX_CC_ALGO`.
const DESTINATION: u16 = 1;
const INTERFACE: u16 = 4;
const METRICS: u16 = 8;
const CONGESTION_CONTROL: u16 = 16;

/// The longest name that the kernel takes (`TCP_CA_NAME_MAX`), with its zero.
const LONGEST_NAME: usize = 16;

/// Where the error is in an answer: behind its header of 16 bytes.
const ERROR_AT: std::ops::Range<usize> = 16..20;

/// Routes what is for `to` by `interface`, with `congestion_control`, in the calling thread's network.
///
/// # Errors
/// What the kernel says; an unknown congestion control is an invalid input.
pub(super) fn add(to: Ipv4Addr, interface: &str, congestion_control: &str) -> io::Result<()> {
    if congestion_control.len() >= LONGEST_NAME {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let kernel = socket(AddressFamily::NETLINK, SocketType::RAW, None)?;
    let index = name_to_index(&kernel, interface)?;
    send(
        &kernel,
        &message(to, index, congestion_control),
        SendFlags::empty(),
    )?;
    let mut answer = [0; 256];
    let (length, _) = recv(&kernel, &mut answer, RecvFlags::empty())?;
    let error = answer[..length].get(ERROR_AT);
    let error = error
        .and_then(|bytes| bytes.try_into().ok())
        .map(i32::from_ne_bytes);
    match error {
        Some(0) => Ok(()),
        Some(number) => Err(io::Error::from_raw_os_error(-number)),
        None => Err(io::ErrorKind::InvalidData.into()),
    }
}

fn message(to: Ipv4Addr, interface: u32, congestion_control: &str) -> Vec<u8> {
    let mut body = HEAD.to_vec();
    body.extend([0; 4]);
    attribute(&mut body, DESTINATION, &to.octets());
    attribute(&mut body, INTERFACE, &interface.to_ne_bytes());
    let mut name = congestion_control.as_bytes().to_vec();
    name.push(0);
    let mut metrics = Vec::new();
    attribute(&mut metrics, CONGESTION_CONTROL, &name);
    attribute(&mut body, METRICS, &metrics);
    let length = u32::try_from(body.len() + 16).expect("the name is short");
    let mut message = length.to_ne_bytes().to_vec();
    message.extend(NEW_ROUTE.to_ne_bytes());
    message.extend(FLAGS.to_ne_bytes());
    // Sequence number and sender: there is one message.
    message.extend([0; 8]);
    message.extend(body);
    message
}

/// Length, kind, value, and zeroes up to a multiple of four.
fn attribute(to: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(value.len() + 4).expect("values are short");
    to.extend(length.to_ne_bytes());
    to.extend(kind.to_ne_bytes());
    to.extend(value);
    to.resize(to.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_as_long_as_it_says_and_made_of_whole_words() {
        let message = message(Ipv4Addr::new(198, 18, 0, 2), 2, "cubic");
        // 16 of header, 12 of route, 8 for each of address and interface, 4 + 4 + 8 for the name.
        assert_eq!(message.len(), 16 + 12 + 8 + 8 + 16);
        assert_eq!(message[..4], 60_u32.to_ne_bytes());
        assert!(message.windows(6).any(|part| part == b"cubic\0"));
    }

    #[test]
    fn a_name_that_the_kernel_would_cut_is_refused() {
        let error = add(Ipv4Addr::LOCALHOST, "lo", "a-name-of-sixteen").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
