//! Writing a plan file that people can read: the evidence stands above each line.

use std::fmt::Write as _;

use super::Plan;
use super::read::{SCHEMA, SECTIONS};
use crate::change::{Change, Setting};

impl Plan {
    /// The text of a `netopt.toml` that [`Plan::read`] turns back into this plan, section by section.
    ///
    /// `head` stands at the top and `evidence` above each change, both as comments; each line of them becomes one.
    #[must_use]
    pub fn write(&self, head: &str, evidence: impl Fn(&Change) -> String) -> String {
        let mut text = comment(head);
        let _ = writeln!(text, "schema = \"{SCHEMA}\"");
        for section in SECTIONS {
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
    match change.setting() {
        Setting::Truth(switch) => switch.is_on().to_string(),
        Setting::Number(number) => number.to_string(),
        Setting::Word(word) => format!("{word:?}"),
        Setting::Size(size) => format!("\"{}B\"", size.get()),
        Setting::Time(time) => format!("\"{}ms\"", time.as_millis()),
        Setting::Share(share) => format!("\"{}\"", share.get()),
        Setting::Names(set) => {
            let names: Vec<String> = set
                .iter()
                .map(|encoding| format!("{:?}", encoding.name()))
                .collect();
            format!("[{}]", names.join(", "))
        }
    }
}
