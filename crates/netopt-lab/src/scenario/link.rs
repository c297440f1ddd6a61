//! `[link]`: the path between client and server, and what emulates it.
//!
//! The file speaks of one path; both directions get the same rate, queue, loss, jitter and reordering, and half of the
//! round trip each. What it leaves alone: which engine can do what, which is for the runner to say.

use std::time::Duration;

use netopt_core::change::Switch;

use super::table::Table;
use super::value::{self, SHARE, TIME};
use crate::path::{
    Jitter, LONGEST_DELAY, Limit, Loss, PathSpec, QueueSpec, Rate, Reorder, WaySpec,
};

/// How long a reordered packet is held back when nothing is said: many packets at any rate above some Mbit/s.
const REORDERED_BY: Duration = Duration::from_millis(5);

/// A burst of more packets than this is an outage.
const LONGEST_BURST: f64 = 10_000.0;

/// What emulates the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Two network namespaces with TUN devices: needs Linux, root and `/dev/net/tun`.
    Packet,
    /// A relay in userland, anywhere; round trip and rate only.
    Stream,
}

impl Engine {
    /// The name in files and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Packet => "packet",
            Self::Stream => "stream",
        }
    }
}

/// The path of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// What emulates it. Default: [`Engine::Stream`] for a path of round trip and rate only, [`Engine::Packet`] for all
    /// others.
    pub engine: Engine,
    /// What it does. The seed is the default one; a runner sets its own.
    pub path: PathSpec,
}

impl Link {
    /// Whether the path is a round trip and a rate, and nothing else.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let plain = |way: &WaySpec| {
            let kept = WaySpec {
                delay: way.delay,
                rate: way.rate.clone(),
                ..WaySpec::default()
            };
            *way == kept && !matches!(way.rate, Rate::Trace(_))
        };
        plain(&self.path.up) && plain(&self.path.down)
    }
}

pub(super) fn read(table: &Table<'_, '_>) -> Link {
    table.only(&[
        "rtt",
        "rate",
        "queue",
        "loss",
        "jitter",
        "burst_loss",
        "reorder",
        "engine",
    ]);
    let rtt = table.get("rtt", &format!("{TIME}, at most 20 s"), |value| {
        value::time(value, 2 * LONGEST_DELAY)
    });
    let rate = table.get(
        "rate",
        "a rate such as \"500kbit\" or \"20mbit\"",
        value::bit_rate,
    );
    let queue = table.get(
        "queue",
        "a queue in bytes or packets, such as \"200kB\" or \"64p\"",
        |value| value.as_str()?.parse::<Limit>().ok(),
    );
    let jitter = table.get("jitter", &format!("{TIME}, at most 10 s"), |value| {
        value::stretch(value, LONGEST_DELAY)
    });
    let way = WaySpec {
        delay: rtt.unwrap_or_default() / 2,
        jitter: jitter.map(|up_to| Jitter {
            up_to,
            overtaking: Switch::Off,
        }),
        reorder: reorder(table),
        loss: loss(table),
        rate: rate.map_or(Rate::Unlimited, Rate::Fixed),
        queue: queue.map_or_else(QueueSpec::default, |limit| QueueSpec {
            limit,
            ..QueueSpec::default()
        }),
        ..WaySpec::default()
    };
    let path = PathSpec::symmetric(way);
    let engine = table.choice(
        "engine",
        &[("packet", Engine::Packet), ("stream", Engine::Stream)],
    );
    let mut link = Link {
        engine: Engine::Stream,
        path,
    };
    let needed = if link.is_plain() {
        Engine::Stream
    } else {
        Engine::Packet
    };
    link.engine = engine.unwrap_or(needed);
    check(table, &link.path);
    link
}

/// Sees that a path which others share is one where they can meet: packets, with a rate that makes them queue.
pub(super) fn carry_others(root: &Table<'_, '_>, link: &mut Option<Link>) {
    let named = root.maybe_table("link");
    match link {
        Some(link) if link.path.up.rate == Rate::Unlimited => root.fail(
            "cross",
            "nobody waits for others where the path has no rate; add rate to [link]",
        ),
        Some(link) if named.is_some_and(|table| !table.has("engine")) => {
            link.engine = Engine::Packet;
        }
        Some(link) if link.engine == Engine::Stream => root.fail(
            "cross",
            "the stream link has no queue that connections share; say engine = \"packet\" in [link], or nothing",
        ),
        Some(_) => {}
        None => root.fail(
            "cross",
            "there is no path to share; add [link] with a rate",
        ),
    }
}

/// What no path can be, named by the keys of the file.
fn check(table: &Table<'_, '_>, path: &PathSpec) {
    for violation in path.check().err().iter().flatten() {
        let field = violation.place();
        let key = match field.split(['.', ',']).next().unwrap_or(field) {
            "queue" => "queue",
            "jitter" => "jitter",
            "reorder" => "reorder",
            "rate" => "rate",
            "loss" if table.has("burst_loss") => "burst_loss",
            "loss" => "loss",
            _ => "rtt",
        };
        table.fail(key, violation.problem());
    }
}

fn loss(table: &Table<'_, '_>) -> Loss {
    let independent = table
        .get("loss", SHARE, value::share)
        .map_or(Loss::None, Loss::Independent);
    let Some(burst) = table.table("burst_loss") else {
        return independent;
    };
    burst.only(&["p", "len"]);
    for key in ["p", "len"] {
        if !burst.has(key) {
            burst.fail(
                key,
                "is missing; a burst has a share and a mean length: {p = \"1%\", len = 4}",
            );
        }
    }
    let share = burst.get("p", SHARE, value::share);
    let expected = format!("a number of packets from 1 to {LONGEST_BURST}");
    let mean_length = burst.get("len", &expected, |value| {
        value::number(value).filter(|length| (1.0..=LONGEST_BURST).contains(length))
    });
    if table.has("loss") {
        table.fail("burst_loss", "excludes loss; say one of the two");
    }
    match (share, mean_length) {
        (Some(share), Some(mean_length)) if share.get() > 0.0 => {
            Loss::Bursts { share, mean_length }
        }
        _ => Loss::None,
    }
}

/// A share alone, or a share and a time.
fn reorder(table: &Table<'_, '_>) -> Option<Reorder> {
    let (share, by) = match table.maybe_table("reorder") {
        Some(inner) => {
            inner.only(&["share", "by"]);
            if !inner.has("share") {
                inner.fail("share", format!("is missing; it is {SHARE}"));
            }
            let by = inner.get(
                "by",
                &format!("{TIME}, above zero, at most 10 s"),
                |value| value::stretch(value, LONGEST_DELAY),
            );
            (inner.get("share", SHARE, value::share), by)
        }
        None => (table.get("reorder", SHARE, value::share), None),
    };
    share
        .filter(|share| share.get() > 0.0)
        .map(|share| Reorder {
            share,
            by: by.unwrap_or(REORDERED_BY),
        })
}
