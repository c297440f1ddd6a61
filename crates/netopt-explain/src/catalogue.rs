//! The one list of audits that documentation, command line and tests read.

use crate::audit::Audit;
use crate::audits;

/// All audits, in the order of a call's layers from the outside in.
pub const AUDITS: [Audit; 29] = [
    audits::cacheable::AUDIT,
    audits::duplicate_requests::AUDIT,
    audits::sequential_chain::AUDIT,
    audits::redirect_chain::AUDIT,
    audits::keep_alive_mismatch::AUDIT,
    audits::connection_reuse::AUDIT,
    audits::compression::AUDIT,
    audits::large_request_headers::AUDIT,
    audits::retry_storm::AUDIT,
    audits::handshake_dominates::AUDIT,
    audits::no_resumption::AUDIT,
    audits::nagle_delayed_ack::AUDIT,
    audits::small_receive_buffer::AUDIT,
    audits::small_send_buffer::AUDIT,
    audits::loss_bound::AUDIT,
    audits::slow_start_bound::AUDIT,
    audits::idle_restart::AUDIT,
    audits::bufferbloat::AUDIT,
    audits::bottleneck_rate::AUDIT,
    audits::head_of_line::AUDIT,
    audits::h2_window::AUDIT,
    audits::pool_too_small::AUDIT,
    audits::pool_too_large::AUDIT,
    audits::slow_resolver::AUDIT,
    audits::short_ttl_storm::AUDIT,
    audits::dead_address_first::AUDIT,
    audits::syn_loss::AUDIT,
    audits::heavy_tail::AUDIT,
    audits::processing::AUDIT,
];

/// The audit of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Audit> {
    const ALL: &[Audit] = &AUDITS;
    ALL.iter().find(|audit| audit.id == id)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_audit_has_a_page_with_the_six_questions() {
        let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/audits");
        let index = std::fs::read_to_string(pages.join("README.md")).unwrap();
        for audit in AUDITS {
            let page = std::fs::read_to_string(pages.join(format!("{}.md", audit.id))).unwrap();
            assert!(
                page.starts_with(&format!("# {}\n", audit.id)),
                "{}",
                audit.id
            );
            for part in [
                "## What it is",
                "## Why it matters",
                "## How it is measured",
                "## When it is wrong",
                "## How to apply",
                "## How to undo",
            ] {
                assert!(page.contains(part), "{}: no \"{part}\"", audit.id);
            }
            assert!(
                index.contains(&format!("({}.md)", audit.id)),
                "{}",
                audit.id
            );
        }
    }

    #[test]
    fn ids_are_unique_and_name_a_layer() {
        for audit in AUDITS {
            assert_eq!(find(audit.id).map(|found| found.title), Some(audit.title));
            assert!(audit.id.split_once('.').is_some(), "{}", audit.id);
            assert!(!audit.needs.is_empty(), "{}", audit.id);
        }
        assert!(find("tcp.unheard-of").is_none());
    }
}
