//! How much work a bench without criterion makes: for a claim, for a look, or to see that it runs.
//!
//! Benches with tables of their own share it. What it leaves alone: how many rounds that is, which each bench says.

/// How much work to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// For a claim.
    Full,
    /// For a look.
    Quick,
    /// To see that it runs.
    Test,
}

impl Effort {
    /// As criterion reads them: cargo gives `--bench` to a bench and nothing to a test; `--quick` is for a look.
    pub(crate) fn from_arguments(arguments: impl Iterator<Item = String>) -> Self {
        arguments.fold(Self::Test, |effort, argument| match argument.as_str() {
            "--quick" => Self::Quick,
            "--bench" if effort == Self::Test => Self::Full,
            _ => effort,
        })
    }

    /// One of three values.
    pub(crate) fn of<T>(self, full: T, quick: T, test: T) -> T {
        match self {
            Self::Full => full,
            Self::Quick => quick,
            Self::Test => test,
        }
    }
}
