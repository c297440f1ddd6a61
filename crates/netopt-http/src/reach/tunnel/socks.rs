//! The handshake of SOCKS5 (RFC 1928, RFC 1929) as a machine without I/O: what to say, how much to read, what it meant.
//!
//! It asks for exactly as many bytes as the next part of an answer has, so nothing of what the peer says afterwards is read
//! here. The target is told by its name if it has one: the proxy looks it up.

use std::net::IpAddr;

use crate::proxy::{LONGEST_LOGIN, Login};

const VERSION: u8 = 5;
/// Of the negotiation of RFC 1929.
const LOGIN_VERSION: u8 = 1;
const NO_LOGIN: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NONE_WILL_DO: u8 = 0xff;
const CONNECT: u8 = 1;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;
/// A byte says how long a name is.
const LONGEST_NAME: usize = 255;

/// A handshake in progress.
pub(super) struct Handshake<'a> {
    login: Option<&'a Login>,
    request: Vec<u8>,
    next: Part,
}

/// The part of the answer that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Version and way to log in.
    Method,
    /// What became of user and password.
    Login,
    /// Version, reply, a reserved byte, and what kind of address follows.
    Reply,
    /// How long the name is that follows.
    Length,
    /// Address and port, which nobody needs.
    Bound,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Write this, if it is anything, then read exactly so many bytes, at least one.
    Exchange { say: Vec<u8>, read: usize },
    /// The tunnel is open; what is read from now on is the peer's.
    Open,
}

/// Why there is no tunnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The target's name cannot be said.
    NameTooLong(usize),
    /// What it says is not SOCKS5; it begins with this byte.
    NotSocks(u8),
    /// None of the ways to log in that were offered will do.
    WantsLogin,
    /// User and password are wrong, or not enough.
    Login,
    /// It wants to log in by a way that was not offered.
    OtherMethod(u8),
    /// It has no way to the target (RFC 1928 §6).
    Reply(u8),
}

impl<'a> Handshake<'a> {
    /// A handshake for a tunnel to `host` at `port`, and how it begins.
    pub(super) fn begin(
        login: Option<&'a Login>,
        host: &str,
        port: u16,
    ) -> Result<(Self, Step), Refusal> {
        let mut request = vec![VERSION, CONNECT, 0];
        match host.parse() {
            Ok(IpAddr::V4(address)) => {
                request.push(IPV4);
                request.extend(address.octets());
            }
            Ok(IpAddr::V6(address)) => {
                request.push(IPV6);
                request.extend(address.octets());
            }
            Err(_) => {
                let length = u8::try_from(host.len());
                let length = length.map_err(|_| Refusal::NameTooLong(host.len()))?;
                request.extend([NAME, length]);
                request.extend(host.as_bytes());
            }
        }
        request.extend(port.to_be_bytes());
        let say = match login {
            None => vec![VERSION, 1, NO_LOGIN],
            Some(_) => vec![VERSION, 2, NO_LOGIN, USER_AND_PASSWORD],
        };
        let handshake = Self {
            login,
            request,
            next: Part::Method,
        };
        Ok((handshake, Step::Exchange { say, read: 2 }))
    }

    /// Takes the bytes that were asked for, exactly as many.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<Step, Refusal> {
        match (self.next, bytes) {
            (Part::Method, &[version, method]) => {
                is(VERSION, version)?;
                match (method, self.login) {
                    (NO_LOGIN, _) => Ok(self.ask()),
                    (USER_AND_PASSWORD, Some(login)) => Ok(self.say(log_in(login), Part::Login, 2)),
                    (NONE_WILL_DO, None) => Err(Refusal::WantsLogin),
                    (NONE_WILL_DO, Some(_)) => Err(Refusal::Login),
                    (other, _) => Err(Refusal::OtherMethod(other)),
                }
            }
            (Part::Login, &[version, status]) => {
                // Servers are known that say 5 here.
                if version != VERSION {
                    is(LOGIN_VERSION, version)?;
                }
                if status == 0 {
                    Ok(self.ask())
                } else {
                    Err(Refusal::Login)
                }
            }
            (Part::Reply, &[version, reply, _, kind]) => {
                is(VERSION, version)?;
                if reply != 0 {
                    return Err(Refusal::Reply(reply));
                }
                match kind {
                    IPV4 => Ok(self.say(Vec::new(), Part::Bound, 4 + 2)),
                    IPV6 => Ok(self.say(Vec::new(), Part::Bound, 16 + 2)),
                    NAME => Ok(self.say(Vec::new(), Part::Length, 1)),
                    other => Err(Refusal::NotSocks(other)),
                }
            }
            (Part::Length, &[length]) => {
                Ok(self.say(Vec::new(), Part::Bound, usize::from(length) + 2))
            }
            (Part::Bound, _) => Ok(Step::Open),
            // Not as many bytes as were asked for.
            (_, bytes) => Err(Refusal::NotSocks(
                bytes.first().copied().unwrap_or_default(),
            )),
        }
    }

    fn ask(&mut self) -> Step {
        let request = std::mem::take(&mut self.request);
        self.say(request, Part::Reply, 4)
    }

    const fn say(&mut self, say: Vec<u8>, next: Part, read: usize) -> Step {
        self.next = next;
        Step::Exchange { say, read }
    }
}

fn is(expected: u8, said: u8) -> Result<(), Refusal> {
    if said == expected {
        Ok(())
    } else {
        Err(Refusal::NotSocks(said))
    }
}

/// RFC 1929 §2. Both are at most 255 bytes long, which reading the proxy's URL has seen to.
fn log_in(login: &Login) -> Vec<u8> {
    let mut say = vec![LOGIN_VERSION];
    for part in [&login.user, &login.password] {
        let part = part.get(..LONGEST_LOGIN).unwrap_or(part);
        say.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        say.extend(part);
    }
    say
}

impl Refusal {
    /// What the proxy did, to be read after its name.
    pub(super) fn words(self, target: &str) -> String {
        match self {
            Self::NameTooLong(length) => format!(
                "cannot be told a name of {length} bytes, the longest that SOCKS5 can say has {LONGEST_NAME}"
            ),
            Self::NotSocks(b'H') => {
                "does not speak SOCKS5 but HTTP, write http:// before its host".to_owned()
            }
            Self::NotSocks(byte) => {
                format!("does not speak SOCKS5: it says 0x{byte:02x} where that has another byte")
            }
            Self::WantsLogin => "asks who we are: write USER:PASSWORD@ before its host".to_owned(),
            Self::Login => "refuses the user and password of its URL".to_owned(),
            Self::OtherMethod(method) => format!(
                "asks for way {method} of logging in, which was not offered: only none (0) and user and password (2) are"
            ),
            Self::Reply(reply) => {
                format!("opens no tunnel to {target}: {} ({reply})", meaning(reply))
            }
        }
    }
}

/// RFC 1928 §6.
const fn meaning(reply: u8) -> &'static str {
    match reply {
        1 => "its server failed",
        2 => "its rules forbid it",
        3 => "the target's network is unreachable",
        4 => "the target is unreachable",
        5 => "the target refused the connection",
        6 => "the way was too long (TTL expired)",
        7 => "it does not know the command to connect",
        8 => "it cannot connect to an address of this kind",
        _ => "for a reason that the protocol does not know",
    }
}

#[cfg(test)]
mod tests;
