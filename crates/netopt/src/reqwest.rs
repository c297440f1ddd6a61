//! A plan applied to the client of reqwest, for programs that keep it.
//!
//! reqwest has a pool, a connector and a retry loop of its own, and only some of them have a handle. [`apply`] turns the handles
//! that are there, and [`Applied::left`] says what of the plan is missing, and why. Nothing is dropped in silence: which knob
//! can be turned is one `match` over [`Change`], so a new knob does not compile without an answer. The whole list is in
//! `docs/reqwest.md`.
//!
//! What reqwest has no place for can still go around it: [`Calls`] is the service beneath our layers.
//!
//! A plan changes what it names and leaves everything else as the builder had it, with one exception, [`apply`]
//! says which. What the builder is told afterwards wins over the plan.
//!
//! What it leaves alone: TLS. Which implementation and whom to trust, the features of reqwest and the builder say.

mod calls;
mod knob;
mod left;
mod names;
mod reason;
mod retries;

use ::reqwest::ClientBuilder;
use netopt_core::change::Change;
use netopt_core::plan::Plan;
use netopt_tcp::Resolver;

pub use calls::Calls;
use knob::{Taken, With};
pub use left::{Extent, Left};
pub use names::Names;

/// A builder under a plan, and what of the plan it could not take.
#[derive(Debug)]
#[must_use = "the builder is changed, and what it could not take is told, only here"]
pub struct Applied {
    /// With all that reqwest takes.
    pub builder: ClientBuilder,
    /// What is missing, in the order of the plan. Empty: the plan is in force as a whole.
    pub left: Vec<Left>,
}

/// Turns the knobs of `plan` that `builder` has. Names are asked from the system, through a memory if the plan wants one.
///
/// The encodings to ask for are set even if the plan does not name them, to none. They would change without a word
/// otherwise: this feature compiles the decoders of reqwest in, and it asks for all that it has.
///
/// ```
/// use netopt::{Plan, reqwest::apply};
///
/// let plan = Plan::read("[tcp]\nnodelay = false\n[pool]\nlifetime = \"60s\"\n")?;
/// let applied = apply(&plan, reqwest::Client::builder());
/// for left in &applied.left {
///     eprintln!("{left}"); // pool.lifetime = 60.0 s is not applied: …
/// }
/// let client = applied.builder.build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn apply(plan: &Plan, builder: ClientBuilder) -> Applied {
    apply_asking(plan, &Resolver::system(), builder)
}

/// As [`apply`], but where the plan has a memory for names, `resolver` is behind it.
pub fn apply_asking(plan: &Plan, resolver: &Resolver, builder: ClientBuilder) -> Applied {
    let settings = plan.settings();
    let with = With {
        settings: &settings,
        resolver,
    };
    let mut applied = Applied {
        builder: knob::encodings(builder, settings.http.accept_encoding),
        left: Vec::new(),
    };
    for change in plan.changes() {
        let (builder, taken) = knob::turn(change, applied.builder, &with);
        applied.builder = builder;
        applied.left.extend(missing(change, taken));
    }
    applied
}

/// What is missing of a change. At its default reqwest does what it says by itself.
fn missing(change: &Change, taken: Taken) -> Option<Left> {
    let (extent, reason) = match taken {
        Taken::Whole => return None,
        Taken::Part(reason) => (Extent::Part, reason),
        Taken::Not(reason) => (Extent::Whole, reason),
    };
    (*change != change.undo()).then_some(Left {
        change: *change,
        extent,
        reason,
    })
}
