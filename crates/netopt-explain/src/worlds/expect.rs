//! What a test expects of an audit in a world.

use netopt_core::finding::Finding;
use netopt_core::unit::millis;

use crate::audit::{self, Audit};
use crate::facts::Facts;

/// What the audit says of the facts, when it has to fire.
pub(crate) fn fired(audit: &Audit, facts: &Facts) -> Finding {
    match (audit.check)(facts) {
        audit::Outcome::Fires(finding) => finding,
        other => panic!("{}: {other:?}", audit.id),
    }
}

/// Asserts that the audit has nothing to tell.
#[track_caller]
pub(crate) fn assert_quiet(audit: &Audit, facts: &Facts) {
    assert_eq!((audit.check)(facts), audit::Outcome::Quiet, "{}", audit.id);
}

/// The estimated saving in milliseconds.
pub(crate) fn saving(finding: &Finding) -> f64 {
    millis(finding.estimate.unwrap().saving)
}
