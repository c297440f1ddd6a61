//! What came in of one answer, for several readers, each at its own place.
//!
//! No I/O and no waiting: it says who may read what, when more is wanted, and who fell too far behind. A piece is kept
//! until everybody has read it. More is wanted as soon as the fastest reader has read all, so one reader alone keeps one piece.

use std::collections::VecDeque;

use bytes::Bytes;

/// The pieces that somebody has still to read.
#[derive(Debug)]
pub(super) struct Log {
    pieces: VecDeque<Bytes>,
    /// The number of the first piece.
    first: u64,
    bytes: usize,
    window: usize,
    readers: Vec<Reader>,
    next_id: u64,
}

#[derive(Debug)]
struct Reader {
    id: u64,
    /// The number of the next piece; `None` if it was cut.
    place: Option<u64>,
}

/// What a reader finds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The next piece.
    Piece(Bytes),
    /// It has read all that came.
    Nothing,
    /// It fell behind by more than the window, and what it has to read is gone.
    Cut,
}

impl Log {
    /// For readers that may be `window` bytes behind the fastest.
    pub(super) const fn new(window: usize) -> Self {
        Self {
            pieces: VecDeque::new(),
            first: 0,
            bytes: 0,
            window,
            readers: Vec::new(),
            next_id: 0,
        }
    }

    /// One more reader, to be added before the first piece.
    pub(super) fn join(&mut self) -> u64 {
        debug_assert_eq!(self.first, 0, "nothing is gone yet");
        self.next_id += 1;
        self.readers.push(Reader {
            id: self.next_id,
            place: Some(0),
        });
        self.next_id
    }

    /// One reader less; true if it was the last.
    pub(super) fn leave(&mut self, id: u64) -> bool {
        self.readers.retain(|reader| reader.id != id);
        self.forget();
        self.readers.is_empty()
    }

    pub(super) fn readers(&self) -> usize {
        self.readers.len()
    }

    /// Whether a reader waits for more.
    pub(super) fn wants_more(&self) -> bool {
        let end = self.end();
        self.readers.iter().any(|reader| reader.place == Some(end))
    }

    /// Takes the next piece in. Who is now too far behind is cut; the fastest never is.
    pub(super) fn push(&mut self, piece: Bytes) {
        self.bytes += piece.len();
        self.pieces.push_back(piece);
        let newest = self.end() - 1;
        while self.bytes > self.window {
            let slowest = self.readers.iter().filter_map(|reader| reader.place).min();
            let Some(slowest) = slowest.filter(|place| *place < newest) else {
                break;
            };
            for reader in &mut self.readers {
                if reader.place == Some(slowest) {
                    reader.place = None;
                }
            }
            self.forget();
        }
    }

    /// The next piece for that reader.
    pub(super) fn read(&mut self, id: u64) -> Found {
        let end = self.end();
        let Some(reader) = self.readers.iter_mut().find(|reader| reader.id == id) else {
            return Found::Cut;
        };
        let Some(place) = reader.place else {
            return Found::Cut;
        };
        if place == end {
            return Found::Nothing;
        }
        reader.place = Some(place + 1);
        let at = usize::try_from(place - self.first).unwrap_or(usize::MAX);
        let Some(piece) = self.pieces.get(at).cloned() else {
            return Found::Cut;
        };
        self.forget();
        Found::Piece(piece)
    }

    fn end(&self) -> u64 {
        self.first + self.pieces.len() as u64
    }

    /// Drops what everybody has read.
    fn forget(&mut self) {
        let end = self.end();
        let places = self.readers.iter().filter_map(|reader| reader.place);
        let slowest = places.min().unwrap_or(end);
        while self.first < slowest {
            let Some(piece) = self.pieces.pop_front() else {
                break;
            };
            self.bytes -= piece.len();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: usize = 20;

    #[derive(Debug, Clone)]
    enum Step {
        Push(usize),
        Read(usize),
        Leave(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (1usize..15).prop_map(Step::Push),
            6 => (0usize..4).prop_map(Step::Read),
            1 => (0usize..4).prop_map(Step::Leave),
        ]
    }

    proptest! {
        /// Everybody reads all pieces in order, or is cut; what is kept stays within the window and one piece.
        #[test]
        fn readers_see_all_in_order_within_the_bound(
            count in 1usize..4, steps in proptest::collection::vec(step(), 1..200),
        ) {
            let mut log = Log::new(WINDOW);
            let ids: Vec<u64> = (0..count).map(|_| log.join()).collect();
            let (mut seen, mut cut) = (vec![0; count], vec![false; count]);
            let mut here = vec![true; count];
            let mut pushed = Vec::new();
            for step in steps {
                match step {
                    Step::Push(length) if log.wants_more() => {
                        let piece = Bytes::from(vec![u8::try_from(pushed.len() % 251).unwrap(); length]);
                        pushed.push(piece.clone());
                        log.push(piece);
                    }
                    Step::Read(who) if who < count && here[who] => match log.read(ids[who]) {
                        Found::Piece(piece) => {
                            prop_assert!(!cut[who]);
                            prop_assert_eq!(&piece, &pushed[seen[who]]);
                            seen[who] += 1;
                        }
                        Found::Nothing => prop_assert_eq!(seen[who], pushed.len()),
                        Found::Cut => cut[who] = true,
                    },
                    Step::Leave(who) if who < count && here[who] => {
                        here[who] = false;
                        let last = log.leave(ids[who]);
                        prop_assert_eq!(last, !here.contains(&true));
                    }
                    _ => {}
                }
                let newest = log.pieces.back().map_or(0, Bytes::len);
                prop_assert!(log.bytes <= WINDOW.max(newest));
                prop_assert_eq!(log.bytes, log.pieces.iter().map(Bytes::len).sum::<usize>());
            }
        }
    }

    #[test]
    fn who_falls_behind_is_cut_and_the_fastest_is_not() {
        let mut log = Log::new(10);
        let (fast, slow) = (log.join(), log.join());
        for number in 0..4_u8 {
            assert!(log.wants_more());
            log.push(Bytes::from(vec![number; 4]));
            assert!(matches!(log.read(fast), Found::Piece(_)));
        }
        assert_eq!(log.read(slow), Found::Cut);
        assert_eq!(log.read(fast), Found::Nothing);
        assert!(!log.leave(slow));
        assert!(log.leave(fast));
    }

    #[test]
    fn nothing_is_wanted_before_somebody_has_read_all() {
        let mut log = Log::new(10);
        let only = log.join();
        log.push(Bytes::from_static(
            b"a piece that is longer than the window",
        ));
        assert!(!log.wants_more());
        assert!(matches!(log.read(only), Found::Piece(_)));
        assert!(log.wants_more());
        assert_eq!(log.bytes, 0);
    }
}
