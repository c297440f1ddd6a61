//! Writing a plan file that people can read: the evidence stands above each line.

use std::fmt::Write as _;

use super::Plan;
use super::read::SCHEMA;
use crate::change::{Change, SYSTEM};

impl Plan {
    /// The text of a `netopt.toml` that [`Plan::read`] turns back into this plan, section by section.
    ///
    /// `head` stands at the top and `evidence` above each change, both as comments; each line of them becomes one.
    #[must_use]
    pub fn write(&self, head: &str, evidence: impl Fn(&Change) -> String) -> String {
        let mut text = comment(head);
        let _ = writeln!(text, "schema = \"{SCHEMA}\"");
        for section in ["tcp", "dns", "pool", "http"] {
            let mut first = true;
            for change in &self.changes {
                let Some((owner, key)) = change.name().split_once('.') else {
                    continue;
                };
                if owner != section {
                    continue;
                }
                if first {
                    let _ = write!(text, "\n[{section}]\n");
                    first = false;
                }
                text.push_str(&comment(&evidence(change)));
                let _ = writeln!(text, "{key} = {}", toml_value(change));
            }
        }
        text
    }
}

/// Each line behind a `#`; control characters, which TOML forbids in comments, become blanks.
fn comment(text: &str) -> String {
    text.lines().fold(String::new(), |mut all, line| {
        let clean: String = line
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let _ = writeln!(all, "# {clean}");
        all
    })
}

fn toml_value(change: &Change) -> String {
    match change {
        Change::Nodelay(switch)
        | Change::Quickack(switch)
        | Change::FastOpen(switch)
        | Change::AddressRacing(switch)
        | Change::KeepAlive(switch) => switch.is_on().to_string(),
        Change::CongestionControl(None)
        | Change::NotsentLowat(None)
        | Change::ReceiveBuffer(None)
        | Change::SendBuffer(None)
        | Change::UserTimeout(None) => format!("{SYSTEM:?}"),
        Change::CongestionControl(Some(name)) => format!("{:?}", name.as_str()),
        Change::NotsentLowat(Some(bytes))
        | Change::ReceiveBuffer(Some(bytes))
        | Change::SendBuffer(Some(bytes)) => format!("\"{}B\"", bytes.get()),
        Change::DnsCacheTtl(time) | Change::ServeStale(time) | Change::UserTimeout(Some(time)) => {
            format!("\"{}ms\"", time.as_millis())
        }
        Change::MaxConnections(None) => "\"unlimited\"".to_owned(),
        Change::MaxConnections(Some(limit)) => limit.to_string(),
        Change::Version(version) => format!("{:?}", version.name()),
        Change::AcceptEncoding(set) => {
            let names: Vec<String> = set
                .iter()
                .map(|encoding| format!("{:?}", encoding.name()))
                .collect();
            format!("[{}]", names.join(", "))
        }
    }
}
