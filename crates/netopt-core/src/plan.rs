//! A plan: the ordered list of changes that make a client what it is.
//!
//! A plan that is not loaded changes nothing, so there is nothing to revert. The file form is in [`Plan::read`] and
//! [`Plan::write`]; the one place that turns a plan into a client is `netopt::stack`.

mod knob;
mod read;
mod settings;
mod value;
mod write;

pub use settings::{
    CallSettings, DnsSettings, HttpSettings, PoolSettings, Settings, TcpSettings, TlsSettings,
};

use crate::change::Change;

/// An ordered list of changes, at most one for each knob.
///
/// ```
/// use netopt_core::change::{Change, Switch};
/// use netopt_core::plan::Plan;
///
/// let plan = Plan::read("[http]\nkeep_alive = false\n")?;
/// assert_eq!(plan.changes(), [Change::KeepAlive(Switch::Off)]);
/// let fixed = plan.with(Change::KeepAlive(Switch::On));
/// assert!(fixed.settings().http.keep_alive.is_on());
/// # Ok::<(), netopt_core::misfit::Misfits>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    changes: Vec<Change>,
}

impl Plan {
    /// The ordinary client: no change.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The plan with that change at its end; an earlier value of the same knob is dropped.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        self.changes.retain(|other| other.name() != change.name());
        self.changes.push(change);
        self
    }

    /// The plan with all changes of `other` on top.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        other
            .changes
            .iter()
            .fold(self, |plan, change| plan.with(*change))
    }

    /// The changes in their order.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// True when it changes nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes by which `self` differs from `before`, read as settings.
    #[must_use]
    pub fn since(&self, before: &Self) -> Vec<Change> {
        self.changes
            .iter()
            .filter(|change| before.value_of(change) != **change)
            .copied()
            .collect()
    }

    /// Every knob with the value that it has under this plan.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.changes
            .iter()
            .fold(Settings::default(), Settings::with)
    }

    /// The value under this plan of the knob that `knob` turns.
    fn value_of(&self, knob: &Change) -> Change {
        let same = self
            .changes
            .iter()
            .find(|change| change.name() == knob.name());
        same.copied().unwrap_or_else(|| knob.undo())
    }
}

impl FromIterator<Change> for Plan {
    fn from_iter<I: IntoIterator<Item = Change>>(changes: I) -> Self {
        changes.into_iter().fold(Self::new(), Self::with)
    }
}

#[cfg(test)]
mod tests;
