//! What tungstenite's errors mean: whose fault it is, in words for people.
//!
//! What a peer wrote is quoted with its control characters escaped.

use std::io;

use netopt_core::outcome::FailureKind;
use netopt_core::phase::Phase;
use tokio_tungstenite::tungstenite::Error as Cause;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use crate::error::Error;

/// The peer said goodbye instead of an answer.
pub(super) fn closed(frame: Option<&CloseFrame>, phase: Phase) -> Error {
    let message = match frame {
        Some(frame) if frame.reason.is_empty() => {
            format!("the peer closed with code {}", u16::from(frame.code))
        }
        Some(frame) => format!(
            "the peer closed with code {}: {:?}",
            u16::from(frame.code),
            frame.reason.as_str()
        ),
        None => early(phase).to_owned(),
    };
    Error::new(FailureKind::ClosedEarly, phase, message)
}

/// The failure of a call in `phase`.
pub(super) fn explain(cause: Cause, phase: Phase) -> Error {
    let (kind, message) = judge(&cause, phase);
    Error::new(kind, phase, message).because(cause)
}

fn judge(cause: &Cause, phase: Phase) -> (FailureKind, String) {
    use ProtocolError::{HandshakeIncomplete, ResetWithoutClosingHandshake};
    match cause {
        Cause::Io(error) => judge_io(error, phase),
        Cause::ConnectionClosed
        | Cause::AlreadyClosed
        | Cause::Protocol(HandshakeIncomplete | ResetWithoutClosingHandshake) => {
            (FailureKind::ClosedEarly, early(phase).to_owned())
        }
        Cause::Http(answer) => {
            let status = answer.status().as_u16();
            let message = format!(
                "the peer answered with status {status} instead of agreeing to WebSocket (101)"
            );
            (FailureKind::Protocol, message)
        }
        other => (
            FailureKind::Protocol,
            format!("the peer does not speak WebSocket as asked: {other}"),
        ),
    }
}

fn judge_io(error: &io::Error, phase: Phase) -> (FailureKind, String) {
    use io::ErrorKind as K;
    match error.kind() {
        K::ConnectionReset | K::BrokenPipe => (
            FailureKind::Reset,
            "the peer reset the connection".to_owned(),
        ),
        K::UnexpectedEof | K::ConnectionAborted | K::NotConnected => {
            (FailureKind::ClosedEarly, early(phase).to_owned())
        }
        // A record of TLS that cannot be decrypted.
        K::InvalidData => (
            FailureKind::Protocol,
            format!("the peer does not speak TLS as agreed: {error}"),
        ),
        _ => (FailureKind::Other, format!("the exchange failed: {error}")),
    }
}

const fn early(phase: Phase) -> &'static str {
    match phase {
        Phase::Upgrade => "the peer closed without agreeing to WebSocket",
        _ => "the peer closed without an answer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netopt_core::outcome::Side;

    #[test]
    fn each_fault_has_a_kind_and_the_peers_side() {
        let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
        for (cause, kind, part) in [
            (Cause::Io(reset()), FailureKind::Reset, "reset"),
            (
                Cause::ConnectionClosed,
                FailureKind::ClosedEarly,
                "without agreeing",
            ),
            (
                Cause::Protocol(ProtocolError::NonZeroReservedBits),
                FailureKind::Protocol,
                "does not speak WebSocket",
            ),
        ] {
            let error = explain(cause, Phase::Upgrade);
            let failure = error.failure();
            assert_eq!(failure.kind, kind, "{failure}");
            assert_eq!(failure.side(), Some(Side::Peer), "{failure}");
            assert!(failure.message.contains(part), "{failure}");
        }
    }

    #[test]
    fn what_a_peer_wrote_is_escaped() {
        let goodbye = CloseFrame {
            code: 1003.into(),
            reason: "no \u{1b}text".into(),
        };
        assert_eq!(
            closed(Some(&goodbye), Phase::Wait).to_string(),
            "the peer closed with code 1003: \"no \\u{1b}text\""
        );
    }
}
