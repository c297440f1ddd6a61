//! nginx's access log: what really arrived, counted and timed by the other side.

/// One request as nginx saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    /// When its first bytes came, in milliseconds since the epoch.
    pub(crate) at: u64,
    /// The connection, by number.
    pub(crate) connection: u64,
    /// Which request of its connection it was, from 1.
    pub(crate) nth: u64,
    pub(crate) method: String,
    pub(crate) status: u16,
    /// What was sent back, headers included.
    pub(crate) sent: u64,
}

/// The requests of a log, in the order of their arrival.
pub(super) fn read(log: &str) -> Vec<Access> {
    let mut all: Vec<Access> = log
        .lines()
        .map(|line| parse(line).unwrap_or_else(|| panic!("not of our format: {line}")))
        .collect();
    all.sort_by_key(|access| access.at);
    all
}

fn parse(line: &str) -> Option<Access> {
    let mut words = line.split(' ');
    let ended = millis(words.next()?)?;
    let took = millis(words.next()?)?;
    Some(Access {
        at: ended.checked_sub(took)?,
        connection: words.next()?.parse().ok()?,
        nth: words.next()?.parse().ok()?,
        method: words.next()?.to_owned(),
        status: words.next()?.parse().ok()?,
        sent: words.next()?.parse().ok()?,
    })
}

/// nginx writes seconds with exactly three decimals.
fn millis(seconds: &str) -> Option<u64> {
    let (whole, decimals) = seconds.split_once('.')?;
    let millis: u64 = decimals.parse().ok().filter(|_| decimals.len() == 3)?;
    Some(whole.parse::<u64>().ok()? * 1000 + millis)
}

/// The most requests that arrived in any second, wherever it begins.
pub(crate) fn most_in_a_second(log: &[Access]) -> usize {
    let from = |start: usize| {
        let end = log[start].at + 1000;
        log[start..]
            .iter()
            .take_while(|access| access.at < end)
            .count()
    };
    (0..log.len()).map(from).max().unwrap_or(0)
}

#[test]
fn a_line_is_read_and_a_second_slides() {
    let line = |ended: &str| format!("{ended} 0.010 7 2 GET 200 1234");
    let log = read(
        &[
            line("1700000001.109"),
            line("1700000000.110"),
            line("1700000001.110"),
        ]
        .join("\n"),
    );
    assert_eq!(log[0].at, 1_700_000_000_100);
    assert_eq!(
        (log[0].connection, log[0].nth, log[0].status, log[0].sent),
        (7, 2, 200, 1234)
    );
    assert_eq!(most_in_a_second(&log), 2);
}
