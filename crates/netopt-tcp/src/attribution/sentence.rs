//! A verdict in words: what limits, by which figure, and what to do.
//!
//! Sentences name figures only where they are known. What it leaves alone: proof, which takes a trial.

use std::time::Duration;

use netopt_core::unit::{BitRate, Bytes, Ratio, show_duration};

use super::limit::{Limit, Reader};
use super::{Attribution, Part};

/// From this share on, retransmissions in vain mean packets that come late rather than losses.
const MOSTLY_VAIN: f64 = 0.5;

/// A queue that makes the round trip longer by this share of it is told.
const TOLD_QUEUE: f64 = 0.1;

/// What is said for a figure that is not known.
const UNKNOWN: &str = "an unknown amount";

pub(super) fn of(attribution: &Attribution) -> String {
    let figures = &attribution.figures;
    let share = match attribution.limit.part() {
        Some(part) => attribution.shares.of(part).to_string(),
        None => String::new(),
    };
    let goodput = rate(figures.goodput);
    match attribution.limit {
        Limit::ReceiverWindow(reader) => window(attribution, reader, &share),
        Limit::SendBuffer => format!(
            "the send buffer limits it, {share} of the time: it ran empty before acknowledgements made room, at {goodput}; \
             remove the sender's SO_SNDBUF, or raise the maximum of its tcp_wmem"
        ),
        Limit::Application => format!(
            "the sending application limits it, {share} of the time: it had nothing to send, at {goodput}; \
             the network would have taken more"
        ),
        Limit::BottleneckRate => line(attribution, &share),
        Limit::Loss => loss(attribution, &share),
        Limit::SlowStart => format!(
            "the congestion window had not grown yet, {share} of the time: {} went in {} at a round trip of {}; \
             keep connections open, or send less",
            bytes(figures.acked),
            time(Some(figures.length)),
            time(figures.min_rtt)
        ),
        Limit::Pacing => format!(
            "the socket's own pace limits it, {share} of the time: {goodput}; raise or remove SO_MAX_PACING_RATE"
        ),
        Limit::Host => format!(
            "no verdict: the machine that sends or receives was the limit, at {goodput}; \
             measure again with a processor to spare"
        ),
        Limit::Mixed => mixed(attribution),
    }
}

fn window(attribution: &Attribution, reader: Reader, share: &str) -> String {
    let figures = &attribution.figures;
    let cause = match reader {
        Reader::SmallBuffer => {
            "the window never grew: remove the receiver's SO_RCVBUF, or raise the maximum of its tcp_rmem"
        }
        Reader::Slow => {
            "the window fell far below what it was: the receiving application reads too slowly"
        }
    };
    format!(
        "the receiver's window limits it, {share} of the time: {} in {} allow {}; {cause}",
        bytes(figures.window),
        time(figures.rtt),
        rate(figures.window_rate())
    )
}

fn line(attribution: &Attribution, share: &str) -> String {
    let figures = &attribution.figures;
    let queue = match figures.inflation() {
        Some(above) if above >= TOLD_QUEUE => format!(
            ", and the round trip is {} instead of {}",
            time(figures.rtt),
            time(figures.min_rtt)
        ),
        _ => String::new(),
    };
    format!(
        "the slowest line limits it, {share} of the time: it delivers {}{queue}; only fewer bytes or a faster line help",
        rate(figures.delivery_rate)
    )
}

fn loss(attribution: &Attribution, share: &str) -> String {
    let figures = &attribution.figures;
    let vain = figures
        .spurious
        .is_some_and(|vain| vain.get() >= MOSTLY_VAIN);
    let (what, cure) = if vain {
        (
            "packets that come late and count as lost",
            "look for reordering on the path",
        )
    } else {
        (
            "losses keep the window small",
            "try a congestion control that does not take every loss for congestion, such as bbr, or mend the path",
        )
    };
    let again = figures
        .again
        .map_or_else(|| UNKNOWN.to_owned(), |again| again.to_string());
    format!(
        "loss limits it, {share} of the time: {what}, {again} was sent again, and no queue stands at {}; {cure}",
        rate(figures.goodput)
    )
}

fn mixed(attribution: &Attribution) -> String {
    let named: Vec<String> = attribution
        .shares
        .ranked()
        .into_iter()
        .filter(|(_, share): &(Part, Ratio)| share.get() >= 0.1)
        .map(|(part, share)| format!("{} {share}", part.words()))
        .collect();
    format!("several things limit it: {}", named.join(", "))
}

fn rate(rate: Option<BitRate>) -> String {
    rate.map_or_else(|| "an unknown rate".to_owned(), |rate| rate.to_string())
}

fn bytes(amount: Option<Bytes>) -> String {
    amount.map_or_else(|| UNKNOWN.to_owned(), |amount| amount.to_string())
}

fn time(time: Option<Duration>) -> String {
    time.map_or_else(|| "an unknown time".to_owned(), show_duration)
}
