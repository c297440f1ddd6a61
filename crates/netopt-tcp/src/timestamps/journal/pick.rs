//! Which write ends a request, and which read begins its answer.
//!
//! In the open, the answer begins with the first read after the request. Over TLS there may be session tickets before it: reads
//! that end with a record and of which nothing came out. The answer then begins where the record began that came out.

use std::time::Duration;

use super::super::clock::Bridge;
use super::question::{Edges, Question};
use super::{Journal, MOST_READS, Read, Write};

/// The write and the read that stamps are about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picked {
    /// It ends with the request's last byte.
    pub(super) write: Write,
    /// It begins the answer, perhaps after something else.
    pub(super) first: Read,
    /// The read with which the first of it came out: the same, or a later one that ends its TLS record.
    pub(super) whole: Read,
    /// The read before it in the same exchange.
    pub(super) before: Option<Read>,
}

impl Journal {
    /// The write and the read of a call; `None` where they cannot be told for certain.
    pub(super) fn pick(&self, question: &Question) -> Option<Picked> {
        let (write, came_out) = match question.edges {
            Edges::Seen { sent, first } => {
                let ends_it = |write: &&Write| write.end <= sent;
                (*self.writes.iter().rev().find(ends_it)?, first)
            }
            Edges::Unseen => (self.only_write(question)?, question.answered),
        };
        if write.start < question.handed {
            return None;
        }
        let from = self.reads.iter().position(|read| read.at >= write.end)?;
        let until = self.reads.iter().rposition(|read| read.at <= came_out)?;
        // The read out of which the answer came may be one that was not kept.
        let is_cut = self.reads.len() == MOST_READS && until + 1 == MOST_READS;
        if from > until || is_cut {
            return None;
        }
        let first = self.begins(from, until);
        if matches!(question.edges, Edges::Unseen) && !self.is_one_message(from, first, until) {
            return None;
        }
        Some(Picked {
            write,
            first: self.reads[first],
            whole: self.reads[until],
            before: first.checked_sub(1).map(|before| self.reads[before]),
        })
    }

    /// How long the piece before `write` took there and back, if more data was behind it when it left: two segments, which a
    /// receiver acknowledges at once (RFC 9293 §3.8.6.3).
    pub(super) fn trip_before(&self, write: &Write, bridge: Bridge) -> Option<Duration> {
        const TWO_SEGMENTS: u64 = 2 * 1460;
        let until = self.writes.iter().position(|one| one.last == write.last)?;
        let before = (1..=until)
            .rev()
            .map(|next| (&self.writes[next - 1], &self.writes[next]));
        let mut trips = before.filter_map(|(piece, next)| {
            let told = self
                .told_of(piece.last)
                .filter(|told| told.times_sent == 1)?;
            let is_followed =
                next.last - piece.last >= TWO_SEGMENTS && bridge.program(told.sent?)? >= next.start;
            told.acknowledged?
                .checked_sub(told.sent?)
                .filter(|_| is_followed)
        });
        trips.next()
    }

    /// The one write before the answer.
    fn only_write(&self, question: &Question) -> Option<Write> {
        if self.writes_dropped {
            return None;
        }
        let mut before = self
            .writes
            .iter()
            .filter(|write| write.start <= question.answered);
        let only = before.next()?;
        before.next().is_none().then_some(*only)
    }

    /// Where the answer begins that came out at `until`.
    fn begins(&self, from: usize, until: usize) -> usize {
        if self.reads[until].at_border.is_none() {
            return from;
        }
        let before = &self.reads[from..until];
        let is_other = |read: &Read| read.at_border == Some(true);
        before
            .iter()
            .rposition(is_other)
            .map_or(from, |other| from + other + 1)
    }

    /// Nothing came between the request and the answer, and the answer in one piece.
    fn is_one_message(&self, from: usize, first: usize, until: usize) -> bool {
        let is_tls = self.reads[until].at_border.is_some();
        first == from && (is_tls || first == until)
    }
}
