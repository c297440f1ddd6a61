//! Audits: pure functions from measured facts to findings
