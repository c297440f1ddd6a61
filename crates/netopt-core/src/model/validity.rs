//! Where a formula holds.
//!
//! Every model is derived under assumptions. Outside of them it still yields a number, and a number without a warning is
//! believed. Models whose domain depends on their inputs return a [`Validity`] beside their value.

/// Whether the inputs lie where a formula was derived or checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// They do.
    Holds,
    /// They do not; the text says which assumption is broken and which way the result is off, in one clause.
    Beyond(&'static str),
}

impl Validity {
    /// The broken assumption, if there is one.
    #[must_use]
    pub const fn warning(self) -> Option<&'static str> {
        match self {
            Self::Holds => None,
            Self::Beyond(why) => Some(why),
        }
    }
}
