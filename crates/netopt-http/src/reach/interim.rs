//! Where the answer of HTTP/1.1 begins among what comes in: interim answers are before it (RFC 9110 §15.2).
//!
//! 100 and 103 are heads without a body, as many as a server likes. The first byte of one is no sign that the answer has
//! begun, so their bytes are skipped here, however they are cut. 101 is an answer.

/// The start of an interim answer's head, up to the first digit of its status.
const INTERIM: &[u8] = b"HTTP/1.1 1";
/// The other digits of the one that is an answer.
const SWITCHING: [u8; 2] = *b"01";
/// What ends a head.
const END: &[u8] = b"\r\n\r\n";

/// How much of what is before an answer has come in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Interim {
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// So many bytes look like an interim answer.
    Start(usize),
    /// The first digit was that of an interim answer, and the second is this.
    Digit(u8),
    /// In an interim answer, of whose end so many bytes are here.
    Rest(usize),
    /// The answer has begun.
    Answer,
}

impl Default for State {
    fn default() -> Self {
        Self::Start(0)
    }
}

impl Interim {
    /// Takes what came. True when the answer has begun with it, or before.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.state = match self.state {
                State::Answer => return true,
                State::Start(seen) if INTERIM[seen] != *byte => State::Answer,
                State::Start(seen) if seen + 1 < INTERIM.len() => State::Start(seen + 1),
                State::Start(_) => State::Digit(0),
                State::Digit(0) => State::Digit(*byte),
                State::Digit(second) if [second, *byte] == SWITCHING => State::Answer,
                State::Digit(_) => State::Rest(0),
                State::Rest(seen) if END[seen] == *byte && seen + 1 == END.len() => State::Start(0),
                State::Rest(seen) if END[seen] == *byte => State::Rest(seen + 1),
                State::Rest(_) if *byte == END[0] => State::Rest(1),
                State::Rest(_) => State::Rest(0),
            };
        }
        matches!(self.state, State::Answer)
    }

    /// Whether what came last may be the start of the answer as well as of an interim one.
    pub(crate) const fn is_undecided(&self) -> bool {
        matches!(self.state, State::Start(1..) | State::Digit(_))
    }

    /// Whether what came so far is between two heads, or nothing.
    pub(crate) const fn is_between(&self) -> bool {
        matches!(self.state, State::Start(0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HINTS: &str = "HTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n";
    const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

    #[test]
    fn interim_answers_are_not_the_answer() {
        for (bytes, has_begun) in [
            (String::new(), false),
            ("HTTP/1.1 2".into(), true),
            ("HTTP/1.0 200".into(), true),
            ("SSH-2.0".into(), true),
            ("HTTP/1.1 ".into(), false),
            ("HTTP/1.1 101".into(), true),
            ("HTTP/1.1 10".into(), false),
            (HINTS.into(), false),
            (format!("{HINTS}{CONTINUE}{HINTS}"), false),
            (format!("{HINTS}HTTP/1.1 200"), true),
            (format!("{CONTINUE}x"), true),
        ] {
            assert_eq!(
                Interim::default().take(bytes.as_bytes()),
                has_begun,
                "{bytes}"
            );
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_they_are_cut(interims in 0usize..4, cuts in prop::collection::vec(0usize..200, 0..8)) {
            let bytes = format!("{}HTTP/1.1 200 OK\r\n\r\n", HINTS.repeat(interims));
            let answer = HINTS.len() * interims + INTERIM.len();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut interim = Interim::default();
            let mut from = 0;
            for cut in cuts {
                let has_begun = interim.take(&bytes.as_bytes()[from..cut]);
                prop_assert_eq!(has_begun, cut >= answer);
                from = cut;
            }
        }

        #[test]
        fn any_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let whole = Interim::default().take(&bytes);
            let mut interim = Interim::default();
            let mut by_one = false;
            for byte in &bytes {
                by_one = interim.take(&[*byte]);
            }
            prop_assert_eq!(whole, by_one);
        }
    }
}
